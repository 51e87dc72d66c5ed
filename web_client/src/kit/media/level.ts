/** How loud the microphone is, ten times a second, in words and as a number for a bar. */

/** silent: nothing at all (a switched-off microphone) · quiet: the room · heard: a voice. */
export type Loudness = "silent" | "quiet" | "heard";

export interface Level {
  /** 0 to 1, for a bar. */
  readonly bar: number;
  readonly loudness: Loudness;
}

const EVERY_MS = 100;
/** A voice keeps its word this long, so that the sentence does not flicker between syllables. */
const HEARD_FOR_MS = 2_500;
const SILENT_AFTER_MS = 3_000;
/** Root mean square of full scale is 1. */
const VOICE = 0.02;
const NOTHING = 0.0005;

/** Root mean square to a bar: -60 dB is empty, -10 dB is full. */
export function barOf(rms: number): number {
  if (rms <= 0) return 0;
  const decibels = 20 * Math.log10(rms);
  return Math.min(1, Math.max(0, (decibels + 60) / 50));
}

/** Turns a run of loudness figures into steady words. `at` in ms. */
export class Ear {
  private heardAt = Number.NEGATIVE_INFINITY;
  private soundAt: number;

  constructor(startedAt: number) {
    this.soundAt = startedAt;
  }

  listen(rms: number, at: number): Level {
    if (rms > NOTHING) this.soundAt = at;
    if (rms > VOICE) this.heardAt = at;
    const loudness =
      at - this.heardAt < HEARD_FOR_MS ? "heard" : at - this.soundAt > SILENT_AFTER_MS ? "silent" : "quiet";
    return { bar: barOf(rms), loudness };
  }
}

/** Watches a track until stopped. Call from a press: some browsers keep sound asleep before one. */
export function watchLevel(track: MediaStreamTrack, tell: (level: Level) => void): () => void {
  const context = new AudioContext();
  void context.resume();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 2048;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const ear = new Ear(performance.now());
  const timer = setInterval(() => {
    // A sleeping context hears nothing, which is no news about the microphone.
    if (context.state !== "running") {
      void context.resume();
      return;
    }
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    tell(ear.listen(Math.sqrt(sum / samples.length), performance.now()));
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    source.disconnect();
    void context.close();
  };
}
