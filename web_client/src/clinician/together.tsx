/** What the clinician does in the visit beside talking: chat, files, a still picture, a pause, more time. */

import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import type { JsonObject } from "../kit/json";
import type { Line } from "../kit/socket";
import { Button } from "../kit/ui";
import { ChatButton, useArrivals } from "../kit/visit/chat_button";
import { ChatPanel } from "../kit/visit/chat_panel";
import { chatEntries } from "../kit/visit/entries";
import { clinicianFiles, Shelf } from "../kit/visit/files";
import { AwayDialog, PauseDialog } from "../kit/visit/reasons";
import { useVisitWords } from "../kit/visit/words";
import { Plan } from "./plan";
import { StillButton } from "./still";
import type { ClinicianView } from "./view";

export interface TogetherProps {
  readonly view: ClinicianView;
  readonly line: Line;
  readonly zone: string;
  readonly now: number;
  readonly busy: boolean;
  /** Answers a sentence if it could not be done. */
  readonly attempt: (type: string, fields?: JsonObject) => Promise<string | null>;
  readonly tell: (text: string) => void;
}

export interface Together {
  /** In the head of the visit. */
  readonly plan: ComponentChildren;
  /** Among the controls. */
  readonly controls: ComponentChildren;
  /** In the side column. */
  readonly panel: ComponentChildren;
  readonly dialogs: ComponentChildren;
}

const PANEL = "chat";

export function useTogether({ view, line, zone, now, busy, attempt, tell }: TogetherProps): Together {
  const t = useVisitWords();
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState<"pause" | "away" | null>(null);
  const shelf = useMemo(() => new Shelf(clinicianFiles(view.visit)), [view.visit]);
  useEffect(() => () => shelf.clear(), [shelf]);
  const entries = useMemo(() => chatEntries(view.chat), [view.chat]);
  const name = view.short_name;
  useArrivals(entries, open, name);
  useOpenedByPicture(entries.at(-1)?.kind === "still" ? entries.at(-1)!.seq : null, () => setOpen(true));

  const press = (type: string, fields: JsonObject = {}) =>
    void attempt(type, fields).then((sentence) => sentence !== null && tell(sentence));
  const close = () => setAsking(null);
  const running = view.state === "in_visit";
  return {
    plan: <Plan view={view} zone={zone} now={now} busy={busy} onExtend={(minutes) => press("extend", { minutes })} />,
    controls: (
      <>
        <ChatButton open={open} unread={view.chat_unread ?? 0} controls={PANEL} onPress={() => setOpen(!open)} />
        {running && <StillButton view={view} busy={busy} onPress={press} />}
        {running && <Button onClick={() => setAsking("pause")}>{t("pause.button")}</Button>}
        <Button onClick={() => setAsking("away")}>{t("away.button")}</Button>
      </>
    ),
    panel: open && (
      <ChatPanel
        id={PANEL}
        entries={entries}
        unread={view.chat_unread ?? 0}
        zone={zone}
        memberName={name}
        shelf={shelf}
        onWrite={(text) => line.command("write_chat", { visit: view.visit, text })}
        onSeen={() => void line.command("see_chat", { visit: view.visit }).catch(() => undefined)}
        onClose={() => setOpen(false)}
      />
    ),
    dialogs: (
      <>
        <PauseDialog
          open={asking === "pause"}
          name={name}
          onHold={(reason) => attempt("suspend", { reason })}
          onReturn={async (reason) => (await attempt("suspend", { reason })) ?? attempt("requeue")}
          onClose={close}
        />
        <AwayDialog open={asking === "away"} name={name} onAway={(reason) => attempt("redirect", { reason })} onClose={close} />
      </>
    ),
  };
}

/** The picture that was asked for is shown at once when it comes, not when the page comes back to it. */
function useOpenedByPicture(picture: number | null, open: () => void): void {
  const known = useRef(picture);
  useEffect(() => {
    if (picture !== null && picture !== known.current) open();
    known.current = picture;
  }, [picture]);
}
