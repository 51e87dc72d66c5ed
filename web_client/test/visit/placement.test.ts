import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { recall, remember, type Shelf } from "../../src/kit/media/remembered";
import { cornerAfter, cornerBy, cornerNamed, CORNERS, nearestCorner } from "../../src/kit/visit/placement";

describe("one's own picture", () => {
  test("goes round all four corners", () => {
    const seen = new Set<string>();
    let corner = cornerNamed(null);
    for (const _ of CORNERS) {
      seen.add(corner);
      corner = cornerAfter(corner);
    }
    assert.deepEqual([seen.size, corner], [4, "bottom_right"]);
  });
  test("follows the arrow keys, and stops at the edge", () => {
    assert.equal(cornerBy("bottom_right", "ArrowUp"), "top_right");
    assert.equal(cornerBy("top_right", "ArrowLeft"), "top_left");
    assert.equal(cornerBy("top_left", "ArrowUp"), "top_left");
    assert.equal(cornerBy("top_left", "ArrowDown"), "bottom_left");
    assert.equal(cornerBy("bottom_left", "ArrowRight"), "bottom_right");
    assert.equal(cornerBy("bottom_left", "Enter"), "bottom_left");
  });
  test("drops into the corner it is nearest to", () => {
    const stage = { left: 0, top: 100, width: 400, height: 300 };
    const at = (left: number, top: number) => nearestCorner({ left, top, width: 100, height: 60 }, stage);
    assert.deepEqual([at(10, 110), at(290, 120), at(20, 330), at(260, 300)], ["top_left", "top_right", "bottom_left", "bottom_right"]);
  });
  test("that was put nowhere we know is at the bottom right", () => assert.equal(cornerNamed("middle"), "bottom_right"));
});

class Kept implements Shelf {
  private readonly items = new Map<string, string>();
  getItem = (key: string) => this.items.get(key) ?? null;
  setItem = (key: string, value: string) => void this.items.set(key, value);
}

describe("a choice of this device", () => {
  const shelf = new Kept();
  const hours = (n: number) => n * 3_600_000;

  test("outlives a reload", () => {
    remember("camera", "back", 0, shelf);
    assert.equal(recall("camera", hours(2), shelf), "back");
  });
  test("is forgotten half a day later", () => assert.equal(recall("camera", hours(13), shelf), null));
  test("that was never made is none", () => assert.equal(recall("speaker", 0, shelf), null));
  test("that somebody wrote by hand is none", () => {
    shelf.setItem("videovisit.chosen.corner", "{{");
    assert.equal(recall("corner", 0, shelf), null);
  });
  test("cannot be kept where the browser keeps nothing", () => {
    const full: Shelf = { getItem: () => null, setItem: () => assert.fail("full") };
    remember("camera", "back", 0, full);
    assert.equal(recall("camera", 0, full), null);
  });
});
