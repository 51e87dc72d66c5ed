import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { type Board, readBoard } from "../../src/kit/staff/board";
import { type ClinicianView, holding, mayClaim, sections } from "../../src/clinician/view";

const ME = { id: "me", name: "Dr. Me" };
const OTHER = { id: "other", name: "Dr. Other" };

function board(...views: readonly (Partial<ClinicianView> & { visit: string; state: string })[]): Board {
  const visits = Object.fromEntries(views.map((view, n) => [view.visit, { seq: 1, due: `2026-11-23T15:${10 + n}:00Z`, ...view }]));
  return readBoard({ visits: visits as never, order: views.map(({ visit }) => visit), presence: {} });
}

const names = (views: readonly ClinicianView[]) => views.map(({ visit }) => visit);

describe("the clinician's board", () => {
  test("puts each visit where it belongs, in order", () => {
    const parts = sections(
      board(
        { visit: "late", state: "waiting" },
        { visit: "mine-paused", state: "on_hold", holder: ME },
        { visit: "taken", state: "claimed", holder: OTHER },
        { visit: "lost", state: "away" },
        { visit: "elsewhere", state: "in_visit", holder: OTHER },
        { visit: "checking", state: "preparing" },
        { visit: "tonight", state: "booked" },
      ),
      "me",
    );
    assert.deepEqual(names(parts.waiting), ["late", "taken", "lost"]);
    assert.deepEqual(names(parts.onHold), ["mine-paused"]);
    assert.deepEqual(names(parts.underWay), ["elsewhere"]);
    assert.deepEqual(names(parts.gettingReady), ["checking"]);
    assert.deepEqual(names(parts.later), ["tonight"]);
  });
});

describe("what may be claimed", () => {
  const view = (more: Partial<ClinicianView>) => ({ visit: "v", state: "waiting", ...more }) as ClinicianView;
  test("a waiting visit of the pool", () => assert(mayClaim(view({}), "me")));
  test("a waiting visit booked with me", () => assert(mayClaim(view({ named: ME }), "me")));
  test("not one booked with somebody else", () => assert(!mayClaim(view({ named: OTHER }), "me")));
  test("not one that somebody has", () => assert(!mayClaim(view({ state: "claimed", holder: OTHER }), "me")));
  test("not one whose member is away", () => assert(!mayClaim(view({ state: "away" }), "me")));
});

describe("the visit in hand", () => {
  test("is the claimed or running one", () => {
    assert.equal(holding(board({ visit: "a", state: "claimed", holder: OTHER }, { visit: "b", state: "claimed", holder: ME }), "me")?.visit, "b");
    assert.equal(holding(board({ visit: "a", state: "in_visit", holder: ME }), "me")?.visit, "a");
  });
  test("goes before one on hold", () => {
    const now = board({ visit: "paused", state: "on_hold", holder: ME }, { visit: "new", state: "claimed", holder: ME });
    assert.equal(holding(now, "me")?.visit, "new");
  });
  test("is the one on hold until it is put aside", () => {
    const now = board({ visit: "paused", state: "on_hold", holder: ME });
    assert.equal(holding(now, "me")?.visit, "paused");
    assert.equal(holding(now, "me", new Set(["paused"])), null);
  });
});
