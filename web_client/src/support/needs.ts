/**
 * Who needs help first, and why. Pure: a view, presence and the time in; reasons with weights out.
 *
 * The weights only order the list; each row always says its reasons in words.
 */

import type { Here } from "../kit/staff/board";
import { isBefore, type SupportView } from "./view";

export interface Need {
  readonly code:
    | "message"
    | "call_requested"
    | "fix_failed"
    | "link_resting"
    | "wrong_dates"
    | "long_wait"
    | "microphone"
    | "on_hold"
    | "camera"
    | "stuck"
    | "late"
    | "not_connected"
    | "held";
  readonly weight: number;
  /** What the words of the code need: a finding, a time, how many. */
  readonly detail?: string;
}

export const STUCK_AFTER_MS = 3 * 60_000;
export const LATE_AFTER_MS = 5 * 60_000;
/** Past the appointment: the point at which a person should step in. */
export const LONG_WAIT_AFTER_MS = 30 * 60_000;

export function needsOf(view: SupportView, here: Here, now: number): readonly Need[] {
  const found: Need[] = [];
  const since = (at: string | undefined) => (at === undefined ? 0 : now - Date.parse(at));
  if ((view.line_unread ?? 0) > 0) found.push({ code: "message", weight: 100, detail: String(view.line_unread) });
  if (view.call_requested_at !== undefined) found.push({ code: "call_requested", weight: 90 });
  if (view.fix?.helped === false) found.push({ code: "fix_failed", weight: 75 });
  if (view.link?.state === "resting" && (view.link.until === undefined || Date.parse(view.link.until) > now)) {
    found.push({ code: "link_resting", weight: 80, ...(view.link.until === undefined ? {} : { detail: view.link.until }) });
  } else if ((view.link?.tries ?? 0) >= 2 && isBefore(view)) {
    found.push({ code: "wrong_dates", weight: 48 });
  }
  const queued = ["waiting", "away", "held", "offered"].includes(view.state);
  if (queued && since(view.due ?? view.start) > LONG_WAIT_AFTER_MS) found.push({ code: "long_wait", weight: 70 });
  if (isBefore(view) && view.devices !== undefined && view.mode === "video") {
    if (view.devices.microphone !== "ok") found.push({ code: "microphone", weight: 60, detail: view.devices.microphone });
    if (view.devices.camera !== "ok") found.push({ code: "camera", weight: 50, detail: view.devices.camera });
  }
  if (view.state === "on_hold") found.push({ code: "on_hold", weight: 55 });
  if (view.state === "preparing" && view.checked_in_at === undefined && since(view.step_at) > STUCK_AFTER_MS) {
    found.push({ code: "stuck", weight: 45 });
  }
  if (view.state === "booked" && since(view.start) > LATE_AFTER_MS) found.push({ code: "late", weight: 40 });
  // Who waits for a telephone call may close the page.
  if (view.state !== "booked" && here === "gone" && view.mode === "video") found.push({ code: "not_connected", weight: 30 });
  if (view.state === "held") found.push({ code: "held", weight: 20 });
  return found.sort((one, other) => other.weight - one.weight);
}

/** One number to sort by: the worst reason counts, the others break ties. */
export function urgency(needs: readonly Need[]): number {
  return needs.reduce((sum, need, index) => sum + (index === 0 ? need.weight * 100 : need.weight), 0);
}
