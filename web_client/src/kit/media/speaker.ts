/** The speaker that the person chose, for everything that plays here: now and when another one is chosen. */

import { type Readable, type Stop, Store } from "../store";
import { recall, remember } from "./remembered";

const chosen = new Store<string | null>(recall("speaker") || null);

/** A device id; null for whatever the system plays on. */
export const chosenSpeaker: Readable<string | null> = chosen;

export function chooseSpeaker(id: string): void {
  remember("speaker", id);
  chosen.set(id === "" ? null : id);
}

type WithSink = HTMLMediaElement & { setSinkId?: (id: string) => Promise<void> };

/** Plays this element on the chosen speaker, where the browser lets the page choose. The answer lets go of it. */
export function playOnChosen(element: HTMLMediaElement): Stop {
  const able = element as WithSink;
  // One that was pulled out is refused; the element then stays with what it played on.
  const move = (id: string | null) => void able.setSinkId?.(id ?? "").catch(() => undefined);
  if (chosen.get() !== null) move(chosen.get());
  return chosen.subscribe(move);
}
