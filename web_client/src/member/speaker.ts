/** The speaker chosen in the check, used again when the visit plays. */

let chosen: string | null = null;

export function chooseSpeaker(id: string): void {
  chosen = id === "" ? null : id;
}

export function chosenSpeaker(): string | null {
  return chosen;
}

type WithSink = HTMLMediaElement & { setSinkId?: (id: string) => Promise<void> };

/** Plays this element on the chosen speaker, where the browser lets the page choose. */
export function playOnChosen(element: HTMLMediaElement): void {
  const able = element as WithSink;
  if (chosen !== null && able.setSinkId !== undefined) able.setSinkId(chosen).catch(() => undefined);
}
