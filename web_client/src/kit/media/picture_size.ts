/**
 * How large a picture to send, by what the way up carries. Pure: what the browser may send in, a size out.
 *
 * A large picture on a narrow way is a row of stills. Half the width and height is four times cheaper and moves.
 * Down soon, up late; after a step up in vain, later each time.
 */

export interface PictureSize {
  /** How much smaller than the camera's in width and height. */
  readonly scale: number;
  readonly framesPerSecond: number;
}

export const FULL_SIZE: PictureSize = { scale: 1, framesPerSecond: 30 };
const SIZES: readonly PictureSize[] = [
  FULL_SIZE,
  { scale: 2, framesPerSecond: 20 },
  { scale: 4, framesPerSecond: 12 },
];
/** kbit/s below which each size is too large. */
const TOO_LARGE_BELOW = [300, 110, 0] as const;
/** Times that, from where on the size above would do. */
const ENOUGH = 1.3;
const DOWN_AFTER_MS = 3_000;
const UP_AFTER_MS = 20_000;
const UP_AFTER_AT_MOST_MS = 160_000;

export class Sizing {
  private step = 0;
  /** Where it has been going, and since when. */
  private going: { readonly way: 1 | -1; readonly since: number } | null = null;
  private upAfter = UP_AFTER_MS;
  private wentUpAt = Number.NEGATIVE_INFINITY;

  get size(): PictureSize {
    return SIZES[this.step] ?? FULL_SIZE;
  }

  /** What may be sent, in kbit/s; null where nothing but the picture itself limits it. Whether the size is another now. */
  hear(mayUpKbps: number | null, at: number): boolean {
    const way = this.way(mayUpKbps);
    if (way === 0) this.going = null;
    else if (this.going?.way !== way) this.going = { way, since: at };
    if (this.going === null || at - this.going.since < (way > 0 ? DOWN_AFTER_MS : this.upAfter)) return false;
    if (way > 0) {
      const inVain = at - this.wentUpAt < this.upAfter;
      this.upAfter = inVain ? Math.min(this.upAfter * 2, UP_AFTER_AT_MOST_MS) : UP_AFTER_MS;
    } else {
      this.wentUpAt = at;
    }
    this.step += way;
    this.going = null;
    return true;
  }

  /** 1: smaller; -1: larger; 0: as it is. */
  private way(mayUp: number | null): 1 | -1 | 0 {
    if (mayUp !== null && mayUp < (TOO_LARGE_BELOW[this.step] ?? 0)) return 1;
    const above = TOO_LARGE_BELOW[this.step - 1];
    return above !== undefined && (mayUp === null || mayUp >= above * ENOUGH) ? -1 : 0;
  }
}
