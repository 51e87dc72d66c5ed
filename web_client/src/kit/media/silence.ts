/**
 * When nothing is heard any more of people who are there: after a change of network nobody tells the page, and the
 * browser itself takes more than seven seconds to call a connection shaky. Pure: counts and times in, an answer out.
 */

export const SILENT_FOR_MS = 2_000;

export class Silence {
  private count: number | null = null;
  private movedAt = 0;
  private armed = false;

  /** `received` is null while nobody is expected to be heard. True when a silence has lasted; once for each. */
  lasts(received: number | null, at: number): boolean {
    if (received === null || received !== this.count) {
      this.armed = received !== null && this.count !== null;
      this.count = received;
      this.movedAt = at;
      return false;
    }
    if (!this.armed || at - this.movedAt < SILENT_FOR_MS) return false;
    this.armed = false;
    return true;
  }

  /** What was done about it did not come about: say it again after as long. */
  again(at: number): void {
    this.armed = true;
    this.movedAt = at;
  }
}
