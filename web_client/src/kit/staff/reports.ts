/** What members' pages say of their devices, as the desk's board holds it: codes, the latest of each visit. */

import { isObject, type Json, type JsonObject } from "../json";

export interface Report {
  readonly at: string;
  readonly system: string;
  readonly browser: string;
  readonly inside: string | null;
  readonly camera: string;
  readonly microphone: string;
  /** What does not work now. */
  readonly error: string | null;
  /** The steps that are on the member's screen. */
  readonly card: string | null;
  /** The steps that were on it last. */
  readonly told: string | null;
  readonly connection: string;
  readonly lastError: { readonly code: string; readonly at: string } | null;
}

export type Reports = ReadonlyMap<string, Report>;

export function readReports(value: Json | undefined): Reports {
  const found = new Map<string, Report>();
  if (!isObject(value)) return found;
  for (const [visit, said] of Object.entries(value)) if (isObject(said)) found.set(visit, readReport(said));
  return found;
}

export function withReport(reports: Reports, payload: JsonObject): Reports {
  const visit = payload["visit"];
  if (typeof visit !== "string") return reports;
  return new Map(reports).set(visit, readReport(payload));
}

function readReport(said: JsonObject): Report {
  const code = (name: string) => (typeof said[name] === "string" ? said[name] : null);
  const last = said["last_error"];
  return {
    at: code("at") ?? "",
    system: code("system") ?? "other",
    browser: code("browser") ?? "other",
    inside: code("inside"),
    camera: code("camera") ?? "unknown",
    microphone: code("microphone") ?? "unknown",
    error: code("error"),
    card: code("card"),
    told: code("told"),
    connection: code("connection") ?? "idle",
    lastError: isObject(last) ? { code: String(last["code"] ?? ""), at: String(last["at"] ?? "") } : null,
  };
}
