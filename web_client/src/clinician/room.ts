/**
 * One held visit's camera, microphone and connection.
 *
 * The transport is made right after the claim; the server's gate stays closed until the visit is admitted.
 * Camera and microphone are asked for separately, so that a busy camera leaves the voice.
 */

import { Connection, type SlotUse } from "../kit/media/connection";
import type { JsonObject } from "../kit/json";
import { ScreenShare } from "../kit/media/screen_share";
import { playOnChosen } from "../kit/media/speaker";
import { type DeviceState, Studio } from "../kit/media/studio";
import { type Readable, type Stop, Store } from "../kit/store";
import type { Line } from "../kit/socket";
import { Conditions } from "../kit/visit/conditions";
import { Pictures } from "../kit/visit/pictures";

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
  readonly studio = new Studio();
  readonly share = new ScreenShare();
  readonly conditions: Conditions;
  readonly pictures: Pictures;
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
      offer: async (sdp, needsH264) => {
        const answer = await line.ask("offer", { visit, sdp, ...(needsH264 && { needs_h264: true }) });
        return { sdp: String(answer["sdp"] ?? ""), slots: (answer["slots"] ?? []) as unknown as SlotUse[] };
      },
      relays: () => line.ask("relays", { visit }),
    });
    this.picture.autoplay = true;
    this.picture.playsInline = true;
    this.picture.srcObject = this.connection.remote;
    this.pictures = new Pictures(line, visit);
    this.conditions = new Conditions({
      line,
      visit,
      stats: () => this.connection.stats(),
      isSharing: () => this.share.track !== null,
      pictures: this.pictures,
      onWay: (mayUpKbps) => this.connection.fit(mayUpKbps),
      onSilence: (kind) => void this.studio.revive(kind),
    });
    const ours = (news: JsonObject) => news["visit"] === undefined || news["visit"] === visit;
    this.stops = [
      line.on("media", (news) => {
        if (!ours(news) || !Array.isArray(news["slots"])) return;
        this.pictures.heard(news);
        this.connection.hear(news);
      }),
      line.on("media_lost", (news) => {
        if (ours(news)) this.connection.lost();
      }),
      this.connection.state.subscribe((state) => state === "connected" && this.pictures.connected()),
      playOnChosen(this.picture),
      this.studio.camera.subscribe(() => this.look()),
      this.studio.microphone.subscribe(() => this.look()),
      this.share.state.subscribe(() => {
        this.conditions.tell();
        this.send();
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
      camera === null && !cameraOff ? this.studio.startCamera() : null,
      microphone === null ? this.studio.startMicrophone() : null,
    ]);
  }

  /** After the connection gave up: once more, from the start. */
  retry(): void {
    this.connection.lost();
  }

  wish(wish: Wish): void {
    if (wish === this.wanted) return;
    this.wanted = wish;
    if (wish !== "live") this.share.stop();
    this.conditions.run(wish === "live");
    if (wish === "live") performance.mark("admitted");
    this.send();
  }

  mute(muted: boolean): void {
    this.connection.mute(muted);
    this.own.update((self) => ({ ...self, muted }));
  }

  /** Off is off: the track is stopped and the light goes out. On again takes the moment that opening takes. */
  turnCameraOff(cameraOff: boolean): void {
    this.own.update((self) => ({ ...self, cameraOff }));
    void this.connection.turnCameraOff(cameraOff);
    if (cameraOff) this.studio.stopCamera();
    else void this.studio.startCamera();
  }

  close(): void {
    this.closed = true;
    this.picture.srcObject = null;
    this.picture.remove();
    for (const stop of this.stops) stop();
    this.conditions.close();
    this.connection.close();
    this.share.stop();
    this.studio.close();
  }

  private send(): void {
    const { camera, microphone } = this.own.get();
    if (this.wanted === "warm") void this.connection.goWarm();
    else if (this.wanted === "ready") void this.connection.goLive({ camera, microphone: null });
    else void this.connection.goLive({ camera, microphone, screen: this.share.track });
  }

  /** What the devices are now, as this page shows and sends it. */
  private look(): void {
    const [camera, microphone] = [this.studio.camera.get(), this.studio.microphone.get()];
    this.own.update((self) => ({
      ...self,
      camera: this.studio.track("camera"),
      microphone: this.studio.track("microphone"),
      cameraProblem: problemOf(camera),
      microphoneProblem: problemOf(microphone),
    }));
    this.send();
  }
}

/** Three sentences are enough for a desk: allow it, plug one in, or close what holds it. */
function problemOf(state: DeviceState): Problem | null {
  if (state.kind !== "failed") return null;
  if (state.code === "blocked" || state.code === "dismissed") return "blocked";
  return state.code === "none" || state.code === "unsupported" ? "none" : "busy";
}
