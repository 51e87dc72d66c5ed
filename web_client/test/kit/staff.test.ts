import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { type Words, wordsFrom } from "../../src/kit/i18n";
import { deviceFindings, span } from "../../src/kit/staff/phrases";
import { clinicOf, readMe } from "../../src/kit/staff/session";
import type { StaffCatalog } from "../../src/kit/staff/words";
import kit from "../../src/kit/words/en.json";
import staff from "../../src/kit/staff/words/en.json";

const t: Words<StaffCatalog> = wordsFrom("en", { ...kit, ...staff });
const now = Date.parse("2026-11-23T12:00:00Z");
const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

describe("a span of time in words", () => {
  test("counts whole minutes, then hours", () => {
    assert.equal(span(ago(0.9), now, t), "less than a minute");
    assert.equal(span(ago(12), now, t), "12 min");
    assert.equal(span(ago(65), now, t), "1 h 5 min");
  });
});

describe("the camera check in words", () => {
  const words = (devices: Parameters<typeof deviceFindings>[0]) => deviceFindings(devices, t).map(({ text }) => text);
  test("says so when nothing was checked", () => assert.deepEqual(words(undefined), ["Not checked yet"]));
  test("says so when all is well", () => {
    assert.deepEqual(words({ camera: "ok", microphone: "ok", facing: "user" }), ["Camera and microphone work"]);
  });
  test("puts what is worst first", () => {
    assert.deepEqual(words({ camera: "blocked", microphone: "busy", facing: "none" }), ["Microphone in use elsewhere", "Camera blocked"]);
  });
  test("names a camera that looks away", () => {
    assert.deepEqual(words({ camera: "ok", microphone: "ok", facing: "environment" }), ["Back camera"]);
  });
});

describe("who is signed in", () => {
  const me = readMe({
    id: "s1",
    name: "Maya Okafor",
    credentials: "MD",
    roles: ["clinician"],
    clinics: [{ id: "harbor", name: "Harbor Family Clinic", tz: "America/Los_Angeles", phone: "+12065550140" }],
  });
  test("is named with credentials", () => assert.equal(me.name, "Maya Okafor, MD"));
  test("knows the zone of each clinic", () => assert.equal(clinicOf(me, "harbor").zone, "America/Los_Angeles"));
  test("shows an unknown clinic by its id, in UTC", () => assert.deepEqual(clinicOf(me, "x"), { id: "x", name: "x", zone: "UTC", phone: "" }));
  test("nonsense is nobody with no roles", () => assert.deepEqual(readMe({}).roles, []));
});
