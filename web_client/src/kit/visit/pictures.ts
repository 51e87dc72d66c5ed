/**
 * What this page is shown of the others' cameras, and what whoever looks wants to be shown.
 *
 * The server steps down when the way is too narrow for a picture, and up again by itself. Who looks may decide: a
 * picture always, or never. Where somebody signs, the picture is what is said: it is wanted always unless they say
 * otherwise. A new connection knows nothing of what was wanted on the old one.
 */

import type { JsonObject } from "../json";
import type { Level } from "../quality_level";
import type { Line } from "../socket";
import { type Readable, Store } from "../store";

export const RUNGS = ["full", "low", "none"] as const;
export type Rung = (typeof RUNGS)[number];

export const WISHES = ["auto", "always", "never"] as const;
export type Wish = (typeof WISHES)[number];

export class Pictures {
  readonly rung: Readable<Rung>;
  readonly wish: Readable<Wish>;
  private readonly line: Line;
  private readonly visit: string | undefined;
  private readonly shown = new Store<Rung>("full");
  private readonly wanted = new Store<Wish>("auto");
  private chosen: Wish | null = null;
  private signed = false;

  /** `visit` is named by staff pages. */
  constructor(line: Line, visit?: string) {
    this.line = line;
    this.visit = visit;
    this.rung = this.shown;
    this.wish = this.wanted;
  }

  /** What the rung says of the way here; nothing, where the person chose it. */
  get level(): Level {
    if (this.wanted.get() === "never") return "good";
    return ({ full: "good", low: "weak", none: "very_weak" } as const)[this.shown.get()];
  }

  /** News of the media: `picture` is the rung. */
  heard(news: JsonObject): void {
    this.shown.set(RUNGS.find((one) => one === news["picture"]) ?? "full");
  }

  /** Somebody in the visit signs, or nobody does. */
  expectSigns(signed: boolean): void {
    this.signed = signed;
    this.settle();
  }

  /** What the person chose. */
  choose(wish: Wish): void {
    this.chosen = wish;
    this.settle(true);
  }

  /** Say it to a connection that has just come up. */
  tell(): void {
    const wish = this.wanted.get();
    this.line.ask("show", { ...(this.visit === undefined ? {} : { visit: this.visit }), wish }).catch(() => undefined);
  }

  /** The connection is up: whatever was wanted is said, unless it goes without saying. */
  connected(): void {
    if (this.wanted.get() !== "auto") this.tell();
  }

  private settle(again = false): void {
    const wish = this.chosen ?? (this.signed ? "always" : "auto");
    if (wish === this.wanted.get() && !again) return;
    this.wanted.set(wish);
    this.tell();
  }
}
