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

/** While people come and a screen begins to be shared, places change more than once. */
const SETTLES_WITHIN_MS = 300;

export class Pictures {
  readonly rung: Readable<Rung>;
  readonly wish: Readable<Wish>;
  private readonly line: Line;
  private readonly visit: string | undefined;
  private readonly shown = new Store<Rung>("full");
  private readonly wanted = new Store<Wish>("auto");
  private chosen: Wish | null = null;
  private signed = false;
  private large: readonly string[] = [];
  private telling: ReturnType<typeof setTimeout> | null = null;

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

  /** These are shown larger than the others, what matters most first; none: all alike. Said once it stays so. */
  showsLarge(large: readonly string[]): void {
    if (large.join() === this.large.join()) return;
    this.large = large;
    if (this.telling !== null) clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tell(), SETTLES_WITHIN_MS);
  }

  /** What the person chose. */
  choose(wish: Wish): void {
    this.chosen = wish;
    this.settle(true);
  }

  /** Say it to a connection that has just come up. */
  tell(): void {
    const { visit, large } = this;
    this.line
      .ask("show", {
        ...(visit === undefined ? {} : { visit }),
        wish: this.wanted.get(),
        ...(large.length === 0 ? {} : { large: [...large] }),
      })
      .catch(() => undefined);
  }

  /** The connection is up: whatever was wanted is said, unless it goes without saying. */
  connected(): void {
    if (this.wanted.get() !== "auto" || this.large.length > 0) this.tell();
  }

  private settle(again = false): void {
    const wish = this.chosen ?? (this.signed ? "always" : "auto");
    if (wish === this.wanted.get() && !again) return;
    this.wanted.set(wish);
    this.tell();
  }
}
