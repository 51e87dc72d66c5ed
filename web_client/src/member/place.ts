/** The member's place in words: which sentence is true now. Pure. */

import type { MemberView, Standing } from "./view";

export type PlaceKind = "early" | "claimed" | "held" | "away" | "nobody" | "next" | "ahead" | "unknown";

export interface Place {
  readonly kind: PlaceKind;
  /** How many the same clinicians would take before; meaningful for “ahead”. */
  readonly ahead: number;
  /** When an early member joins the line, ISO. */
  readonly opens: string;
}

/** A member who is ready joins the line this long before the visit's start. */
export const LINE_OPENS_BEFORE_MS = 15 * 60_000;

export function placeOf(view: MemberView, standing: Standing | null): Place {
  const ahead = standing?.ahead ?? 0;
  const start = Date.parse(view.start);
  const opens = Number.isNaN(start) ? view.start : new Date(start - LINE_OPENS_BEFORE_MS).toISOString();
  return { kind: kindOf(view, standing), ahead, opens };
}

function kindOf(view: MemberView, standing: Standing | null): PlaceKind {
  if (view.state === "preparing") return "early";
  if (view.state === "claimed") return "claimed";
  if (view.state === "held") return "held";
  if (view.state === "away") return "away";
  if (standing === null) return "unknown";
  // People ahead with nobody on duty would still be a promise; “nobody” comes first.
  if (standing.nobody) return "nobody";
  return standing.ahead === 0 ? "next" : "ahead";
}
