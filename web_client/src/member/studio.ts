/** The member's own camera and microphone: each with a state of its own, started and stopped by presses. */

import { DeviceFailure, evidence, openCamera, openFrontCamera, openMicrophone } from "../kit/media/devices";
import type { Evidence } from "../kit/media/facing";
import type { DeviceKind, FailureCode } from "../kit/media/failures";
import { type Readable, Store } from "../kit/store";

export type DeviceState =
  | { readonly kind: "off" }
  /** `slow`: the browser's question has been open for a while; it may be overlooked. */
  | { readonly kind: "asking"; readonly slow: boolean }
  | { readonly kind: "on"; readonly track: MediaStreamTrack }
  | { readonly kind: "failed"; readonly code: FailureCode };

const SLOW_AFTER_MS = 8_000;
const OFF: DeviceState = { kind: "off" };

export class Studio {
  readonly camera: Readable<DeviceState>;
  readonly microphone: Readable<DeviceState>;
  private readonly stores = { camera: new Store<DeviceState>(OFF), microphone: new Store<DeviceState>(OFF) };
  private readonly asked = { camera: 0, microphone: 0 };
  private readonly chosen: Record<DeviceKind, string | null> = { camera: recall("camera"), microphone: recall("microphone") };

  constructor() {
    this.camera = this.stores.camera;
    this.microphone = this.stores.microphone;
  }

  /** This camera, else the one chosen before, else the one that looks at the person. */
  async startCamera(id: string | null = null): Promise<void> {
    const wanted = this.choice("camera", id);
    await this.start("camera", () => (wanted === null ? openFrontCamera() : openCamera(wanted)));
  }

  async startMicrophone(id: string | null = null): Promise<void> {
    const wanted = this.choice("microphone", id);
    await this.start("microphone", () => openMicrophone(wanted));
  }

  /** Resolves when the browser has answered for this device, or its question has been open for a while. */
  answeredOrSlow(kind: DeviceKind): Promise<void> {
    const open = (state: DeviceState) => state.kind === "asking" && !state.slow;
    return new Promise((resolve) => {
      if (!open(this.stores[kind].get())) {
        resolve();
        return;
      }
      const stop = this.stores[kind].subscribe((state) => {
        if (open(state)) return;
        stop();
        resolve();
      });
    });
  }

  stopCamera(): void {
    this.stop("camera");
  }

  stopAll(): void {
    this.stop("camera");
    this.stop("microphone");
  }

  track(kind: DeviceKind): MediaStreamTrack | null {
    const state = this.stores[kind].get();
    return state.kind === "on" ? state.track : null;
  }

  /** Which way the camera that is on looks; null while none is on. */
  evidence(): Evidence | null {
    const track = this.track("camera");
    return track === null ? null : evidence(track);
  }

  private choice(kind: DeviceKind, id: string | null): string | null {
    if (id !== null) {
      this.chosen[kind] = id;
      remember(kind, id);
    }
    return this.chosen[kind];
  }

  private stop(kind: DeviceKind): void {
    this.asked[kind] += 1;
    this.track(kind)?.stop();
    this.stores[kind].set(OFF);
  }

  /** The newest ask wins: an answer to an older one is stopped at once. */
  private async start(kind: DeviceKind, open: () => Promise<MediaStreamTrack>): Promise<void> {
    this.stop(kind);
    const turn = this.asked[kind];
    const store = this.stores[kind];
    store.set({ kind: "asking", slow: false });
    const slow = setTimeout(() => turn === this.asked[kind] && store.set({ kind: "asking", slow: true }), SLOW_AFTER_MS);
    try {
      const track = await open();
      if (turn !== this.asked[kind]) {
        track.stop();
        return;
      }
      track.addEventListener("ended", () => this.ended(kind, track));
      store.set({ kind: "on", track });
    } catch (error) {
      if (turn !== this.asked[kind]) return;
      store.set({ kind: "failed", code: error instanceof DeviceFailure ? error.code : "failed" });
    } finally {
      clearTimeout(slow);
    }
  }

  /** Pulled out, taken by another program, or withdrawn in the browser's settings. */
  private ended(kind: DeviceKind, track: MediaStreamTrack): void {
    if (this.track(kind) === track) this.stores[kind].set({ kind: "failed", code: "busy" });
  }
}

/** A choice outlives a reload of this tab; an id that is gone is passed over by the browser. */
function remember(kind: DeviceKind, id: string): void {
  try {
    sessionStorage.setItem(`videovisit.${kind}`, id);
  } catch {
    // Then the choice lasts until a reload.
  }
}

function recall(kind: DeviceKind): string | null {
  try {
    return sessionStorage.getItem(`videovisit.${kind}`);
  } catch {
    return null;
  }
}
