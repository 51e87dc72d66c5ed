/**
 * Tells the desk, in codes, what this page runs on and what does not work, so that whoever is stuck need not explain.
 *
 * Sent when it changes, a moment later, and again on every new connection: the server keeps it in memory only.
 */

import type { Card, Fault } from "../kit/fixes/cards";
import { type Device, thisDevice } from "../kit/fixes/device";
import type { Connection, ConnectionState } from "../kit/media/connection";
import { permission } from "../kit/media/devices";
import type { DeviceKind, Permission } from "../kit/media/failures";
import type { Line } from "../kit/socket";
import type { Readable, Stop } from "../kit/store";
import type { DeviceState, Studio } from "../kit/media/studio";
import { soundHeld, told } from "./told";

const QUIET_MS = 400;

export interface Reported {
  readonly line: Line;
  readonly studio: Studio;
  readonly media: Readable<Connection | null>;
  readonly elsewhere: Readable<boolean>;
}

export class Reporter {
  private readonly page: Reported;
  private readonly device: Device = thisDevice();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private sent = "";
  private unwatch: Stop = () => undefined;

  constructor(page: Reported) {
    this.page = page;
    const soon = () => this.soon();
    page.studio.camera.subscribe(soon);
    page.studio.microphone.subscribe(soon);
    told.subscribe(soon);
    soundHeld.subscribe(soon);
    page.media.subscribe((connection) => {
      this.unwatch();
      this.unwatch = connection === null ? () => undefined : connection.state.subscribe(soon);
      soon();
    });
    page.line.state.subscribe((state) => {
      if (state !== "online") return;
      this.sent = "";
      soon();
    });
    document.addEventListener("visibilitychange", soon);
  }

  private soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      void this.send();
    }, QUIET_MS);
  }

  private async send(): Promise<void> {
    const { line, elsewhere, studio, media } = this.page;
    if (line.state.get() !== "online" || elsewhere.get()) return;
    const camera = studio.camera.get();
    const microphone = studio.microphone.get();
    const connection: ConnectionState = media.get()?.state.get() ?? "idle";
    const report = {
      ...present({
        inside: this.device.inside,
        error: faultOf(camera, microphone, connection) ?? (soundHeld.get() ? "sound_blocked" : null),
        card: told.get(),
      }),
      system: this.device.system,
      browser: this.device.browser,
      camera: permissionOf(camera, await permission("camera")),
      microphone: permissionOf(microphone, await permission("microphone")),
      connection,
    };
    const body = JSON.stringify(report);
    if (body === this.sent) return;
    this.sent = body;
    await line.ask("report", report).catch(() => {
      this.sent = "";
    });
  }
}

/** The worst thing that does not work now. */
export function faultOf(camera: DeviceState, microphone: DeviceState, connection: ConnectionState): Fault | null {
  return faultOfDevice("microphone", microphone) ?? faultOfDevice("camera", camera) ?? (connection === "failed" ? "connection_failed" : null);
}

function faultOfDevice(kind: DeviceKind, state: DeviceState): Fault | null {
  if (state.kind === "failed") return `${kind}_${state.code}`;
  return state.kind === "asking" && state.slow ? `${kind}_slow` : null;
}

/** What a device says by working, or by being refused, is truer than what the browser says about it. */
export function permissionOf(state: DeviceState, said: Permission): "granted" | "blocked" | "not_asked" | "unknown" {
  if (state.kind === "on") return "granted";
  if (state.kind === "failed" && state.code === "blocked") return "blocked";
  return PERMISSIONS[said];
}

const PERMISSIONS = {
  granted: "granted",
  denied: "blocked",
  prompt: "not_asked",
  unknown: "unknown",
} as const satisfies Record<Permission, string>;

function present(found: { readonly inside: string | null; readonly error: Fault | null; readonly card: Card | null }) {
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null)) as Record<string, string>;
}
