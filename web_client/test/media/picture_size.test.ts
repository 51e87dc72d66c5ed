import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { FULL_SIZE, Sizing } from "../../src/kit/media/picture_size";

/** A camera whose way is measured every two seconds. */
class Camera {
  readonly sizing = new Sizing();
  private at = 0;

  /** The scale after so many seconds of this. */
  sends(mayUpKbps: number | null, seconds: number): number {
    for (let passed = 0; passed < seconds; passed += 2) this.sizing.hear(mayUpKbps, (this.at += 2_000));
    return this.sizing.size.scale;
  }
}

describe("the size of the picture that is sent", () => {
  test("is the camera's own on a wide way", () => {
    const camera = new Camera();
    assert.equal(camera.sends(null, 600), 1);
    assert.equal(camera.sends(1_500, 600), 1);
    assert.deepEqual(camera.sizing.size, FULL_SIZE);
  });
  test("is half on a narrow way, and a quarter on a very narrow one", () => {
    assert.equal(new Camera().sends(200, 60), 2);
    assert.equal(new Camera().sends(60, 60), 4);
  });
  test("does not change for a moment's weakness", () => {
    const camera = new Camera();
    for (let n = 0; n < 20; n++) {
      camera.sends(200, 2);
      assert.equal(camera.sends(900, 2), 1);
    }
  });
  test("grows again when the way carries more, but not at once", () => {
    const camera = new Camera();
    camera.sends(200, 20);
    assert.equal(camera.sends(600, 18), 2);
    assert.equal(camera.sends(600, 6), 1);
  });
  test("stays where the way carries what it needs and not what the next would", () => {
    const camera = new Camera();
    camera.sends(200, 20);
    assert.equal(camera.sends(350, 600), 2);
  });
  test("that grew in vain grows later the next time", () => {
    const camera = new Camera();
    camera.sends(200, 20);
    camera.sends(null, 24);
    assert.equal(camera.sends(200, 8), 2, "too large at once");
    assert.equal(camera.sends(null, 30), 2);
    assert.equal(camera.sends(null, 20), 1);
  });
});
