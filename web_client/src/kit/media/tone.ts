/** Three soft notes, to test the speaker and to say that somebody is there. */

const NOTES_HZ = [523.25, 659.25, 783.99] as const;
const NOTE_S = 0.28;

/** Two notes each: up when recording starts, down when it stops, level when it pauses. */
export const SIGNALS = { start: [587.33, 880], stop: [880, 587.33], pause: [659.25, 659.25] } as const;

const WAKE_WITHIN_MS = 400;

/** Plays once; resolves when it is over. `speaker` is a device id, where the page may choose. */
export async function playTone(speaker: string | null = null, notes: readonly number[] = NOTES_HZ): Promise<void> {
  const context = new AudioContext();
  try {
    // Before any press a browser keeps sound asleep; a tone that comes a minute late would mislead.
    await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, WAKE_WITHIN_MS))]);
    if (context.state !== "running") return;
    const out = await outputOf(context, speaker);
    notes.forEach((hertz, n) => note(context, out, hertz, context.currentTime + 0.05 + n * NOTE_S));
    await new Promise((resolve) => setTimeout(resolve, (notes.length * NOTE_S + 0.4) * 1_000));
  } finally {
    await context.close();
  }
}

async function outputOf(context: AudioContext, speaker: string | null): Promise<AudioNode> {
  if (speaker === null || speaker === "") return context.destination;
  const bridge = context.createMediaStreamDestination();
  const player = new Audio() as HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };
  try {
    if (player.setSinkId === undefined) return context.destination;
    await player.setSinkId(speaker);
    player.srcObject = bridge.stream;
    await player.play();
    return bridge;
  } catch {
    // The speaker was pulled out: the usual one will do.
    return context.destination;
  }
}

function note(context: AudioContext, out: AudioNode, hertz: number, at: number): void {
  const voice = context.createOscillator();
  const loud = context.createGain();
  voice.frequency.value = hertz;
  loud.gain.setValueAtTime(0, at);
  loud.gain.linearRampToValueAtTime(0.25, at + 0.03);
  loud.gain.exponentialRampToValueAtTime(0.001, at + NOTE_S + 0.2);
  voice.connect(loud).connect(out);
  voice.start(at);
  voice.stop(at + NOTE_S + 0.25);
}
