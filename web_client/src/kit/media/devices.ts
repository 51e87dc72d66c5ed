/**
 * Camera and microphone, each asked for by itself: a busy camera must not take the microphone down.
 *
 * Old tracks are stopped before new ones are asked for, since some phones mute the first when a second is opened.
 */

import { canAsk } from "./ability";
import { type Camera, type Evidence, evidenceOf, otherCamera } from "./facing";
import { type DeviceKind, type FailureCode, failureOf, isOverConstrained, type Permission } from "./failures";

export class DeviceFailure extends Error {
  override readonly name = "DeviceFailure";
  readonly kind: DeviceKind;
  readonly code: FailureCode;

  constructor(kind: DeviceKind, code: FailureCode) {
    super(`${kind}: ${code}`);
    this.kind = kind;
    this.code = code;
  }
}

export interface Choices {
  readonly cameras: readonly Camera[];
  readonly microphones: readonly Camera[];
  /** Empty where the page may not choose the speaker. */
  readonly speakers: readonly Camera[];
}

/** The picture we ask for; the browser comes as near as it can. Never `exact`, so nobody is shut out. */
const PICTURE: MediaTrackConstraints = {
  width: { min: 640, ideal: 1280 },
  height: { min: 360, ideal: 720 },
  frameRate: { ideal: 30 },
};

const SOUND: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

export async function openCamera(id: string | null = null): Promise<MediaStreamTrack> {
  const which: MediaTrackConstraints = id === null ? { facingMode: { ideal: "user" } } : { deviceId: { ideal: id } };
  return open("camera", [{ video: { ...PICTURE, ...which } }, { video: which }, { video: true }]);
}

export async function openMicrophone(id: string | null = null): Promise<MediaStreamTrack> {
  const which = id === null ? {} : { deviceId: { ideal: id } };
  return open("microphone", [{ audio: { ...SOUND, ...which } }, { audio: true }]);
}

/** This device or a failure: the person has pointed at it. */
export async function openExactly(kind: DeviceKind, id: string): Promise<MediaStreamTrack> {
  const which = { deviceId: { exact: id } };
  const wishes = kind === "camera" ? [{ video: { ...PICTURE, ...which } }, { video: which }] : [{ audio: { ...SOUND, ...which } }];
  return open(kind, wishes, "none");
}

/** A camera that looks this way, as far as the browser can tell. */
export async function openFacing(way: "user" | "environment"): Promise<MediaStreamTrack> {
  const which = { facingMode: { ideal: way } };
  return open("camera", [{ video: { ...PICTURE, ...which } }, { video: which }]);
}

/** A camera that looks at the person where there is one: tries the others once when the first looks away. */
export async function openFrontCamera(): Promise<MediaStreamTrack> {
  let track = await openCamera();
  const tried = new Set<string>();
  while (evidence(track) === "environment") {
    const id = track.getSettings().deviceId ?? "";
    tried.add(id);
    const next = otherCamera((await choices()).cameras, tried);
    if (next === null || next.id === "") break;
    track.stop();
    tried.add(next.id);
    try {
      track = await openCamera(next.id);
    } catch {
      return openCamera(id);
    }
  }
  return track;
}

export function evidence(track: MediaStreamTrack): Evidence {
  return evidenceOf(track.getSettings().facingMode, track.label);
}

/** What there is to choose from. Names are empty before the first permission. */
export async function choices(): Promise<Choices> {
  const all = isSupported() ? await navigator.mediaDevices.enumerateDevices().catch(() => []) : [];
  const of = (kind: MediaDeviceKind) =>
    all.filter((device) => device.kind === kind).map(({ deviceId, label }) => ({ id: deviceId, label }));
  return {
    cameras: of("videoinput"),
    microphones: of("audioinput"),
    speakers: "setSinkId" in HTMLMediaElement.prototype ? of("audiooutput") : [],
  };
}

/** Calls back when a device is plugged in or pulled out. */
export function onChange(listener: () => void): () => void {
  if (!isSupported()) return () => undefined;
  navigator.mediaDevices.addEventListener("devicechange", listener);
  return () => navigator.mediaDevices.removeEventListener("devicechange", listener);
}

export const isSupported = canAsk;

export async function permission(kind: DeviceKind): Promise<Permission> {
  try {
    const name = kind as PermissionName;
    return (await navigator.permissions.query({ name })).state;
  } catch {
    return "unknown";
  }
}

/** The first wish that can be met; `unmet` is the code if the device can meet none. */
async function open(
  kind: DeviceKind,
  wishes: readonly MediaStreamConstraints[],
  unmet: FailureCode = "failed",
): Promise<MediaStreamTrack> {
  if (!isSupported()) throw new DeviceFailure(kind, "unsupported");
  for (const [index, wish] of wishes.entries()) {
    try {
      const [track] = (await navigator.mediaDevices.getUserMedia(wish)).getTracks();
      if (track === undefined) throw new DeviceFailure(kind, "none");
      return track;
    } catch (error) {
      if (error instanceof DeviceFailure) throw error;
      if (isOverConstrained(error) && index < wishes.length - 1) continue;
      throw new DeviceFailure(kind, isOverConstrained(error) ? unmet : failureOf(error, await permission(kind)));
    }
  }
  throw new DeviceFailure(kind, "failed");
}
