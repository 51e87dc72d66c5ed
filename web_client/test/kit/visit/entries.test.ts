import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { chatEntries, isPicture, sizeWords } from "../../../src/kit/visit/entries";

const AT = "2026-11-23T09:00:00.000Z";

describe("the chat of a view", () => {
  test("is in the order of its records, not of its keys", () => {
    const chat = { "10": { kind: "text", by: "member", text: "b", at: AT }, "9": { kind: "text", by: "clinician", text: "a", at: AT } };
    assert.deepEqual(chatEntries(chat).map(({ text }) => text), ["a", "b"]);
  });
  test("says who wrote, and what a file is", () => {
    const file = { id: "f1", kind: "jpeg", size: 2_400_000, width: 4032, height: 3024 };
    const [one] = chatEntries({ "3": { kind: "still", by: "member", mine: true, text: "picture.jpg", at: AT, file } });
    assert.deepEqual(one, { seq: 3, kind: "still", by: "member", mine: true, name: null, text: "picture.jpg", at: AT, file });
  });
  test("is empty where there is none, and passes over what it cannot read", () => {
    assert.deepEqual(chatEntries(undefined), []);
    assert.deepEqual(chatEntries({ "3": "?" }), []);
    assert.equal(chatEntries({ "3": { kind: "file", file: { size: 3 } } })[0]?.file, null);
  });
});

describe("a file", () => {
  const file = { id: "f", size: 1, width: null, height: null };
  test("is shown where every browser can show it", () => {
    assert(isPicture({ ...file, kind: "webp" }));
    assert(!isPicture({ ...file, kind: "heic" }));
    assert(!isPicture({ ...file, kind: "pdf" }));
  });
  test("has a size in words", () => {
    assert.equal(sizeWords(3, "en"), "1 kB");
    assert.equal(sizeWords(81_400, "en"), "81 kB");
    assert.equal(sizeWords(2_440_000, "en"), "2.4 MB");
    assert.equal(sizeWords(2_440_000, "es"), "2,4 MB");
  });
});
