/** A visit as the support page receives it. No identity card, no picture, no sound: this page has none. */

import type { Folded } from "../kit/fold";
import { type Board, inOrder } from "../kit/staff/board";

export interface SupportView {
  readonly visit: string;
  readonly seq: number;
  readonly state: string;
  readonly clinic: string;
  readonly mode: string;
  readonly start: string;
  readonly minutes: number;
  readonly due?: string;
  readonly short_name: string;
  readonly language: string;
  readonly interpreter?: boolean;
  readonly clinician?: { readonly id: string; readonly name: string };
  readonly holder?: { readonly id: string; readonly name: string };
  readonly step: string;
  readonly step_at: string;
  readonly state_since?: string;
  readonly redeemed_at?: string;
  readonly checked_in_at?: string;
  readonly devices?: { readonly camera: string; readonly microphone: string; readonly facing: string; readonly seen: boolean };
  readonly link?: { readonly state: "live" | "resting" | "passed" | "none"; readonly until?: string; readonly tries: number };
  readonly callback?: string;
  readonly line?: unknown;
  readonly line_unread?: number;
  readonly recording?: { readonly state: string; readonly trouble?: string };
  readonly helper?: { readonly id: string; readonly name: string };
  readonly helper_since?: string;
  readonly fix?: { readonly card: string; readonly at: string; readonly by?: { readonly name: string }; readonly helped?: boolean };
  readonly notes?: unknown;
  readonly call_requested_at?: string;
  readonly call?: "calling" | "reached" | "not_reached";
  readonly call_tries?: number;
  readonly held_reason?: string;
  readonly hold_reason?: string;
  readonly reason?: string;
  readonly outcome?: string;
}

export function viewOf(row: Folded): SupportView {
  return row.view as unknown as SupportView;
}

export function viewsOf(board: Board): readonly SupportView[] {
  return inOrder(board).map(viewOf);
}

export function unreadIn(board: Board): number {
  let sum = 0;
  for (const row of board.rows.values()) sum += viewOf(row).line_unread ?? 0;
  return sum;
}

const OVER: ReadonlySet<string> = new Set(["completed", "left", "no_show", "cancelled", "redirected", "closed"]);

export function isOver(view: SupportView): boolean {
  return OVER.has(view.state);
}

/** Not begun, not over: what the desk may still hold, cancel or help along. */
export function isBefore(view: SupportView): boolean {
  return ["booked", "preparing", "waiting", "away", "held", "offered", "claimed"].includes(view.state);
}
