import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { applyOrder, applyPresence, applyRow, type Board, inOrder, readBoard } from "../../src/kit/staff/board";
import { BoardFeed } from "../../src/kit/staff/board_feed";
import { MemoryWire } from "./wire";

const row = (visit: string, seq: number, more: object = {}) => ({ visit, seq, state: "waiting", due: `2026-11-23T15:0${seq}:00Z`, ...more });

function board(): Board {
  return readBoard({
    visits: { a: row("a", 3), b: row("b", 1), c: row("c", 2) },
    order: ["c", "a"],
    presence: { a: { member: "here", clinician: "gone" } },
  });
}

const ids = (now: Board) => inOrder(now).map(({ view }) => view["visit"]);

describe("the order of the board", () => {
  test("is the server's, and the unranked follow by time due", () => {
    assert.deepEqual(ids(board()), ["c", "a", "b"]);
  });

  test("changes with the server's news", () => {
    assert.deepEqual(ids(applyOrder(board(), { order: ["a", "c", "b"] })), ["a", "c", "b"]);
  });
});

describe("a row's record", () => {
  test("is folded onto the row", () => {
    const step = applyRow(board(), { visit: "a", seq: 4, type: "claimed", at: "", patch: { seq: 4, state: "claimed" } });
    assert(step.kind === "applied");
    assert.equal(step.board.rows.get("a")?.view["state"], "claimed");
    assert.equal(step.board.rows.get("a")?.seq, 4);
  });

  test("that was seen before changes nothing", () => {
    assert.equal(applyRow(board(), { visit: "a", seq: 3, type: "x", at: "", patch: {} }).kind, "old");
  });

  test("with a hole before it asks for a new board", () => {
    assert.equal(applyRow(board(), { visit: "a", seq: 6, type: "x", at: "", patch: {} }).kind, "gap");
  });

  test("brings a visit that just came into view", () => {
    const step = applyRow(board(), { visit: "d", seq: 8, type: "booked", at: "", patch: row("d", 8) });
    assert(step.kind === "applied");
    assert.deepEqual(ids(step.board), ["c", "a", "b", "d"]);
  });

  test("of a visit that is not on the board and not whole asks for a new board", () => {
    assert.equal(applyRow(board(), { visit: "d", seq: 8, type: "x", at: "", patch: { state: "waiting" } }).kind, "gap");
  });

  test("takes a visit off the board, with what it became", () => {
    const step = applyRow(board(), { visit: "a", seq: 4, type: "completed", at: "", patch: { seq: 4, state: "completed" }, removed: true });
    assert(step.kind === "applied");
    assert.equal(step.board.rows.has("a"), false);
    assert.equal(step.row.view["state"], "completed");
  });
});

describe("presence", () => {
  test("is kept per person", () => {
    const now = applyPresence(applyPresence(board(), { visit: "a", member: "gap" }), { visit: "a", clinician: "here" });
    assert.deepEqual(now.presence.get("a"), { member: "gap", clinician: "here", guests: {} });
    const then = applyPresence(now, { visit: "a", member: "here", guests: { "guest-1": "gap", "guest-2": 7 } });
    assert.deepEqual(then.presence.get("a")?.guests, { "guest-1": "gap", "guest-2": "gone" });
  });

  test("never moves a row", () => {
    assert.deepEqual(ids(applyPresence(board(), { visit: "c", member: "gone" })), ids(board()));
  });
});

describe("the board over the wire", () => {
  test("a gap leaves what is shown and connects anew", () => {
    const wire = new MemoryWire();
    const feed = new BoardFeed("/clinician", { wire });
    feed.line.connect();
    wire.say("board", { visits: { a: row("a", 3) }, order: ["a"], presence: {} });
    wire.say("row", { visit: "a", seq: 9, type: "x", at: "", patch: { state: "held" } });
    assert.equal(feed.board.get()?.rows.get("a")?.view["state"], "waiting");
    assert.equal(wire.connects, 2);
  });

  test("a new board after a break is told apart from the first", () => {
    const wire = new MemoryWire();
    const feed = new BoardFeed("/clinician", { wire });
    const breaks: unknown[] = [];
    feed.onCaughtUp((before, now) => breaks.push([before.rows.size, now.rows.size]));
    wire.say("board", { visits: { a: row("a", 3) }, order: ["a"], presence: {} });
    wire.say("board", { visits: {}, order: [], presence: {} });
    assert.deepEqual(breaks, [[1, 0]]);
  });

  test("what happened is told with the row before and after", () => {
    const wire = new MemoryWire();
    const feed = new BoardFeed("/clinician", { wire });
    wire.say("board", { visits: { a: row("a", 3) }, order: ["a"], presence: {} });
    const seen: unknown[] = [];
    feed.onHappened(({ visit, record, before, after }) => seen.push([visit, record.type, before?.view["state"], after.view["state"]]));
    wire.say("row", { visit: "a", seq: 4, type: "held", at: "", patch: { state: "held" } });
    assert.deepEqual(seen, [["a", "held", "waiting", "held"]]);
  });
});
