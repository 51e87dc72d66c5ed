/**
 * Files of a visit, sent and fetched.
 *
 * A file is never shown from its address, only from a copy in this page's memory: the server gives attachments of
 * no type, and what may be shown is the page's to say.
 */

import { isObject } from "../json";
import { NO_ANSWER, readRefusal, Refused } from "../refusal";
import { isPicture, type SharedFile } from "./entries";

/** Where this page's door keeps the files of its visit. */
export interface FileDoor {
  readonly send: string;
  readonly get: (file: string) => string;
}

export const MEMBER_FILES: FileDoor = {
  send: "/api/member/files",
  get: (file) => `/api/member/files/${encodeURIComponent(file)}`,
};

export function clinicianFiles(visit: string): FileDoor {
  const base = `/api/staff/visits/${encodeURIComponent(visit)}/files`;
  return { send: base, get: (file) => `${base}/${encodeURIComponent(file)}` };
}

/** What the chooser offers. Without HEIC, so that an iPhone hands over a photo that everybody can see. */
export const ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf";

export interface Sending {
  readonly name: string;
  readonly still?: boolean;
  /** From 0 to 1. */
  readonly onProgress?: (part: number) => void;
}

const SEND_WITHIN_MS = 185_000;
const FETCH_WITHIN_MS = 185_000;

/** Sends it; resolves to its id once it is shared. Rejects with Refused. (fetch cannot tell how far it is.) */
export function sendFile(door: FileDoor, content: Blob, { name, still = false, onProgress }: Sending): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", door.send);
    request.timeout = SEND_WITHIN_MS;
    request.setRequestHeader("content-type", content.type === "" ? "application/octet-stream" : content.type);
    request.setRequestHeader("x-file-name", encoded(name));
    if (still) request.setRequestHeader("x-file-still", "1");
    request.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded / event.total);
    request.onload = () => {
      const body = parsed(request.responseText);
      if (request.status === 200 && isObject(body)) resolve(String(body["file"] ?? ""));
      else reject(readRefusal(body) ?? new Refused(`http_${request.status}`, ""));
    };
    request.onerror = request.ontimeout = request.onabort = () => reject(new Refused(NO_ANSWER, ""));
    request.send(content);
  });
}

const TYPES: Readonly<Record<SharedFile["kind"], string>> = {
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  heic: "image/heic",
  pdf: "application/pdf",
};

/** The files of one visit that this page has fetched or sent. */
export class Shelf {
  readonly door: FileDoor;
  private readonly kept = new Map<string, Promise<string>>();

  constructor(door: FileDoor) {
    this.door = door;
  }

  /** Resolves to an address of a copy in memory; the second time without asking. */
  url(file: SharedFile): Promise<string> {
    const known = this.kept.get(file.id);
    if (known !== undefined) return known;
    const fetching = this.fetched(file);
    this.kept.set(file.id, fetching);
    fetching.catch(() => this.kept.delete(file.id));
    return fetching;
  }

  /** What was sent from here need not be fetched to be shown here. */
  put(id: string, content: Blob): void {
    this.kept.set(id, Promise.resolve(URL.createObjectURL(content)));
  }

  /** Saves a copy under its name, in the browser's own way. */
  async save(file: SharedFile, name: string): Promise<void> {
    const link = document.createElement("a");
    link.href = await this.url(file);
    link.download = name;
    link.click();
  }

  /** Forgets every copy: the visit is over for this page. */
  clear(): void {
    for (const url of this.kept.values()) void url.then(URL.revokeObjectURL, () => undefined);
    this.kept.clear();
  }

  private async fetched(file: SharedFile): Promise<string> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), FETCH_WITHIN_MS);
    try {
      const answer = await fetch(this.door.get(file.id), { credentials: "same-origin", cache: "no-store", signal: patience.signal });
      if (!answer.ok) throw readRefusal(await answer.json().catch(() => null)) ?? new Refused(`http_${answer.status}`, "");
      const bytes = await answer.arrayBuffer();
      if (bytes.byteLength !== file.size) throw new Refused("file_broken", "");
      // Only a picture gets a type under which a browser would show it.
      return URL.createObjectURL(new Blob([bytes], { type: isPicture(file) ? TYPES[file.kind] : "application/octet-stream" }));
    } catch (error) {
      throw error instanceof Refused ? error : new Refused(NO_ANSWER, "");
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Headers are not text. A name with half a character in it (some old phones) is no name. */
function encoded(name: string): string {
  try {
    return encodeURIComponent(name);
  } catch {
    return "";
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
