/** What a page makes of the recording it is told of. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import kitEn from "../../src/kit/words/en.json";
import clinician from "../../src/clinician/en.json";
import { isUnfinished, length, readRecordings, size } from "../../src/kit/staff/recordings";
import { asksMember, isOn, namesIn, OFF, readRecording, rowsFor, signalOf } from "../../src/kit/visit/recording";

describe("a recording, as a page reads it", () => {
  test("none is off", () => {
    assert.deepEqual(readRecording(undefined), OFF);
    assert.equal(readRecording({ state: "something new" }).state, "off");
  });
  test("asks the member while their word, or that of somebody beside them, is missing", () => {
    assert.equal(asksMember(readRecording({ state: "asked", waiting_for: ["member"] })), true);
    assert.equal(asksMember(readRecording({ state: "paused", waiting_for: ["member-2"] })), true);
    assert.equal(asksMember(readRecording({ state: "paused", waiting_for: ["guest-1"] })), false);
    assert.equal(asksMember(readRecording({ state: "stopped", waiting_for: ["member"] })), false);
  });
  test("is on until it has stopped", () => {
    assert.deepEqual(["asked", "recording", "paused", "stopped"].map((state) => isOn(readRecording({ state }))), [true, true, true, false]);
  });
});

describe("what is heard", () => {
  test("when it starts, pauses and stops, and not when it is only asked for or refused", () => {
    assert.equal(signalOf("asked", "recording"), "start");
    assert.equal(signalOf("paused", "recording"), "start");
    assert.equal(signalOf("recording", "paused"), "pause");
    assert.equal(signalOf("recording", "stopped"), "stop");
    assert.equal(signalOf("recording", "off"), "stop");
    assert.equal(signalOf("paused", "stopped"), "stop");
    assert.equal(signalOf("off", "asked"), null);
    assert.equal(signalOf("asked", "stopped"), null);
    assert.equal(signalOf("recording", "recording"), null);
  });
});

describe("names", () => {
  test("are found in what somebody typed", () => {
    assert.deepEqual(namesIn("Leo, Mía and Joe"), ["Leo", "Mía", "Joe"]);
    assert.deepEqual(namesIn("Leo y Mía; Ana"), ["Leo", "Mía", "Ana"]);
    assert.deepEqual(namesIn("Andrés"), ["Andrés"]);
    assert.deepEqual(namesIn("  "), []);
  });
  test("fill the rows there are, and are never lost", () => {
    assert.deepEqual(rowsFor(2, ["Leo", "Mía"]), ["Leo", "Mía"]);
    assert.deepEqual(rowsFor(3, ["Leo"]), ["Leo", "", ""]);
    assert.deepEqual(rowsFor(1, ["Leo", "Mía"]), ["Leo, Mía"]);
    assert.deepEqual(rowsFor(0, ["alone"]), []);
  });
});

describe("the list of recordings", () => {
  const body = {
    recordings: [
      {
        id: "r1",
        visit: "v1",
        started_at: "2026-03-02T09:00:00.000Z",
        jobs: { participants: { state: "running", percent: 40 } },
        files: [{ name: "member.webm", layout: "participants", endpoint: "member", seconds: 61.5, bytes: 2_500_000, sha256: "a" }],
      },
    ],
  };
  test("is read whole", () => {
    const [one] = readRecordings(body);
    assert.equal(one?.ended, false);
    assert.deepEqual(one?.jobs, [{ layout: "participants", state: "running", percent: 40 }]);
    assert.equal(one?.files[0]?.endpoint, "member");
    assert.deepEqual(readRecordings({}), []);
  });
  test("is read again while something is being made", () => {
    const [one] = readRecordings(body);
    assert(one);
    assert.equal(isUnfinished(one), true);
    assert.equal(isUnfinished({ ...one, ended: true, jobs: [{ layout: "participants", state: "done", percent: 100 }] }), false);
  });
  test("says length and size shortly", () => {
    assert.deepEqual([length(61.5), length(3_600), size(400), size(2_500_000)], ["1:02", "60:00", "1 kB", "2.5 MB"]);
  });
});

test("the button’s name starts with “Record”, in every state", () => {
  assert.equal(clinician["clinician.recording.record"], "Record");
  assert(kitEn["kit.recording.on"].startsWith("Recording"));
});
