/**
 * From one device to another without losing both: the old one runs until the new one does.
 *
 * Where a phone lends out one camera at a time, the new one is busy for as long as the old one runs: then the old
 * one is let go, and opened again if the new one still will not come.
 */

import { DeviceFailure } from "./devices";
import type { FailureCode } from "./failures";

export type Stoppable = Pick<MediaStreamTrack, "stop">;

/** What runs now, and why it is not what was wished for. */
export interface Swapped<T> {
  readonly track: T;
  readonly failure: FailureCode | null;
}

/**
 * `again` opens the old device once more. The caller stops `old` when another track came.
 *
 * Rejects with the new device's failure when both are lost.
 */
export async function swap<T extends Stoppable>(old: T, open: () => Promise<T>, again: () => Promise<T>): Promise<Swapped<T>> {
  try {
    return { track: await open(), failure: null };
  } catch (error) {
    if (codeOf(error) !== "busy") return { track: old, failure: codeOf(error) };
  }
  old.stop();
  try {
    return { track: await open(), failure: null };
  } catch (error) {
    try {
      return { track: await again(), failure: codeOf(error) };
    } catch {
      throw error;
    }
  }
}

export function codeOf(error: unknown): FailureCode {
  return error instanceof DeviceFailure ? error.code : "failed";
}
