import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { CARDS } from "../../src/kit/fixes/cards";
import { type Report, readReports, withReport } from "../../src/kit/staff/reports";
import { Alerts, needsHelp, RING_EVERY_MS, SAME_WITHIN_MS } from "../../src/support/alerts";
import { cardsFor, suggested } from "../../src/support/device_words";
import type { Listed } from "../../src/support/list";
import { type Need, needsOf } from "../../src/support/needs";
import type { SupportView } from "../../src/support/view";

const NOW = Date.parse("2026-11-26T16:00:00Z");

function view(more: Partial<SupportView> = {}): SupportView {
  return {
    visit: "v", seq: 1, state: "waiting", clinic: "north", mode: "video", start: "2026-11-26T16:00:00Z", minutes: 20,
    short_name: "Ana R.", language: "en", step: "devices", step_at: "2026-11-26T15:59:00Z", ...more,
  };
}

const row = (visit: string, ...needs: Need[]): Listed => ({ view: view({ visit }), here: "here", needs });
const CAMERA: Need = { code: "camera", weight: 50 };
const HELD: Need = { code: "held", weight: 20 };
const message = (unread: number): Need => ({ code: "message", weight: 100, detail: String(unread) });

describe("the desk is rung", () => {
  test("when somebody newly needs help, and not for what was there when the console opened", () => {
    const alerts = new Alerts();
    assert.equal(alerts.see([row("a", CAMERA)], 0), false);
    assert.equal(alerts.see([row("a", CAMERA)], 1_000), false);
    assert.equal(alerts.see([row("a", CAMERA), row("b", CAMERA)], 2_000), true);
    assert.equal(alerts.see([row("a", CAMERA), row("b", CAMERA)], 60_000), false);
  });
  test("once for everybody of twenty seconds", () => {
    const alerts = new Alerts();
    alerts.see([], 0);
    assert.equal(alerts.see([row("a", CAMERA)], 1), true);
    assert.equal(alerts.see([row("a", CAMERA), row("b", CAMERA)], RING_EVERY_MS - 1), false);
    assert.equal(alerts.see([row("a", CAMERA), row("b", CAMERA), row("c", CAMERA)], RING_EVERY_MS + 1), true);
  });
  test("for each message, when the one before has rung out", () => {
    const alerts = new Alerts();
    alerts.see([row("a", message(1))], 0);
    assert.equal(alerts.see([row("a", message(2))], 30_000), true);
  });
  test("not for a trouble that comes and goes, but for one that comes back after a while", () => {
    const alerts = new Alerts();
    alerts.see([], 0);
    assert.equal(alerts.see([row("a", CAMERA)], 1), true);
    alerts.see([row("a")], 2);
    assert.equal(alerts.see([row("a", CAMERA)], SAME_WITHIN_MS - 1), false);
    alerts.see([row("a")], 3 * SAME_WITHIN_MS);
    assert.equal(alerts.see([row("a", CAMERA)], 4 * SAME_WITHIN_MS), true);
  });
  test("not for what can wait", () => {
    const alerts = new Alerts();
    alerts.see([], 0);
    assert.equal(alerts.see([row("a", HELD)], 1), false);
    assert.equal(needsHelp(row("a", HELD)), false);
    assert.equal(needsHelp(row("a", CAMERA)), true);
  });
});

describe("who asked to be called, and whom steps did not help", () => {
  const codes = (one: SupportView) => needsOf(one, "gone", NOW).map(({ code }) => code);
  test("come before a broken camera", () => {
    const found = { camera: "blocked", microphone: "ok", facing: "none", seen: false };
    const at = "2026-11-26T15:59:00Z";
    const stuck = view({ devices: found, call_requested_at: at, fix: { card: "call_us", at, helped: false } });
    assert.deepEqual(codes(stuck), ["call_requested", "fix_failed", "camera", "not_connected"]);
  });
  test("nothing is wrong with a telephone visit whose page is closed and whose camera never worked", () => {
    const found = { camera: "blocked", microphone: "blocked", facing: "none", seen: false };
    assert.deepEqual(codes(view({ mode: "phone", devices: found })), []);
  });
});

describe("what is suggested", () => {
  const report = (more: Partial<Report> = {}): Report => ({
    at: "", system: "ios", browser: "safari", inside: null, camera: "blocked", microphone: "granted",
    error: "camera_blocked", card: null, told: null, connection: "idle", lastError: null, ...more,
  });
  test("is the card that fits the report", () => {
    assert.equal(suggested(report()), "allow_ios_safari");
    assert.equal(suggested(report({ inside: "mail" })), "open_browser_ios");
    assert.equal(suggested(report({ error: null })), null);
    assert.equal(suggested(undefined), null);
  });
  test("stands first; what is for other systems stands last; none is missing", () => {
    const cards = cardsFor(report());
    assert.equal(cards[0], "allow_ios_safari");
    assert(cards.indexOf("open_browser_ios") < cards.indexOf("call_us"));
    assert(cards.indexOf("call_us") < cards.indexOf("allow_windows_chrome"));
    assert.deepEqual([...cards].sort(), [...CARDS].sort());
  });
});

describe("reports", () => {
  test("are read from the board and replaced by what comes after", () => {
    const first = readReports({ a: { system: "ios", browser: "safari", at: "1", last_error: { code: "camera_busy", at: "0" } } });
    assert.deepEqual(first.get("a")?.lastError, { code: "camera_busy", at: "0" });
    const then = withReport(first, { visit: "b", system: "windows", browser: "firefox", inside: "app" });
    assert.equal(then.get("b")?.inside, "app");
    assert.equal(then.get("a")?.system, "ios");
    assert.equal(then.get("b")?.camera, "unknown");
  });
  test("that are not there are none", () => assert.equal(readReports(undefined).size, 0));
});
