import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { DeviceFailure } from "../../src/kit/media/devices";
import type { FailureCode } from "../../src/kit/media/failures";
import { swap } from "../../src/kit/media/swap";

/** A device that can be stopped; `held` while it runs. */
class Device {
  held = true;
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  stop(): void {
    this.held = false;
  }
}

const refuse = (code: FailureCode) => () => Promise.reject(new DeviceFailure("camera", code));

describe("a change of device", () => {
  test("keeps the old one running until the new one does", async () => {
    const old = new Device("old");
    const swapped = await swap(old, async () => {
      assert(old.held);
      return new Device("new");
    }, refuse("failed"));
    assert.deepEqual([swapped.track.name, swapped.failure], ["new", null]);
  });
  test("to one that is gone leaves the old one running and says so", async () => {
    const old = new Device("old");
    const swapped = await swap(old, refuse("none"), refuse("failed"));
    assert.deepEqual([swapped.track, swapped.failure, old.held], [old, "none", true]);
  });
  test("lets the old one go where the phone lends out one at a time", async () => {
    const old = new Device("old");
    const open = () => (old.held ? refuse("busy")() : Promise.resolve(new Device("new")));
    const swapped = await swap(old, open, refuse("failed"));
    assert.deepEqual([swapped.track.name, swapped.failure], ["new", null]);
  });
  test("to one that another program holds brings the old one back", async () => {
    const swapped = await swap(new Device("old"), refuse("busy"), () => Promise.resolve(new Device("old again")));
    assert.deepEqual([swapped.track.name, swapped.failure], ["old again", "busy"]);
  });
  test("that loses both says why the new one failed", async () => {
    await assert.rejects(swap(new Device("old"), refuse("busy"), refuse("failed")), { code: "busy" });
  });
});
