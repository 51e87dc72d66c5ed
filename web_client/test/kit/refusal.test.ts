import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { readRefusal } from "../../src/kit/refusal";

describe("a refusal", () => {
  test("is read from the body of an answer, with its details", () => {
    const refusal = readRefusal({ error: { code: "slow_down", sentence: "Wait.", retry_after: 60 } });
    assert.equal(refusal?.code, "slow_down");
    assert.deepEqual(refusal?.detail, { retry_after: 60 });
  });
  test("is read from a refused connection", () => {
    assert.equal(readRefusal({ code: "not_signed_in", sentence: "Sign in." })?.code, "not_signed_in");
  });
  test("is not read from success, nor from nonsense", () => {
    for (const body of [{ ok: true }, {}, null, "error", [], { error: "no" }]) assert.equal(readRefusal(body), null);
  });
  test("without a code is unknown", () => assert.equal(readRefusal({ error: {} })?.code, "unknown"));
});
