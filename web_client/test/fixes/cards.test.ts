import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { CARDS, cardFor, type Fault, isCard } from "../../src/kit/fixes/cards";
import type { Browser, Device, Inside, System } from "../../src/kit/fixes/device";
import en from "../../src/kit/fixes/en.json";
import es from "../../src/kit/fixes/es.json";
import { cardSteps, cardTitle } from "../../src/kit/fixes/words";
import { androidIntent, handoverIn } from "../../src/member/handover";
import { faultOf, permissionOf } from "../../src/member/reporting";

const on = (system: System, browser: Browser, inside: Inside | null = null): Device => ({ system, browser, inside });

describe("the steps fit the fault and the device", () => {
  for (const [fault, device, card] of [
    ["camera_blocked", on("ios", "safari"), "allow_ios_safari"],
    ["camera_blocked", on("ios", "chrome"), "allow_ios_other"],
    ["microphone_blocked", on("android", "firefox"), "allow_android_firefox"],
    ["camera_blocked", on("android", "samsung"), "allow_android_samsung"],
    ["camera_blocked", on("android", "chrome"), "allow_android_chrome"],
    ["camera_blocked", on("windows", "edge"), "allow_windows_chrome"],
    ["camera_blocked", on("windows", "firefox"), "allow_windows_firefox"],
    ["camera_blocked", on("macos", "safari"), "allow_macos_safari"],
    ["camera_blocked", on("macos", "firefox"), "allow_macos_firefox"],
    ["camera_blocked", on("macos", "chrome"), "allow_macos_chrome"],
    ["camera_blocked", on("linux", "firefox"), "allow_other"],
    ["camera_blocked", on("ios", "other", "mail"), "open_browser_ios"],
    ["camera_unsupported", on("android", "chrome", "social"), "open_browser_android"],
    ["camera_unsupported", on("windows", "other"), "open_browser_other"],
    ["camera_dismissed", on("ios", "safari"), "answer_question"],
    ["camera_slow", on("macos", "firefox"), "answer_question"],
    ["camera_none", on("windows", "chrome"), "find_camera"],
    ["microphone_none", on("windows", "chrome"), "find_microphone"],
    ["camera_busy", on("windows", "chrome"), "close_other_program"],
    ["camera_busy", on("android", "chrome"), "close_other_app"],
    ["camera_failed", on("windows", "chrome"), "restart_browser"],
    ["sound_blocked", on("ios", "safari"), "sound_on_phone"],
    ["sound_blocked", on("windows", "chrome"), "sound_on_computer"],
    ["connection_failed", on("ios", "safari"), "better_connection"],
  ] as const) {
    test(`${fault}, ${device.system} ${device.browser}`, () => assert.equal(cardFor(fault, device), card));
  }
});

describe("the catalogue", () => {
  test("has the same keys in both languages, in the same order", () => assert.deepEqual(Object.keys(es), Object.keys(en)));
  for (const card of CARDS) {
    test(`${card} has a title and two to four steps in both`, () => {
      for (const language of ["en", "es"] as const) {
        assert.notEqual(cardTitle(card, language), `fix.${card}.title`);
        const { length } = cardSteps(card, language);
        assert.ok(length >= 2 && length <= 4, `${length}`);
      }
    });
  }
  test("nothing in it is without a card", () => {
    const named = new Set(Object.keys(en).map((key) => key.split(".")[1] ?? ""));
    assert.deepEqual([...named], [...CARDS]);
    assert.ok([...named].every(isCard));
    assert.equal(isCard("restart_the_moon"), false);
  });
  test("no English sentence is longer than 22 words", () => {
    const long = Object.values(en).flatMap((text) => text.split(/[.!?:] /)).filter((sentence) => sentence.split(/\s+/).length > 22);
    assert.deepEqual(long, []);
  });
});

describe("what the desk is told", () => {
  const off = { kind: "off" } as const;
  test("the worst fault: a silent member before an unseen one, before a bad connection", () => {
    const failed = (code: "blocked" | "busy") => ({ kind: "failed", code }) as const;
    const said: (Fault | null)[] = [
      faultOf(failed("blocked"), failed("busy"), "failed"),
      faultOf(failed("blocked"), off, "failed"),
      faultOf({ kind: "asking", slow: true }, off, "failed"),
      faultOf({ kind: "asking", slow: false }, off, "failed"),
      faultOf(off, off, "connected"),
    ];
    assert.deepEqual(said, ["microphone_busy", "camera_blocked", "camera_slow", "connection_failed", null]);
  });
  test("what a device does is truer than what the browser says", () => {
    assert.equal(permissionOf({ kind: "on", track: {} as MediaStreamTrack }, "prompt"), "granted");
    assert.equal(permissionOf({ kind: "failed", code: "blocked" }, "unknown"), "blocked");
    assert.equal(permissionOf(off, "denied"), "blocked");
    assert.equal(permissionOf(off, "prompt"), "not_asked");
  });
});

describe("a link to another device", () => {
  test("is told from a join link by its mark", () => {
    assert.equal(handoverIn("go.secret_-1"), "secret_-1");
    assert.equal(handoverIn("secret_-1"), null);
    assert.equal(handoverIn(null), null);
  });
  test("goes whole, its fragment included, to the browser of an Android phone", () => {
    assert.equal(
      androidIntent("https://visits.example.org/visit#go.abc"),
      "intent://visits.example.org/visit#go.abc#Intent;scheme=https;action=android.intent.action.VIEW;category=android.intent.category.BROWSABLE;end",
    );
  });
});
