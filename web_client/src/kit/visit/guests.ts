/** The people who were invited into a visit, read from the JSON of any role's view. */

import { isObject, type Json } from "../json";

export type GuestKind = "family" | "interpreter";

export interface Guest {
  /** Also the name of their endpoint in the media room. */
  readonly id: string;
  readonly name: string;
  readonly kind: GuestKind;
  /** Interprets in a sign language: their picture is kept large. */
  readonly signs: boolean;
  readonly invitedBy: string;
  readonly joinedAt: string | null;
  readonly leftAt: string | null;
}

/** In the order in which they came in; those who have not come yet are last. */
export function readGuests(json: Json | undefined): readonly Guest[] {
  if (!isObject(json)) return [];
  return Object.entries(json)
    .flatMap(([id, one]) => (isObject(one) ? [{ id, one }] : []))
    .map(({ id, one }) => ({
      id,
      name: text(one["name"]) ?? "",
      kind: one["kind"] === "interpreter" ? ("interpreter" as const) : ("family" as const),
      signs: one["signs"] === true,
      invitedBy: text(one["by"]) ?? "",
      joinedAt: text(one["joined_at"]),
      leftAt: text(one["left_at"]),
    }))
    .sort((one, other) => (came(one) < came(other) ? -1 : 1));
}

/** When, and who: the id makes an order of equals. */
function came(guest: Guest): string {
  return `${guest.joinedAt ?? "never"} ${guest.id}`;
}

/** Those who have come in and not left. */
export function joined(guests: readonly Guest[]): readonly Guest[] {
  return guests.filter((guest) => guest.joinedAt !== null && guest.leftAt === null);
}

/** Most guests of one visit, as the server has it. */
export const MOST_GUESTS = 2;

function text(value: Json | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
