/**
 * One held visit's camera, microphone and connection.
 *
 * The transport is made right after the claim; the server's gate stays closed until the visit is admitted.
 * Camera and microphone are asked for separately, so that a busy camera leaves the voice.
 */

import { Connection, type SlotUse } from "../kit/media/connection";
import type { JsonObject } from "../kit/json";
import { DeviceFailure, openFrontCamera, openMicrophone } from "../kit/media/devices";
import type { DeviceKind } from "../kit/media/failures";
import { type Readable, type Stop, Store } from "../kit/store";
import type { Line } from "../kit/socket";

export type Problem = "blocked" | "none" | "busy";

/**
 * warm: transport up, nothing sent · ready: the camera runs behind the closed gate, so that the first picture is
 * there the instant the gate opens; no sound · live: both.
 */
export type Wish = "warm" | "ready" | "live";

export interface Self {
  readonly camera: MediaStreamTrack | null;
  readonly microphone: MediaStreamTrack | null;
  readonly cameraProblem: Problem | null;
  readonly microphoneProblem: Problem | null;
  readonly muted: boolean;
  readonly cameraOff: boolean;
}

const DEVICES_WITHIN_MS = 400;

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
  readonly line: Line;
  readonly self: Readable<Self>;
  readonly connection: Connection;
  /** Shows the member. Made with the room, so that at Admit nothing has to be set up before the first frame. */
  readonly picture = document.createElement("video");
  private readonly own = new Store<Self>(NOTHING);
  private wanted: Wish = "warm";
  private closed = false;
  private readonly stops: readonly Stop[];

  constructor(line: Line, visit: string) {
    this.visit = visit;
    this.line = line;
    this.self = this.own;
    this.connection = new Connection({
      main: "member",
      offer: async (sdp) => {
        const answer = await line.ask("offer", { visit, sdp });
        return { sdp: String(answer["sdp"] ?? ""), slots: (answer["slots"] ?? []) as unknown as SlotUse[] };
      },
    });
    this.picture.autoplay = true;
    this.picture.playsInline = true;
    this.picture.srcObject = this.connection.remote;
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

  /**
   * The transport first: it takes a twentieth of a second when nothing else is at work, and opening a camera is work.
   * A transport that is slow to come does not keep the devices waiting.
   */
  start(): void {
    const openDevices = () => {
      clearTimeout(timer);
      stop();
      if (!this.closed) void this.openDevices();
    };
    const timer = setTimeout(openDevices, DEVICES_WITHIN_MS);
    const stop = this.connection.state.subscribe((state) => state === "connected" && openDevices());
    void this.connection.connect();
  }

  /** Ask for the devices that are missing, again. */
  async openDevices(): Promise<void> {
    const { camera, microphone, cameraOff } = this.own.get();
    await Promise.all([
      camera === null && !cameraOff ? this.take("camera", openFrontCamera) : null,
      microphone === null ? this.take("microphone", openMicrophone) : null,
    ]);
  }

  /** After the connection gave up: once more, from the start. */
  retry(): void {
    this.connection.lost();
  }

  wish(wish: Wish): void {
    if (wish === this.wanted) return;
    this.wanted = wish;
    if (wish === "live") performance.mark("admitted");
    this.send();
  }

  mute(muted: boolean): void {
    this.connection.mute(muted);
    this.own.update((self) => ({ ...self, muted }));
  }

  /** Off is off: the track is stopped and the light goes out. On again takes the moment that opening takes. */
  turnCameraOff(cameraOff: boolean): void {
    this.own.get().camera?.stop();
    this.own.update((self) => ({ ...self, cameraOff, camera: null, cameraProblem: null }));
    void this.connection.turnCameraOff(cameraOff);
    this.send();
    if (!cameraOff) void this.take("camera", openFrontCamera);
  }

  close(): void {
    this.closed = true;
    this.picture.srcObject = null;
    this.picture.remove();
    for (const stop of this.stops) stop();
    this.connection.close();
    const { camera, microphone } = this.own.get();
    camera?.stop();
    microphone?.stop();
  }

  private send(): void {
    const { camera, microphone } = this.own.get();
    if (this.wanted === "warm") void this.connection.goWarm();
    else void this.connection.goLive({ camera, microphone: this.wanted === "live" ? microphone : null });
  }

  private async take(which: DeviceKind, open: () => Promise<MediaStreamTrack>): Promise<void> {
    const problem = which === "camera" ? "cameraProblem" : "microphoneProblem";
    try {
      const track = await open();
      // The room was closed, or the camera turned off (or on twice), while the browser was opening it.
      const { camera, microphone, cameraOff } = this.own.get();
      if (this.closed || (which === "camera" ? cameraOff || camera !== null : microphone !== null)) {
        track.stop();
        return;
      }
      track.addEventListener("ended", () => {
        this.own.update((self) => ({ ...self, [which]: null, [problem]: "busy" }));
        this.send();
      });
      this.own.update((self) => ({ ...self, [which]: track, [problem]: null }));
      this.send();
    } catch (error) {
      this.own.update((self) => ({ ...self, [problem]: problemOf(error) }));
    }
  }
}

/** Three sentences are enough for a desk: allow it, plug one in, or close what holds it. */
function problemOf(error: unknown): Problem {
  const code = error instanceof DeviceFailure ? error.code : "failed";
  if (code === "blocked" || code === "dismissed") return "blocked";
  return code === "none" || code === "unsupported" ? "none" : "busy";
}
