/**
 * VP8 or H.264. The room says which; pictures begin in VP8, and a sender changes over while it runs.
 *
 * A device needs H.264 when it encodes that in hardware and VP8 not, or when its battery runs low and the browser does
 * not say that H.264 would be no help.
 */

export type PictureCodec = "VP8" | "H264";

const LOW_BATTERY = 0.2;
const SAID_WITHIN_MS = 100;

/** The codec in the server's words; VP8 where it says nothing that is known here. */
export function codecOf(said: unknown): PictureCodec {
  return said === "H264" ? "H264" : "VP8";
}

/** Whether H.264 would spare this device; no offer waits long for it. */
export function needsH264(): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), SAID_WITHIN_MS));
  return Promise.race([isSpared().catch(() => false), late]);
}

async function isSpared(): Promise<boolean> {
  const [h264, vp8] = await Promise.all([isEfficient("video/H264"), isEfficient("video/VP8")]);
  if (h264 === true && vp8 === false) return true;
  return h264 !== false && (await isBatteryLow());
}

/** Whether the browser says that it encodes so with little power; null where it does not say. */
async function isEfficient(contentType: string): Promise<boolean | null> {
  const capabilities = navigator.mediaCapabilities as MediaCapabilities | undefined;
  if (capabilities === undefined) return null;
  const video = { contentType, width: 1280, height: 720, bitrate: 1_700_000, framerate: 30 };
  const info = await capabilities.encodingInfo({ type: "webrtc", video }).catch(() => null);
  return info === null ? null : info.supported && info.powerEfficient;
}

async function isBatteryLow(): Promise<boolean> {
  const { getBattery } = navigator as { getBattery?: () => Promise<{ charging: boolean; level: number }> };
  const battery = await getBattery?.call(navigator);
  return battery !== undefined && !battery.charging && battery.level <= LOW_BATTERY;
}

/** Encodings that find out whether the browser lets a codec be chosen: only then is the member read. */
export function probed(
  encodings: RTCRtpEncodingParameters[],
): { encodings: RTCRtpEncodingParameters[]; choosable: () => boolean } {
  let read = false;
  Object.defineProperty(encodings[0], "codec", {
    enumerable: true,
    get: () => {
      read = true;
      return undefined;
    },
  });
  return { encodings, choosable: () => read };
}

/** Whether a sender sends so already, or cannot: the two sides have not agreed on it. */
export function isSettled(parameters: RTCRtpSendParameters, codec: PictureCodec): boolean {
  const now = chosen(parameters) ?? parameters.codecs?.[0];
  return agreed(parameters, codec) === undefined || (now !== undefined && isCodec(now, codec));
}

/** Make a sender send so, in all its layers, without another negotiation. */
export async function choose(sender: RTCRtpSender, codec: PictureCodec): Promise<void> {
  const parameters = sender.getParameters();
  if (parameters.encodings.length === 0 || isSettled(parameters, codec)) return;
  for (const encoding of parameters.encodings) (encoding as Choosing).codec = agreed(parameters, codec);
  await sender.setParameters(parameters);
}

type Choosing = RTCRtpEncodingParameters & { codec?: RTCRtpCodec | undefined };

function chosen(parameters: RTCRtpSendParameters): RTCRtpCodec | undefined {
  return (parameters.encodings[0] as Choosing | undefined)?.codec;
}

function agreed(parameters: RTCRtpSendParameters, codec: PictureCodec): RTCRtpCodecParameters | undefined {
  return parameters.codecs?.find((one) => isCodec(one, codec));
}

function isCodec(one: RTCRtpCodec, codec: PictureCodec): boolean {
  return one.mimeType.toLowerCase() === `video/${codec}`.toLowerCase();
}
