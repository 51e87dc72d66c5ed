/** Two soft notes when somebody becomes ready. Off until the clinician turns it on. */

import { Store } from "../store";

export const chimeOn = new Store<boolean>(false);
let audio: AudioContext | null = null;

/** Called from the button press, which is what lets the browser play sound. */
export function turnChime(on: boolean): void {
  chimeOn.set(on);
  if (!on) return;
  audio ??= new AudioContext();
  void audio.resume();
  chime();
}

export function chime(): void {
  if (!chimeOn.get() || audio === null) return;
  const start = audio.currentTime;
  note(audio, 660, start);
  note(audio, 880, start + 0.18);
}

function note(context: AudioContext, pitch: number, at: number): void {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.12, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.35);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.4);
}
