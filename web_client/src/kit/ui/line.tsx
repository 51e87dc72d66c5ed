/** The two-way text line between the member and the desk. Texts are shown as text, never as markup. */

import { useEffect, useRef, useState } from "preact/hooks";

import { clockTime } from "../clock";
import { isObject, type JsonObject } from "../json";
import { Button } from "./button";
import { Area } from "./field";
import { useWords } from "./words";

export type Side = "member" | "support";

export interface Entry {
  readonly seq: number;
  readonly by: Side;
  readonly text: string;
  readonly at: string;
}

/** The entries of a view's `line` map, oldest first. */
export function entriesOf(line: unknown): readonly Entry[] {
  if (!isObject(line)) return [];
  return Object.entries(line as JsonObject)
    .flatMap(([seq, entry]): Entry[] =>
      isObject(entry)
        ? [
            {
              seq: Number(seq),
              by: entry["by"] === "support" ? "support" : "member",
              text: String(entry["text"] ?? ""),
              at: String(entry["at"] ?? ""),
            },
          ]
        : [],
    )
    .sort((one, other) => one.seq - other.seq);
}

export interface LineProps {
  readonly entries: readonly Entry[];
  readonly me: Side;
  readonly zone: string;
  /** How the other side is called here: “the clinic desk”, “Ana R.”. */
  readonly otherName: string;
  /** Rejects if it could not be sent; the text then stays in the box. */
  readonly onSay: (text: string) => Promise<void>;
  readonly hint?: string;
}

export const LONGEST_TEXT = 500;

export function Line({ entries, me, zone, otherName, onSay, hint }: LineProps) {
  const t = useWords();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const said = useRef<HTMLDivElement>(null);
  const newest = entries.at(-1)?.seq ?? 0;
  useEffect(() => {
    const list = said.current;
    if (list !== null) list.scrollTop = list.scrollHeight;
  }, [newest]);

  const send = async () => {
    const words = text.trim();
    if (words === "" || busy) return;
    setBusy(true);
    setError(null);
    try {
      await onSay(words);
      setText("");
    } catch {
      setError(t("kit.line.not_sent"));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div class="line">
      {entries.length === 0 ? (
        <p class="quiet">{t("kit.line.empty")}</p>
      ) : (
        <div class="line-scroll" ref={said} role="log" aria-label={t("kit.line.name")} tabIndex={0}>
          <ol class="line-said">
          {entries.map((entry) => (
            <li key={entry.seq} class={entry.by === me ? "line-entry line-mine" : "line-entry"}>
              <span class="line-by">
                {entry.by === me ? t("kit.line.you") : otherName} · {clockTime(entry.at, zone, t.language)}
              </span>
              {entry.text}
            </li>
          ))}
          </ol>
        </div>
      )}
      <form
        class="line-write"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Area
          label={t("kit.line.write", { name: otherName })}
          hint={hint}
          error={error}
          value={text}
          onValue={setText}
          rows={2}
          maxLength={LONGEST_TEXT}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
              event.preventDefault();
              void send();
            }
          }}
        />
        <Button type="submit" busy={busy}>
          {t("kit.line.send")}
        </Button>
      </form>
    </div>
  );
}
