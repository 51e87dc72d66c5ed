import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

test("the lock file names packages and hashes, and no address", () => {
  const lock = readFileSync(join(import.meta.dirname, "..", "package-lock.json"), "utf8");
  assert.doesNotMatch(lock, /https?:\/\//);
});
