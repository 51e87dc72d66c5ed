import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { barOf, Ear } from "../../src/kit/media/level";
import { MAX_TRIES, pauseBefore } from "../../src/kit/media/backoff";

describe("the microphone in words", () => {
  test("a voice is heard, and stays heard between syllables", () => {
    const ear = new Ear(0);
    assert.equal(ear.listen(0.1, 100).loudness, "heard");
    assert.equal(ear.listen(0.001, 1_000).loudness, "heard");
    assert.equal(ear.listen(0.001, 3_000).loudness, "quiet");
  });
  test("a microphone that gives nothing at all is silent after three seconds", () => {
    const ear = new Ear(0);
    assert.equal(ear.listen(0, 1_000).loudness, "quiet");
    assert.equal(ear.listen(0, 3_100).loudness, "silent");
  });
  test("the bar is empty at -60 dB and full at -10 dB", () => {
    assert.equal(barOf(0), 0);
    assert.equal(barOf(0.001), 0);
    assert.ok(Math.abs(barOf(0.01) - 0.4) < 1e-9);
    assert.equal(barOf(1), 1);
  });
});

describe("pauses before a new connection", () => {
  test("they grow and stop growing", () => {
    assert.equal(pauseBefore(1, 1), 150);
    assert.equal(pauseBefore(3, 1), 600);
    assert.equal(pauseBefore(MAX_TRIES, 1), 5_000);
  });
  test("chance spreads them over the last two fifths", () => {
    assert.equal(pauseBefore(2, 0), 180);
    assert.equal(pauseBefore(2, 1), 300);
  });
});
