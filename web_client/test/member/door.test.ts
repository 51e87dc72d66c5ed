import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Refused } from "../../src/kit/refusal";
import { opensAt, readAnswer, readBrand, readRefused, zonesDiffer } from "../../src/member/door";
import { findingOf } from "../../src/member/screens/devices";
import { initials } from "../../src/kit/visit/stage";

describe("what the door answers", () => {
  test("ready and late let the member in", () => {
    assert.equal(readAnswer({ visit: "v", outcome: "ready" }).kind, "in");
    assert.equal(readAnswer({ visit: "v", outcome: "late" }).kind, "in");
  });
  test("too early comes with the time and the clinic's zone", () => {
    const answer = readAnswer({
      outcome: "too_early",
      start: "2026-11-24T15:00:00Z",
      tz: "America/Denver",
      clinic: { name: "Hill" },
    });
    assert.ok(answer.kind === "too_early");
    assert.equal(answer.clinic.zone, "America/Denver");
    assert.equal(opensAt(answer.start), "2026-11-24T14:00:00.000Z");
  });
  test("one page for everything that does not fit together", () => {
    assert.equal(readRefused(new Refused("not_recognised", "")).kind, "not_recognised");
  });
  test("too many tries and no connection are told apart", () => {
    assert.equal(readRefused(new Refused("too_many_requests", "")).kind, "too_often");
    assert.equal(readRefused(new Refused("http_503", "", { retry_after: 5 })).kind, "too_often");
    assert.equal(readRefused(new Refused("no_answer", "")).kind, "unsent");
  });
  test("a brand may have no telephone", () => {
    assert.deepEqual(readBrand({ brand: { name: "Lakes" } }), { name: "Lakes", phone: "", urgentCare: "" });
  });
});

describe("two clocks", () => {
  test("are mentioned only when they differ at that moment", () => {
    assert.equal(zonesDiffer("2026-11-24T15:00:00Z", "America/Denver", "America/Chicago"), true);
    assert.equal(zonesDiffer("2026-11-24T15:00:00Z", "America/Chicago", "America/Menominee"), false);
    // Arizona and Denver share a wall clock in winter alone.
    assert.equal(zonesDiffer("2026-01-10T15:00:00Z", "America/Denver", "America/Phoenix"), false);
    assert.equal(zonesDiffer("2026-07-10T15:00:00Z", "America/Denver", "America/Phoenix"), true);
  });
});

describe("small words", () => {
  test("the visit is told what was found, and nothing of a device not yet asked for", () => {
    assert.equal(findingOf({ kind: "off" }), null);
    assert.equal(findingOf({ kind: "failed", code: "dismissed" }), "blocked");
    assert.equal(findingOf({ kind: "failed", code: "none" }), "none");
    assert.equal(findingOf({ kind: "failed", code: "failed" }), "busy");
  });
  test("initials leave titles and credentials out", () => {
    assert.equal(initials("Maya Chen, MD"), "MC");
    assert.equal(initials("Dr. José Álvarez Núñez"), "JN");
    assert.equal(initials(""), "");
  });
});
