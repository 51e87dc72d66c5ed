import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";

import { keepVigil, MUTED_FOR_MS, Pulse, type Watched } from "../../src/kit/media/vigil";

/** A track that the test mutes and ends, and a page that it hides and shows. */
class Scene extends EventTarget {
  readyState: MediaStreamTrackState = "live";
  muted = false;
  shown = true;
  deaths = 0;
  private readonly returns = new Set<() => void>();

  watch(): () => void {
    const page = {
      isShown: () => this.shown,
      onShown: (listener: () => void) => {
        this.returns.add(listener);
        return () => this.returns.delete(listener);
      },
    };
    return keepVigil(this as unknown as Watched, page, () => (this.deaths += 1));
  }

  mute(muted = true): void {
    this.muted = muted;
    this.dispatchEvent(new Event(muted ? "mute" : "unmute"));
  }

  show(): void {
    this.shown = true;
    for (const listener of [...this.returns]) listener();
  }
}

describe("a track", () => {
  let scene: Scene;
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    scene = new Scene();
  });
  afterEach(() => mock.timers.reset());

  test("that ends is dead", () => {
    scene.watch();
    scene.dispatchEvent(new Event("ended"));
    assert.equal(scene.deaths, 1);
  });
  test("that was dead before anybody looked is dead", () => {
    scene.readyState = "ended";
    scene.watch();
    assert.equal(scene.deaths, 1);
  });
  test("that is muted for a moment lives", () => {
    scene.watch();
    scene.mute();
    mock.timers.tick(MUTED_FOR_MS - 1);
    scene.mute(false);
    mock.timers.tick(MUTED_FOR_MS);
    assert.equal(scene.deaths, 0);
  });
  test("that stays muted is dead", () => {
    scene.watch();
    scene.mute();
    mock.timers.tick(MUTED_FOR_MS);
    assert.equal(scene.deaths, 1);
  });
  test("that was muted while the page was away is dead, whatever it says of itself", () => {
    scene.watch();
    scene.shown = false;
    scene.mute();
    scene.mute(false);
    scene.show();
    assert.equal(scene.deaths, 1);
  });
  test("that ended unheard while the page was away is dead", () => {
    scene.watch();
    scene.readyState = "ended";
    scene.show();
    assert.equal(scene.deaths, 1);
  });
  test("that nothing happened to while the page was away lives", () => {
    scene.watch();
    scene.shown = false;
    scene.show();
    mock.timers.tick(MUTED_FOR_MS);
    assert.equal(scene.deaths, 0);
  });
  test("dies once", () => {
    scene.watch();
    scene.mute();
    scene.dispatchEvent(new Event("ended"));
    mock.timers.tick(MUTED_FOR_MS);
    scene.show();
    assert.equal(scene.deaths, 1);
  });
  test("that nobody watches any more is nobody's news", () => {
    const stop = scene.watch();
    scene.mute();
    stop();
    mock.timers.tick(MUTED_FOR_MS);
    scene.dispatchEvent(new Event("ended"));
    assert.equal(scene.deaths, 0);
  });
});

describe("a count", () => {
  test("that grows does not stand still", () => {
    const pulse = new Pulse();
    assert.deepEqual([1, 2, 3].map((count, n) => pulse.standsStill(count, n * 4_000)), [false, false, false]);
  });
  test("that is the same for four seconds stands still", () => {
    const pulse = new Pulse();
    assert.deepEqual([0, 2_000, 4_000].map((at) => pulse.standsStill(7, at)), [false, false, true]);
  });
  test("that nobody tells does not stand still", () => {
    const pulse = new Pulse();
    assert.deepEqual([0, 4_000, 8_000].map((at) => pulse.standsStill(null, at)), [false, false, false]);
  });
});
