import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { type Device, deviceOf } from "../../src/kit/fixes/device";

const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const PIXEL = "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko)";
const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";

const look = (userAgent: string, more: { touchPoints?: number; canAsk?: boolean; secure?: boolean } = {}): string => {
  const { system, browser, inside }: Device = deviceOf({ userAgent, touchPoints: 0, secure: true, canAsk: true, ...more });
  return [system, browser, ...(inside === null ? [] : [inside])].join(" ");
};

describe("a browser is what it is", () => {
  for (const [userAgent, expected] of [
    [`${IPHONE} Version/18.5 Mobile/15E148 Safari/604.1`, "ios safari"],
    [`${IPHONE} CriOS/137.0.7151.51 Mobile/15E148 Safari/604.1`, "ios chrome"],
    [`${IPHONE} FxiOS/139.0 Mobile/15E148 Safari/605.1.15`, "ios firefox"],
    [`${IPHONE} Version/18.0 EdgiOS/137.0 Mobile/15E148 Safari/604.1`, "ios edge"],
    [`${PIXEL} Chrome/137.0.0.0 Mobile Safari/537.36`, "android chrome"],
    [`${PIXEL} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36`, "android samsung"],
    ["Mozilla/5.0 (Android 15; Mobile; rv:139.0) Gecko/139.0 Firefox/139.0", "android firefox"],
    [`${WINDOWS} Chrome/137.0.0.0 Safari/537.36`, "windows chrome"],
    [`${WINDOWS} Chrome/137.0.0.0 Safari/537.36 Edg/137.0.0.0`, "windows edge"],
    [`${WINDOWS} Chrome/137.0.0.0 Safari/537.36 OPR/120.0.0.0`, "windows opera"],
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:139.0) Gecko/20100101 Firefox/139.0", "windows firefox"],
    [`${MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15`, "macos safari"],
    ["Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36", "chromeos chrome"],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "linux firefox"],
    ["", "other other"],
  ] as const) {
    test(expected, () => assert.equal(look(userAgent), expected));
  }
  test("an iPad that says it is a Mac has a touch screen", () => {
    const ipad = `${MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15`;
    assert.equal(look(ipad, { touchPoints: 5 }), "ios safari");
  });
});

describe("inside an app", () => {
  for (const [userAgent, expected] of [
    [`${IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/510.0.0.32.109;]`, "ios other social"],
    [`${IPHONE} Mobile/15E148 Instagram 380.0.0.28.105`, "ios other social"],
    [`${IPHONE} Mobile/15E148 Safari Line/15.8.0`, "ios other chat"],
    [`${IPHONE} GSA/370.0.762543316 Mobile/15E148 Safari/604.1`, "ios safari search"],
    [`${IPHONE} Mobile/15E148`, "ios other app"],
    [`${PIXEL} Version/4.0 Chrome/137.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/512.0.0.41.80;]`, "android chrome social"],
    ["Mozilla/5.0 (Linux; Android 14; SM-A146U; wv) AppleWebKit/537.36 Version/4.0 Chrome/122.0 Mobile Safari/537.36", "android chrome app"],
    ["Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Version/4.0 Chrome/122.0 Mobile Safari/537.36 Outlook-Android/4.2", "android chrome mail"],
  ] as const) {
    test(expected, () => assert.equal(look(userAgent), expected));
  }
  test("a phone on https without a way to ask for a camera is inside an app, whatever it says", () => {
    assert.equal(look(`${IPHONE} Version/18.5 Mobile/15E148 Safari/604.1`, { canAsk: false }), "ios safari app");
    assert.equal(look(`${PIXEL} Chrome/137.0.0.0 Mobile Safari/537.36`, { canAsk: false }), "android chrome app");
  });
  test("without https no browser lets a page ask, so nothing follows from it", () => {
    const safari = `${IPHONE} Version/18.5 Mobile/15E148 Safari/604.1`;
    assert.equal(look(safari, { canAsk: false, secure: false }), "ios safari");
  });
});
