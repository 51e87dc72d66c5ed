import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";

import { Line } from "../../src/kit/socket";
import { Pictures } from "../../src/kit/visit/pictures";
import { MemoryWire } from "../kit/wire";

function looking(visit?: string): { pictures: Pictures; sent: () => unknown[]; said: () => Promise<unknown[]> } {
  const wire = new MemoryWire();
  let n = 0;
  const line = new Line("/member", { wire, newId: () => `id-${++n}` });
  line.connect();
  const sent = () => wire.sent.filter(({ event }) => event === "show").map(({ payload }) => payload);
  return {
    pictures: new Pictures(line, visit),
    sent,
    said: async () => {
      await new Promise((resolve) => setTimeout(resolve));
      return sent();
    },
  };
}

describe("what one is shown of the others", () => {
  test("is everything until the server says otherwise", () => {
    const { pictures } = looking();
    assert.equal(pictures.rung.get(), "full");
    pictures.heard({ picture: "none" });
    assert.equal(pictures.rung.get(), "none");
    pictures.heard({ open: true, slots: [] });
    assert.equal(pictures.rung.get(), "full");
  });
  test("tells how the way is, unless the person chose to see nothing", () => {
    const { pictures } = looking();
    const levels = ["full", "low", "none"].map((picture) => {
      pictures.heard({ picture });
      return pictures.level;
    });
    assert.deepEqual(levels, ["good", "weak", "very_weak"]);
    pictures.choose("never");
    assert.equal(pictures.level, "good");
  });
  test("is asked for as the person chose, again each time they choose", async () => {
    const { pictures, said } = looking("v1");
    pictures.choose("always");
    pictures.choose("always");
    assert.deepEqual(await said(), [{ visit: "v1", wish: "always" }, { visit: "v1", wish: "always" }]);
  });
  test("is told to a new connection, unless it goes without saying", async () => {
    const { pictures, said } = looking();
    pictures.connected();
    assert.deepEqual(await said(), []);
    pictures.choose("never");
    pictures.connected();
    assert.deepEqual(await said(), [{ wish: "never" }, { wish: "never" }]);
  });
  test("is never left out by itself while somebody signs", async () => {
    const { pictures, said } = looking();
    pictures.expectSigns(true);
    pictures.expectSigns(true);
    assert.equal(pictures.wish.get(), "always");
    pictures.expectSigns(false);
    assert.deepEqual(await said(), [{ wish: "always" }, { wish: "auto" }]);
  });
  test("is what the person chose, also where somebody signs", () => {
    const { pictures } = looking();
    pictures.choose("never");
    pictures.expectSigns(true);
    assert.equal(pictures.wish.get(), "never");
  });
  test("is said with whom the page shows large, once that stays so", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const { pictures, sent, said } = looking();
    pictures.showsLarge(["sol", "clinician"]);
    pictures.showsLarge(["sol"]);
    pictures.showsLarge(["sol"]);
    assert.deepEqual(sent(), []);
    mock.timers.tick(300);
    pictures.connected();
    mock.timers.reset();
    assert.deepEqual(await said(), [{ wish: "auto", large: ["sol"] }, { wish: "auto", large: ["sol"] }]);
    pictures.showsLarge([]);
    pictures.choose("never");
    assert.deepEqual((await said()).at(-1), { wish: "never" });
  });
});
