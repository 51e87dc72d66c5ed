import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Silence, SILENT_FOR_MS } from "../../src/kit/media/silence";

describe("a silence", () => {
  const heard = () => {
    const silence = new Silence();
    silence.lasts(1, 0);
    silence.lasts(2, 500);
    return silence;
  };
  test("is none while packets come", () => assert.equal(heard().lasts(3, 500 + SILENT_FOR_MS), false));
  test("is none before it has lasted", () => assert.equal(heard().lasts(2, 499 + SILENT_FOR_MS), false));
  test("is said once", () => {
    const silence = heard();
    assert.equal(silence.lasts(2, 500 + SILENT_FOR_MS), true);
    assert.equal(silence.lasts(2, 1_000 + 2 * SILENT_FOR_MS), false);
  });
  test("is said again after what was done did not come about", () => {
    const silence = heard();
    silence.lasts(2, 500 + SILENT_FOR_MS);
    silence.again(3_000);
    assert.equal(silence.lasts(2, 2_999 + SILENT_FOR_MS), false);
    assert.equal(silence.lasts(2, 3_000 + SILENT_FOR_MS), true);
  });
  test("is said again after packets came once more", () => {
    const silence = heard();
    silence.lasts(2, 500 + SILENT_FOR_MS);
    silence.lasts(9, 5_000);
    assert.equal(silence.lasts(9, 5_000 + SILENT_FOR_MS), true);
  });
  test("of somebody who was never heard is none", () => {
    const silence = new Silence();
    silence.lasts(0, 0);
    assert.equal(silence.lasts(0, 60_000), false);
  });
  test("while nobody is there is none, and begins anew with the next one", () => {
    const silence = heard();
    silence.lasts(null, 1_000);
    silence.lasts(2, 9_000);
    assert.equal(silence.lasts(2, 60_000), false);
  });
});
