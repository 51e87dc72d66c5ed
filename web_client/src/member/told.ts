/** What this page tells its member now: the steps on the screen. One page, one screen, one store. */

import { useEffect } from "preact/hooks";

import type { Card } from "../kit/fixes/cards";
import { Store } from "../kit/store";

export const told = new Store<Card | null>(null);

/** The browser plays no sound until the member presses for it. */
export const soundHeld = new Store(false);

/** While this component is on the screen, so are the steps of `card`. */
export function useTold(card: Card | null): void {
  useEffect(() => {
    if (card === null) return;
    told.set(card);
    return () => told.update((now) => (now === card ? null : now));
  }, [card]);
}
