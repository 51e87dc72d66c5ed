import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { foldAll, type NumberedRecord } from "../../src/kit/fold";
import type { JsonObject } from "../../src/kit/json";
import { joined, readGuests } from "../../src/kit/visit/guests";
import { type GuestView, mediaWish, readView, screenFor } from "../../src/guest/view";

const guests = {
  "guest-sol": { name: "Sol", kind: "interpreter", signs: true, by: "clinician", joined_at: "2026-11-23T09:05:00.000Z" },
  "guest-maria": { name: "Maria", kind: "family", by: "member", joined_at: "2026-11-23T09:00:00.000Z" },
};
const view = (changes: JsonObject = {}) => readView({ me: "guest-maria", state: "in_visit", for_name: "Ana", guests, ...changes });

describe("guests of any view", () => {
  test("stand in the order in which they came; who has not come is last", () => {
    const late = { ...guests, "guest-a": { name: "A", kind: "family", by: "member" } };
    assert.deepEqual(readGuests(late).map((guest) => guest.id), ["guest-maria", "guest-sol", "guest-a"]);
    assert.deepEqual(joined(readGuests(late)).length, 2);
  });
  test("nonsense is nobody", () => {
    assert.deepEqual(readGuests(undefined), []);
    assert.deepEqual(readGuests({ x: 1, y: null }), []);
  });
});

describe("the guest's screen", () => {
  test("I am not among the others", () => {
    assert.equal(view().me?.name, "Maria");
    assert.deepEqual(view().others.map((guest) => guest.name), ["Sol"]);
  });
  const cases: [JsonObject, boolean, string, string][] = [
    [{ state: "waiting" }, false, "devices", "none"],
    [{ state: "waiting" }, true, "waiting", "none"],
    [{ state: "claimed" }, true, "waiting", "ready"],
    [{ state: "in_visit" }, false, "devices", "none"],
    [{ state: "in_visit" }, true, "visit", "live"],
    [{ state: "on_hold" }, true, "held", "warm"],
    [{ state: "ended" }, true, "ended", "none"],
    [{ out: "removed", me: null, state: null }, true, "removed", "none"],
    [{ out: "replaced", me: null, state: null }, true, "replaced", "none"],
    [{ guests: { ...guests, "guest-maria": { ...guests["guest-maria"], left_at: "2026-11-23T09:09:00.000Z" } } }, true, "left", "none"],
  ];
  for (const [changes, ready, screen, wish] of cases) {
    test(`${JSON.stringify(changes).slice(0, 40)}, ${ready ? "ready" : "not ready"}: ${screen}`, () => {
      assert.equal(screenFor(view(changes), ready), screen);
      assert.equal(mediaWish(view(changes), ready), wish);
    });
  }
});

test("the server's golden feed leads a guest from the door to being sent away", () => {
  const golden = join(import.meta.dirname, "../../tests/golden/guest.json");
  const feeds = JSON.parse(readFileSync(golden, "utf8")) as { name: string; records: NumberedRecord[] }[];
  const feed = feeds.find(({ name }) => name === "guest: guests_visit");
  assert(feed);
  const screens: string[] = [];
  let before: GuestView | null = null;
  for (let n = 1; n <= feed.records.length; n++) {
    const folded = foldAll({ seq: 0, view: {} }, feed.records.slice(0, n));
    assert(folded);
    before = readView(folded.view);
    const screen = screenFor(before, true);
    if (screens.at(-1) !== screen) screens.push(screen);
  }
  assert.deepEqual(screens.slice(-9), ["waiting", "visit", "left", "visit", "held", "visit", "replaced", "visit", "removed"]);
});
