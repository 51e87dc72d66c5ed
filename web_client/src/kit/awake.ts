/** Keeps the screen on while it is wanted, where the browser can. */

export class Awake {
  private readonly wanted: () => boolean;
  private lock: WakeLockSentinel | null = null;

  constructor(wanted: () => boolean) {
    this.wanted = wanted;
    document.addEventListener("visibilitychange", () => void this.look());
  }

  /** Look again whether it is wanted; browsers let go of it when the page is hidden. */
  async look(): Promise<void> {
    try {
      if (!this.wanted() || document.visibilityState !== "visible") {
        await this.lock?.release();
        this.lock = null;
      } else if (this.lock === null || this.lock.released) {
        this.lock = await navigator.wakeLock.request("screen");
      }
    } catch {
      // An old browser, or a battery that is nearly empty: the screen may sleep.
    }
  }
}
