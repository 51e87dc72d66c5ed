/**
 * How good a connection is, in three words. Pure: figures of getStats in, a level out.
 *
 * good: nobody notices anything · weak: the picture may freeze · very_weak: the voice is what is left.
 * A level is said only after it has held for a while: down soon, up late, so that the words do not flicker.
 */

import { type Level, LEVELS } from "../quality_level";

/** How the packets travel. */
export type Path = "udp" | "tcp" | "relayed";

/** What the browser has counted since the connection was made; null where it does not tell. */
export interface Counts {
  /** Milliseconds. */
  readonly at: number;
  readonly received: number;
  readonly lost: number;
  readonly frames: number;
  readonly videoBytes: number;
  /** Seconds of frozen picture. */
  readonly frozen: number;
  /** Seconds. */
  readonly roundTrip: number | null;
  /** Of what we send, the share that was lost lately, as the server reports it. */
  readonly lostUp: number | null;
  /** Bit/s that the browser believes it may send. */
  readonly mayUp: number | null;
  /** Bytes of our camera's picture that were sent once, and the bit/s that it is to have at most; null while there is none. */
  readonly sent: number;
  readonly target: number | null;
  readonly path: Path;
  /** Frames that our own camera has given, samples that our own microphone has. */
  readonly cameraFrames: number | null;
  readonly microphoneSeconds: number | null;
}

/** Two counts apart. Shares are 0 to 1. */
export interface Sample {
  readonly loss: number;
  readonly roundTripMs: number;
  readonly frozen: number;
  /** null while no picture comes: a camera that is off is no bad connection. */
  readonly framesPerSecond: number | null;
  readonly videoKbps: number | null;
  /** What may be sent; null unless our picture takes all that it may. */
  readonly mayUpKbps: number | null;
}

type Stat = { readonly type: string } & { readonly [name: string]: unknown };

export function countsOf(report: Iterable<Stat>, at: number): Counts {
  let [received, lost, frames, videoBytes, frozen] = [0, 0, 0, 0, 0];
  let roundTrip: number | null = null;
  let lostUp: number | null = null;
  let mayUp: number | null = null;
  let sent = 0;
  let target: number | null = null;
  let cameraFrames: number | null = null;
  let microphoneSeconds: number | null = null;
  let pair: Stat | undefined;
  const stats = [...report];
  const chosen = stats.find((stat) => stat.type === "transport")?.["selectedCandidatePairId"];
  for (const stat of stats) {
    if (stat.type === "inbound-rtp") {
      received += number(stat["packetsReceived"]) ?? 0;
      lost += number(stat["packetsLost"]) ?? 0;
      if (stat["kind"] === "video") {
        frames += number(stat["framesDecoded"]) ?? 0;
        videoBytes += number(stat["bytesReceived"]) ?? 0;
        frozen += number(stat["totalFreezesDuration"]) ?? 0;
      }
    } else if (stat.type === "remote-inbound-rtp") {
      lostUp = most(lostUp, number(stat["fractionLost"]));
      roundTrip = most(roundTrip, number(stat["roundTripTime"]));
    } else if (stat.type === "outbound-rtp" && stat["kind"] === "video" && stat["contentType"] !== "screenshare") {
      sent += (number(stat["bytesSent"]) ?? 0) - (number(stat["retransmittedBytesSent"]) ?? 0);
      const its = number(stat["targetBitrate"]);
      if (its !== null) target = (target ?? 0) + its;
    } else if (stat.type === "candidate-pair" && (stat["id"] === chosen || stat["selected"] === true)) {
      pair = stat;
    } else if (stat.type === "media-source" && stat["kind"] === "video") {
      cameraFrames = most(cameraFrames, number(stat["frames"]));
    } else if (stat.type === "media-source" && stat["kind"] === "audio") {
      microphoneSeconds = most(microphoneSeconds, number(stat["totalSamplesDuration"]));
    }
  }
  if (pair !== undefined) {
    roundTrip ??= number(pair["currentRoundTripTime"]);
    mayUp = number(pair["availableOutgoingBitrate"]);
  }
  const local = stats.find((stat) => stat.type === "local-candidate" && stat["id"] === pair?.["localCandidateId"]);
  const path = local?.["candidateType"] === "relay" ? "relayed" : local?.["protocol"] === "tcp" ? "tcp" : "udp";
  return { at, received, lost, frames, videoBytes, frozen, roundTrip, lostUp, mayUp, sent, target, path, cameraFrames, microphoneSeconds };
}

/** Of what a picture may have. (`qualityLimitationReason` says nothing of this where senders keep their resolution.) */
const ALL = 0.8;

/** What happened between two counts; null when the second is of another connection, or no time has passed. */
export function sampleOf(before: Counts, now: Counts): Sample | null {
  const seconds = (now.at - before.at) / 1000;
  if (seconds <= 0 || now.received < before.received || now.frames < before.frames) return null;
  const received = now.received - before.received;
  const lost = Math.max(0, now.lost - before.lost);
  const frames = now.frames - before.frames;
  // Of a calm picture little is sent, and the belief sinks with it: that is no news of the connection.
  const sent = ((now.sent - before.sent) * 8) / seconds;
  const takesAll = now.target !== null && sent > 0 && sent >= now.target * ALL;
  const down = received + lost === 0 ? 0 : lost / (received + lost);
  return {
    loss: Math.max(down, now.lostUp ?? 0),
    roundTripMs: (now.roundTrip ?? 0) * 1000,
    frozen: Math.min(1, Math.max(0, now.frozen - before.frozen) / seconds),
    framesPerSecond: frames === 0 ? null : frames / seconds,
    videoKbps: frames === 0 ? null : ((now.videoBytes - before.videoBytes) * 8) / 1000 / seconds,
    mayUpKbps: now.mayUp === null || !takesAll ? null : now.mayUp / 1000,
  };
}

interface Limits {
  readonly loss: number;
  readonly roundTripMs: number;
  readonly frozen: number;
  readonly framesPerSecond: number;
  readonly videoKbps: number;
  readonly mayUpKbps: number;
}

/**
 * Beyond any of these. A browser that has just begun believes in 300 kbit/s: less than that was measured. Few bits
 * alone mean a calm picture; few bits and few frames mean that more would not fit.
 */
const WEAK: Limits = { loss: 0.04, roundTripMs: 400, frozen: 0.1, framesPerSecond: 5, videoKbps: 150, mayUpKbps: 200 };
const VERY_WEAK: Limits = { loss: 0.12, roundTripMs: 1000, frozen: 0.5, framesPerSecond: 2, videoKbps: 50, mayUpKbps: 80 };

export function levelOf(sample: Sample): Level {
  return isBeyond(sample, VERY_WEAK) ? "very_weak" : isBeyond(sample, WEAK) ? "weak" : "good";
}

function isBeyond(sample: Sample, limits: Limits): boolean {
  const less = (figure: number | null, limit: number) => figure !== null && figure < limit;
  return (
    sample.loss >= limits.loss ||
    sample.roundTripMs >= limits.roundTripMs ||
    sample.frozen >= limits.frozen ||
    (less(sample.framesPerSecond, limits.framesPerSecond) && less(sample.videoKbps, limits.videoKbps)) ||
    less(sample.mayUpKbps, limits.mayUpKbps)
  );
}

/** Samples in a row before the words get worse, and before they get better. */
const WORSE_AFTER = 2;
const BETTER_AFTER = 5;

/** Turns a run of levels into words that stand still: what is said is the mildest change the whole run agrees on. */
export class Steady {
  private said: Level | null = null;
  private run: Level[] = [];

  /** The level to say now; null before the first two agree on anything. */
  hear(level: Level): Level | null {
    this.run.push(level);
    if (this.said === null) {
      if (this.run.length >= WORSE_AFTER) this.say(mildest(this.run));
      return this.said;
    }
    const way = Math.sign(rank(level) - rank(this.said));
    this.run = way === 0 ? [] : this.run.filter((one) => Math.sign(rank(one) - rank(this.said as Level)) === way);
    if (way > 0 && this.run.length >= WORSE_AFTER) this.say(mildest(this.run));
    if (way < 0 && this.run.length >= BETTER_AFTER) this.say(worst(this.run));
    return this.said;
  }

  /** Begin anew, as with a new connection; what was said stands until something else is known. */
  restart(): void {
    this.run = [];
  }

  private say(level: Level): void {
    this.said = level;
    this.run = [];
  }
}

function rank(level: Level): number {
  return LEVELS.indexOf(level);
}

function mildest(run: readonly Level[]): Level {
  return LEVELS[Math.min(...run.map(rank))] ?? "good";
}

export function worst(run: readonly Level[]): Level {
  return LEVELS[Math.max(...run.map(rank))] ?? "good";
}

function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function most(one: number | null, other: number | null): number | null {
  return one === null ? other : other === null ? one : Math.max(one, other);
}
