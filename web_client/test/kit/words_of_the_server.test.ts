/** Every code that the server may show to staff has words here: read from the server's own source. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import clinician from "../../src/clinician/en.json";
import { OUTCOMES } from "../../src/clinician/end_dialog";
import staff from "../../src/kit/staff/words/en.json";
import people from "../../src/kit/visit/people.en.json";

const core = join(import.meta.dirname, "../../waiting_room/core");

/** The members of a Python StrEnum. */
function members(file: string, name: string): string[] {
  const source = readFileSync(join(core, file), "utf8");
  const body = new RegExp(`class ${name}\\(StrEnum\\):\\n([\\s\\S]*?)(?=\\n\\S|$)`).exec(source)?.[1] ?? "";
  const found = [...body.matchAll(/^ {4}(\w+) = "(\w+)"/gm)].map((match) => match[2] ?? "");
  assert.notEqual(found.length, 0, `${name} in ${file}`);
  return found;
}

/** Answers that only a member, a booking program or nobody at all can get. */
const NOT_FOR_STAFF = new Set([
  "visit_exists", "not_recognised", "too_early", "link_revoked", "not_ready", "return_too_late", "already_arrived",
  // Answers to somebody who agrees to a recording, which staff do by asking for it.
  "no_recording", "not_present", "people_changed",
  "guest_link_used",
]);

describe("the server's codes have words", () => {
  test("states", () => {
    for (const state of members("model.py", "State")) assert(`staff.state.${state}` in staff, state);
  });
  test("findings of the camera check", () => {
    for (const finding of members("model.py", "Finding").filter((code) => code !== "ok")) {
      assert(`staff.devices.camera.${finding}` in staff, finding);
      assert(`staff.devices.microphone.${finding}` in staff, finding);
    }
  });
  test("outcomes, in the server's order", () => {
    assert.deepEqual([...OUTCOMES], members("model.py", "Outcome"));
    for (const outcome of OUTCOMES) assert(`clinician.outcome.${outcome}` in clinician, outcome);
  });
  test("refusals", () => {
    for (const code of members("refusals.py", "Refusal").filter((one) => !NOT_FOR_STAFF.has(one))) {
      const said = `staff.refused.${code}` in staff || `clinician.refused.${code}` in clinician;
      assert(said || `people.refused.${code}` in people, code);
    }
  });
});
