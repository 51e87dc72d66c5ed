/** A redeemed visit on this page: its view, its place in line, its media, and the commands of the member. */

import { Awake } from "../kit/awake";
import { isObject, type JsonObject } from "../kit/json";
import { Connection, type SlotUse } from "../kit/media/connection";
import { ScreenShare } from "../kit/media/screen_share";
import { Studio } from "../kit/media/studio";
import { playTone } from "../kit/media/tone";
import type { Line, LinkState } from "../kit/socket";
import { type Readable, Store } from "../kit/store";
import { Conditions } from "../kit/visit/conditions";
import { joined } from "../kit/visit/guests";
import { Pictures } from "../kit/visit/pictures";
import { VisitFeed } from "../kit/visit_feed";
import { Reporter } from "./reporting";
import { devicesWanted, hasEnded, mediaWish } from "./steps";
import { type MemberView, readStanding, readView, type Standing, type VisitState } from "./view";

export interface Snapshot {
  readonly seq: number;
  readonly view: JsonObject;
  readonly standing: Standing | null;
}

function pictureElement(): HTMLVideoElement {
  const video = document.createElement("video");
  video.className = "remote";
  video.playsInline = true;
  video.autoplay = true;
  return video;
}

export class Session {
  readonly view: Readable<MemberView>;
  readonly standing: Readable<Standing | null>;
  /** Guest → here, gap or gone. */
  readonly guestsHere: Readable<Readonly<Record<string, string>>>;
  /** The visit went on in another tab or on another device. */
  readonly elsewhere: Readable<boolean>;
  readonly link: Readable<LinkState>;
  readonly muted: Readable<boolean>;
  readonly cameraOff: Readable<boolean>;
  /** The transport of this visit; a new one after it was closed by an ending or another tab. */
  readonly media: Readable<Connection | null>;
  readonly studio = new Studio();
  readonly share = new ScreenShare();
  readonly conditions: Conditions;
  readonly pictures: Pictures;
  /**
   * The clinician's picture. It plays from the claim on, before there is anything to see, and is put on the screen when
   * the visit begins: the first frame then waits for no element to be made.
   */
  readonly picture = pictureElement();

  private readonly feed: VisitFeed;
  private readonly views: Store<MemberView>;
  private readonly standings: Store<Standing | null>;
  private readonly here = new Store<Readonly<Record<string, string>>>({});
  private readonly moved = new Store(false);
  private readonly silence = new Store(false);
  private readonly blank = new Store(false);
  private readonly connection = new Store<Connection | null>(null);
  private readonly awake = new Awake(() => devicesWanted(this.views.get()));
  private mediaNews: JsonObject | null = null;

  constructor(start: Snapshot) {
    this.views = new Store(readView(start.view));
    this.standings = new Store(start.standing);
    this.feed = new VisitFeed("/member", { seq: start.seq, view: start.view });
    this.view = this.views;
    this.standing = this.standings;
    this.guestsHere = this.here;
    this.elsewhere = this.moved;
    this.link = this.line.state;
    this.muted = this.silence;
    this.cameraOff = this.blank;
    this.media = this.connection;
    this.pictures = new Pictures(this.line);
    this.conditions = new Conditions({
      line: this.line,
      stats: async () => (await this.connection.get()?.stats()) ?? null,
      isSharing: () => this.share.track !== null,
      pictures: this.pictures,
      onWay: (mayUpKbps) => this.connection.get()?.fit(mayUpKbps),
      onSilence: (kind) => void this.studio.revive(kind),
    });

    this.feed.state.subscribe((folded) => folded !== null && this.saw(readView(folded.view)));
    this.line.on("standing", (payload) => this.standings.set(readStanding(payload)));
    this.line.on("presence", ({ guests }) => this.here.set((isObject(guests) ? guests : {}) as Record<string, string>));
    this.line.on("media", (payload) => this.heardOfSlots(payload));
    this.line.on("media_lost", () => this.connection.get()?.lost());
    this.line.on("superseded", () => this.leaveToOther());
    this.studio.camera.subscribe(() => this.settle());
    this.studio.microphone.subscribe(() => this.settle());
    this.share.state.subscribe(() => {
      this.conditions.tell();
      this.settle();
    });
    new Reporter(this);
  }

  get line(): Line {
    return this.feed.line;
  }

  open(): void {
    this.line.connect();
    this.settle();
    if (devicesWanted(this.views.get())) void this.startDevices();
  }

  /** Camera and microphone as the last check left them, without pressing anything again. */
  async startDevices(): Promise<void> {
    const skipped = this.views.get().devices?.camera === "skipped";
    if (this.studio.microphone.get().kind !== "on") await this.studio.startMicrophone();
    if (!skipped && !this.blank.get() && this.studio.camera.get().kind !== "on") await this.studio.startCamera();
  }

  mute(muted: boolean): void {
    this.silence.set(muted);
    this.connection.get()?.mute(muted);
  }

  /** Off means off: the camera's own light goes out. */
  async turnCameraOff(off: boolean): Promise<void> {
    this.blank.set(off);
    if (off) this.studio.stopCamera();
    else await this.studio.startCamera();
  }

  private saw(view: MemberView): void {
    const before = this.views.get();
    if (view.state === "in_visit" && before.state !== "in_visit") performance.mark("admitted");
    this.views.set(view);
    this.settle();
    if (devicesWanted(before) && !devicesWanted(view)) this.studio.stopAll();
    else if ((hasEnded(before) || before.mode === "phone") && devicesWanted(view)) void this.startDevices();
    if (before.state !== view.state) this.entered(view.state, before.state);
  }

  private entered(state: VisitState, before: VisitState): void {
    if (state === "claimed" || (state === "in_visit" && before !== "claimed" && before !== "on_hold")) {
      void playTone().catch(() => undefined);
      navigator.vibrate?.(200);
    }
    void this.awake.look();
  }

  /** Brings the transport to what the visit's state asks for. */
  private settle(): void {
    const wish = this.moved.get() ? "none" : mediaWish(this.views.get());
    if (wish !== "live") this.share.stop();
    this.conditions.run(wish === "live");
    this.pictures.expectSigns(wish === "live" && joined(this.views.get().guests).some(({ signs }) => signs));
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
    else if (wish === "ready") void connection.goLive({ camera, microphone: null });
    else void connection.goLive({ camera, microphone, screen: this.share.track });
    if (wish === "ready") this.picture.play().catch(() => undefined);
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
