/**
 * One held visit's camera, microphone and connection.
 *
 * The transport is made right after the claim, with empty senders; when the visit is admitted the tracks go
 * live on it. Camera and microphone are asked for separately, so that a busy camera leaves the voice.
 */

import { Connection, type SlotUse } from "../kit/media/connection";
import type { JsonObject } from "../kit/json";
import { type Readable, type Stop, Store } from "../kit/store";
import type { Line } from "../kit/socket";

export type Problem = "blocked" | "none" | "busy";

export interface Self {
  readonly camera: MediaStreamTrack | null;
  readonly microphone: MediaStreamTrack | null;
  readonly cameraProblem: Problem | null;
  readonly microphoneProblem: Problem | null;
  readonly muted: boolean;
  readonly cameraOff: boolean;
}

const NOTHING: Self = {
  camera: null,
  microphone: null,
  cameraProblem: null,
  microphoneProblem: null,
  muted: false,
  cameraOff: false,
};

export class Room {
  readonly visit: string;
  readonly self: Readable<Self>;
  readonly connection: Connection;
  private readonly own = new Store<Self>(NOTHING);
  private live = false;
  private closed = false;
  private readonly stops: readonly Stop[];

  constructor(line: Line, visit: string) {
    this.visit = visit;
    this.self = this.own;
    this.connection = new Connection({
      offer: async (sdp) => {
        const answer = await line.ask("offer", { visit, sdp });
        return { sdp: String(answer["sdp"] ?? ""), slots: (answer["slots"] ?? []) as unknown as SlotUse[] };
      },
    });
    const ours = (news: JsonObject) => news["visit"] === undefined || news["visit"] === visit;
    this.stops = [
      line.on("media", (news) => {
        if (ours(news) && Array.isArray(news["slots"])) this.connection.showSlots(news["slots"] as unknown as SlotUse[]);
      }),
      line.on("media_lost", (news) => {
        if (ours(news)) this.connection.lost();
      }),
    ];
  }

  /** Transport and devices at the same time; neither waits for the other. */
  start(): void {
    void this.connection.connect();
    void this.openDevices();
  }

  /** Ask for the devices that are missing, again. */
  async openDevices(): Promise<void> {
    const { camera, microphone } = this.own.get();
    await Promise.all([
      camera === null ? this.take("camera", { video: { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: { ideal: "user" } } }) : null,
      microphone === null ? this.take("microphone", { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } }) : null,
    ]);
  }

  /** After the connection gave up: once more, from the start. */
  retry(): void {
    this.connection.lost();
  }

  goLive(): void {
    if (this.live) return;
    this.live = true;
    this.send();
  }

  goWarm(): void {
    if (!this.live) return;
    this.live = false;
    void this.connection.goWarm();
  }

  mute(muted: boolean): void {
    this.connection.mute(muted);
    this.own.update((self) => ({ ...self, muted }));
  }

  turnCameraOff(cameraOff: boolean): void {
    void this.connection.turnCameraOff(cameraOff);
    const { camera } = this.own.get();
    if (camera !== null) camera.enabled = !cameraOff;
    this.own.update((self) => ({ ...self, cameraOff }));
  }

  close(): void {
    this.closed = true;
    for (const stop of this.stops) stop();
    this.connection.close();
    const { camera, microphone } = this.own.get();
    camera?.stop();
    microphone?.stop();
  }

  private send(): void {
    const { camera, microphone } = this.own.get();
    if (this.live) void this.connection.goLive({ camera, microphone });
  }

  private async take(which: "camera" | "microphone", wish: MediaStreamConstraints): Promise<void> {
    const problem = which === "camera" ? "cameraProblem" : "microphoneProblem";
    try {
      const stream = await navigator.mediaDevices.getUserMedia(wish);
      const track = stream.getTracks()[0] ?? null;
      if (this.closed) {
        track?.stop();
        return;
      }
      track?.addEventListener("ended", () => {
        this.own.update((self) => ({ ...self, [which]: null, [problem]: "busy" }));
        this.send();
      });
      this.own.update((self) => ({ ...self, [which]: track, [problem]: track === null ? "none" : null }));
      this.send();
    } catch (error) {
      this.own.update((self) => ({ ...self, [problem]: problemOf(error) }));
    }
  }
}

function problemOf(error: unknown): Problem {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "blocked";
  if (name === "NotFoundError" || name === "OverconstrainedError" || name === "TypeError") return "none";
  return "busy";
}
