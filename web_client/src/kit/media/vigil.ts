/**
 * Keeps watch over one track and says when it is dead, though nobody here stopped it.
 *
 * A track dies in more ways than `ended`: a telephone call mutes it for good, a phone that comes back from another
 * app reports it live and unmuted while nothing comes any more. So: it ended; or it has been muted for a while in
 * sight of the person; or it was muted while the page was away.
 */

import type { Stop } from "../store";

export const MUTED_FOR_MS = 2_500;

/** The page as far as a track depends on it. */
export interface Surroundings {
  isShown(): boolean;
  /** Calls back when the page is shown again. */
  onShown(listener: () => void): Stop;
}

export type Watched = Pick<MediaStreamTrack, "readyState" | "muted" | "addEventListener" | "removeEventListener">;

/** Calls `dead` once, at most; never after the answer was called. */
export function keepVigil(track: Watched, page: Surroundings, dead: () => void): Stop {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let mutedAway = false;
  const disarm = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const stop = () => {
    disarm();
    for (const [event, listener] of listeners) track.removeEventListener(event, listener);
    leave();
  };
  const die = () => {
    stop();
    dead();
  };
  const muted = () => {
    if (!page.isShown()) mutedAway = true;
    else timer ??= setTimeout(() => track.muted && die(), MUTED_FOR_MS);
  };
  const shown = () => {
    if (track.readyState === "ended" || mutedAway) die();
    else if (track.muted) muted();
  };
  const listeners = [
    ["ended", die],
    ["mute", muted],
    ["unmute", disarm],
  ] as const;
  for (const [event, listener] of listeners) track.addEventListener(event, listener);
  const leave = page.onShown(shown);
  if (track.readyState === "ended") die();
  else if (track.muted) muted();
  return stop;
}

/** This page: shown again after another tab, another app, a locked screen or the browser's own back button. */
export const thisPage: Surroundings = {
  isShown: () => document.visibilityState === "visible",
  onShown: (listener) => {
    const look = () => {
      if (document.visibilityState === "visible") listener();
    };
    document.addEventListener("visibilitychange", look);
    window.addEventListener("pageshow", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("pageshow", look);
    };
  },
};

/** Notices that a count which should grow has stood still: frames of a camera, samples of a microphone. */
export class Pulse {
  private count: number | null = null;
  private movedAt = 0;

  /** `count` is null where the browser does not tell, or nothing is wanted. True once it has stood for `forMs`. */
  standsStill(count: number | null, at: number, forMs = 4_000): boolean {
    if (count === null || count !== this.count) {
      this.count = count;
      this.movedAt = at;
      return false;
    }
    return at - this.movedAt >= forMs;
  }
}
