import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Line, NO_ANSWER, Refused } from "../../src/kit/socket";
import { VisitFeed } from "../../src/kit/visit_feed";
import { MemoryWire, settle } from "./wire";

function online(): { wire: MemoryWire; line: Line } {
  const wire = new MemoryWire();
  let n = 0;
  const line = new Line("/member", { wire, newId: () => `id-${++n}` });
  line.connect();
  return { wire, line };
}

describe("a command", () => {
  test("goes out with an id made here and resolves with the answer", async () => {
    const { wire, line } = online();
    const asked = line.command("claim", { visit: "v1" });
    await settle();
    assert.deepEqual(wire.sent[0]?.payload, { visit: "v1", id: "id-1", type: "claim" });
    wire.sent[0]?.answer({ ok: true, seq: 7 });
    assert.equal((await asked).seq, 7);
  });

  test("that was not answered goes out again under the same id", async () => {
    const { wire, line } = online();
    const asked = line.command("check_in");
    await settle();
    wire.sent[0]?.lose();
    await settle();
    assert.deepEqual(wire.sent.map(({ payload }) => payload["id"]), ["id-1", "id-1"]);
    assert.equal(wire.connects, 2, "a line that swallows answers is opened anew");
    wire.sent[1]?.answer({ ok: true });
    await asked;
  });

  test("waits for the connection instead of being lost", async () => {
    const wire = new MemoryWire();
    const line = new Line("/member", { wire });
    const asked = line.command("check_in");
    await settle();
    assert.equal(wire.sent.length, 0);
    line.connect();
    await settle();
    wire.sent[0]?.answer({ ok: true });
    await asked;
  });

  test("that is refused rejects with code, sentence and details", async () => {
    const { wire, line } = online();
    const asked = line.command("claim", { visit: "v1" });
    await settle();
    wire.sent[0]?.answer({ error: { code: "claimed_by_other", sentence: "Taken.", clinician: "s2" } });
    await assert.rejects(asked, (error: unknown) => {
      assert(error instanceof Refused);
      assert.equal(error.code, "claimed_by_other");
      assert.equal(error.sentence, "Taken.");
      assert.deepEqual(error.detail, { clinician: "s2" });
      return true;
    });
  });
});

describe("a question asked once", () => {
  test("is not asked again when no answer comes", async () => {
    const { wire, line } = online();
    const asked = line.ask("offer", { sdp: "v=0" });
    await settle();
    wire.sent[0]?.lose();
    await assert.rejects(asked, (error: unknown) => error instanceof Refused && error.code === NO_ANSWER);
    assert.equal(wire.sent.length, 1);
  });
});

describe("the line", () => {
  test("tells a lost connection from a refused one", () => {
    const { wire, line } = online();
    wire.say("disconnect", "transport close");
    assert.equal(line.state.get(), "offline");
    wire.say("connect_error", Object.assign(new Error("Sign in."), { data: { code: "not_signed_in", sentence: "Sign in." } }));
    assert.equal(line.state.get(), "refused");
    assert.equal(line.refusedBecause, "not_signed_in");
  });

  test("a network error while connecting is not a refusal", () => {
    const wire = new MemoryWire();
    const line = new Line("/member", { wire });
    wire.say("connect_error", new Error("websocket error"));
    assert.equal(line.state.get(), "connecting");
  });

  test("stops telling a listener that has left", () => {
    const { wire, line } = online();
    let heard = 0;
    const stop = line.on("media", () => heard++);
    wire.say("media", {});
    stop();
    wire.say("media", {});
    assert.equal(heard, 1);
  });
});

describe("a visit's feed", () => {
  function feed(): { wire: MemoryWire; visit: VisitFeed } {
    const wire = new MemoryWire();
    const visit = new VisitFeed("/member", null, { wire });
    visit.line.connect();
    wire.say("snapshot", { seq: 3, view: { state: "preparing" } });
    return { wire, visit };
  }

  test("folds records onto the snapshot and tells about each", () => {
    const { wire, visit } = feed();
    const heard: string[] = [];
    visit.onRecord((record) => heard.push(record.type));
    wire.say("record", { seq: 4, type: "checked_in", at: "", patch: { state: "waiting" } });
    assert.deepEqual(visit.state.get(), { seq: 4, view: { state: "waiting" } });
    assert.deepEqual(heard, ["checked_in"]);
  });

  test("asks anew, with the last number it has, when a record is missing", () => {
    const { wire, visit } = feed();
    wire.say("record", { seq: 6, type: "admitted", at: "", patch: { state: "in_visit" } });
    assert.equal(visit.state.get()?.view["state"], "preparing");
    assert.equal(wire.connects, 2);
    assert.deepEqual(visit.auth(), { seq: 3 });
    wire.say("record", { seq: 4, type: "checked_in", at: "", patch: { state: "waiting" } });
    wire.say("record", { seq: 5, type: "claimed", at: "", patch: { state: "claimed" } });
    wire.say("record", { seq: 6, type: "admitted", at: "", patch: { state: "in_visit" } });
    assert.deepEqual(visit.state.get(), { seq: 6, view: { state: "in_visit" } });
  });

  test("a page that fetched a snapshot first connects from there", () => {
    const visit = new VisitFeed("/member", { seq: 9, view: {} }, { wire: new MemoryWire() });
    assert.deepEqual(visit.auth(), { seq: 9 });
  });
});
