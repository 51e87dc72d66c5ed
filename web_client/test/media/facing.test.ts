import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { evidenceOf, facingOf, isMirrored, otherCamera } from "../../src/kit/media/facing";

describe("which way the camera looks", () => {
  test("what the track reports comes first", () => {
    assert.equal(evidenceOf("user", "Back Camera"), "user");
    assert.equal(evidenceOf("environment", "Front Camera"), "environment");
  });
  for (const [label, evidence] of [
    ["Integrated Camera (04f2:b6dd)", "unknown"],
    ["FaceTime HD Camera", "user"],
    ["camera2 1, facing front", "user"],
    ["camera2 0, facing back", "environment"],
    ["Cámara trasera", "environment"],
    ["Cámara frontal", "user"],
    ["Ana’s iPhone Camera", "environment"],
    ["OBS Virtual Camera", "environment"],
    ["", "unknown"],
  ] as const) {
    test(`“${label}” alone says ${evidence}`, () => assert.equal(evidenceOf(undefined, label), evidence));
  }
  test("an unknown camera counts as front-facing once the member saw themselves", () => {
    assert.equal(facingOf("unknown", true), "assumed");
    assert.equal(facingOf("unknown", false), "none");
  });
  test("no camera has no facing, a back camera stays one", () => {
    assert.equal(facingOf(null, false), "none");
    assert.equal(facingOf("environment", true), "environment");
  });
  test("the self-view is a mirror unless it shows the world behind the phone", () => {
    assert.equal(isMirrored("unknown"), true);
    assert.equal(isMirrored("environment"), false);
  });
  test("the next camera to try is one that says front, then one that says nothing", () => {
    const back = { id: "b", label: "Back Camera" };
    const front = { id: "f", label: "Front Camera" };
    const plain = { id: "p", label: "USB Camera" };
    assert.equal(otherCamera([back, plain, front], new Set(["b"])), front);
    assert.equal(otherCamera([back, plain], new Set(["b"])), plain);
    assert.equal(otherCamera([back], new Set(["b"])), null);
  });
});
