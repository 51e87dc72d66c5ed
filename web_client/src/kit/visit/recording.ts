/** What a page knows of the recording of its visit, and what follows from a change of it: pure functions. */

import { isObject, type Json } from "../json";

/** The words that people agree to; a change of the words is a new id. */
export const RECORDING_TEXT = "recording_2026_11";

export type RecordingState = "off" | "asked" | "recording" | "paused" | "stopped";

export interface Recording {
  readonly id: string;
  readonly state: RecordingState;
  /** People by their place: clinician, member, member-1 …, guests by their ids. */
  readonly waitingFor: readonly string[];
  readonly agreed: readonly string[];
  /** Names of those who share the member's device and agreed. */
  readonly names: readonly string[];
  /** Whether whoever reads this has agreed. */
  readonly mine: boolean;
  /** How many share the member's device with them. */
  readonly people: number;
  readonly reason: string | null;
  /** Why nothing is being written although it may; null while all is well. */
  readonly trouble: string | null;
}

export const OFF: Recording = {
  id: "",
  state: "off",
  waitingFor: [],
  agreed: [],
  names: [],
  mine: false,
  people: 0,
  reason: null,
  trouble: null,
};

const STATES: ReadonlySet<string> = new Set(["asked", "recording", "paused", "stopped"]);

export function readRecording(json: Json | undefined): Recording {
  if (!isObject(json)) return OFF;
  const state = json["state"];
  return {
    id: text(json["id"]) ?? "",
    state: typeof state === "string" && STATES.has(state) ? (state as RecordingState) : "off",
    waitingFor: list(json["waiting_for"]),
    agreed: list(json["agreed"]),
    names: isObject(json["names"]) ? Object.values(json["names"]).filter((name) => typeof name === "string") : [],
    mine: json["mine"] === true,
    people: typeof json["people"] === "number" ? json["people"] : 0,
    reason: text(json["reason"]),
    trouble: text(json["trouble"]),
  };
}

/** Asked for, running or paused: somebody's answer matters. */
export function isOn(recording: Recording): boolean {
  return recording.state === "asked" || recording.state === "recording" || recording.state === "paused";
}

/** Whether this member's answer is missing. */
export function asksMember(recording: Recording): boolean {
  return isOn(recording) && recording.waitingFor.some((person) => person === "member" || person.startsWith("member-"));
}

export type Signal = "start" | "pause" | "stop";

/** What is to be heard when one follows the other. */
export function signalOf(before: RecordingState, after: RecordingState): Signal | null {
  if (before === after) return null;
  if (after === "recording") return "start";
  if (before === "recording") return after === "paused" ? "pause" : "stop";
  return before === "paused" ? "stop" : null;
}

/** The names in “Leo, Mía and Joe”, as somebody typed them. */
export function namesIn(typed: string): readonly string[] {
  return typed
    .split(/[,;\n&]|\s+(?:and|y|e)\s+/i)
    .map((name) => name.trim().slice(0, 100))
    .filter((name) => name !== "");
}

/** As many rows as there are people, with the names that are known. */
export function rowsFor(people: number, known: readonly string[]): readonly string[] {
  return Array.from({ length: people }, (_, n) => (known.length === people ? (known[n] ?? "") : people === 1 ? known.join(", ") : (known[n] ?? "")));
}

function text(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function list(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
