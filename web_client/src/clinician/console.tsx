/** The clinician's console: the board, then one visit from claim to end. What it shows follows from the board. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import type { JsonObject } from "../kit/json";
import { Refused } from "../kit/refusal";
import { EMPTY_BOARD } from "../kit/staff/board";
import { BoardFeed, type Happened } from "../kit/staff/board_feed";
import { Frame } from "../kit/staff/frame";
import { stateWords } from "../kit/staff/phrases";
import type { Me } from "../kit/staff/session";
import { announce, Banner, Button, Toggle, type Tone, useStore, useTitle } from "../kit/ui";
import { BoardScreen } from "./board";
import { Card } from "./card";
import { chime, chimeOn, turnChime } from "../kit/staff/chime";
import { Done, type Ended } from "./done";
import { useKeys } from "../kit/staff/keys";
import { Room } from "./room";
import { Shortcuts } from "./shortcuts";
import { type ClinicianView, holding, sections, viewOf } from "./view";
import { VisitScreen } from "./visit";
import { refusalSentence, useT } from "./words";

interface Notice {
  readonly tone: Tone;
  readonly text: string;
}

export function Console({ me, leave }: { readonly me: Me; readonly leave: (notice?: string) => void }) {
  const t = useT();
  const feed = useMemo(() => new BoardFeed("/clinician"), []);
  useEffect(() => {
    feed.line.connect();
    return () => feed.line.close();
  }, [feed]);
  const snapshot = useStore(feed.board);
  const link = useStore(feed.line.state);
  const board = snapshot ?? EMPTY_BOARD;
  const [elsewhere, setElsewhere] = useState(false);
  const [aside, setAside] = useState<ReadonlySet<string>>(new Set());
  const held = holding(board, me.id, aside);
  const room = useRoom(feed, elsewhere ? null : held);
  const parts = useMemo(() => sections(board, me.id), [board, me.id]);
  const sound = useStore(chimeOn);
  const [busy, setBusy] = useState(false);
  const [help, setHelp] = useState(false);
  const [notice, setNotice] = useState<Notice | null>(null);
  const [ended, setEnded] = useState<Ended | null>(null);
  const away = useRef(false);
  const noticeBox = useRef<HTMLDivElement>(null);

  useEffect(() => feed.line.on("superseded", () => setElsewhere(true)), [feed]);
  useEffect(() => {
    if (link === "refused") leave(t("staff.signed_out_elsewhere"));
  }, [link]);
  useEffect(() => {
    if (notice !== null) noticeBox.current?.focus();
  }, [notice]);
  useEffect(
    () =>
      feed.onHappened((happened) => {
        const view = viewOf(happened.after);
        if (happened.record.type === "checked_in" || happened.record.type === "early_ended") {
          announce(t("clinician.now_ready", { name: view.short_name }));
          chime();
        }
        const said = lostHold(happened, me, t);
        if (said !== null) {
          setNotice({ tone: MY_DOING.has(happened.record.type) ? "info" : "warn", text: said });
          announce(said, "urgent");
        }
      }),
    [feed, t],
  );

  /** Sends a command; answers null when it went through, else the sentence that says why not. */
  const act = async (view: ClinicianView, type: string, fields: JsonObject = {}): Promise<string | null> => {
    setBusy(true);
    setNotice(null);
    try {
      await feed.line.command(type, { visit: view.visit, ...fields });
      return null;
    } catch (error) {
      return refusalSentence(error, t, { name: view.short_name, clinician: whoHas(error) ?? t("clinician.another") });
    } finally {
      setBusy(false);
    }
  };
  const tell = (text: string | null, tone: Tone = "warn") => {
    if (text === null) return;
    setNotice({ tone, text });
    announce(text, "urgent");
  };
  const press = (view: ClinicianView, type: string) => void act(view, type).then((text) => tell(text));
  const next = async () => {
    if (busy) return;
    setBusy(true);
    setNotice(null);
    setEnded(null);
    try {
      await feed.line.request("next_patient");
    } catch (error) {
      tell(refusalSentence(error, t, { name: "", clinician: t("clinician.another") }));
    } finally {
      setBusy(false);
    }
  };
  const end = async (view: ClinicianView, outcome: string): Promise<string | null> => {
    const text = await act(view, "end", { outcome });
    if (text === null) setEnded({ name: view.name ?? view.short_name, outcome, admittedAt: view.admitted_at ?? null });
    return text;
  };

  const waiting = parts.waiting.filter((view) => view.state === "waiting").length;
  // No names in the title: browsers keep titles in their history.
  useTitle(
    held !== null
      ? `${stateWords(held.state, t)} · ${t("clinician.console")}`
      : `${waiting > 0 ? `(${waiting}) ` : ""}${t("clinician.board")} · ${t("clinician.console")}`,
  );
  useKeys({
    "?": () => setHelp(true),
    ...(held === null && waiting > 0 ? { n: () => void next() } : {}),
    ...(held?.state === "in_visit" && room !== null
      ? { m: () => room.mute(!room.self.get().muted), v: () => room.turnCameraOff(!room.self.get().cameraOff) }
      : {}),
  });

  if (held !== null || ended !== null) away.current = true;

  const presence = (visit: string) => board.presence.get(visit)?.member ?? "gone";
  const tools = (
    <>
      <Toggle pressed={sound} onToggle={turnChime}>
        {t("clinician.sound")}
      </Toggle>
      <Button onClick={() => setHelp(true)}>{t("clinician.keys")}</Button>
    </>
  );

  return (
    <Frame console={t("clinician.console")} me={me} link={link} onSignOut={() => (held === null ? leave() : tell(t("clinician.sign_out_later")))}>
      <div ref={noticeBox} tabIndex={-1} class="notice">
        {notice !== null && (
          <Banner tone={notice.tone} actions={<Button onClick={() => setNotice(null)}>{t("staff.close")}</Button>}>
            {notice.text}
          </Banner>
        )}
      </div>
      {elsewhere ? (
        <div class="stack">
          <h1>{t("clinician.console")}</h1>
          <Banner
            tone="warn"
            live="assertive"
            actions={
              <Button kind="primary" onClick={() => setElsewhere(false)}>
                {t("staff.use_here")}
              </Button>
            }
          >
            {t("staff.superseded")}
          </Banner>
        </div>
      ) : snapshot === null ? (
        <p aria-busy="true">{t("clinician.loading")}</p>
      ) : held !== null && room !== null && held.state === "claimed" ? (
        <Card
          key={held.visit}
          me={me}
          view={held}
          here={presence(held.visit)}
          room={room}
          busy={busy}
          onAdmit={() => press(held, "admit")}
          onRenew={() => press(held, "renew_claim")}
          onPutBack={() => press(held, "release_claim")}
        />
      ) : held !== null && room !== null ? (
        <VisitScreen
          key={held.visit}
          me={me}
          view={held}
          here={presence(held.visit)}
          room={room}
          busy={busy}
          onConfirmIdentity={() => press(held, "confirm_identity")}
          onResume={() => press(held, "resume")}
          onRequeue={() => press(held, "requeue")}
          onPutAside={() => setAside((before) => new Set(before).add(held.visit))}
          onEnd={(outcome) => end(held, outcome)}
        />
      ) : ended !== null ? (
        <Done ended={ended} waiting={waiting} busy={busy} onNext={() => void next()} onBoard={() => setEnded(null)} />
      ) : (
        <BoardScreen
          me={me}
          sections={parts}
          presence={presence}
          busy={busy}
          tools={tools}
          arriving={away.current && notice === null}
          onClaim={(view) => press(view, "claim")}
          onNext={() => void next()}
          onOpen={(view) => setAside((before) => new Set([...before].filter((visit) => visit !== view.visit)))}
        />
      )}
      <Shortcuts open={help} onClose={() => setHelp(false)} />
    </Frame>
  );
}

/** A room as long as a visit is held: made at the claim, live from Admit, closed when it is over. */
function useRoom(feed: BoardFeed, held: ClinicianView | null): Room | null {
  const [room, setRoom] = useState<Room | null>(null);
  const visit = held?.visit ?? null;
  useEffect(() => {
    if (visit === null) return;
    const opened = new Room(feed.line, visit);
    opened.start();
    setRoom(opened);
    return () => {
      opened.close();
      setRoom(null);
    };
  }, [feed, visit]);
  useEffect(() => {
    if (room === null || room.visit !== visit) return;
    room.wish(held?.state === "in_visit" ? "live" : held?.state === "claimed" ? "ready" : "warm");
  }, [room, visit, held?.state]);
  return room?.visit === visit ? room : null;
}

/** The name that came with a refusal, when it speaks of somebody. */
function whoHas(error: unknown): string | null {
  const name = error instanceof Refused ? error.detail["name"] : undefined;
  return typeof name === "string" ? name : null;
}

/** Ends of a hold that the clinician asked for, more often than not. */
const MY_DOING: ReadonlySet<string> = new Set(["claim_released", "requeued"]);

/** Why a visit that was mine no longer is, when I did not do it myself. */
function lostHold({ before, after, record }: Happened, me: Me, t: ReturnType<typeof useT>): string | null {
  const was = before === undefined ? null : viewOf(before);
  if (was === null || was.holder?.id !== me.id) return null;
  // Still mine, whatever its state: the screen itself says what happened.
  if (viewOf(after).holder?.id === me.id) return null;
  return t.code(`clinician.lost.${record.type}`, "", { name: was.short_name }) || null;
}
