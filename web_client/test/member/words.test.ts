import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { type Catalog, wordsFrom } from "../../src/kit/i18n";
import en from "../../src/member/en.json";
import es from "../../src/member/es.json";

const catalogs: Readonly<Record<string, Catalog>> = { en, es };
const holes = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map((hole) => hole[1]).sort();
const forms = (entry: Catalog[string]) => (typeof entry === "string" ? [entry] : Object.values(entry));

describe("English and Spanish", () => {
  test("have the same keys in the same order", () => {
    assert.deepEqual(Object.keys(es), Object.keys(en));
  });
  for (const [key, entry] of Object.entries(en)) {
    test(`“${key}” has the same holes in both`, () => {
      const other = catalogs["es"]?.[key] ?? "";
      assert.equal(typeof other, typeof entry);
      for (const [n, sentence] of forms(other).entries()) {
        assert.deepEqual(holes(sentence), holes(forms(entry)[n] ?? forms(entry)[0] ?? ""));
        assert.notEqual(sentence.trim(), "");
      }
    });
  }
  test("no Spanish sentence of several words is still English", () => {
    const same = Object.entries(en).filter(
      ([key, entry]) => typeof entry === "string" && /\p{L}+ \p{L}+/u.test(entry.replace(/\{\w+\}/g, "")) && entry === catalogs["es"]?.[key],
    );
    assert.deepEqual(same, []);
  });
  test("one person is counted as one", () => {
    const english = wordsFrom("en", en);
    assert.equal(english("waiting.ahead", { count: 1 }), "1 person is ahead of you.");
    assert.equal(english("waiting.ahead", { count: 2 }), "2 people are ahead of you.");
    assert.equal(wordsFrom("es", es)("waiting.ahead", { count: 1 }), "Hay 1 persona antes que usted.");
  });
});

describe("names of the main controls, on which outside tools rely", () => {
  for (const [key, start] of [
    ["ready.check_in", "Check in"],
    ["devices.start", "Test my camera"],
    ["devices.seen", "I can see myself"],
    ["waiting.leave", "Leave"],
    ["visit.leave", "Leave"],
    ["leave.yes", "Leave"],
    ["visit.mute", "Mute"],
    ["visit.camera", "Turn off camera"],
  ] as const) {
    test(`${key} starts with “${start}”`, () => assert.ok(en[key].startsWith(start)));
  }
});

describe("plain words", () => {
  test("no English sentence is longer than 26 words", () => {
    const long = Object.entries(en)
      .flatMap(([key, entry]) => forms(entry).map((text) => [key, text] as const))
      .flatMap(([key, text]) => text.split(/[.!?:] /).map((sentence) => [key, sentence.split(/\s+/).length] as const))
      .filter(([, words]) => words > 26);
    assert.deepEqual(long, []);
  });
});
