/** Which screen the member sees, and what their camera and microphone should do: pure functions of the view. */

import type { MemberView, VisitState } from "./view";

/** The questions of check-in, in order; one screen each. */
export const STEPS = ["location", "callback", "present", "consent", "devices", "ready"] as const;
export type Step = (typeof STEPS)[number];

/** A telephone call needs no camera check. */
export function stepsOf(view: Pick<MemberView, "mode">): readonly Step[] {
  return view.mode === "phone" ? STEPS.filter((step) => step !== "devices") : STEPS;
}

export type Screen = Step | "waiting" | "visit" | "ending";

/** The words the member agrees to; a change of the words is a new id. */
export const CONSENT_TEXT = "telehealth_2026_12";
/** The words for a visit by telephone. */
export const CONSENT_TEXT_PHONE = "telephone_2026_11";

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
    return at !== null && stepsOf(view).includes(at) ? at : firstMissing(view);
  }
  return "waiting";
}

/** The first question without an answer; “ready” when all have one. */
export function firstMissing(view: MemberView): Step {
  if (view.location === null) return "location";
  if (view.callback === null) return "callback";
  if (view.present === null) return "present";
  if (!hasAgreed(view)) return "consent";
  return view.mode === "phone" || devicesDone(view) ? "ready" : "devices";
}

/** Agreed to other words is not agreed to these; who agreed to video has agreed to what a telephone call has too. */
function hasAgreed(view: MemberView): boolean {
  return view.consent === CONSENT_TEXT || (view.mode === "phone" && view.consent === CONSENT_TEXT_PHONE);
}

/** A working microphone, and a camera that the member saw themselves in or goes without. */
export function devicesDone(view: MemberView): boolean {
  const devices = view.devices;
  if (devices === null || devices.microphone !== "ok") return false;
  return devices.camera === "ok" ? devices.seen : devices.camera === "skipped";
}

export function stepAfter(step: Step, steps: readonly Step[] = STEPS): Step {
  return steps[steps.indexOf(step) + 1] ?? "ready";
}

export function stepBefore(step: Step, steps: readonly Step[] = STEPS): Step | null {
  return steps[steps.indexOf(step) - 1] ?? null;
}

/**
 * none: no connection · warm: transport up, nothing sent · ready: the camera runs behind the closed gate, so that
 * the first picture is there the instant the gate opens; no sound · live: both.
 */
export type MediaWish = "none" | "warm" | "ready" | "live";

export function mediaWish(view: MemberView): MediaWish {
  if (hasEnded(view) || view.mode === "phone") return "none";
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

/** The camera and microphone are wanted from check-in until the end, unless the visit is by telephone. */
export function devicesWanted(view: MemberView): boolean {
  return !hasEnded(view) && view.checkedInAt !== null && view.mode === "video";
}
