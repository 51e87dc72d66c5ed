/** What the member does in the visit beside talking: chat, files, a picture that is asked for; and how long it lasts. */

import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";

import { Banner } from "../kit/ui/banner";
import { ChatButton, useArrivals } from "../kit/visit/chat_button";
import { ChatIcon } from "../kit/visit/chat_icon";
import { ChatPanel } from "../kit/visit/chat_panel";
import { chatEntries } from "../kit/visit/entries";
import { MEMBER_FILES, Shelf } from "../kit/visit/files";
import { PlannedEnd } from "../kit/visit/plan";
import { useVisitWords } from "../kit/visit/words";
import type { Session } from "./session";
import { StillRequest } from "./still";
import type { MemberView } from "./view";

export interface Together {
  readonly open: boolean;
  /** Under the title. */
  readonly plan: ComponentChildren;
  /** Among the notes over the picture. */
  readonly notes: ComponentChildren;
  /** Among the controls. */
  readonly button: ComponentChildren;
  /** Beside the picture, or over a part of it. */
  readonly panel: ComponentChildren;
}

const PANEL = "chat";

export function useTogether(session: Session, view: MemberView, clinician: string): Together {
  const t = useVisitWords();
  const [open, setOpen] = useState(false);
  const shelf = useMemo(() => new Shelf(MEMBER_FILES), []);
  useEffect(() => () => shelf.clear(), [shelf]);
  const entries = useMemo(() => chatEntries(view.chat), [view.chat]);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const name = clinician === "" ? t("pause.told.unnamed") : clinician;
  useArrivals(entries, open, view.forName);
  const told = view.state === "on_hold" ? t.code(`pause.told.${view.holdReason ?? ""}`, "", { name }) : "";
  return {
    open,
    plan: view.plannedEnd !== null && (
      <p class="visit-plan">
        <PlannedEnd end={view.plannedEnd} extra={view.extraMinutes} zone={zone} />
      </p>
    ),
    notes: (
      <>
        {told !== "" && <Banner live="polite">{told}</Banner>}
        <StillRequest session={session} askedAt={view.stillAskedAt} name={name} shelf={shelf} />
      </>
    ),
    button: (
      <ChatButton open={open} unread={view.chatUnread} controls={PANEL} icon={<ChatIcon />} onPress={() => setOpen(!open)} />
    ),
    panel: open && (
      <ChatPanel
        id={PANEL}
        entries={entries}
        unread={view.chatUnread}
        zone={zone}
        memberName={view.forName}
        shelf={shelf}
        onWrite={(text) => session.line.command("write_chat", { text })}
        onSeen={() => void session.line.command("see_chat").catch(() => undefined)}
        onClose={() => setOpen(false)}
      />
    ),
  };
}

/** For who was in the visit already and waits again. */
export function ReturnedNote({ view }: { readonly view: MemberView }) {
  const t = useVisitWords();
  return view.admittedAt === null ? null : <Banner live="polite">{t("pause.returned")}</Banner>;
}
