/** Who speaks: the loudest of the others, and for a moment after. Pure: levels of sound in, an endpoint out. */

/** Of full scale: below it a room hums. */
const SPEAKS_FROM = 0.03;
/** How much louder another must be to be taken for the speaker while somebody speaks. */
const LOUDER = 1.6;
const STAYS_MS = 1_200;

export class Speaker {
  private who: string | null = null;
  private heardAt = Number.NEGATIVE_INFINITY;

  /** The levels (0 to 1) at this time; who speaks now. */
  hear(levels: ReadonlyMap<string, number>, at: number): string | null {
    let [loudest, level]: [string | null, number] = [null, SPEAKS_FROM];
    for (const [id, one] of levels) if (one >= level) [loudest, level] = [id, one];
    const now = this.who === null ? 0 : (levels.get(this.who) ?? 0);
    if (now >= SPEAKS_FROM && level < now * LOUDER) loudest = this.who;
    if (loudest !== null) [this.who, this.heardAt] = [loudest, at];
    else if (at - this.heardAt > STAYS_MS) this.who = null;
    return this.who;
  }
}
