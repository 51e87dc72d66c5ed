import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { arrange, largeOf, type Shown } from "../../src/kit/visit/arrangement";

const lee: Shown = { id: "clinician" };
const maria: Shown = { id: "guest-maria" };
const sol: Shown = { id: "guest-sol", signs: true };

const places = (people: readonly Shown[], screen = false) => {
  const { layout, places: found } = arrange(people, screen);
  return [layout, Object.fromEntries(found)] as const;
};

describe("who is shown where", () => {
  test("one has the whole stage", () => assert.deepEqual(places([lee]), ["1-0", { clinician: "l1" }]));
  test("two and three are equal", () => {
    assert.deepEqual(places([lee, maria]), ["2-0", { clinician: "l1", "guest-maria": "l2" }]);
    assert.equal(places([lee, maria, { id: "member" }])[0], "3-0");
  });
  test("who signs stands large beside the first, whoever came before", () => {
    assert.deepEqual(places([lee, maria, sol]), ["2-1", { clinician: "l1", "guest-sol": "l2", "guest-maria": "s1" }]);
  });
  test("a screen makes everybody small but who signs", () => {
    assert.deepEqual(places([lee, maria], true), ["1-2", { clinician: "s1", "guest-maria": "s2" }]);
    assert.deepEqual(places([lee, sol], true), ["2-1", { "guest-sol": "l2", clinician: "s1" }]);
  });
  test("nobody shares a place", () => {
    for (const screen of [false, true]) {
      const { places: found } = arrange([lee, maria, sol], screen);
      assert.equal(new Set(found.values()).size, 3);
    }
  });
});

describe("who is shown larger than others", () => {
  const large = (people: readonly Shown[], screen = false) => largeOf(people, arrange(people, screen));
  test("is nobody where all are alike", () => {
    assert.deepEqual(large([lee, maria]), []);
    assert.deepEqual(large([lee, sol]), []);
    assert.deepEqual(large([]), []);
  });
  test("is who signs, before whom one talks with", () => assert.deepEqual(large([lee, maria, sol]), ["guest-sol", "clinician"]));
  test("is who signs alone beside a screen", () => {
    assert.deepEqual(large([lee, maria, sol], true), ["guest-sol"]);
    assert.deepEqual(large([lee, maria], true), []);
  });
});
