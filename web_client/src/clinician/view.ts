/** A visit as the clinician's page receives it, and what the page reads out of a board of them. */

import type { Folded } from "../kit/fold";
import type { JsonObject } from "../kit/json";
import { type Board, inOrder } from "../kit/staff/board";

export interface Person {
  readonly id: string;
  readonly name: string;
}

export interface DeviceCheck {
  readonly camera: string;
  readonly microphone: string;
  readonly facing: string;
  readonly seen: boolean;
}

/** Absent means “none” or “not for you”: the identity card is there for the holder alone. */
export interface ClinicianView {
  readonly visit: string;
  readonly seq: number;
  readonly state: string;
  readonly clinic: string;
  readonly mode: "video" | "phone";
  readonly start: string;
  readonly minutes: number;
  readonly due?: string;
  readonly name?: string;
  readonly short_name: string;
  readonly birth_date?: string;
  readonly reason_for_visit?: string;
  readonly ref?: string;
  readonly language: string;
  readonly interpreter?: boolean;
  readonly on_behalf?: boolean;
  readonly named?: Person;
  readonly holder?: Person;
  readonly claim_expires?: string;
  readonly location?: string;
  readonly location_described?: boolean;
  readonly driving?: boolean;
  readonly callback?: string;
  readonly present?: string;
  readonly others?: number;
  readonly devices?: DeviceCheck;
  readonly guests?: JsonObject;
  readonly checked_in_at?: string;
  readonly redeemed_at?: string;
  readonly admitted_at?: string;
  readonly identity_confirmed_at?: string;
  readonly call_requested_at?: string;
  readonly call?: "calling" | "reached" | "not_reached";
  readonly call_at?: string;
  readonly call_tries?: number;
  /** The number that the health system has; in a visit by phone only. */
  readonly phone?: string;
  readonly notes?: unknown;
  readonly held_reason?: string;
  readonly hold_reason?: string;
  readonly left_at?: string;
  readonly reason?: string;
  readonly outcome?: string;
  readonly chat?: JsonObject;
  readonly chat_unread?: number;
  readonly still_asked_at?: string;
  readonly planned_end?: string;
  readonly extra_minutes?: number;
  readonly recording?: JsonObject;
}

export function viewOf(row: Folded): ClinicianView {
  return row.view as unknown as ClinicianView;
}

export interface Sections {
  /** Begun and suspended, and mine to resume. */
  readonly onHold: readonly ClinicianView[];
  readonly waiting: readonly ClinicianView[];
  readonly gettingReady: readonly ClinicianView[];
  readonly later: readonly ClinicianView[];
  /** With some clinician now. */
  readonly underWay: readonly ClinicianView[];
}

/** The board in parts, each in the order in which visits will be taken. */
export function sections(board: Board, me: string): Sections {
  const views = inOrder(board).map(viewOf);
  const where = (...states: string[]) => views.filter((view) => states.includes(view.state));
  return {
    onHold: where("on_hold").filter((view) => view.holder?.id === me),
    waiting: where("waiting", "away", "held", "offered", "claimed"),
    gettingReady: where("preparing"),
    later: where("booked"),
    underWay: where("in_visit", "on_hold").filter((view) => view.holder?.id !== me),
  };
}

/**
 * The visit this clinician is at: the claimed or running one, else one on hold that they have not put aside.
 * (A visit on hold leaves the clinician free to take another.)
 */
export function holding(board: Board, me: string, aside: ReadonlySet<string> = new Set()): ClinicianView | null {
  const mine = [...board.rows.values()].map(viewOf).filter((view) => view.holder?.id === me);
  return (
    mine.find((view) => view.state === "claimed" || view.state === "in_visit") ??
    mine.find((view) => view.state === "on_hold" && !aside.has(view.visit)) ??
    null
  );
}

export function mayClaim(view: ClinicianView, me: string): boolean {
  return view.state === "waiting" && view.holder === undefined && (view.named === undefined || view.named.id === me);
}
