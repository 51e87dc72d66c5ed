/** One visit as its own page sees it: `snapshot`, then `record`s, folded into a store. */

import { fold, type Folded, type NumberedRecord, readRecord } from "./fold";
import { isObject, type JsonObject } from "./json";
import { Line, type LineOptions } from "./socket";
import { type Readable, Store } from "./store";

export class VisitFeed {
  readonly line: Line;
  readonly state: Readable<Folded | null>;
  private readonly folded = new Store<Folded | null>(null);
  private heard: (record: NumberedRecord) => void = () => {};

  /** `start` is a snapshot the page already fetched; with it the first connect asks only for what is newer. */
  constructor(namespace: string, start: Folded | null = null, options: LineOptions = {}) {
    this.state = this.folded;
    this.folded.set(start);
    this.line = new Line(namespace, { auth: () => this.auth(), ...options });
    this.line.on("snapshot", (payload) => this.restart(payload));
    this.line.on("record", (payload) => this.apply(payload));
  }

  /** Called after each newly applied record, for sounds and announcements; never for a snapshot. */
  onRecord(listener: (record: NumberedRecord) => void): void {
    this.heard = listener;
  }

  /** What is sent with each connect: the last seq folded, if any. */
  auth(): JsonObject {
    const now = this.folded.get();
    return now === null ? {} : { seq: now.seq };
  }

  private restart(payload: JsonObject): void {
    const seq = payload["seq"];
    const view = payload["view"];
    if (typeof seq === "number" && isObject(view)) this.folded.set({ seq, view });
  }

  private apply(payload: JsonObject): void {
    const record = readRecord(payload);
    if (record === null) return;
    const now = this.folded.get();
    const step = now === null ? ({ kind: "gap" } as const) : fold(now, record);
    if (step.kind === "gap") {
      this.line.reconnect();
    } else if (step.kind === "applied") {
      this.folded.set(step.state);
      this.heard(record);
    }
  }
}
