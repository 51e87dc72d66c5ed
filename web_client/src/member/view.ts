/** The member's view of their visit, read from the JSON the server folds and sends. Absent means none. */

import { isObject, type Json, type JsonObject } from "../kit/json";
import { readRecording, type Recording } from "../kit/visit/recording";
import { type Guest, readGuests } from "../kit/visit/guests";

export type VisitState =
  | "booked"
  | "preparing"
  | "waiting"
  | "away"
  | "held"
  | "offered"
  | "claimed"
  | "in_visit"
  | "on_hold"
  | "completed"
  | "left"
  | "no_show"
  | "cancelled"
  | "redirected"
  | "closed";

export interface Clinic {
  readonly name: string;
  readonly zone: string;
  readonly phone: string;
  readonly deskPhone: string;
  readonly urgentCare: string;
}

export interface DeviceReport {
  readonly camera: string;
  readonly microphone: string;
  readonly facing: string;
  readonly seen: boolean;
}

export interface MemberView {
  readonly visit: string;
  readonly state: VisitState;
  readonly mode: "video" | "phone";
  readonly start: string;
  readonly late: boolean;
  readonly early: boolean;
  readonly onBehalf: boolean;
  readonly clinic: Clinic;
  readonly clinician: { readonly name: string; readonly credentials: string } | null;
  readonly forName: string;
  readonly location: string | null;
  readonly locationDescribed: boolean;
  readonly driving: boolean;
  readonly callback: string | null;
  readonly present: string | null;
  readonly consent: string | null;
  readonly devices: DeviceReport | null;
  readonly guests: readonly Guest[];
  readonly checkedInAt: string | null;
  readonly line: Json;
  readonly lineUnread: number;
  readonly reason: string | null;
  readonly outcome: string | null;
  /** When the member left, if they have not come back; an admitted visit is then on hold. */
  readonly leftAt: string | null;
  readonly rejoinUntil: string | null;
  readonly chat: Json;
  readonly chatUnread: number;
  readonly stillAskedAt: string | null;
  readonly admittedAt: string | null;
  readonly holdReason: string | null;
  readonly plannedEnd: string | null;
  readonly extraMinutes: number;
  readonly recording: Recording;
  /** Since when the member wants to be called instead. */
  readonly callRequestedAt: string | null;
  /** How the telephone call of a visit by phone stands. */
  readonly call: "calling" | "reached" | "not_reached" | null;
  /** Steps from the desk that are not answered yet. */
  readonly fix: { readonly card: string; readonly at: string } | null;
}

export function readView(json: JsonObject): MemberView {
  const clinician = json["clinician"];
  const devices = json["devices"];
  const fix = json["fix"];
  return {
    visit: text(json["visit"]) ?? "",
    state: (text(json["state"]) ?? "preparing") as VisitState,
    mode: json["mode"] === "phone" ? "phone" : "video",
    start: text(json["start"]) ?? "",
    late: json["late"] === true,
    early: json["early"] === true,
    onBehalf: json["on_behalf"] === true,
    clinic: readClinic(json["clinic"]),
    clinician: isObject(clinician)
      ? { name: text(clinician["name"]) ?? "", credentials: text(clinician["credentials"]) ?? "" }
      : null,
    forName: text(json["for_name"]) ?? "",
    location: text(json["location"]),
    locationDescribed: json["location_described"] === true,
    driving: json["driving"] === true,
    callback: text(json["callback"]),
    present: text(json["present"]),
    consent: text(json["consent"]),
    devices: isObject(devices)
      ? {
          camera: text(devices["camera"]) ?? "none",
          microphone: text(devices["microphone"]) ?? "none",
          facing: text(devices["facing"]) ?? "none",
          seen: devices["seen"] === true,
        }
      : null,
    guests: readGuests(json["guests"]),
    checkedInAt: text(json["checked_in_at"]),
    line: json["line"] ?? {},
    lineUnread: count(json["line_unread"]),
    reason: text(json["reason"]),
    outcome: text(json["outcome"]),
    leftAt: text(json["left_at"]),
    rejoinUntil: text(json["rejoin_until"]),
    chat: json["chat"] ?? {},
    chatUnread: count(json["chat_unread"]),
    stillAskedAt: text(json["still_asked_at"]),
    admittedAt: text(json["admitted_at"]),
    holdReason: text(json["hold_reason"]),
    plannedEnd: text(json["planned_end"]),
    extraMinutes: count(json["extra_minutes"]),
    recording: readRecording(json["recording"]),
    callRequestedAt: text(json["call_requested_at"]),
    call: text(json["call"]) as MemberView["call"],
    fix: isObject(fix) ? { card: text(fix["card"]) ?? "", at: text(fix["at"]) ?? "" } : null,
  };
}

export function readClinic(json: Json | undefined): Clinic {
  const clinic = isObject(json) ? json : {};
  return {
    name: text(clinic["name"]) ?? "",
    zone: text(clinic["tz"]) ?? "UTC",
    phone: text(clinic["phone"]) ?? "",
    deskPhone: text(clinic["desk_phone"]) ?? text(clinic["phone"]) ?? "",
    urgentCare: text(clinic["urgent_care"]) ?? "",
  };
}

/** “Maya Chen, MD” */
export function fullName(clinician: { readonly name: string; readonly credentials: string }): string {
  return clinician.credentials === "" ? clinician.name : `${clinician.name}, ${clinician.credentials}`;
}

/** How many the same clinicians would take before this member. */
export interface Standing {
  readonly ahead: number;
  readonly nobody: boolean;
}

export function readStanding(json: Json | undefined): Standing | null {
  if (!isObject(json) || typeof json["ahead"] !== "number") return null;
  return { ahead: json["ahead"], nobody: json["nobody"] === true };
}

function text(value: Json | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function count(value: Json | undefined): number {
  return typeof value === "number" ? value : 0;
}
