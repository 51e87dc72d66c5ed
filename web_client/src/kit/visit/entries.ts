/** The chat as a view brings it: entries by the number of their record. */

import { isObject, type Json } from "../json";

export type EntryKind = "text" | "file" | "still" | "still_asked" | "still_declined";

export interface SharedFile {
  readonly id: string;
  readonly kind: "jpeg" | "png" | "webp" | "heic" | "pdf";
  readonly size: number;
  readonly width: number | null;
  readonly height: number | null;
}

export interface ChatEntry {
  readonly seq: number;
  readonly kind: EntryKind;
  readonly by: string;
  readonly mine: boolean;
  /** Of staff; the member's name is the page's to know. */
  readonly name: string | null;
  readonly text: string;
  readonly at: string;
  readonly file: SharedFile | null;
}

/** Oldest first. */
export function chatEntries(chat: Json | undefined): readonly ChatEntry[] {
  if (!isObject(chat)) return [];
  return Object.entries(chat)
    .flatMap(([seq, entry]): ChatEntry[] =>
      isObject(entry)
        ? [
            {
              seq: Number(seq),
              kind: String(entry["kind"] ?? "text") as EntryKind,
              by: String(entry["by"] ?? ""),
              mine: entry["mine"] === true,
              name: typeof entry["name"] === "string" ? entry["name"] : null,
              text: String(entry["text"] ?? ""),
              at: String(entry["at"] ?? ""),
              file: readFile(entry["file"]),
            },
          ]
        : [],
    )
    .sort((one, other) => one.seq - other.seq);
}

/** Whether this browser can show it; a HEIC photo or a document is only saved. */
export function isPicture(file: SharedFile): boolean {
  return file.kind === "jpeg" || file.kind === "png" || file.kind === "webp";
}

/** “2.4 MB” and “80 kB”, in the reader's own digits. */
export function sizeWords(bytes: number, language: string): string {
  const large = bytes >= 1_000_000;
  const value = large ? bytes / 1_000_000 : Math.max(1, Math.round(bytes / 1_000));
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: large ? 1 : 0 }).format(value);
  return `${number} ${large ? "MB" : "kB"}`;
}

function readFile(value: Json | undefined): SharedFile | null {
  if (!isObject(value) || typeof value["id"] !== "string") return null;
  return {
    id: value["id"],
    kind: String(value["kind"] ?? "") as SharedFile["kind"],
    size: Number(value["size"] ?? 0),
    width: typeof value["width"] === "number" ? value["width"] : null,
    height: typeof value["height"] === "number" ? value["height"] : null,
  };
}
