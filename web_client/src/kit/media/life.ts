/** One life of a connection: its peer connection from the offer to the end, ICE restarts included. */

import type { JsonObject } from "../json";
import { choose, isSettled, needsH264, type PictureCodec, probed } from "./codec";
import { layersOf, offered, shape } from "./layers";
import { Sizing } from "./picture_size";
import type { Relays } from "./relays";
import { Silence } from "./silence";

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
  /** Carries the offer, and whether H.264 would spare this device, to the server. A rejection is a failed try. */
  readonly offer: (sdp: string, needsH264: boolean) => Promise<Answer>;
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

const CONNECT_WITHIN_MS = 8_000;
const DISCONNECTED_FOR_MS = 1_000;
const RESTARTED_WITHIN_MS = 4_000;
const LOOK_EVERY_MS = 500;

/** One peer connection from its offer to its end. */
export class Life {
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
  private readonly sizing = new Sizing();
  private readonly looking: ReturnType<typeof setInterval>;
  private restarting = false;
  private deadline: ReturnType<typeof setTimeout> | null = null;
  private sending: Promise<void> = Promise.resolve();
  private codec: PictureCodec = "VP8";
  private layers = layersOf(null);
  private readonly canChooseCodec: () => boolean;
  private readonly need = needsH264();

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
    const camera = probed(offered(this.cameraBitrate));
    this.camera = this.pc.addTransceiver("video", { direction: "sendonly", sendEncodings: camera.encodings }).sender;
    this.canChooseCodec = camera.choosable;
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
    const answer = await this.options.offer(this.pc.localDescription?.sdp ?? "", await this.need);
    if (this.pc.signalingState === "closed") return;
    await this.pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    // A camera that was there before the answer has run with the browser's own preferences until now.
    await this.fullParameters();
    await this.screenParameters();
    this.useCodec(this.codec);
  }

  /** Send the camera so, now or once there is an answer; said again, it is tried again. */
  useCodec(codec: PictureCodec): void {
    this.codec = codec;
    this.sending = this.sending.then(() => this.changeCodec()).catch(() => undefined);
  }

  /** Encode these layers of the camera. */
  useLayers(layers: readonly string[]): void {
    if (layers.join() === this.layers.join()) return;
    this.layers = layers;
    this.sending = this.sending.then(() => this.fullParameters()).catch(() => undefined);
  }

  /** Look for another way on the same session; media goes on meanwhile where it can. Whether that was begun. */
  async restart(): Promise<boolean> {
    return this.offerAgain(async () => {
      if (this.relays !== null) {
        const iceServers = await this.relays.servers(); // what opened them at first may have run out
        this.pc.setConfiguration({ ...this.pc.getConfiguration(), iceServers });
      }
      this.pc.restartIce();
    });
  }

  private async offerAgain(prepare: () => Promise<void>): Promise<boolean> {
    if (this.restarting || this.pc.signalingState !== "stable" || this.pc.remoteDescription === null) return false;
    this.restarting = true;
    try {
      await prepare();
      await this.pc.setLocalDescription();
      const answer = await this.options.offer(this.pc.localDescription?.sdp ?? "", await this.need);
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

  private get cameraBitrate(): number {
    return this.options.cameraBitrate ?? 1_700_000;
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
      if (camera !== null) await this.fullParameters(camera);
      await this.camera.replaceTrack(camera);
    }
    if (microphone !== this.microphone.track) await this.microphone.replaceTrack(microphone);
    if (screen !== this.screen.track) await this.screen.replaceTrack(screen);
  }

  private async changeCodec(): Promise<void> {
    if (this.isClosed() || this.pc.remoteDescription === null) return;
    if (this.canChooseCodec()) {
      await choose(this.camera, this.codec); // a screen stays in VP8: agreed H.264 ends at 1280×720
    } else if (!isSettled(this.camera.getParameters(), this.codec)) {
      void this.offerAgain(async () => undefined); // the answer names the room's codec first; no camera waits for it
    }
  }

  /** What may be sent, in kbit/s; null where nothing limits it: the camera's picture follows. */
  fit(mayUpKbps: number | null): void {
    if (!this.sizing.hear(mayUpKbps, performance.now())) return;
    this.sending = this.sending.then(() => this.fullParameters()).catch(() => undefined);
  }

  /** As large as the way up carries, from the first frame on. */
  private async fullParameters(camera = this.camera.track): Promise<void> {
    const parameters = this.camera.getParameters();
    // Before the first answer there is nothing to change: the parameters of the offer are full already.
    if (this.pc.remoteDescription === null) return;
    const width = camera?.getSettings().width ?? 1280;
    shape(parameters.encodings, { wanted: this.layers, maxBitrate: this.cameraBitrate, size: this.sizing.size, width });
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
