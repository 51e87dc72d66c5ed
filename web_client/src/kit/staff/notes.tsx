/** What staff wrote down for other staff, and a place to write more. Never shown to the member. */

import { useState } from "preact/hooks";

import { clockTime } from "../clock";
import { isObject, type JsonObject } from "../json";
import { Area, Button, LONGEST_TEXT } from "../ui";
import { useStaffWords } from "./words";

interface Written {
  readonly seq: number;
  readonly by: string;
  readonly text: string;
  readonly at: string;
}

/** The notes of a view's `notes` map, newest first. */
export function notesOf(notes: unknown): readonly Written[] {
  if (!isObject(notes)) return [];
  return Object.entries(notes as JsonObject)
    .flatMap(([seq, note]): Written[] => {
      if (!isObject(note)) return [];
      const by = isObject(note["by"]) ? String(note["by"]["name"] ?? "") : "";
      return [{ seq: Number(seq), by, text: String(note["text"] ?? ""), at: String(note["at"] ?? "") }];
    })
    .sort((one, other) => other.seq - one.seq);
}

export interface NotesProps {
  readonly notes: unknown;
  readonly zone: string;
  /** null when it was written, else the sentence that says why not. */
  readonly onWrite: (text: string) => Promise<string | null>;
}

export function Notes({ notes, zone, onWrite }: NotesProps) {
  const t = useStaffWords();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const write = async () => {
    const words = text.trim();
    if (words === "" || busy) return;
    setBusy(true);
    const refusal = await onWrite(words);
    setBusy(false);
    setError(refusal);
    if (refusal === null) setText("");
  };
  return (
    <section class="card stack-tight notes" aria-labelledby="notes-heading">
      <h3 id="notes-heading">{t("staff.notes")}</h3>
      <ul class="notes-list">
        {notesOf(notes).map((note) => (
          <li key={note.seq}>
            <span class="small quiet">
              {note.by} · {clockTime(note.at, zone, t.language)}
            </span>
            <p class="note-text">{note.text}</p>
          </li>
        ))}
      </ul>
      <form
        class="stack-tight"
        onSubmit={(event) => {
          event.preventDefault();
          void write();
        }}
      >
        <Area
          label={t("staff.notes.write")}
          hint={t("staff.notes.hint")}
          error={error}
          value={text}
          onValue={setText}
          rows={2}
          maxLength={LONGEST_TEXT}
        />
        <Button type="submit" busy={busy}>
          {t("staff.notes.save")}
        </Button>
      </form>
    </section>
  );
}
