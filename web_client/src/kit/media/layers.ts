/**
 * The layers of a camera: the same picture in three sizes, so that a narrow way gets a smaller one and nobody else does.
 *
 * All are offered, once; the server says which of them anybody wants. With two in a visit that is the largest alone, and
 * a browser that knows of no layers sends the first: the largest.
 */

import { FULL_SIZE, type PictureSize } from "./picture_size";

interface Layer {
  readonly rid: string;
  /** How much smaller than the camera's picture in width and height. */
  readonly scale: number;
}

const LAYERS: readonly Layer[] = [
  { rid: "h", scale: 1 },
  { rid: "m", scale: 2 },
  { rid: "l", scale: 4 },
];
const SMALL_BITRATE = 150_000;
const MIDDLE_BITRATE = 500_000;
/** Of a picture from which on it gets the latter. Chromium has no third layer for small cameras: "m" is the small one. */
const MIDDLE_WIDTH = 480;
const LARGEST: readonly string[] = ["h"];

/** The layers in the server's words; the largest alone where it says nothing that is known here. */
export function layersOf(said: unknown): readonly string[] {
  const known = LAYERS.map(({ rid }) => rid).filter((rid) => Array.isArray(said) && said.includes(rid));
  return known.length === 0 ? LARGEST : known;
}

/** What an offer says of them. */
export function offered(maxBitrate: number): RTCRtpEncodingParameters[] {
  // Chromium adds layers in time where there are several in size; nobody here leaves any out, and they cost a fifth.
  const encodings = LAYERS.map(({ rid }): RTCRtpEncodingParameters => ({ rid, ...{ scalabilityMode: "L1T1" } }));
  shape(encodings, { wanted: LARGEST, maxBitrate, size: FULL_SIZE });
  return encodings;
}

export interface Shape {
  readonly wanted: readonly string[];
  /** Of the largest layer, in bit/s. */
  readonly maxBitrate: number;
  readonly size: PictureSize;
  /** Of the camera's picture. */
  readonly width?: number;
}

function bitrateOf(width: number): number {
  return width < MIDDLE_WIDTH ? SMALL_BITRATE : MIDDLE_BITRATE;
}

/**
 * Let a sender's encodings be the wanted layers. `size` is for a way up that does not carry one layer; where there are
 * several, the browser leaves the larger ones out.
 */
export function shape(encodings: readonly RTCRtpEncodingParameters[], { wanted, maxBitrate, size, width = 1280 }: Shape): void {
  const alone = encodings.length === 1 || wanted.length === 1;
  for (const encoding of encodings) {
    const layer = LAYERS.find(({ rid }) => rid === encoding.rid);
    encoding.active = encodings.length === 1 || layer === undefined || wanted.includes(layer.rid);
    encoding.scaleResolutionDownBy = (layer?.scale ?? 1) * (alone ? size.scale : 1);
    encoding.maxBitrate = layer === undefined || layer.scale === 1 ? maxBitrate : bitrateOf(width / layer.scale);
    encoding.maxFramerate = alone ? size.framesPerSecond : FULL_SIZE.framesPerSecond;
  }
}
