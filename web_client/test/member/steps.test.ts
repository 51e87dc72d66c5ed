import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { JsonObject } from "../../src/kit/json";
import { placeOf } from "../../src/member/place";
import { devicesWanted, firstMissing, hasEnded, mediaWish, screenFor, stepAfter, stepBefore, STEPS } from "../../src/member/steps";
import { fullName, readStanding, readView, type VisitState } from "../../src/member/view";

const CHECKED = { camera: "ok", microphone: "ok", facing: "user", seen: true };
const ANSWERS = {
  location: "12 Oak Street, Springfield, Illinois",
  callback: "+12175550134",
  present: "Nobody else",
  consent: "telehealth_2026_12",
  devices: CHECKED,
};
const visit = (state: VisitState, more: JsonObject = {}) =>
  readView({ state, start: "2026-11-23T21:40:00Z", clinic: { name: "Lakeside", tz: "America/Chicago" }, ...more });
const ready = (state: VisitState, more: JsonObject = {}) =>
  visit(state, { ...ANSWERS, checked_in_at: "2026-11-23T21:30:00Z", ...more });

describe("the questions of check-in", () => {
  test("come one by one, in order, as long as one is open", () => {
    const order = ["location", "callback", "present", "consent", "devices"] as const;
    const answered: Record<string, JsonObject[string]> = {};
    for (const step of order) {
      assert.equal(firstMissing(visit("preparing", answered)), step);
      answered[step] = ANSWERS[step];
    }
    assert.equal(firstMissing(visit("preparing", answered)), "ready");
  });
  test("a working microphone and a camera that showed the member are done", () => {
    const check = (devices: JsonObject) => firstMissing(visit("preparing", { ...ANSWERS, devices }));
    assert.equal(check(CHECKED), "ready");
    assert.equal(check({ ...CHECKED, seen: false }), "devices");
    assert.equal(check({ camera: "skipped", microphone: "ok", facing: "none", seen: false }), "ready");
    assert.equal(check({ camera: "blocked", microphone: "ok", facing: "none", seen: false }), "devices");
    assert.equal(check({ ...CHECKED, microphone: "blocked" }), "devices");
  });
  test("a change or a step back is shown instead of the next question", () => {
    assert.equal(screenFor(visit("preparing", ANSWERS), "callback"), "callback");
    assert.equal(screenFor(visit("preparing", ANSWERS), null), "ready");
  });
  test("each has one before and one after, but the first and the last", () => {
    assert.equal(stepBefore("location"), null);
    assert.equal(stepAfter("ready"), "ready");
    for (const step of STEPS.slice(1)) assert.equal(stepAfter(stepBefore(step) ?? "ready"), step);
  });
});

describe("the screen follows the visit", () => {
  test("after check-in the member waits, also while they are early", () => {
    for (const state of ["preparing", "waiting", "away", "held", "offered", "claimed"] as const) {
      assert.equal(screenFor(ready(state), "callback"), "waiting", state);
    }
  });
  test("admitted is the visit, also while it is on hold", () => {
    assert.equal(screenFor(ready("in_visit"), null), "visit");
    assert.equal(screenFor(ready("on_hold"), null), "visit");
  });
  test("every end has its page", () => {
    for (const state of ["completed", "left", "no_show", "cancelled", "redirected", "closed"] as const) {
      assert.equal(screenFor(ready(state), "location"), "ending", state);
      assert.equal(hasEnded(ready(state)), true);
    }
  });
  test("who left a running visit sees that they left, until they come back", () => {
    assert.equal(screenFor(ready("on_hold", { left_at: "2026-11-23T22:00:00Z" }), null), "ending");
    assert.equal(screenFor(ready("on_hold"), null), "visit");
  });
});

describe("camera and microphone", () => {
  test("nothing is connected before check-in or after the end", () => {
    for (const state of ["booked", "preparing", "completed", "left"] as const) assert.equal(mediaWish(ready(state)), "none");
  });
  test("waiting keeps the transport up and sends nothing", () => {
    for (const state of ["waiting", "away", "held", "offered", "on_hold"] as const) assert.equal(mediaWish(ready(state)), "warm");
  });
  test("a claim starts the camera behind the closed gate, admission adds the sound", () => {
    assert.equal(mediaWish(ready("claimed")), "ready");
    assert.equal(mediaWish(ready("in_visit")), "live");
  });
  test("devices are wanted from check-in to the end", () => {
    assert.equal(devicesWanted(visit("preparing")), false);
    assert.equal(devicesWanted(ready("preparing")), true);
    assert.equal(devicesWanted(ready("in_visit")), true);
    assert.equal(devicesWanted(ready("completed")), false);
    assert.equal(devicesWanted(ready("on_hold", { left_at: "2026-11-23T22:00:00Z" })), false);
  });
});

describe("the member's place in words", () => {
  const place = (state: VisitState, ahead: number | null, nobody = false) =>
    placeOf(ready(state), ahead === null ? null : { ahead, nobody }).kind;
  test("next, or behind others, as counted", () => {
    assert.equal(place("waiting", 0), "next");
    assert.equal(place("waiting", 1), "ahead");
    assert.equal(placeOf(ready("waiting"), { ahead: 3, nobody: false }).ahead, 3);
  });
  test("nobody on duty is said before any number", () => {
    assert.equal(place("waiting", 2, true), "nobody");
  });
  test("no number is made up before the server said one", () => {
    assert.equal(place("waiting", null), "unknown");
  });
  test("a hold, a gap, a claim and an early arrival have words of their own", () => {
    assert.equal(place("held", 1), "held");
    assert.equal(place("away", 1), "away");
    assert.equal(place("claimed", 0), "claimed");
    assert.equal(place("preparing", 0), "early");
  });
  test("an early member joins the line a quarter of an hour before the visit", () => {
    assert.equal(placeOf(ready("preparing"), null).opens, "2026-11-23T21:25:00.000Z");
  });
});

describe("reading the view", () => {
  test("what is absent is none", () => {
    const view = readView({});
    assert.equal(view.location, null);
    assert.equal(view.clinician, null);
    assert.equal(view.devices, null);
    assert.equal(view.lineUnread, 0);
    assert.equal(view.clinic.zone, "UTC");
  });
  test("a clinic without a desk telephone has one telephone for both", () => {
    assert.equal(readView({ clinic: { phone: "217 555 0100" } }).clinic.deskPhone, "217 555 0100");
  });
  test("a name goes with its credentials", () => {
    assert.equal(fullName({ name: "Maya Chen", credentials: "MD" }), "Maya Chen, MD");
    assert.equal(fullName({ name: "Maya Chen", credentials: "" }), "Maya Chen");
  });
  test("a standing without a number is no standing", () => {
    assert.equal(readStanding({}), null);
    assert.deepEqual(readStanding({ ahead: 2 }), { ahead: 2, nobody: false });
  });
});
