/**
 * The server's clock, as well as this page can know it.
 *
 * Clocks of clinic computers and phones are minutes off now and then, and a countdown must not be. Every HTTP
 * answer carries a Date; the answer that took the shortest time says best how far this clock is off.
 */

let offsetMs = 0;
let sharpestMs = Number.POSITIVE_INFINITY;

/** Takes the Date header of an answer that was asked for and received at these local times (ms). */
export function noteServerDate(header: string | null, askedAt: number, answeredAt: number): void {
  const said = header === null ? Number.NaN : Date.parse(header);
  const took = answeredAt - askedAt;
  if (Number.isNaN(said) || took < 0 || took > sharpestMs) return;
  sharpestMs = took;
  // The header is cut to whole seconds: half a second is the fair guess.
  const off = said + 500 - (askedAt + took / 2);
  offsetMs = Math.abs(off) < 1_500 ? 0 : off;
}

/** Milliseconds since 1970, by the server's clock. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}
