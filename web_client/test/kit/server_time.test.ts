import assert from "node:assert/strict";
import { test } from "node:test";

import { noteServerDate, serverNow } from "../../src/kit/server_time";

const offBy = () => serverNow() - Date.now();
const near = (ms: number) => assert(Math.abs(offBy() - ms) < 20, `${offBy()} is not ${ms}`);

test("the server's clock follows the sharpest answer", () => {
  near(0);
  const asked = Date.parse("2026-11-23T12:00:00.000Z");

  noteServerDate("not a date", asked, asked + 10);
  noteServerDate(null, asked, asked + 10);
  near(0);

  // Cut to the second, so half a second is added; asked and answered around 12:00:00.
  noteServerDate("Mon, 23 Nov 2026 12:05:00 GMT", asked, asked + 400);
  near(300_000 + 500 - 200);

  noteServerDate("Mon, 23 Nov 2026 12:04:00 GMT", asked, asked + 100);
  near(240_000 + 500 - 50);

  noteServerDate("Mon, 23 Nov 2026 13:00:00 GMT", asked, asked + 5_000);
  near(240_000 + 500 - 50);
});

test("a clock that is right to a second is left alone", () => {
  const asked = Date.parse("2026-11-23T12:00:00.000Z");
  noteServerDate("Mon, 23 Nov 2026 12:00:01 GMT", asked, asked + 20);
  near(0);
});
