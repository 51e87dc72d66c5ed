/**
 * How the connection of each person in the visit is: one's own as measured here, the others' as their pages say.
 *
 * Measured every two seconds while the visit runs, told to the server when the words change, kept nowhere.
 */

import type { JsonObject } from "../json";
import type { DeviceKind } from "../media/failures";
import { type Counts, countsOf, levelOf, type Path, type Sample, sampleOf, Steady, worst } from "../media/quality";
import { Pulse } from "../media/vigil";
import { type Level, LEVELS } from "../quality_level";
import type { Line } from "../socket";
import { type Readable, Store } from "../store";
import type { Pictures } from "./pictures";

export const MEASURE_EVERY_MS = 2_000;
/** Between two words on pictures that stood still. */
const FROZE_EVERY_MS = 10_000;
const FROZE_AT_MOST = 60;

export interface Condition {
  /** null before it is known. */
  readonly level: Level | null;
  /** Whether this person's page says that it sends its screen; false comes sooner than the picture ends. */
  readonly sharing: boolean;
  /** Whether they are shown no pictures of the others. */
  readonly blind: boolean;
}

export interface ConditionsOptions {
  readonly line: Line;
  /** Named by staff pages. */
  readonly visit?: string;
  readonly stats: () => Promise<RTCStatsReport | null>;
  readonly isSharing: () => boolean;
  readonly pictures: Pictures;
  /** What the way up carries, in kbit/s, each time it was measured; null where nothing limits it. */
  readonly onWay: (mayUpKbps: number | null) => void;
  /** A device that is on and wanted has given nothing for a while. */
  readonly onSilence: (kind: DeviceKind) => void;
}

export class Conditions {
  readonly own: Readable<Level | null>;
  readonly others: Readable<ReadonlyMap<string, Condition>>;
  private readonly options: ConditionsOptions;
  private readonly level = new Store<Level | null>(null);
  private readonly rest = new Store<ReadonlyMap<string, Condition>>(new Map());
  private readonly pulses = { camera: new Pulse(), microphone: new Pulse() };
  private readonly stops: readonly (() => void)[];
  private steady = new Steady();
  private before: Counts | null = null;
  private path: Path = "udp";
  private told = "";
  /** Seconds for which pictures stood still and that were not told yet. */
  private frozen = 0;
  private frozeTold = 0;
  private timer: ReturnType<typeof setInterval> | null = null;

  constructor(options: ConditionsOptions) {
    this.options = options;
    this.own = this.level;
    this.others = this.rest;
    this.stops = [
      options.line.on("quality", (news) => this.heard(news)),
      options.pictures.rung.subscribe(() => this.tell()),
      // A new socket knows nothing of what was said on the old one.
      options.line.state.subscribe((state) => {
        this.told = "";
        if (state === "online") this.tell();
      }),
    ];
  }

  /** Measure while the visit runs, forget when it does not. */
  run(running: boolean): void {
    if (running === (this.timer !== null)) return;
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = running ? setInterval(() => void this.measure(), MEASURE_EVERY_MS) : null;
    if (running) {
      this.tell();
      return;
    }
    this.steady = new Steady();
    this.before = null;
    this.told = "";
    this.level.set(null);
    this.rest.set(new Map());
  }

  /** Say what is new about this page; nothing is sent twice. */
  tell(): void {
    if (this.timer === null || this.options.line.state.get() !== "online") return;
    const { line, visit } = this.options;
    const level = this.level.get();
    const said: JsonObject = {
      ...(visit === undefined ? {} : { visit }),
      ...(level === null ? {} : { level, path: this.path }),
      sharing: this.options.isSharing(),
      ...(this.options.pictures.rung.get() === "none" ? { blind: true } : {}),
    };
    const text = JSON.stringify(said);
    if (text === this.told) return;
    this.told = text;
    line.ask("quality", said).catch(() => {
      // Said again with the next change, or by the next measuring.
      if (this.told === text) this.told = "";
    });
  }

  close(): void {
    this.run(false);
    for (const stop of this.stops) stop();
  }

  private async measure(): Promise<void> {
    const report = await this.options.stats().catch(() => null);
    if (this.timer === null || report === null) {
      this.before = null;
      return;
    }
    const counts = countsOf(report.values(), performance.now());
    const sample = this.before === null ? null : sampleOf(this.before, counts);
    if (sample !== null && this.before !== null) this.froze(sample.frozen * (counts.at - this.before.at) / 1000, counts.at);
    this.before = counts;
    this.path = counts.path;
    if (sample === null) this.steady.restart();
    else {
      this.level.set(this.steady.hear(this.levelOf(sample)));
      this.options.onWay(sample.mayUpKbps);
    }
    this.tell();
    this.listen("camera", counts.cameraFrames, counts.at);
    this.listen("microphone", counts.microphoneSeconds, counts.at);
  }

  /** What is measured here, and what the server holds back; but not what it holds back for somebody else's way. */
  private levelOf(sample: Sample): Level {
    const others = [...this.rest.get().values()];
    const theirs = others.some(({ level, blind }) => blind || (level !== null && level !== "good"));
    const measured = levelOf(theirs ? { ...sample, mayUpKbps: null } : sample);
    return worst([measured, this.options.pictures.level]);
  }

  /** Counted by the server, for whoever watches how well it does. */
  private froze(seconds: number, at: number): void {
    this.frozen += seconds;
    if (this.frozen === 0 || at - this.frozeTold < FROZE_EVERY_MS || this.options.line.state.get() !== "online") return;
    const { line, visit } = this.options;
    const said = { ...(visit === undefined ? {} : { visit }), seconds: Math.min(this.frozen, FROZE_AT_MOST) };
    this.frozen = 0;
    this.frozeTold = at;
    line.ask("froze", said).catch(() => undefined);
  }

  private listen(kind: DeviceKind, count: number | null, at: number): void {
    // A page in the background is given few frames, which is no fault of the camera.
    const wanted = document.visibilityState === "visible" ? count : null;
    if (this.pulses[kind].standsStill(wanted, at)) this.options.onSilence(kind);
  }

  private heard(news: JsonObject): void {
    const from = news["from"];
    if (typeof from !== "string" || (news["visit"] ?? this.options.visit) !== this.options.visit) return;
    const level = LEVELS.find((one) => one === news["level"]) ?? null;
    this.rest.update((rest) => new Map(rest).set(from, { level, sharing: news["sharing"] === true, blind: news["blind"] === true }));
  }
}
