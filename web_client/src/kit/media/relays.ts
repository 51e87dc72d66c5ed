/**
 * The relays (TURN servers) for networks that let no media through, and what opens them for a while.
 *
 * What the server said is kept until half its time is over. A server that does not say within a moment, or says no,
 * means none: then the direct way is tried alone, and what it says later is there for the next try.
 */

import type { JsonObject } from "../json";

export const SAYS_WITHIN_MS = 1_500;
/** How long to believe that there are none. */
export const NONE_FOR_MS = 300_000;

export class Relays {
  private readonly ask: () => Promise<JsonObject>;
  private readonly now: () => number;
  private known: { readonly servers: RTCIceServer[]; readonly until: number } | null = null;
  private asked: Promise<RTCIceServer[]> | null = null;

  constructor(ask: () => Promise<JsonObject>, now: () => number = () => Date.now()) {
    this.ask = ask;
    this.now = now;
  }

  /** For a connection that is made now. Never rejects. */
  servers(): Promise<RTCIceServer[]> {
    if (this.known !== null && this.now() < this.known.until) return Promise.resolve(this.known.servers);
    this.asked ??= this.hear().finally(() => {
      this.asked = null;
    });
    return soon(this.asked);
  }

  private async hear(): Promise<RTCIceServer[]> {
    const at = this.now();
    try {
      const said = await this.ask();
      const { servers, seconds } = read(said);
      this.known = { servers, until: at + (servers.length === 0 ? NONE_FOR_MS : seconds * 500) };
      return servers;
    } catch {
      return [];
    }
  }
}

function read(said: JsonObject): { servers: RTCIceServer[]; seconds: number } {
  const { urls, username, credential, expires_in: seconds } = said;
  const list = Array.isArray(urls) ? urls.filter((url) => typeof url === "string") : [];
  if (list.length === 0 || typeof username !== "string" || typeof credential !== "string") return { servers: [], seconds: 0 };
  return { servers: [{ urls: list, username, credential }], seconds: typeof seconds === "number" ? seconds : 0 };
}

function soon(servers: Promise<RTCIceServer[]>): Promise<RTCIceServer[]> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve([]), SAYS_WITHIN_MS);
    void servers.then((list) => {
      clearTimeout(late);
      resolve(list);
    });
  });
}
