/** Filter, search and order of the support list. Pure. */

import type { Here } from "../kit/staff/board";
import { type Need, needsOf, urgency } from "./needs";
import type { SupportView } from "./view";

export type Order = "needs" | "due" | "step";

export interface Wish {
  readonly clinic: string;
  readonly search: string;
  readonly order: Order;
}

export interface Listed {
  readonly view: SupportView;
  readonly here: Here;
  readonly needs: readonly Need[];
}

export function listed(
  views: readonly SupportView[],
  presence: (visit: string) => Here,
  wish: Wish,
  now: number,
): readonly Listed[] {
  const found = views
    .filter((view) => wish.clinic === "" || view.clinic === wish.clinic)
    .filter((view) => matches(view.short_name, wish.search))
    .map((view): Listed => {
      const here = presence(view.visit);
      return { view, here, needs: needsOf(view, here, now) };
    });
  // `views` come in due order and the sort is stable, so equals stay in it.
  if (wish.order === "needs") found.sort((one, other) => urgency(other.needs) - urgency(one.needs));
  if (wish.order === "step") found.sort((one, other) => compare(one.view.step_at, other.view.step_at));
  return found;
}

/** Every word of the search begins a word of the name; accents and case do not matter. */
export function matches(name: string, search: string): boolean {
  const words = plain(name).split(/\s+/);
  return plain(search)
    .split(/\s+/)
    .filter((part) => part !== "")
    .every((part) => words.some((word) => word.startsWith(part)));
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
