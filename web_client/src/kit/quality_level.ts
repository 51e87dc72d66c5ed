/** How good a connection is, in three words, best first. Pages without a picture know no more of it than this. */

export const LEVELS = ["good", "weak", "very_weak"] as const;
export type Level = (typeof LEVELS)[number];
