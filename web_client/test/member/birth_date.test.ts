import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { birthDate, fieldsOf, localDay } from "../../src/member/birth_date";

const TODAY = "2026-11-23";
const given = (month: string, day: string, year: string) => birthDate({ year, month, day }, TODAY);

describe("a birth date as people type it", () => {
  test("becomes one calendar date, with or without leading zeros", () => {
    assert.deepEqual(given("3", "4", "1962"), { date: "1962-03-04", problem: null });
    assert.deepEqual(given("12", "09", " 1999 "), { date: "1999-12-09", problem: null });
  });
  test("a missing field is asked for", () => {
    assert.equal(given("", "4", "1962").problem, "incomplete");
    assert.equal(given("3", " ", "1962").problem, "incomplete");
    assert.equal(given("3", "4", "").problem, "incomplete");
  });
  test("a year needs four digits", () => {
    assert.equal(given("3", "4", "62").problem, "year");
    assert.equal(given("3", "4", "1899").problem, "year");
    assert.equal(given("3", "4", "196x").problem, "year");
  });
  test("a day that does not exist is said so", () => {
    assert.equal(given("2", "30", "1962").problem, "impossible");
    assert.equal(given("2", "29", "1961").problem, "impossible");
    assert.equal(given("2", "29", "1960").date, "1960-02-29");
    assert.equal(given("4", "x", "1962").problem, "impossible");
  });
  test("born today is possible, born tomorrow is not", () => {
    assert.equal(given("11", "23", "2026").date, TODAY);
    assert.equal(given("11", "24", "2026").problem, "future");
  });
  test("that was typed before comes back as it is typed", () => {
    assert.deepEqual(fieldsOf("1962-03-04"), { year: "1962", month: "3", day: "4" });
  });
  test("today is the day on the member's own wall", () => {
    assert.equal(localDay(new Date(2026, 0, 5, 23, 59)), "2026-01-05");
  });
});
