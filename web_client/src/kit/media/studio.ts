/**
 * One person's own camera and microphone: each with a state of its own, started and stopped by presses.
 *
 * What is on and dies by itself (a call, a lid, a pulled plug) is opened again without a press: `asking` with
 * `again`. A device that is changed runs until the new one does, and the other kind is never touched.
 */

import { type Stop, type Readable, Store } from "../store";
import {
  DeviceFailure,
  evidence,
  onChange,
  openCamera,
  openExactly,
  openFacing,
  openFrontCamera,
  openMicrophone,
} from "./devices";
import { type Evidence, otherWay } from "./facing";
import type { DeviceKind, FailureCode } from "./failures";
import { recall, remember } from "./remembered";
import { codeOf, swap } from "./swap";
import { keepVigil, thisPage } from "./vigil";

export type DeviceState =
  | { readonly kind: "off" }
  /**
   * `slow`: the browser's question has been open for a while; it may be overlooked.
   * `again`: nobody asked; it was cut off and is being opened again.
   */
  | { readonly kind: "asking"; readonly slow: boolean; readonly again?: boolean }
  | { readonly kind: "on"; readonly track: MediaStreamTrack }
  | { readonly kind: "failed"; readonly code: FailureCode };

export const KINDS = ["camera", "microphone"] as const;

const SLOW_AFTER_MS = 8_000;
/** Pauses before each try to open again what was cut off: a telephone call ends within the last of them or is long. */
const AGAIN_AFTER_MS = [0, 700, 1_500, 3_000, 5_000, 8_000] as const;
/** A device that dies this often in so short a time is broken, and opening it for ever would not mend it. */
const DEATHS_MOST = 5;
const DEATHS_WITHIN_MS = 60_000;
/** Of a failed device: no more tries by itself than one in so many ms, however often plugs come and go. */
const RESCUE_APART_MS = 2_000;
const OFF: DeviceState = { kind: "off" };

export class Studio {
  readonly camera: Readable<DeviceState>;
  readonly microphone: Readable<DeviceState>;
  private readonly stores = { camera: new Store<DeviceState>(OFF), microphone: new Store<DeviceState>(OFF) };
  private readonly asked = { camera: 0, microphone: 0 };
  private readonly chosen: Record<DeviceKind, string | null> = { camera: recall("camera"), microphone: recall("microphone") };
  private readonly vigils: Record<DeviceKind, Stop> = { camera: nothing, microphone: nothing };
  private readonly deaths: Record<DeviceKind, number[]> = { camera: [], microphone: [] };
  private rescuedAt = Number.NEGATIVE_INFINITY;
  private readonly leave: readonly Stop[];

  constructor() {
    this.camera = this.stores.camera;
    this.microphone = this.stores.microphone;
    const rescue = () => this.rescue();
    this.leave = [onChange(rescue), thisPage.onShown(rescue)];
  }

  /** This camera, else the one chosen before, else the one that looks at the person. */
  async startCamera(id: string | null = null): Promise<void> {
    this.choice("camera", id);
    await this.start("camera");
  }

  async startMicrophone(id: string | null = null): Promise<void> {
    this.choice("microphone", id);
    await this.start("microphone");
  }

  /** Change to another device while it is in use; why it did not work, or null. One that is off stays off. */
  async choose(kind: DeviceKind, id: string): Promise<FailureCode | null> {
    return this.change(kind, () => openExactly(kind, id), id);
  }

  /** From the camera in front to the one on the back, or the other way round. */
  async flip(): Promise<FailureCode | null> {
    const way = otherWay(this.evidence());
    return this.change("camera", async () => {
      const track = await openFacing(way);
      if (evidence(track) === way) return track;
      track.stop();
      throw new DeviceFailure("camera", "none");
    });
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
    for (const kind of KINDS) this.stop(kind);
  }

  /** Stop, and look after nothing any more. */
  close(): void {
    this.stopAll();
    for (const leave of this.leave) leave();
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

  /** The device that is on gives nothing any more: open it again, without a press. */
  async revive(kind: DeviceKind): Promise<void> {
    const old = this.track(kind);
    if (old === null) return;
    const now = Date.now();
    this.deaths[kind] = [...this.deaths[kind].filter((at) => now - at < DEATHS_WITHIN_MS), now];
    this.stop(kind);
    const turn = this.asked[kind];
    const current = () => turn === this.asked[kind];
    let code: FailureCode = "busy";
    if (this.deaths[kind].length <= DEATHS_MOST) {
      this.stores[kind].set({ kind: "asking", slow: false, again: true });
      for (const pause of AGAIN_AFTER_MS) {
        await afterAtLeast(pause);
        if (!current()) return;
        try {
          return this.adopt(kind, await this.open(kind), turn);
        } catch (error) {
          code = codeOf(error);
        }
        if (code === "blocked" || code === "dismissed" || code === "unsupported") break;
      }
    }
    if (current()) this.stores[kind].set({ kind: "failed", code });
  }

  private choice(kind: DeviceKind, id: string | null): void {
    if (id === null || id === "") return;
    this.chosen[kind] = id;
    remember(kind, id);
  }

  private open(kind: DeviceKind): Promise<MediaStreamTrack> {
    const id = this.chosen[kind];
    if (kind === "microphone") return openMicrophone(id);
    return id === null ? openFrontCamera() : openCamera(id);
  }

  private stop(kind: DeviceKind): void {
    this.asked[kind] += 1;
    this.vigils[kind]();
    this.vigils[kind] = nothing;
    this.track(kind)?.stop();
    this.stores[kind].set(OFF);
  }

  /** Takes a track that was opened in `turn`; an answer to an older question is stopped at once. */
  private adopt(kind: DeviceKind, track: MediaStreamTrack, turn: number): void {
    if (turn !== this.asked[kind]) {
      track.stop();
      return;
    }
    this.stores[kind].set({ kind: "on", track });
    this.vigils[kind]();
    this.vigils[kind] = keepVigil(track, thisPage, () => void this.revive(kind));
  }

  /** Stopped before it is asked for again: some phones mute the first when a second is opened. */
  private async start(kind: DeviceKind): Promise<void> {
    this.stop(kind);
    const turn = this.asked[kind];
    const store = this.stores[kind];
    store.set({ kind: "asking", slow: false });
    const slow = setTimeout(() => turn === this.asked[kind] && store.set({ kind: "asking", slow: true }), SLOW_AFTER_MS);
    try {
      this.adopt(kind, await this.open(kind), turn);
    } catch (error) {
      if (turn === this.asked[kind]) store.set({ kind: "failed", code: codeOf(error) });
    } finally {
      clearTimeout(slow);
    }
  }

  /** `id` is the device's, where it is known before it is open. */
  private async change(kind: DeviceKind, open: () => Promise<MediaStreamTrack>, id?: string): Promise<FailureCode | null> {
    const old = this.track(kind);
    if (old === null) {
      this.choice(kind, id ?? null);
      if (this.stores[kind].get().kind === "failed") await this.start(kind);
      return null;
    }
    this.asked[kind] += 1;
    const turn = this.asked[kind];
    // Some phones end the old track for the new one: that is no death.
    this.vigils[kind]();
    try {
      const { track, failure } = await swap(old, open, () => this.open(kind));
      if (failure === null) this.choice(kind, id ?? track.getSettings().deviceId ?? null);
      this.adopt(kind, track, turn);
      if (track !== old && turn === this.asked[kind]) old.stop();
      return failure;
    } catch (error) {
      if (turn === this.asked[kind]) this.stores[kind].set({ kind: "failed", code: codeOf(error) });
      return codeOf(error);
    }
  }

  /** A plug was put in, or the person is back: what failed for want of a device may work now. */
  private rescue(): void {
    const now = Date.now();
    if (!thisPage.isShown() || now - this.rescuedAt < RESCUE_APART_MS) return;
    for (const kind of KINDS) {
      const state = this.stores[kind].get();
      if (state.kind !== "failed" || (state.code !== "none" && state.code !== "busy")) continue;
      this.rescuedAt = now;
      void this.start(kind);
    }
  }
}

function nothing(): void {}

/** After so many ms, and not before the page is shown: a page in the background is given no devices. */
async function afterAtLeast(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  if (thisPage.isShown()) return;
  await new Promise<void>((resolve) => {
    const stop = thisPage.onShown(() => {
      stop();
      resolve();
    });
  });
}
