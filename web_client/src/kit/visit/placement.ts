/** Where one's own picture sits over the others' and whether it is shown: one of four corners, remembered. */

import { recall, remember } from "../media/remembered";
import { type Readable, Store } from "../store";

/** As the eye reads them, in the order in which “move” goes round. Left and right are the screen's, in every script. */
export const CORNERS = ["bottom_right", "bottom_left", "top_left", "top_right"] as const;
export type Corner = (typeof CORNERS)[number];

export interface Placement {
  readonly corner: Corner;
  readonly hidden: boolean;
}

const store = new Store<Placement>({ corner: cornerNamed(recall("corner")), hidden: recall("hidden") === "yes" });

export const placement: Readable<Placement> = store;

export function moveTo(corner: Corner): void {
  remember("corner", corner);
  store.update((now) => ({ ...now, corner }));
}

export function hide(hidden: boolean): void {
  remember("hidden", hidden ? "yes" : "no");
  store.update((now) => ({ ...now, hidden }));
}

export function cornerNamed(name: string | null): Corner {
  return CORNERS.find((corner) => corner === name) ?? "bottom_right";
}

export function cornerAfter(corner: Corner): Corner {
  return CORNERS[(CORNERS.indexOf(corner) + 1) % CORNERS.length] ?? "bottom_right";
}

/** The corner next to `corner` in the direction of an arrow key; the same one at the edge. */
export function cornerBy(corner: Corner, key: string): Corner {
  const [side, end] = corner.split("_") as [string, string];
  switch (key) {
    case "ArrowUp":
      return cornerNamed(`top_${end}`);
    case "ArrowDown":
      return cornerNamed(`bottom_${end}`);
    case "ArrowLeft":
      return cornerNamed(`${side}_left`);
    case "ArrowRight":
      return cornerNamed(`${side}_right`);
    default:
      return corner;
  }
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The corner of `stage` that is nearest to the middle of `picture`. */
export function nearestCorner(picture: Box, stage: Box): Corner {
  const left = picture.left + picture.width / 2 < stage.left + stage.width / 2;
  const top = picture.top + picture.height / 2 < stage.top + stage.height / 2;
  return `${top ? "top" : "bottom"}_${left ? "left" : "right"}`;
}
