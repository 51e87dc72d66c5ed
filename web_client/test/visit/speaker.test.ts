import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Speaker } from "../../src/kit/visit/speaker";

const levels = (ana: number, lee: number) => new Map([["ana", ana], ["lee", lee]]);

describe("who speaks", () => {
  test("is nobody in a room that hums", () => assert.equal(new Speaker().hear(levels(0.01, 0.02), 0), null));
  test("is the loudest", () => assert.equal(new Speaker().hear(levels(0.1, 0.3), 0), "lee"));
  test("stays for a moment between words, and not for long", () => {
    const speaker = new Speaker();
    speaker.hear(levels(0.2, 0), 0);
    assert.equal(speaker.hear(levels(0, 0), 1_000), "ana");
    assert.equal(speaker.hear(levels(0, 0), 1_300), null);
  });
  test("is not whoever is a little louder for once", () => {
    const speaker = new Speaker();
    speaker.hear(levels(0.2, 0), 0);
    assert.equal(speaker.hear(levels(0.2, 0.25), 400), "ana");
    assert.equal(speaker.hear(levels(0.2, 0.5), 800), "lee");
  });
  test("is another as soon as the one before is silent", () => {
    const speaker = new Speaker();
    speaker.hear(levels(0.2, 0), 0);
    assert.equal(speaker.hear(levels(0, 0.05), 400), "lee");
  });
  test("is nobody who has left", () => {
    const speaker = new Speaker();
    speaker.hear(levels(0.2, 0), 0);
    assert.equal(speaker.hear(new Map(), 5_000), null);
  });
});
