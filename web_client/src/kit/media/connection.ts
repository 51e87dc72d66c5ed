/**
 * One RTCPeerConnection per page, one offer and answer per life of it; offered again only to find another way.
 *
 * The offer has, in this order: microphone, camera and screen (sendonly, made without tracks), then the slots onto
 * which the server forwards the others: `audioSlots` audio and `videoSlots` video lines (recvonly), one of the latter
 * more than there are cameras, for a screen. Who is in which slot is told beside it (`showSlots`). The server is
 * ICE-lite and answers at one address: no candidates to send, nothing to trickle. Relays, where there are any, are
 * for networks that let nothing through to that address; the browser prefers the direct way whenever there is one,
 * and no offer waits for what it gathers.
 *
 * Warm: transport up, senders empty. Live: full parameters, then the camera, then the microphone, in that order:
 * an encoder that starts anew begins at full size with a key frame.
 *
 * Where the way may have changed (the network is back, people who were there are not heard any more, the browser
 * calls the connection shaky), ICE is restarted on the same DTLS session: media goes on as soon as a way is found.
 * A connection that is lost is made anew with a new offer, after growing pauses; `failed` after the last try, and
 * from the start where the browser has no way to connect at all.
 */

import { isObject, type JsonObject } from "../json";
import { type Readable, Store } from "../store";
import { canConnect } from "./ability";
import { MAX_TRIES, pauseBefore } from "./backoff";
import { codecOf, type PictureCodec } from "./codec";
import { afterPaint } from "./frames";
import { layersOf } from "./layers";
import { type ConnectionOptions, Life, type SharedScreen, type SlotUse, type Tracks } from "./life";
import { Relays } from "./relays";

export type ConnectionState = "idle" | "connecting" | "connected" | "reconnecting" | "failed" | "closed";

const NO_TRACKS: Tracks = { camera: null, microphone: null };

export type { Answer, ConnectionOptions, SharedScreen, Slot, SlotUse, Tracks } from "./life";

export class Connection {
  /** Sound and picture of the main one of the others: their slots, or the first of each kind before the server said. */
  readonly remote = new MediaStream();
  /** The screen that one of the others shares. */
  readonly shared: Readable<SharedScreen | null>;
  readonly state: Readable<ConnectionState>;
  /** Who of three or more speaks, as the server says; it may be whoever sits here. */
  readonly speaker: Readable<string | null>;

  private readonly others = new Map<string, MediaStream>();
  private readonly options: ConnectionOptions;
  private readonly now = new Store<ConnectionState>("idle");
  private readonly screen = new Store<SharedScreen | null>(null);
  private readonly talker = new Store<string | null>(null);
  private readonly relays: Relays | null;
  private life: Life | null = null;
  /** The next life, while it waits for the relays. */
  private coming: object | null = null;
  private wanted: Tracks = NO_TRACKS;
  private muted = false;
  private cameraOff = false;
  private uses: readonly SlotUse[] | null = null;
  private codec: PictureCodec = "VP8";
  private layers = layersOf(null);
  private tries = 0;
  private answered = false;
  private readonly able = canConnect();
  private retry: ReturnType<typeof setTimeout> | null = null;
  private readonly wake = () => {
    if (document.visibilityState !== "hidden" && this.retry !== null) void this.remake();
  };
  private readonly cameOnline = () => {
    if (this.retry === null) void this.life?.restart();
    this.wake();
  };

  constructor(options: ConnectionOptions) {
    this.options = options;
    this.relays = options.relays === undefined ? null : new Relays(options.relays);
    if (!this.able) this.now.set("failed");
    this.state = this.now;
    this.shared = this.screen;
    this.speaker = this.talker;
    window.addEventListener("online", this.cameOnline);
    document.addEventListener("visibilitychange", this.wake);
  }

  /** Bring the transport up; senders as last asked for (`goWarm` or `goLive`). Again after `failed` starts afresh. */
  async connect(): Promise<void> {
    if (!this.able) return;
    if (this.busy() || this.now.get() === "closed") return;
    this.tries = 0;
    this.now.set("connecting");
    void this.relays?.servers();
    // The screen that the person has just asked for comes first: painted meanwhile, it would double the handshake.
    await afterPaint();
    if (!this.busy() && this.state.get() === "connecting") await this.remake();
  }

  private busy(): boolean {
    return this.life !== null || this.coming !== null || this.retry !== null;
  }

  /** Send nothing; keep the transport. */
  async goWarm(): Promise<void> {
    this.wanted = NO_TRACKS;
    await this.apply();
  }

  /** Send these tracks at full size. A null track leaves its sender empty. */
  async goLive(tracks: Tracks): Promise<void> {
    this.wanted = tracks;
    await this.apply();
  }

  /** Silence the microphone without giving it up. */
  mute(muted: boolean): void {
    this.muted = muted;
    if (this.wanted.microphone !== null) this.wanted.microphone.enabled = !muted;
  }

  /** Stop sending the picture without giving the camera up. */
  async turnCameraOff(off: boolean): Promise<void> {
    this.cameraOff = off;
    await this.apply();
  }

  /** Sound and picture of one endpoint; a stream that is filled and emptied as they come and go. */
  of(endpoint: string): MediaStream {
    if (endpoint === this.options.main) return this.remote;
    let stream = this.others.get(endpoint);
    if (stream === undefined) {
      stream = new MediaStream();
      this.others.set(endpoint, stream);
      this.refresh(stream, endpoint);
    }
    return stream;
  }

  /** The server's news of the room's media. */
  hear(news: JsonObject): void {
    if (!Array.isArray(news["slots"])) return;
    this.showSlots(news["slots"].filter(isObject) as unknown as SlotUse[]);
    this.useCodec(codecOf(news["codec"]));
    this.layers = layersOf(news["layers"]);
    this.life?.useLayers(this.layers);
    this.talker.set(typeof news["speaker"] === "string" ? news["speaker"] : null);
  }

  /** Who is in which slot. */
  showSlots(uses: readonly SlotUse[]): void {
    this.uses = uses;
    this.refreshRemote();
  }

  /** What cameras are to be sent in. */
  useCodec(codec: PictureCodec): void {
    this.codec = codec;
    this.life?.useCodec(codec);
  }

  /** The server lost our media (its worker was restarted): make a new connection at once. */
  lost(): void {
    if (!this.able) return;
    if (this.now.get() === "closed" || this.now.get() === "idle") return;
    // Nothing was made yet: after a reload the server speaks of what the former page had.
    if ((this.life !== null || this.coming !== null) && !this.answered) return;
    this.tries = 0;
    this.now.set("reconnecting");
    void this.remake();
  }

  /** What may be sent, in kbit/s; null where nothing limits it. */
  fit(mayUpKbps: number | null): void {
    this.life?.fit(mayUpKbps);
  }

  /** getStats of the present connection; null while there is none. */
  async stats(): Promise<RTCStatsReport | null> {
    return this.life === null ? null : this.life.pc.getStats();
  }

  close(): void {
    window.removeEventListener("online", this.cameOnline);
    document.removeEventListener("visibilitychange", this.wake);
    this.forget();
    this.now.set("closed");
  }

  private forget(): void {
    if (this.retry !== null) clearTimeout(this.retry);
    this.retry = null;
    this.coming = null;
    this.life?.end();
    this.life = null;
  }

  /** A new peer connection and a new offer, in place of whatever there was. */
  private async remake(): Promise<void> {
    this.forget();
    let servers: RTCIceServer[] = [];
    if (this.relays !== null) {
      const coming = {};
      this.coming = coming;
      servers = await this.relays.servers();
      if (this.coming !== coming) return; // closed meanwhile, or made anew
      this.coming = null;
    }
    const life = new Life(
      this.options,
      servers,
      this.relays,
      (news) => this.heard(life, news),
      () => this.isSomebodyThere(),
    );
    this.life = life;
    life.useCodec(this.codec);
    life.useLayers(this.layers);
    try {
      await this.apply();
      await life.start();
      this.answered = true;
      this.refreshRemote();
    } catch {
      this.heard(life, "lost");
    }
  }

  private heard(life: Life, news: "connected" | "shaky" | "lost"): void {
    if (this.life !== life) return;
    if (news === "connected") {
      this.tries = 0;
      performance.mark("media-connected");
      this.now.set("connected");
    } else if (news === "shaky") {
      this.now.set("reconnecting");
    } else {
      this.forget();
      this.tries += 1;
      if (this.tries > MAX_TRIES) {
        this.now.set("failed");
        return;
      }
      this.now.set(this.now.get() === "connecting" ? "connecting" : "reconnecting");
      this.retry = setTimeout(() => void this.remake(), pauseBefore(this.tries, Math.random()));
    }
  }

  private isSomebodyThere(): boolean {
    return this.uses === null || this.uses.some(({ from }) => from != null);
  }

  private async apply(): Promise<void> {
    const { camera, microphone, screen = null } = this.wanted;
    if (microphone !== null) microphone.enabled = !this.muted;
    await this.life?.send({ camera: this.cameraOff ? null : camera, microphone, screen });
  }

  private refreshRemote(): void {
    this.refresh(this.remote, this.options.main);
    for (const [endpoint, stream] of this.others) this.refresh(stream, endpoint);
    const shared = this.life?.sharedScreen(this.uses) ?? null;
    if (shared?.track !== this.screen.get()?.track || shared?.from !== this.screen.get()?.from) this.screen.set(shared);
  }

  private refresh(stream: MediaStream, endpoint: string): void {
    const unsaid = this.uses === null && endpoint === this.options.main;
    const tracks = (unsaid ? this.life?.firstTracks() : this.life?.tracksOf(endpoint, this.uses ?? [])) ?? [];
    for (const track of stream.getTracks()) if (!tracks.includes(track)) stream.removeTrack(track);
    for (const track of tracks) if (!stream.getTracks().includes(track)) stream.addTrack(track);
  }
}
