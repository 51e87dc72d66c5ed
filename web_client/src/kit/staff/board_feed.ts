/** The board over the wire: snapshot on connect, then rows, orders and presence. A gap means a new snapshot. */

import type { Folded, NumberedRecord } from "../fold";
import { Line, type LineOptions } from "../socket";
import { type Readable, Store } from "../store";
import { applyOrder, applyPresence, applyReport, applyRow, type Board, readBoard } from "./board";

export interface Happened {
  readonly visit: string;
  readonly record: NumberedRecord;
  readonly before: Folded | undefined;
  readonly after: Folded;
  readonly removed: boolean;
}

export class BoardFeed {
  readonly line: Line;
  /** null until the first snapshot. */
  readonly board: Readable<Board | null>;
  private readonly store = new Store<Board | null>(null);
  private readonly listeners = new Set<(happened: Happened) => void>();
  private readonly caughtUp = new Set<(before: Board, now: Board) => void>();

  constructor(namespace: string, options: LineOptions = {}) {
    this.board = this.store;
    this.line = new Line(namespace, options);
    this.line.on("board", (payload) => {
      const before = this.store.get();
      const board = readBoard(payload);
      this.store.set(board);
      if (before !== null) for (const listener of [...this.caughtUp]) listener(before, board);
    });
    this.line.on("order", (payload) => this.store.update((board) => board && applyOrder(board, payload)));
    this.line.on("presence", (payload) => this.store.update((board) => board && applyPresence(board, payload)));
    this.line.on("report", (payload) => this.store.update((board) => board && applyReport(board, payload)));
    this.line.on("row", (payload) => {
      const board = this.store.get();
      if (board === null) return;
      const step = applyRow(board, payload);
      if (step.kind === "gap") this.line.reconnect();
      if (step.kind !== "applied") return;
      const visit = String(payload["visit"]);
      const before = board.rows.get(visit);
      this.store.set(step.board);
      for (const listener of [...this.listeners]) {
        listener({ visit, record: step.record, before, after: step.row, removed: step.removed });
      }
    });
  }

  /** A whole new board after a break: what happened in between was not told one by one. */
  onCaughtUp(listener: (before: Board, now: Board) => void): () => void {
    this.caughtUp.add(listener);
    return () => this.caughtUp.delete(listener);
  }

  /** Each newly folded record, never a snapshot: for notices, sounds and announcements. */
  onHappened(listener: (happened: Happened) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
