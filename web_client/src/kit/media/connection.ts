/**
 * One RTCPeerConnection per page, one offer and answer per life of it; offered again only to find another way.
 *
 * The offer has, in this order: microphone, camera and screen (sendonly, made without tracks), then the slots onto
 * which the server forwards the others: `audioSlots` audio and `videoSlots` video lines (recvonly), one of the latter
 * more than there are cameras, for a screen. Who is in which slot is told beside it (`showSlots`). The server is ICE-lite and answers at one address: no candidates to send,
 * nothing to trickle. Relays, where there are any, are for networks that let nothing through to that address; the
 * browser prefers the direct way whenever there is one, and no offer waits for what it gathers.
 *
 * Warm: transport up, senders empty. Live: full parameters, then the camera, then the microphone, in that order:
 * an encoder that starts anew begins at full size with a key frame.
 *
 * Where the way may have changed (the network is back, people who were there are not heard any more, the browser
 * calls the connection shaky), ICE is restarted on the same DTLS session: media goes on as soon as a way is found.
 * A connection that is lost is made anew with a new offer, after growing pauses; `failed` after the last try, and
 * from the start where the browser has no way to connect at all.
 */

import type { JsonObject } from "../json";
import { type Readable, Store } from "../store";
import { canConnect } from "./ability";
import { MAX_TRIES, pauseBefore } from "./backoff";
import { afterPaint } from "./frames";
import { Relays } from "./relays";
import { Silence } from "./silence";

export type ConnectionState = "idle" | "connecting" | "connected" | "reconnecting" | "failed" | "closed";

/** A receiving line of the answer. */
export interface Slot {
  readonly mid: string;
  readonly kind: "audio" | "video";
}

/** Who is in a slot now; nobody when `from` is absent. */
export interface SlotUse extends Slot {
  readonly from?: string | null;
  readonly source?: "microphone" | "camera" | "screen";
}

export interface Answer {
  readonly sdp: string;
  readonly slots: readonly Slot[];
}

export interface ConnectionOptions {
  /** Carries the offer to the server. A rejection counts as a failed try. */
  readonly offer: (sdp: string) => Promise<Answer>;
  /** Asks the server for what opens the relays; without it there are none. */
  readonly relays?: () => Promise<JsonObject>;
  /** The endpoint of whom this page talks with first of all. */
  readonly main: string;
  readonly audioSlots?: number;
  readonly videoSlots?: number;
  /** Most the camera may send, in bit/s. */
  readonly cameraBitrate?: number;
  /** Most a shared screen may send, in bit/s. */
  readonly screenBitrate?: number;
}

export interface Tracks {
  readonly camera: MediaStreamTrack | null;
  readonly microphone: MediaStreamTrack | null;
  readonly screen?: MediaStreamTrack | null;
}

/** Somebody's shared screen. */
export interface SharedScreen {
  readonly from: string;
  readonly track: MediaStreamTrack;
}

const NO_TRACKS: Tracks = { camera: null, microphone: null };
const CONNECT_WITHIN_MS = 8_000;
const DISCONNECTED_FOR_MS = 1_000;
const RESTARTED_WITHIN_MS = 4_000;
const LOOK_EVERY_MS = 500;

export class Connection {
  /** Sound and picture of the main one of the others: their slots, or the first of each kind before the server said. */
  readonly remote = new MediaStream();
  /** The screen that one of the others shares. */
  readonly shared: Readable<SharedScreen | null>;
  readonly state: Readable<ConnectionState>;

  private readonly others = new Map<string, MediaStream>();
  private readonly options: ConnectionOptions;
  private readonly now = new Store<ConnectionState>("idle");
  private readonly screen = new Store<SharedScreen | null>(null);
  private readonly relays: Relays | null;
  private life: Life | null = null;
  /** The next life, while it waits for the relays. */
  private coming: object | null = null;
  private wanted: Tracks = NO_TRACKS;
  private muted = false;
  private cameraOff = false;
  private uses: readonly SlotUse[] | null = null;
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

  /** The server's news of who is in which slot. */
  showSlots(uses: readonly SlotUse[]): void {
    this.uses = uses;
    this.refreshRemote();
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

/** One peer connection from its offer to its end. */
class Life {
  readonly pc: RTCPeerConnection;
  private readonly relays: Relays | null;
  private readonly microphone: RTCRtpSender;
  private readonly camera: RTCRtpSender;
  private readonly screen: RTCRtpSender;
  private readonly slots: RTCRtpTransceiver[] = [];
  private readonly options: ConnectionOptions;
  private readonly tell: (news: "connected" | "shaky" | "lost") => void;
  private readonly isSomebodyThere: () => boolean;
  private readonly silence = new Silence();
  private readonly looking: ReturnType<typeof setInterval>;
  private restarting = false;
  private deadline: ReturnType<typeof setTimeout> | null = null;
  private sending: Promise<void> = Promise.resolve();

  constructor(
    options: ConnectionOptions,
    iceServers: RTCIceServer[],
    relays: Relays | null,
    tell: (news: "connected" | "shaky" | "lost") => void,
    isSomebodyThere: () => boolean,
  ) {
    this.options = options;
    this.relays = relays;
    this.tell = tell;
    this.isSomebodyThere = isSomebodyThere;
    this.pc = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.microphone = this.pc.addTransceiver("audio", { direction: "sendonly" }).sender;
    this.camera = this.pc.addTransceiver("video", {
      direction: "sendonly",
      sendEncodings: [{ maxBitrate: options.cameraBitrate ?? 1_700_000, maxFramerate: 30 }],
    }).sender;
    this.screen = this.pc.addTransceiver("video", {
      direction: "sendonly",
      sendEncodings: [{ maxBitrate: options.screenBitrate ?? 2_500_000, maxFramerate: 15 }],
    }).sender;
    for (let n = 0; n < (options.audioSlots ?? 4); n++) this.slots.push(this.slot("audio"));
    for (let n = 0; n < (options.videoSlots ?? 5); n++) this.slots.push(this.slot("video"));
    this.pc.addEventListener("connectionstatechange", () => this.changed());
    this.looking = setInterval(() => void this.look(), LOOK_EVERY_MS);
  }

  async start(): Promise<void> {
    this.expect(CONNECT_WITHIN_MS);
    performance.mark("media-offered");
    await this.pc.setLocalDescription();
    const answer = await this.options.offer(this.pc.localDescription?.sdp ?? "");
    if (this.pc.signalingState === "closed") return;
    await this.pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    // A camera that was there before the answer has run with the browser's own preferences until now.
    await this.fullParameters();
    await this.screenParameters();
  }

  /** Look for another way on the same session; media goes on meanwhile where it can. Whether that was begun. */
  async restart(): Promise<boolean> {
    if (this.restarting || this.pc.signalingState !== "stable" || this.pc.remoteDescription === null) return false;
    this.restarting = true;
    try {
      if (this.relays !== null) {
        const iceServers = await this.relays.servers(); // what opened them at first may have run out
        this.pc.setConfiguration({ ...this.pc.getConfiguration(), iceServers });
      }
      this.pc.restartIce();
      await this.pc.setLocalDescription();
      const answer = await this.options.offer(this.pc.localDescription?.sdp ?? "");
      if (this.isClosed()) return false;
      // Another worker has the room, and knows nothing of this session.
      if (fingerprintOf(answer.sdp) !== fingerprintOf(this.pc.remoteDescription.sdp)) this.tell("lost");
      else await this.pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
      return true;
    } catch {
      if (!this.isClosed()) await this.pc.setLocalDescription({ type: "rollback" }).catch(() => undefined);
      return false;
    } finally {
      this.restarting = false;
    }
  }

  /** Full parameters → camera → microphone; one change at a time. */
  send(tracks: Tracks): Promise<void> {
    this.sending = this.sending.then(() => this.put(tracks)).catch(() => undefined);
    return this.sending;
  }

  firstTracks(): MediaStreamTrack[] {
    return FIRST_OF_EACH.flatMap((kind) => this.slots.find((slot) => slot.receiver.track.kind === kind)?.receiver.track ?? []);
  }

  tracksOf(endpoint: string, uses: readonly SlotUse[]): MediaStreamTrack[] {
    const theirs = uses.filter((use) => use.from === endpoint && use.source !== "screen");
    const mids = new Set(theirs.map((use) => use.mid));
    return this.slots.filter((slot) => slot.mid !== null && mids.has(slot.mid)).map((slot) => slot.receiver.track);
  }

  sharedScreen(uses: readonly SlotUse[] | null): SharedScreen | null {
    const use = uses?.find(({ from, source }) => from != null && source === "screen");
    const slot = this.slots.find(({ mid }) => use !== undefined && mid === use.mid);
    return slot === undefined || use?.from == null ? null : { from: use.from, track: slot.receiver.track };
  }

  end(): void {
    if (this.deadline !== null) clearTimeout(this.deadline);
    clearInterval(this.looking);
    this.pc.close();
  }

  private isClosed(): boolean {
    return this.pc.signalingState === "closed";
  }

  private async look(): Promise<void> {
    if (this.pc.connectionState !== "connected" || this.restarting) return;
    const received = this.isSomebodyThere() ? receivedOf(await this.pc.getStats()) : null;
    if (this.silence.lasts(received, performance.now()) && !(await this.restart())) this.silence.again(performance.now());
  }

  private slot(kind: "audio" | "video"): RTCRtpTransceiver {
    return this.pc.addTransceiver(kind, { direction: "recvonly" });
  }

  private async put({ camera, microphone, screen = null }: Tracks): Promise<void> {
    if (this.pc.signalingState === "closed") return;
    if (camera !== this.camera.track) {
      if (camera !== null) await this.fullParameters();
      await this.camera.replaceTrack(camera);
    }
    if (microphone !== this.microphone.track) await this.microphone.replaceTrack(microphone);
    if (screen !== this.screen.track) await this.screen.replaceTrack(screen);
  }

  private async fullParameters(): Promise<void> {
    const parameters = this.camera.getParameters();
    const encoding = parameters.encodings[0];
    // Before the first answer there is nothing to change: the parameters of the offer are full already.
    if (encoding === undefined || this.pc.remoteDescription === null) return;
    encoding.active = true;
    encoding.scaleResolutionDownBy = 1;
    encoding.maxBitrate = this.options.cameraBitrate ?? 1_700_000;
    encoding.maxFramerate = 30;
    // Words and faces need detail more than smoothness; a browser that does not know the member ignores it.
    (parameters as { degradationPreference?: string }).degradationPreference = "maintain-resolution";
    await this.camera.setParameters(parameters).catch(() => undefined);
  }

  /** Small type must stay readable: fewer frames rather than fewer pixels. */
  private async screenParameters(): Promise<void> {
    const parameters = this.screen.getParameters();
    (parameters as { degradationPreference?: string }).degradationPreference = "maintain-resolution";
    await this.screen.setParameters(parameters).catch(() => undefined);
  }

  private changed(): void {
    const state = this.pc.connectionState;
    if (state === "connected") {
      if (this.deadline !== null) clearTimeout(this.deadline);
      this.deadline = null;
      this.tell("connected");
    } else if (state === "disconnected") {
      this.tell("shaky");
      this.expect(DISCONNECTED_FOR_MS, () => {
        void this.restart();
        this.expect(RESTARTED_WITHIN_MS);
      });
    } else if (state === "failed" || state === "closed") {
      this.tell("lost");
    }
  }

  /** Unless it is connected by then, this life is over, or something else is done about it. */
  private expect(withinMs: number, otherwise = () => this.tell("lost")): void {
    if (this.deadline !== null) clearTimeout(this.deadline);
    this.deadline = setTimeout(otherwise, withinMs);
  }
}

/** Media packets of all others so far; null where the browser tells of none. */
function receivedOf(report: RTCStatsReport): number | null {
  let received: number | null = null;
  report.forEach((stat: { type: string; packetsReceived?: number }) => {
    if (stat.type === "inbound-rtp") received = (received ?? 0) + (stat.packetsReceived ?? 0);
  });
  return received;
}

function fingerprintOf(sdp: string): string {
  return /^a=fingerprint:.*$/m.exec(sdp)?.[0].trim() ?? "";
}

const FIRST_OF_EACH = ["audio", "video"] as const;
