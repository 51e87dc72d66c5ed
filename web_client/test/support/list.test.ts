import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { listed, matches } from "../../src/support/list";
import { needsOf, urgency } from "../../src/support/needs";
import type { SupportView } from "../../src/support/view";

const NOW = Date.parse("2026-11-23T16:00:00Z");
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();

function view(more: Partial<SupportView> = {}): SupportView {
  return {
    visit: "v",
    seq: 1,
    state: "preparing",
    clinic: "north",
    mode: "video",
    start: ago(0),
    minutes: 20,
    short_name: "Ana R.",
    language: "en",
    step: "devices",
    step_at: ago(1),
    ...more,
  };
}

const codes = (one: SupportView, here: "here" | "gap" | "gone" = "here") => needsOf(one, here, NOW).map(({ code }) => code);
const found = { camera: "ok", microphone: "ok", facing: "user", seen: true };

describe("who needs help", () => {
  test("nobody who is getting along", () => assert.deepEqual(codes(view({ devices: found })), []));
  test("whoever wrote", () => assert.deepEqual(codes(view({ line_unread: 1 })), ["message"]));
  test("whoever is three minutes at one step", () => {
    assert.deepEqual(codes(view({ step_at: ago(2.9) })), []);
    assert.deepEqual(codes(view({ step_at: ago(3.1) })), ["stuck"]);
  });
  test("not whoever checked in early and waits for the time", () => {
    assert.deepEqual(codes(view({ step_at: ago(10), checked_in_at: ago(10) })), []);
  });
  test("whoever has no working microphone, before no working camera", () => {
    assert.deepEqual(codes(view({ devices: { ...found, camera: "blocked", microphone: "none" } })), ["microphone", "camera"]);
  });
  test("whose link rests, until it does not", () => {
    const link = (minutes: number) => ({ state: "resting" as const, until: ago(minutes), tries: 5 });
    assert.deepEqual(codes(view({ state: "booked", link: link(-5) }), "gone"), ["link_resting"]);
    assert.deepEqual(codes(view({ state: "booked", link: { ...link(5), tries: 0 } }), "gone"), []);
  });
  test("whoever waits half an hour past the time", () => {
    assert.deepEqual(codes(view({ state: "waiting", start: ago(31) })), ["long_wait"]);
    assert.deepEqual(codes(view({ state: "waiting", start: ago(29) })), []);
  });
  test("whoever is late for the appointment", () => {
    assert.deepEqual(codes(view({ state: "booked", start: ago(6) }), "gone"), ["late"]);
  });
  test("whoever is gone after arriving", () => assert.deepEqual(codes(view({}), "gone"), ["not_connected"]));
  test("the worst reason counts most", () => {
    const message = urgency(needsOf(view({ line_unread: 1 }), "here", NOW));
    const many = urgency(needsOf(view({ step_at: ago(9), devices: { ...found, camera: "busy" } }), "gone", NOW));
    assert(message > many);
  });
});

describe("the list", () => {
  const ana = view({ visit: "ana", short_name: "Ana R.", step_at: ago(1) });
  const jose = view({ visit: "jose", short_name: "José G.", clinic: "south", step_at: ago(5) });
  const wei = view({ visit: "wei", short_name: "Wei L.", step_at: ago(2), line_unread: 2 });
  const show = (wish: Partial<Parameters<typeof listed>[2]>) =>
    listed([ana, jose, wei], () => "here", { clinic: "", search: "", order: "due", ...wish }, NOW).map(({ view }) => view.visit);

  test("is in due order as it came", () => assert.deepEqual(show({}), ["ana", "jose", "wei"]));
  test("shows who needs help first", () => assert.deepEqual(show({ order: "needs" }), ["wei", "jose", "ana"]));
  test("shows who is longest at a step first", () => assert.deepEqual(show({ order: "step" }), ["jose", "wei", "ana"]));
  test("of one clinic", () => assert.deepEqual(show({ clinic: "south" }), ["jose"]));
  test("by name, without accents and in any case", () => {
    assert.deepEqual(show({ search: "jose g" }), ["jose"]);
    assert(matches("Ana R.", " r an"));
    assert(!matches("Ana R.", "na"));
  });
});
