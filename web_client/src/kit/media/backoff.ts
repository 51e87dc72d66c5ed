/** Pauses between tries to connect: short at first, growing, with chance in them so that a crowd spreads out. */

export const MAX_TRIES = 10;
const FIRST_MS = 150;
const LONGEST_MS = 5_000;

/** Milliseconds before the `n`th new try (n ≥ 1); `chance` in [0, 1). */
export function pauseBefore(n: number, chance: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** (n - 1));
  return Math.round(whole * (0.6 + 0.4 * chance));
}
