import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { ageOn, calendarDate, clockTime, clockTimeWithZone, minutesSince, secondsUntil } from "../../src/kit/clock";

const at = "2026-11-23T23:40:00.000Z";
const plain = (text: string) => text.replace(/\s/g, " ");

describe("times for people", () => {
  test("are in the clinic's zone", () => {
    assert.equal(plain(clockTime(at, "America/Denver", "en")), "4:40 PM");
    assert.equal(plain(clockTimeWithZone(at, "America/Chicago", "en")), "5:40 PM CST");
  });
  test("a birth date has no zone", () => {
    assert.equal(calendarDate("1962-03-04", "en"), "March 4, 1962");
    assert.equal(calendarDate("1962-03-04", "es"), "4 de marzo de 1962");
  });
  test("age turns on the birthday", () => {
    assert.equal(ageOn("2000-06-15", new Date(2026, 5, 14)), 25);
    assert.equal(ageOn("2000-06-15", new Date(2026, 5, 15)), 26);
  });
  test("spans never go below nothing", () => {
    const now = Date.parse(at);
    assert.equal(minutesSince("2026-11-23T23:28:30Z", now), 11);
    assert.equal(minutesSince("2026-11-23T23:50:00Z", now), 0);
    assert.equal(secondsUntil("2026-11-23T23:40:00.400Z", now), 1);
    assert.equal(secondsUntil("2026-11-23T23:00:00Z", now), 0);
  });
  test("what is no time shows as nothing", () => assert.equal(clockTime("", "UTC", "en"), ""));
});
