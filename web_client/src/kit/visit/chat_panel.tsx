/** The chat of a visit: what was written and shared, and a place to write and to add a file. */

import "./visit.css";

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { clockTime } from "../clock";
import { Refused } from "../refusal";
import { Button } from "../ui/button";
import { Area } from "../ui/field";
import { announce } from "../ui/live";
import type { ChatEntry } from "./entries";
import { FileCard } from "./file_card";
import { ACCEPTED, sendFile, type Shelf } from "./files";
import { useVisitWords } from "./words";

export const LONGEST_TEXT = 500;

export interface ChatProps {
  readonly entries: readonly ChatEntry[];
  readonly unread: number;
  readonly zone: string;
  /** How the member is called on this page; staff come with their names. */
  readonly memberName: string;
  readonly shelf: Shelf;
  /** Rejects with Refused; the text then stays in the box. */
  readonly onWrite: (text: string) => Promise<unknown>;
  readonly onSeen: () => void;
  readonly onClose: () => void;
  readonly id: string;
}

export function ChatPanel(props: ChatProps) {
  const { entries, unread, onSeen, onClose, id } = props;
  const t = useVisitWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useSeen(unread, onSeen);
  return (
    <section
      id={id}
      class="chat"
      aria-labelledby={`${id}-title`}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div class="chat-head">
        <h2 id={`${id}-title`} ref={heading} tabIndex={-1}>
          {t("chat")}
        </h2>
        <Button kind="quiet" onClick={onClose}>
          {t("chat.close")}
        </Button>
      </div>
      {entries.length === 0 ? <p class="chat-empty quiet">{t("chat.empty")}</p> : <Said {...props} />}
      <Write {...props} />
    </section>
  );
}

function Said({ entries, zone, memberName, shelf }: ChatProps) {
  const t = useVisitWords();
  const list = useRef<HTMLDivElement>(null);
  const newest = entries.at(-1)?.seq ?? 0;
  const toEnd = () => {
    if (list.current !== null) list.current.scrollTop = list.current.scrollHeight;
  };
  useEffect(toEnd, [newest]);
  const who = (entry: ChatEntry) => (entry.mine ? t("chat.you") : (entry.name ?? memberName));
  return (
    <div class="chat-scroll" ref={list} role="log" aria-label={t("chat.log")} tabIndex={0}>
      <ol class="line-said">
        {entries.map((entry) =>
          entry.kind === "still_asked" || entry.kind === "still_declined" ? (
            <li key={entry.seq} class="chat-news">
              {t(`chat.${entry.kind}${entry.mine ? ".mine" : ""}`, { name: who(entry) })} <When entry={entry} zone={zone} />
            </li>
          ) : (
            <li key={entry.seq} class={entry.mine ? "line-entry line-mine" : "line-entry"}>
              <span class="line-by">
                {who(entry)} · <When entry={entry} zone={zone} />
              </span>
              {entry.kind === "still" && <span class="strong">{t("chat.still")}</span>}
              {entry.file === null ? entry.text : <FileCard file={entry.file} name={entry.text} shelf={shelf} onShown={toEnd} />}
            </li>
          ),
        )}
      </ol>
    </div>
  );
}

function When({ entry, zone }: { readonly entry: ChatEntry; readonly zone: string }) {
  const t = useVisitWords();
  return <time dateTime={entry.at}>{clockTime(entry.at, zone, t.language)}</time>;
}

function Write({ onWrite, shelf }: ChatProps) {
  const t = useVisitWords();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [sent, setSent] = useState<number | null>(null);

  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    setError(null);
    try {
      await work();
      return true;
    } catch (reason) {
      setError(refusalWords(t, reason));
      return false;
    } finally {
      setBusy(false);
      setSent(null);
    }
  };
  const write = async () => {
    const words = text.trim();
    if (words !== "" && (await attempt(() => onWrite(words)))) setText("");
  };
  const share = (file: File) =>
    attempt(async () => {
      setSent(0);
      shelf.put(await sendFile(shelf.door, file, { name: file.name, onProgress: setSent }), file);
      announce(t("chat.file_sent"));
    });

  return (
    <form
      class="chat-write"
      onSubmit={(event) => {
        event.preventDefault();
        void write();
      }}
    >
      <Area
        label={t("chat.write")}
        error={error}
        value={text}
        onValue={setText}
        rows={2}
        maxLength={LONGEST_TEXT}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            void write();
          }
        }}
      />
      {sent !== null && (
        <label class="chat-progress small">
          {t("chat.sending")} <progress value={sent} max={1} />
        </label>
      )}
      <div class="row row-between">
        <FileButton busy={busy} onFile={(file) => void share(file)}>
          {t("chat.add_file")}
        </FileButton>
        <Button type="submit" kind="primary" busy={busy}>
          {t("chat.send")}
        </Button>
      </div>
    </form>
  );
}

/** A real button that opens the browser's own chooser. */
export function FileButton({ busy, accept = ACCEPTED, capture, onFile, children }: {
  readonly busy: boolean;
  readonly accept?: string;
  readonly capture?: "environment" | "user";
  readonly onFile: (file: File) => void;
  readonly children: ComponentChildren;
}) {
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  return (
    <>
      <Button busy={busy} onClick={() => input.current?.click()}>
        {children}
      </Button>
      <input
        ref={input}
        id={id}
        type="file"
        hidden
        accept={accept}
        {...(capture === undefined ? {} : { capture })}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          // Emptied, so that the same file can be chosen again.
          event.currentTarget.value = "";
          if (file !== undefined) onFile(file);
        }}
      />
    </>
  );
}

/** Why something was not sent, in a sentence. */
export function refusalWords(t: ReturnType<typeof useVisitWords>, reason: unknown): string {
  if (!(reason instanceof Refused)) return t("chat.refused");
  const most = Number(reason.detail["most"] ?? 0);
  return t.code(`chat.refused.${reason.code}`, t("chat.refused"), { most: `${Math.floor(most / 1_000_000)} MB` });
}

/** Says “seen” once per batch, and only while somebody can see it. */
function useSeen(unread: number, tell: () => void): void {
  useEffect(() => {
    if (unread === 0) return;
    const look = () => {
      if (document.visibilityState === "visible") tell();
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [unread]);
}
