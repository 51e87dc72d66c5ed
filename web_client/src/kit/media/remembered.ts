/**
 * Small choices of this device (which camera, where the own picture sits), kept for as long as a visit may last.
 *
 * They outlive a reload and a new tab, and are forgotten half a day later: the next visit starts with what the
 * system prefers. Ids of devices are this origin's own and say nothing of the person.
 */

const KEPT_FOR_MS = 12 * 60 * 60_000;
const PREFIX = "videovisit.chosen.";

/** What the browser keeps; it may refuse to. */
export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export function remember(name: string, value: string, now = Date.now(), shelf = theShelf()): void {
  try {
    shelf?.setItem(PREFIX + name, JSON.stringify([now, value]));
  } catch {
    // Then the choice lasts until a reload.
  }
}

/** The choice of that name; null if there is none, or it is from another day. */
export function recall(name: string, now = Date.now(), shelf = theShelf()): string | null {
  try {
    const kept: unknown = JSON.parse(shelf?.getItem(PREFIX + name) ?? "null");
    if (!Array.isArray(kept) || typeof kept[0] !== "number" || typeof kept[1] !== "string") return null;
    return Math.abs(now - kept[0]) < KEPT_FOR_MS ? kept[1] : null;
  } catch {
    return null;
  }
}

function theShelf(): Shelf | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
