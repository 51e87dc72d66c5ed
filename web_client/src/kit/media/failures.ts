/** Why a camera or a microphone could not be had, as one of a few codes that each have a sentence of their own. */

export type DeviceKind = "camera" | "microphone";

/**
 * blocked: refused by the person's setting, the browser or the system · dismissed: the question was closed, asking
 * again is possible · none: no such device · busy: another program holds it, or a switch or cover is off ·
 * unsupported: no way to ask here (an old browser, a page inside an app, no https) · failed: anything else.
 */
export type FailureCode = "blocked" | "dismissed" | "none" | "busy" | "unsupported" | "failed";

/** The browser's own standing answer, where it tells. */
export type Permission = "granted" | "denied" | "prompt" | "unknown";

const CODES: Readonly<Record<string, FailureCode>> = {
  NotFoundError: "none",
  DevicesNotFoundError: "none",
  NotReadableError: "busy",
  TrackStartError: "busy",
  AbortError: "busy",
  SecurityError: "unsupported",
};

/** Constraints that a retry without them can heal. */
export function isOverConstrained(error: unknown): boolean {
  return nameOf(error) === "OverconstrainedError" || nameOf(error) === "ConstraintNotSatisfiedError";
}

/** `permission` is the state asked for right after the failure. */
export function failureOf(error: unknown, permission: Permission): FailureCode {
  const name = nameOf(error);
  if (name === "NotAllowedError" || name === "PermissionDeniedError") {
    // A closed question leaves the state at “prompt”, or says so: the page may simply ask again.
    return permission === "prompt" || /dismissed/i.test(messageOf(error)) ? "dismissed" : "blocked";
  }
  return CODES[name] ?? "failed";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "";
}

function nameOf(error: unknown): string {
  return typeof error === "object" && error !== null && "name" in error ? String(error.name) : "";
}
