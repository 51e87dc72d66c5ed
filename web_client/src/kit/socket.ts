/**
 * The page's line to the server: one Socket.IO namespace.
 *
 * Socket.IO delivers at most once. So the page connects with the last `seq` it folded, every command has an
 * id made here, and a command without an acknowledgement is sent again under the SAME id until the deadline:
 * the server answers a repeated id with the first answer and records nothing twice.
 */

import { io, type Socket } from "socket.io-client";

import { isObject, type Json, type JsonObject } from "./json";
import { NO_ANSWER, readRefusal, Refused } from "./refusal";
import { type Readable, type Stop, Store } from "./store";

export { NO_ANSWER, Refused } from "./refusal";

export const ACK_WITHIN_MS = 8_000;
export const GIVE_UP_AFTER_MS = 40_000;

/** connecting: first try · online · offline: was online, trying again · refused: the server said no. */
export type LinkState = "connecting" | "online" | "offline" | "refused";

export type Ack = JsonObject & { readonly ok: true; readonly seq?: number };

/** What a feed needs of the socket; tests hand in a small one of their own. */
export interface Wire {
  readonly connected: boolean;
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
  connect(): unknown;
  disconnect(): unknown;
  timeout(ms: number): { emitWithAck(event: string, payload: unknown): Promise<unknown> };
}

export interface LineOptions {
  /** Sent with every (re)connect, e.g. `() => ({ seq: feed.seq })`. */
  readonly auth?: () => JsonObject;
  readonly wire?: Wire;
  readonly newId?: () => string;
}

export class Line {
  readonly state: Readable<LinkState>;
  /** Why the server refused the connection (a code), when it did. */
  refusedBecause: string | null = null;

  private readonly wire: Wire;
  private readonly link = new Store<LinkState>("connecting");
  private readonly newId: () => string;
  private closed = false;

  constructor(namespace: string, options: LineOptions = {}) {
    this.state = this.link;
    this.newId = options.newId ?? randomId;
    this.wire = options.wire ?? openWire(namespace, options.auth);
    this.wire.on("connect", () => this.link.set("online"));
    this.wire.on("disconnect", ((reason: string) => {
      if (this.closed) return;
      this.link.set("offline");
      // Socket.IO does not come back by itself when the server ended the connection.
      if (reason === "io server disconnect") this.again(1_000);
    }) as (...args: never[]) => void);
    this.wire.on("connect_error", ((error: Error & { data?: unknown }) => this.failed(error)) as (...args: never[]) => void);
  }

  connect(): void {
    this.wire.connect();
  }

  /** Ask for a fresh start: the server answers a connect with what is missing, or a snapshot. */
  reconnect(): void {
    this.wire.disconnect();
    this.wire.connect();
  }

  close(): void {
    this.closed = true;
    this.wire.disconnect();
  }

  /** Messages of the server; the answer stops listening. */
  on(event: string, listener: (payload: JsonObject) => void): Stop {
    const hear = ((payload: unknown) => listener(isObject(payload) ? payload : {})) as (...args: never[]) => void;
    this.wire.on(event, hear);
    return () => this.wire.off(event, hear);
  }

  /** A command of the contract. Resolves after the server committed it; rejects with Refused. */
  command(type: string, fields: JsonObject = {}): Promise<Ack> {
    return this.persist("command", { ...fields, id: this.newId(), type });
  }

  /** Another event that is safe to repeat because it carries an id made here. */
  request(event: string, fields: JsonObject = {}): Promise<Ack> {
    return this.persist(event, { ...fields, id: this.newId() });
  }

  /** An event that is asked once: no second try, because a repeat would not be the same question. */
  async ask(event: string, payload: JsonObject = {}, withinMs: number = ACK_WITHIN_MS): Promise<Ack> {
    await this.online(withinMs);
    let body: unknown;
    try {
      body = await this.wire.timeout(withinMs).emitWithAck(event, payload);
    } catch {
      throw new Refused(NO_ANSWER, "");
    }
    return accepted(body);
  }

  private async persist(event: string, payload: JsonObject): Promise<Ack> {
    const deadline = Date.now() + GIVE_UP_AFTER_MS;
    for (;;) {
      await this.online(deadline - Date.now());
      const within = Math.min(ACK_WITHIN_MS, deadline - Date.now());
      if (within <= 0) throw new Refused(NO_ANSWER, "");
      let body: unknown;
      try {
        body = await this.wire.timeout(within).emitWithAck(event, payload);
      } catch {
        // An acknowledgement that never comes over a line that thinks it is up: the line is half open.
        if (this.wire.connected && Date.now() < deadline) this.reconnect();
        continue;
      }
      return accepted(body);
    }
  }

  private online(withinMs: number): Promise<void> {
    if (this.wire.connected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => end(() => reject(new Refused(NO_ANSWER, ""))), Math.max(0, withinMs));
      const stop = this.link.subscribe((state) => {
        if (state === "online") end(resolve);
        else if (state === "refused") end(() => reject(new Refused(this.refusedBecause ?? "refused", "")));
      });
      function end(then: () => void): void {
        clearTimeout(timer);
        stop();
        then();
      }
    });
  }

  private failed(error: Error & { data?: unknown }): void {
    const refusal = readRefusal(error.data);
    if (refusal !== null && FINAL.has(refusal.code)) {
      this.refusedBecause = refusal.code;
      this.link.set("refused");
      return;
    }
    if (this.link.get() !== "connecting") this.link.set("offline");
    // Socket.IO tries again by itself after a lost network, but not after a “no” from the server.
    if (refusal !== null) this.again(2_000);
  }

  private again(afterMs: number): void {
    setTimeout(() => {
      if (!this.closed && !this.wire.connected) this.wire.connect();
    }, afterMs);
  }
}

/** Refusals of a connection that trying again cannot change. */
const FINAL: ReadonlySet<string> = new Set(["not_signed_in", "no_visit", "not_permitted", "malformed"]);

function accepted(body: unknown): Ack {
  const refusal = readRefusal(body);
  if (refusal !== null) throw refusal;
  return { ...(isObject(body) ? body : {}), ok: true as const } as Ack & { [key: string]: Json };
}

function openWire(namespace: string, auth?: () => JsonObject): Wire {
  const socket: Socket = io(namespace, {
    autoConnect: false,
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    withCredentials: true,
    reconnectionDelay: 300,
    reconnectionDelayMax: 3_000,
    randomizationFactor: 0.4,
    ...(auth === undefined ? {} : { auth: (answer: (data: object) => void) => answer(auth()) }),
  });
  return socket as unknown as Wire;
}

/** A UUID v4; crypto.randomUUID is missing on phones of 2021. */
function randomId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
