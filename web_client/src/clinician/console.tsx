/** The clinician's console: the board, then one visit from claim to end. What it shows follows from the board. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { EMPTY_BOARD } from "../kit/staff/board";
import { BoardFeed } from "../kit/staff/board_feed";
import { chimeOn, turnChime } from "../kit/staff/chime";
import { Frame } from "../kit/staff/frame";
import { useKeys } from "../kit/staff/keys";
import { stateWords } from "../kit/staff/phrases";
import type { Me } from "../kit/staff/session";
import { Banner, Button, Toggle, useStore, useTitle } from "../kit/ui";
import { useActions } from "./actions";
import { BoardScreen } from "./board";
import { Card } from "./card";
import { Done } from "./done";
import { Keeping } from "./keeping";
import { useNotices } from "./notices";
import { PhoneVisit } from "./phone_visit";
import { Shortcuts } from "./shortcuts";
import { useRoom } from "./use_room";
import { holding, sections } from "./view";
import { VisitScreen } from "./visit";
import { useT } from "./words";

export function Console({ me, leave }: { readonly me: Me; readonly leave: (notice?: string) => void }) {
  const t = useT();
  const feed = useMemo(() => new BoardFeed("/clinician"), []);
  const snapshot = useStore(feed.board);
  const link = useStore(feed.line.state);
  const board = snapshot ?? EMPTY_BOARD;
  const [aside, setAside] = useState<ReadonlySet<string>>(new Set());
  const [elsewhere, setElsewhere] = useState(false);
  const [help, setHelp] = useState(false);
  const beenAway = useRef(false);

  const parts = useMemo(() => sections(board, me.id), [board, me.id]);
  const ready = parts.waiting.filter((view) => view.state === "waiting").length;
  const held = holding(board, me.id, aside);
  const room = useRoom(feed.line, elsewhere || held?.mode === "phone" ? null : held);
  const { notice, box, tell, close } = useNotices(feed, me.id);
  const { busy, ended, press, attempt, write, next, end, goOn } = useActions(feed.line, tell, close);
  const here = (visit: string) => board.presence.get(visit)?.member ?? "gone";
  if (held !== null || ended !== null) beenAway.current = true;

  useEffect(() => {
    const stop = feed.line.on("superseded", () => setElsewhere(true));
    feed.line.connect();
    return () => {
      stop();
      feed.line.close();
    };
  }, [feed]);
  useEffect(() => {
    if (link === "refused") leave(t("staff.signed_out_elsewhere"));
  }, [link]);
  // No names in the title: browsers keep titles in their history.
  useTitle(
    held !== null
      ? `${stateWords(held.state, t)} · ${t("clinician.console")}`
      : `${ready > 0 ? `(${ready}) ` : ""}${t("clinician.board")} · ${t("clinician.console")}`,
  );
  useKeys({
    "?": () => setHelp(true),
    ...(held === null && ready > 0 ? { n: next } : {}),
    ...(held?.state === "in_visit" && room !== null
      ? { m: () => room.mute(!room.self.get().muted), v: () => room.turnCameraOff(!room.self.get().cameraOff) }
      : {}),
  });

  const screen = () => {
    if (elsewhere) return <Elsewhere onUseHere={() => setElsewhere(false)} />;
    if (snapshot === null || (held !== null && room === null && held.mode !== "phone")) return <p aria-busy="true">{t("clinician.loading")}</p>;
    if (held !== null) {
      const shared = {
        me,
        view: held,
        here: here(held.visit),
        busy,
        onMode: (mode: string) => press(held, "change_mode", { mode }),
        onWrite: (text: string) => write(held, text),
      };
      const doings = {
        onConfirmIdentity: () => press(held, "confirm_identity"),
        onResume: () => press(held, "resume"),
        onRequeue: () => press(held, "requeue"),
        onPutAside: () => setAside((before) => new Set(before).add(held.visit)),
        onEnd: (outcome: string) => end(held, outcome),
      };
      return held.state === "claimed" ? (
        <Card
          key={held.visit}
          {...shared}
          room={room}
          onAdmit={() => press(held, "admit")}
          onRenew={() => press(held, "renew_claim")}
          onPutBack={() => press(held, "release_claim")}
        />
      ) : room === null ? (
        <PhoneVisit key={held.visit} {...shared} {...doings} onCall={(call) => press(held, "note_call", { call })} />
      ) : (
        <VisitScreen
          key={held.visit}
          {...shared}
          {...doings}
          room={room}
          line={feed.line}
          attempt={(type, fields) => attempt(held, type, fields)}
          tell={tell}
          guestsHere={board.presence.get(held.visit)?.guests ?? {}}
          onRecording={(type, fields) => press(held, type, fields)}
        />
      );
    }
    if (ended !== null) return <Done ended={ended} me={me} waiting={ready} busy={busy} onNext={next} onBoard={goOn} />;
    return (
      <BoardScreen
        me={me}
        sections={parts}
        presence={here}
        busy={busy}
        tools={<Tools onHelp={() => setHelp(true)} />}
        rowTools={(view) => <Keeping view={view} busy={busy} attempt={attempt} tell={tell} />}
        arriving={beenAway.current && notice === null}
        onClaim={(view) => press(view, "claim")}
        onNext={next}
        onOpen={(view) => setAside((before) => new Set([...before].filter((visit) => visit !== view.visit)))}
      />
    );
  };

  return (
    <Frame
      console={t("clinician.console")}
      me={me}
      link={link}
      onSignOut={() => (held === null ? leave() : tell(t("clinician.sign_out_later")))}
    >
      <div ref={box} tabIndex={-1} class="notice">
        {notice !== null && (
          <Banner tone={notice.tone} actions={<Button onClick={close}>{t("staff.close")}</Button>}>
            {notice.text}
          </Banner>
        )}
      </div>
      {screen()}
      <Shortcuts open={help} onClose={() => setHelp(false)} />
    </Frame>
  );
}

function Tools({ onHelp }: { readonly onHelp: () => void }) {
  const t = useT();
  return (
    <>
      <Toggle pressed={useStore(chimeOn)} onToggle={turnChime}>
        {t("clinician.sound")}
      </Toggle>
      <Button onClick={onHelp}>{t("clinician.keys")}</Button>
    </>
  );
}

/** Another tab of this clinician carries the visit's sound and picture now. */
function Elsewhere({ onUseHere }: { readonly onUseHere: () => void }) {
  const t = useT();
  return (
    <div class="stack">
      <h1>{t("clinician.console")}</h1>
      <Banner
        tone="warn"
        live="assertive"
        actions={
          <Button kind="primary" onClick={onUseHere}>
            {t("staff.use_here")}
          </Button>
        }
      >
        {t("staff.superseded")}
      </Banner>
    </div>
  );
}
