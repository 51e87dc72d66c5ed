/** Opens the chat; says how much is unread, to the eye and the ear. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { announce } from "../ui/live";
import type { ChatEntry } from "./entries";
import { useVisitWords } from "./words";

export interface ChatButtonProps {
  readonly open: boolean;
  readonly unread: number;
  /** The id of the panel. */
  readonly controls: string;
  readonly onPress: () => void;
  readonly icon?: ComponentChildren;
}

export function ChatButton({ open, unread, controls, onPress, icon }: ChatButtonProps) {
  const t = useVisitWords();
  const button = useRef<HTMLButtonElement>(null);
  const before = useRef(open);
  useEffect(() => {
    // Closed again: focus goes back to where it came from.
    if (before.current && !open) button.current?.focus();
    before.current = open;
  }, [open]);
  return (
    <button
      ref={button}
      type="button"
      class="button chat-button"
      aria-expanded={open}
      aria-controls={controls}
      onClick={onPress}
    >
      {icon}
      {unread > 0 && <span class="unseen">{t("chat.unread", { count: unread })}</span>}
      <span aria-hidden={unread > 0 || undefined}>
        {t("chat")}
        {unread > 0 && <span class="chat-count">{unread}</span>}
      </span>
    </button>
  );
}

/** Says once that something new came, by whom; an open chat says it by itself. */
export function useArrivals(entries: readonly ChatEntry[], open: boolean, memberName: string): void {
  const t = useVisitWords();
  const seen = useRef<number | null>(null);
  useEffect(() => {
    const newest = entries.at(-1);
    const known = seen.current;
    seen.current = newest?.seq ?? 0;
    // Not what was there when the page came.
    if (newest === undefined || known === null || newest.seq <= known || newest.mine || open) return;
    announce(t(`chat.arrived.${newest.kind}`, { name: newest.name ?? memberName }));
  }, [entries.at(-1)?.seq]);
}
