/** One person's screen, shown to the others: asked for by a press, ended by the page or by the browser's own bar. */

import { type Readable, Store } from "../store";

export type ShareState = "off" | "asking" | "on";

/** blocked: the computer or its owner does not allow it · failed: anything else. A closed question is no failure. */
export type ShareFailure = "blocked" | "failed";

/** Text wants every pixel more than every frame. */
const SCREEN: DisplayMediaStreamOptions = { video: { frameRate: { ideal: 15, max: 30 } }, audio: false };

export class ScreenShare {
  readonly state: Readable<ShareState>;
  /** What is shown; null while nothing is. */
  track: MediaStreamTrack | null = null;
  private readonly store = new Store<ShareState>("off");
  private turn = 0;

  constructor() {
    this.state = this.store;
  }

  /** Phones cannot share their screen; their pages offer no button. */
  static isSupported(): boolean {
    return typeof (navigator.mediaDevices as MediaDevices | undefined)?.getDisplayMedia === "function";
  }

  /** Ask which screen and show it; why not, or null. Call from a press. */
  async start(): Promise<ShareFailure | null> {
    if (this.store.get() !== "off") return null;
    this.turn += 1;
    const turn = this.turn;
    this.store.set("asking");
    try {
      const [track] = (await navigator.mediaDevices.getDisplayMedia(SCREEN)).getVideoTracks();
      if (turn !== this.turn || track === undefined) {
        track?.stop();
        return null;
      }
      track.contentHint = "detail";
      track.addEventListener("ended", () => this.track === track && this.stop());
      this.track = track;
      this.store.set("on");
      return null;
    } catch (error) {
      if (turn === this.turn) this.stop();
      return failureOf(error);
    }
  }

  stop(): void {
    this.turn += 1;
    this.track?.stop();
    this.track = null;
    this.store.set("off");
  }
}

function failureOf(error: unknown): ShareFailure | null {
  if (!(error instanceof DOMException)) return "failed";
  if (error.name === "AbortError" || error.name === "InvalidStateError") return null;
  // A person who chose nothing and a computer that forbids it have one name; only the words tell them apart.
  if (error.name === "NotAllowedError") return /system|policy/i.test(error.message) ? "blocked" : null;
  return error.name === "NotFoundError" || error.name === "NotReadableError" ? "blocked" : "failed";
}
