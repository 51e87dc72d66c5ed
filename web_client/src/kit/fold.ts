/**
 * A page's state is a fold over numbered records: snapshot, then patches in order.
 *
 * The server sends each visit as a JSON view and then, per event, a JSON merge patch (RFC 7396) with the
 * visit's `seq`. Delivery is at most once and may repeat after a reconnect, so: a record that is not newer
 * is dropped, the next one is applied, and anything further ahead is a gap that only a snapshot can close.
 */

import { isObject, type Json, type JsonObject } from "./json";

export interface NumberedRecord {
  readonly seq: number;
  readonly type: string;
  readonly at: string;
  readonly patch: JsonObject;
}

export interface Folded {
  readonly seq: number;
  readonly view: JsonObject;
}

export type Step =
  | { readonly kind: "applied"; readonly state: Folded }
  | { readonly kind: "old" }
  | { readonly kind: "gap" };

/** RFC 7396: null removes, an object merges, anything else (lists too) replaces. Inputs are not changed. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged = new Map<string, Json>(isObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  // fromEntries defines own properties, so a key such as "__proto__" stays plain data.
  return Object.fromEntries(merged);
}

/** One record onto a state. */
export function fold(state: Folded, record: NumberedRecord): Step {
  if (record.seq <= state.seq) return { kind: "old" };
  if (record.seq > state.seq + 1) return { kind: "gap" };
  return { kind: "applied", state: { seq: record.seq, view: mergePatch(state.view, record.patch) as JsonObject } };
}

/** Many records, in order; null if there is a hole among them. */
export function foldAll(state: Folded, records: readonly NumberedRecord[]): Folded | null {
  let now = state;
  for (const record of records) {
    const step = fold(now, record);
    if (step.kind === "gap") return null;
    if (step.kind === "applied") now = step.state;
  }
  return now;
}

/** A record as it came over the wire; null when it is none. */
export function readRecord(payload: JsonObject): NumberedRecord | null {
  const { seq, type, at, patch } = payload;
  if (typeof seq !== "number" || !isObject(patch)) return null;
  return { seq, type: typeof type === "string" ? type : "changed", at: typeof at === "string" ? at : "", patch };
}
