/** What the member door answers, as pages of their own. */

import { isObject, type Json, type JsonObject } from "../kit/json";
import type { Refused } from "../kit/refusal";
import { type Clinic, readClinic } from "./view";

export interface Brand {
  readonly name: string;
  readonly phone: string;
  readonly urgentCare: string;
}

export type Answer =
  | { readonly kind: "in" }
  | { readonly kind: "too_early"; readonly clinic: Clinic; readonly start: string }
  | { readonly kind: "ended" | "cancelled"; readonly clinic: Clinic }
  /** Wrong date, or an unknown, old or resting link: nobody is told which. */
  | { readonly kind: "not_recognised" }
  | { readonly kind: "too_often" }
  | { readonly kind: "unsent" };

export function readAnswer(body: JsonObject): Answer {
  const outcome = body["outcome"];
  const clinic = readClinic(body["clinic"]);
  if (outcome === "too_early") {
    const zone = body["tz"];
    return {
      kind: "too_early",
      clinic: typeof zone === "string" ? { ...clinic, zone } : clinic,
      start: String(body["start"] ?? ""),
    };
  }
  if (outcome === "ended" || outcome === "cancelled") return { kind: outcome, clinic };
  return { kind: "in" };
}

export function readRefused(refused: Refused): Answer {
  if (refused.code === "not_recognised") return { kind: "not_recognised" };
  if (refused.code === "too_many_requests" || refused.code === "http_429" || refused.detail["retry_after"] !== undefined) {
    return { kind: "too_often" };
  }
  return { kind: "unsent" };
}

export function readBrand(body: JsonObject): Brand {
  const brand = isObject(body["brand"]) ? body["brand"] : body;
  return { name: text(brand["name"]) || text(body["brand"]), phone: text(brand["phone"]), urgentCare: text(brand["urgent_care"]) };
}

/** The join link as it came, to be taken to another browser. */
export function linkOf(token: string): string {
  return `${location.origin}${location.pathname}${location.search}#${token}`;
}

/** How long before its start a visit lets its member in. */
export const OPENS_BEFORE_MS = 60 * 60_000;

/** The moment from which the link works, ISO. */
export function opensAt(start: string): string {
  return new Date(Date.parse(start) - OPENS_BEFORE_MS).toISOString();
}

/** Does the clock on the member's wall show something else than the clinic's at that moment? */
export function zonesDiffer(at: string, clinicZone: string, memberZone: string): boolean {
  return wallClock(at, clinicZone) !== wallClock(at, memberZone);
}

function wallClock(at: string, zone: string): string {
  const instant = Date.parse(at);
  if (Number.isNaN(instant)) return "";
  return new Intl.DateTimeFormat("en", { dateStyle: "short", timeStyle: "short", timeZone: zone }).format(instant);
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
