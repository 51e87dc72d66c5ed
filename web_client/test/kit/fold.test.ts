import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { fold, foldAll, mergePatch, type NumberedRecord } from "../../src/kit/fold";
import type { Json, JsonObject } from "../../src/kit/json";

describe("a merge patch", () => {
  const cases: readonly [string, Json, Json, Json][] = [
    ["replaces a value", { a: "b" }, { a: "c" }, { a: "c" }],
    ["adds a member", { a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    ["removes with null", { a: "b", b: 1 }, { a: null }, { b: 1 }],
    ["replaces lists whole", { a: [1, 2] }, { a: [3] }, { a: [3] }],
    ["merges objects", { a: { b: "c", d: 1 } }, { a: { b: "d", d: null } }, { a: { b: "d" } }],
    ["drops nulls of a new object", {}, { a: { b: { c: null } } }, { a: { b: {} } }],
    ["makes an object of what was none", { a: [1] }, { a: { b: 1 } }, { a: { b: 1 } }],
    ["replaces the whole with what is no object", { a: 1 }, ["c"], ["c"]],
  ];
  for (const [name, target, patch, after] of cases) {
    test(name, () => assert.deepEqual(mergePatch(target, patch), after));
  }

  test("leaves its inputs alone", () => {
    const target: JsonObject = Object.freeze({ a: Object.freeze({ b: 1 }) });
    assert.deepEqual(mergePatch(target, { a: { c: 2 } }), { a: { b: 1, c: 2 } });
    assert.deepEqual(target, { a: { b: 1 } });
  });

  test("takes “__proto__” for plain data", () => {
    const patch = JSON.parse('{"__proto__": {"polluted": true}}') as Json;
    const merged = mergePatch({}, patch) as JsonObject;
    assert.equal(Object.getPrototypeOf(merged), Object.prototype);
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });
});

describe("numbered records", () => {
  const record = (seq: number, patch: JsonObject): NumberedRecord => ({ seq, type: "changed", at: "", patch });

  test("the next one is applied", () => {
    const step = fold({ seq: 4, view: { a: 1 } }, record(5, { a: 2 }));
    assert.deepEqual(step, { kind: "applied", state: { seq: 5, view: { a: 2 } } });
  });

  test("one that was folded already is dropped", () => {
    assert.deepEqual(fold({ seq: 4, view: {} }, record(4, { a: 2 })), { kind: "old" });
  });

  test("one too far ahead is a gap", () => {
    assert.deepEqual(fold({ seq: 4, view: {} }, record(6, { a: 2 })), { kind: "gap" });
  });

  test("repeats do no harm and holes are noticed", () => {
    const start = { seq: 0, view: {} };
    assert.deepEqual(foldAll(start, [record(1, { a: 1 }), record(1, { a: 9 }), record(2, { b: 1 })])?.view, { a: 1, b: 1 });
    assert.equal(foldAll(start, [record(1, {}), record(3, {})]), null);
  });
});

interface Golden {
  readonly name: string;
  readonly view: JsonObject;
  readonly records: readonly NumberedRecord[];
  readonly after: JsonObject;
}

describe("the golden records shared with the server", () => {
  const folder = join(import.meta.dirname, "../../tests/golden");
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));

  test("are there", () => assert.notEqual(files.length, 0));

  for (const file of files) {
    for (const golden of JSON.parse(readFileSync(join(folder, file), "utf8")) as Golden[]) {
      test(`${file}: ${golden.name}`, () => {
        const first = golden.records[0];
        const start = Number(golden.view["seq"] ?? (first === undefined ? 0 : first.seq - 1));
        assert.deepEqual(foldAll({ seq: start, view: golden.view }, golden.records)?.view, golden.after);
      });
    }
  }
});
