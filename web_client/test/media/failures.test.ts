import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { failureOf, isOverConstrained } from "../../src/kit/media/failures";

const named = (name: string) => Object.assign(new Error(), { name });

describe("why a device could not be had", () => {
  test("a refused question is blocked when the browser will not ask again", () => {
    assert.equal(failureOf(named("NotAllowedError"), "denied"), "blocked");
    assert.equal(failureOf(named("NotAllowedError"), "unknown"), "blocked");
    // Allowed for the site but refused all the same: the system or the app around the page says no.
    assert.equal(failureOf(named("NotAllowedError"), "granted"), "blocked");
  });
  test("a closed question may be asked again", () => {
    assert.equal(failureOf(named("NotAllowedError"), "prompt"), "dismissed");
  });
  test("a browser that says the question was dismissed is believed", () => {
    const dismissed = Object.assign(new Error("Permission dismissed"), { name: "NotAllowedError" });
    assert.equal(failureOf(dismissed, "granted"), "dismissed");
  });
  for (const [name, code] of [
    ["NotFoundError", "none"],
    ["DevicesNotFoundError", "none"],
    ["NotReadableError", "busy"],
    ["TrackStartError", "busy"],
    ["AbortError", "busy"],
    ["SecurityError", "unsupported"],
    ["TypeError", "failed"],
  ] as const) {
    test(`${name} is ${code}`, () => assert.equal(failureOf(named(name), "granted"), code));
  }
  test("something that is no error at all is failed", () => {
    assert.equal(failureOf(undefined, "unknown"), "failed");
    assert.equal(failureOf("no", "unknown"), "failed");
  });
  test("constraints that are too tight are told apart, so that a retry drops them", () => {
    assert.equal(isOverConstrained(named("OverconstrainedError")), true);
    assert.equal(isOverConstrained(named("NotFoundError")), false);
  });
});
