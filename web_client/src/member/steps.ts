/** Which screen the member sees, and what their camera and microphone should do: pure functions of the view. */

import type { MemberView, VisitState } from "./view";

/** The questions of check-in, in order; one screen each. */
export const STEPS = ["location", "callback", "present", "consent", "devices", "ready"] as const;
export type Step = (typeof STEPS)[number];

export type Screen = Step | "waiting" | "visit" | "ending";

/** The words the member agrees to; a change of the words is a new id. */
export const CONSENT_TEXT = "telehealth_2026_11";

const ENDED: ReadonlySet<VisitState> = new Set(["completed", "left", "no_show", "cancelled", "redirected", "closed"]);

/** Over for the member: the visit ended, or they left it and have not come back. */
export function hasEnded(view: Pick<MemberView, "state" | "leftAt">): boolean {
  return ENDED.has(view.state) || (view.state === "on_hold" && view.leftAt !== null);
}

/** `at` is the step the member is on by their own choice (a change, a step back); null follows the visit. */
export function screenFor(view: MemberView, at: Step | null): Screen {
  if (hasEnded(view)) return "ending";
  if (view.state === "in_visit" || view.state === "on_hold") return "visit";
  if (view.state === "booked" || (view.state === "preparing" && view.checkedInAt === null)) {
    return at ?? firstMissing(view);
  }
  return "waiting";
}

/** The first question without an answer; “ready” when all have one. */
export function firstMissing(view: MemberView): Step {
  if (view.location === null) return "location";
  if (view.callback === null) return "callback";
  if (view.present === null) return "present";
  // Agreed to other words is not agreed to these.
  if (view.consent !== CONSENT_TEXT) return "consent";
  return devicesDone(view) ? "ready" : "devices";
}

/** A working microphone, and a camera that the member saw themselves in or goes without. */
export function devicesDone(view: MemberView): boolean {
  const devices = view.devices;
  if (devices === null || devices.microphone !== "ok") return false;
  return devices.camera === "ok" ? devices.seen : devices.camera === "skipped";
}

export function stepAfter(step: Step): Step {
  return STEPS[STEPS.indexOf(step) + 1] ?? "ready";
}

export function stepBefore(step: Step): Step | null {
  return STEPS[STEPS.indexOf(step) - 1] ?? null;
}

/**
 * none: no connection · warm: transport up, nothing sent · ready: the camera runs behind the closed gate, so that
 * the first picture is there the instant the gate opens; no sound · live: both.
 */
export type MediaWish = "none" | "warm" | "ready" | "live";

export function mediaWish(view: MemberView): MediaWish {
  if (hasEnded(view)) return "none";
  switch (view.state) {
    case "waiting":
    case "away":
    case "held":
    case "offered":
    case "on_hold":
      return "warm";
    case "claimed":
      return "ready";
    case "in_visit":
      return "live";
    default:
      return "none";
  }
}

/** The camera and microphone are wanted from check-in until the end. */
export function devicesWanted(view: MemberView): boolean {
  return !hasEnded(view) && view.checkedInAt !== null;
}
