/**
 * When to ring the desk: somebody needs help who did not a moment ago. Pure but for what it remembers.
 *
 * One ring for everybody who comes within `RING_EVERY_MS`, and none for a trouble that only comes and goes.
 */

import type { Listed } from "./list";
import type { Need } from "./needs";

export const RING_EVERY_MS = 20_000;
/** A trouble that is over for less than this is the same one when it comes back. */
export const SAME_WITHIN_MS = 120_000;
/** From this weight on a need is somebody who cannot go on alone; below it, it can wait to be seen. */
export const ALERT_WEIGHT = 45;

export function needsHelp(row: Listed): boolean {
  return row.needs.some((need) => need.weight >= ALERT_WEIGHT);
}

export class Alerts {
  private readonly lastSeen = new Map<string, number>();
  private rangAt = Number.NEGATIVE_INFINITY;
  private first = true;

  /** Whether to ring for what the desk sees now. What is there at the first look is no news. */
  see(rows: readonly Listed[], now: number): boolean {
    let fresh = false;
    for (const row of rows) {
      for (const need of row.needs.filter((one) => one.weight >= ALERT_WEIGHT)) {
        const key = keyOf(row.view.visit, need);
        fresh ||= !this.lastSeen.has(key);
        this.lastSeen.set(key, now);
      }
    }
    for (const [key, at] of this.lastSeen) if (now - at > SAME_WITHIN_MS) this.lastSeen.delete(key);
    const ring = fresh && !this.first && now - this.rangAt >= RING_EVERY_MS;
    this.first = false;
    if (ring) this.rangAt = now;
    return ring;
  }
}

/** Each message is news; of the others, that there is one. */
function keyOf(visit: string, need: Need): string {
  return need.code === "message" ? `${visit} message ${need.detail ?? ""}` : `${visit} ${need.code}`;
}
