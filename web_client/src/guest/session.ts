/** A guest's visit on this page: what they see of it, their devices and their media. */

import { Awake } from "../kit/awake";
import { type JsonObject } from "../kit/json";
import { Connection, type SlotUse } from "../kit/media/connection";
import { Studio } from "../kit/media/studio";
import type { Line, LinkState } from "../kit/socket";
import { type Readable, Store } from "../kit/store";
import { Conditions } from "../kit/visit/conditions";
import { joined } from "../kit/visit/guests";
import { Pictures } from "../kit/visit/pictures";
import { VisitFeed } from "../kit/visit_feed";
import { type GuestView, mediaWish, readView, screenFor } from "./view";

const READY = "videovisit.guest.ready";

export class GuestSession {
  /** null until the first snapshot. */
  readonly view: Readable<GuestView | null>;
  readonly link: Readable<LinkState>;
  readonly elsewhere: Readable<boolean>;
  readonly muted: Readable<boolean>;
  readonly media: Readable<Connection | null>;
  /** Camera and microphone were chosen, or done without, on this page. */
  readonly ready: Readable<boolean>;
  readonly studio = new Studio();
  readonly conditions: Conditions;
  readonly pictures: Pictures;
  /** Shows the clinician; made beforehand, so that the first frame waits for nothing. */
  readonly picture = document.createElement("video");

  private readonly feed = new VisitFeed("/guest");
  private readonly views = new Store<GuestView | null>(null);
  private readonly moved = new Store(false);
  private readonly silence = new Store(false);
  private readonly set = new Store(recall());
  private readonly connection = new Store<Connection | null>(null);
  private readonly awake = new Awake(() => this.wish() !== "none");
  private mediaNews: JsonObject | null = null;

  constructor() {
    this.view = this.views;
    this.link = this.line.state;
    this.elsewhere = this.moved;
    this.muted = this.silence;
    this.media = this.connection;
    this.ready = this.set;
    this.picture.playsInline = true;
    this.picture.autoplay = true;
    this.pictures = new Pictures(this.line);
    this.conditions = new Conditions({
      line: this.line,
      stats: async () => (await this.connection.get()?.stats()) ?? null,
      isSharing: () => false,
      pictures: this.pictures,
      onWay: (mayUpKbps) => this.connection.get()?.fit(mayUpKbps),
      onSilence: (kind) => void this.studio.revive(kind),
    });
    this.feed.state.subscribe((folded) => folded !== null && this.saw(readView(folded.view)));
    this.line.on("media", (payload) => this.heardOfSlots(payload));
    this.line.on("media_lost", () => this.connection.get()?.lost());
    this.line.on("superseded", () => this.leaveToOther());
    this.studio.camera.subscribe(() => this.settle());
    this.studio.microphone.subscribe(() => this.settle());
  }

  get line(): Line {
    return this.feed.line;
  }

  open(): void {
    this.line.connect();
    // A reload in the visit: what was allowed before is taken up again.
    if (this.set.get()) void this.startDevices();
  }

  async startDevices(): Promise<void> {
    void this.studio.startCamera();
    await this.studio.answeredOrSlow("camera");
    if (this.studio.microphone.get().kind !== "on") await this.studio.startMicrophone();
  }

  /** The guest goes on with what they have. */
  goOn(): void {
    this.set.set(true);
    remember();
    this.settle();
  }

  mute(muted: boolean): void {
    this.silence.set(muted);
    this.connection.get()?.mute(muted);
  }

  /** Off means off: the camera's own light goes out. */
  async turnCameraOff(off: boolean): Promise<void> {
    if (off) this.studio.stopCamera();
    else await this.studio.startCamera();
  }

  private saw(view: GuestView): void {
    const over = view.out !== null || view.state === "ended" || screenFor(view, true) === "left";
    this.views.set(view);
    if (over) this.studio.stopAll();
    // The server closes the line of who is out; asking it again would only be refused.
    if (view.out !== null) this.line.close();
    this.settle();
    void this.awake.look();
  }

  private wish(): ReturnType<typeof mediaWish> {
    const view = this.views.get();
    return view === null || this.moved.get() ? "none" : mediaWish(view, this.set.get());
  }

  private settle(): void {
    const wish = this.wish();
    this.conditions.run(wish === "live");
    const view = this.views.get();
    const people = view === null ? [] : [...view.others, ...(view.me === null ? [] : [view.me])];
    this.pictures.expectSigns(wish === "live" && joined(people).some(({ signs }) => signs));
    let connection = this.connection.get();
    if (wish === "none") {
      connection?.close();
      this.connection.set(null);
      return;
    }
    if (connection === null) {
      connection = new Connection({
        main: "clinician",
        offer: (sdp, needsH264) => this.offer(sdp, needsH264),
        relays: () => this.line.ask("relays"),
      });
      connection.mute(this.silence.get());
      if (this.mediaNews !== null) connection.hear(this.mediaNews);
      this.connection.set(connection);
      connection.state.subscribe((state) => state === "connected" && this.pictures.connected());
      this.picture.srcObject = connection.remote;
    }
    const camera = this.studio.track("camera");
    const microphone = this.studio.track("microphone");
    if (wish === "warm") void connection.goWarm();
    else void connection.goLive({ camera, microphone: wish === "live" ? microphone : null });
    void connection.connect();
  }

  private async offer(sdp: string, needsH264: boolean) {
    const answer = await this.line.ask("offer", { sdp, ...(needsH264 && { needs_h264: true }) });
    return {
      sdp: String(answer["sdp"] ?? ""),
      slots: Array.isArray(answer["slots"]) ? (answer["slots"] as unknown as SlotUse[]) : [],
    };
  }

  private heardOfSlots(payload: JsonObject): void {
    if (!Array.isArray(payload["slots"])) return;
    this.pictures.heard(payload);
    this.mediaNews = payload;
    this.connection.get()?.hear(payload);
  }

  private leaveToOther(): void {
    this.moved.set(true);
    // Closed for good: coming back by itself would throw the other page out in turn.
    this.line.close();
    this.studio.stopAll();
    this.settle();
  }
}

function remember(): void {
  try {
    sessionStorage.setItem(READY, "1");
  } catch {
    // Then the check is made again after a reload.
  }
}

function recall(): boolean {
  try {
    return sessionStorage.getItem(READY) !== null;
  } catch {
    return false;
  }
}
