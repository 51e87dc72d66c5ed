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
  /** Most it may send, in bit/s; none: as the camera as a whole. */
  readonly maxBitrate?: number;
}

const LAYERS: readonly Layer[] = [
  { rid: "h", scale: 1 },
  { rid: "m", scale: 2, maxBitrate: 500_000 },
  { rid: "l", scale: 4, maxBitrate: 150_000 },
];
const LARGEST: readonly string[] = ["h"];

/** The layers in the server's words; the largest alone where it says nothing that is known here. */
export function layersOf(said: unknown): readonly string[] {
  const known = LAYERS.map(({ rid }) => rid).filter((rid) => Array.isArray(said) && said.includes(rid));
  return known.length === 0 ? LARGEST : known;
}

/** What an offer says of them. */
export function offered(maxBitrate: number): RTCRtpEncodingParameters[] {
  const encodings = LAYERS.map(({ rid }): RTCRtpEncodingParameters => ({ rid }));
  shape(encodings, LARGEST, maxBitrate, FULL_SIZE);
  return encodings;
}

/**
 * Let a sender's encodings be the wanted layers. `size` is for a way up that does not carry one layer; where there are
 * several, the browser leaves the larger ones out.
 */
export function shape(
  encodings: readonly RTCRtpEncodingParameters[], wanted: readonly string[], maxBitrate: number, size: PictureSize,
): void {
  const alone = encodings.length === 1 || wanted.length === 1;
  for (const encoding of encodings) {
    const layer = LAYERS.find(({ rid }) => rid === encoding.rid);
    encoding.active = encodings.length === 1 || layer === undefined || wanted.includes(layer.rid);
    encoding.scaleResolutionDownBy = (layer?.scale ?? 1) * (alone ? size.scale : 1);
    encoding.maxBitrate = layer?.maxBitrate ?? maxBitrate;
    encoding.maxFramerate = alone ? size.framesPerSecond : FULL_SIZE.framesPerSecond;
  }
}
