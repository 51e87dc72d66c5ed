import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { type Catalog, type Plural, wordsFrom } from "../../src/kit/i18n";

describe("words", () => {
  const words = wordsFrom("en", { hello: "Hello {name}", ready: { one: "{count} person", other: "{count} people" } });

  test("fill their holes", () => assert.equal(words("hello", { name: "Ana R." }), "Hello Ana R."));
  test("do not double the full stop of a shortened name", () => {
    const closing = wordsFrom("en", { gone: "Bye {name}. See you.", count: "{count}." });
    assert.equal(closing("gone", { name: "Ana R." }), "Bye Ana R. See you.");
    assert.equal(closing("gone", { name: "Ana" }), "Bye Ana. See you.");
    assert.equal(closing("count", { count: 3 }), "3.");
  });
  test("count", () => {
    assert.equal(words("ready", { count: 1 }), "1 person");
    assert.equal(words("ready", { count: 0 }), "0 people");
    assert.equal(words("ready", { count: 1200 }), "1,200 people");
  });
  test("leave a hole that nobody fills in sight", () => assert.equal(words("hello"), "Hello {name}"));
  test("a code the page does not know gets the other sentence", () => {
    assert.equal(words.code("refused.new", "Something else."), "Something else.");
    assert.equal(words.code("toString", "Something else."), "Something else.");
  });
});

const src = join(import.meta.dirname, "../src");

function catalogs(folder: string = src): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith("en.json"))
    .map((name) => join(folder, name));
}

function read(path: string): Catalog {
  return JSON.parse(readFileSync(path, "utf8")) as Catalog;
}

function holes(entry: string | Plural): string[] {
  const texts = typeof entry === "string" ? [entry] : Object.values(entry);
  return [...new Set(texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((hole) => hole[1] ?? "")))].sort();
}

describe("catalogs", () => {
  test("are there", () => assert.notEqual(catalogs().length, 0));

  for (const path of catalogs()) {
    const name = path.slice(src.length + 1);
    const other = path.replace(/en\.json$/, "es.json");

    test(`${name} is there in Spanish`, () => assert(existsSync(other)));
    test(`${name} and its Spanish have the same keys`, () => {
      assert.deepEqual(Object.keys(read(other)).sort(), Object.keys(read(path)).sort());
    });
    test(`${name} and its Spanish have the same holes and plural forms`, () => {
      const [english, spanish] = [read(path), read(other)];
      for (const [key, entry] of Object.entries(english)) {
        const translated = spanish[key];
        assert(translated !== undefined, key);
        assert.deepEqual(holes(translated), holes(entry), key);
        assert.equal(typeof translated, typeof entry, key);
      }
    });
    test(`${name} has no empty sentence`, () => {
      for (const catalog of [read(path), read(other)]) {
        for (const [key, entry] of Object.entries(catalog)) {
          for (const text of typeof entry === "string" ? [entry] : Object.values(entry)) assert.notEqual(text.trim(), "", key);
        }
      }
    });
  }
});
