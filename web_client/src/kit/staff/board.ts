/**
 * The board: every open visit a staff member may see, as rows folded from numbered records.
 *
 * Pure: messages of the `/clinician` and `/support` namespaces in, a new board out. A record whose patch names
 * the visit is a whole row (a visit that just came into view); any other must follow the last one folded.
 */

import { fold, type Folded, type NumberedRecord, readRecord } from "../fold";
import { isObject, type Json, type JsonObject } from "../json";
import { readReports, type Reports, withReport } from "./reports";

export type Here = "here" | "gap" | "gone";

export interface Presence {
  readonly member: Here;
  readonly clinician: Here;
  /** By id; guests who have come in. */
  readonly guests: Readonly<Record<string, Here>>;
}

export interface Board {
  readonly rows: ReadonlyMap<string, Folded>;
  /** Visits in the order in which they will be taken. */
  readonly order: readonly string[];
  readonly presence: ReadonlyMap<string, Presence>;
  /** What members' pages say of their devices; the desk's board alone has them. */
  readonly reports: Reports;
}

export type RowStep =
  | { readonly kind: "applied"; readonly board: Board; readonly record: NumberedRecord; readonly row: Folded; readonly removed: boolean }
  | { readonly kind: "old" }
  | { readonly kind: "gap" };

export const EMPTY_BOARD: Board = { rows: new Map(), order: [], presence: new Map(), reports: new Map() };

export function readBoard(payload: JsonObject): Board {
  const rows = new Map<string, Folded>();
  for (const [id, view] of entries(payload["visits"])) {
    if (isObject(view)) rows.set(id, { seq: Number(view["seq"] ?? 0), view });
  }
  const presence = new Map<string, Presence>();
  for (const [id, value] of entries(payload["presence"])) presence.set(id, readPresence(value));
  return { rows, order: readOrder(payload["order"]), presence, reports: readReports(payload["reports"]) };
}

export function applyRow(board: Board, payload: JsonObject): RowStep {
  const id = payload["visit"];
  const record = readRecord(payload);
  if (typeof id !== "string" || record === null) return { kind: "old" };
  const known = board.rows.get(id);
  if (known !== undefined && record.seq <= known.seq) return { kind: "old" };
  const whole = "visit" in record.patch;
  const removed = payload["removed"] === true;
  if (removed && known === undefined) return { kind: "old" };
  const base = whole || known === undefined ? { seq: record.seq - 1, view: {} } : known;
  if (!whole && known === undefined) return { kind: "gap" };
  const step = fold(base, record);
  // A row on its way out needs no reconnect: what it was is shown once more, then it is gone.
  if (step.kind !== "applied" && !removed) return { kind: "gap" };
  const row = step.kind === "applied" ? step.state : base;
  const rows = new Map(board.rows);
  if (removed) rows.delete(id);
  else rows.set(id, row);
  return { kind: "applied", board: { ...board, rows }, record, row, removed };
}

export function applyOrder(board: Board, payload: JsonObject): Board {
  return { ...board, order: readOrder(payload["order"]) };
}

export function applyPresence(board: Board, payload: JsonObject): Board {
  const id = payload["visit"];
  if (typeof id !== "string") return board;
  const presence = new Map(board.presence);
  presence.set(id, readPresence(payload, presence.get(id)));
  return { ...board, presence };
}

export function applyReport(board: Board, payload: JsonObject): Board {
  return { ...board, reports: withReport(board.reports, payload) };
}

/** Rows in the server's order; those it does not rank follow by due time, then by id. */
export function inOrder(board: Board): readonly Folded[] {
  const rank = new Map(board.order.map((id, index) => [id, index]));
  const key = (row: Folded): [number, string, string] => [
    rank.get(String(row.view["visit"])) ?? Number.MAX_SAFE_INTEGER,
    String(row.view["due"] ?? row.view["start"] ?? ""),
    String(row.view["visit"]),
  ];
  return [...board.rows.values()].sort((one, other) => {
    const [a, b] = [key(one), key(other)];
    return a[0] - b[0] || compare(a[1], b[1]) || compare(a[2], b[2]);
  });
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function entries(value: Json | undefined): [string, Json][] {
  return isObject(value) ? Object.entries(value) : [];
}

function readOrder(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === "string") : [];
}

function readPresence(value: Json, before?: Presence): Presence {
  const said = isObject(value) ? value : {};
  return {
    member: readHere(said["member"], before?.member),
    clinician: readHere(said["clinician"], before?.clinician),
    guests: Object.fromEntries(entries(said["guests"]).map(([id, here]) => [id, readHere(here)])),
  };
}

function readHere(value: Json | undefined, before: Here = "gone"): Here {
  return value === "here" || value === "gap" || value === "gone" ? value : before;
}
