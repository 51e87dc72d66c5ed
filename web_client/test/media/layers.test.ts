import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { layersOf, offered, shape } from "../../src/kit/media/layers";
import { FULL_SIZE } from "../../src/kit/media/picture_size";

const HALF = { scale: 2, framesPerSecond: 20 };

/** A camera's encodings as a browser gives them back, shaped. */
function shaped(wanted: readonly string[], more: { size?: typeof HALF; width?: number; rids?: readonly (string | undefined)[] } = {}) {
  const { rids = ["h", "m", "l"], size = FULL_SIZE, width = 1280 } = more;
  const encodings = rids.map((rid) => ({ ...(rid !== undefined && { rid }) })) as RTCRtpEncodingParameters[];
  shape(encodings, { wanted, maxBitrate: 1_700_000, size, width });
  return encodings.map(({ active, scaleResolutionDownBy, maxBitrate, maxFramerate }) => [
    active, scaleResolutionDownBy, maxBitrate, maxFramerate,
  ]);
}

describe("the layers of a camera", () => {
  test("are all offered, and the largest alone is sent at first", () => {
    const encodings = offered(1_700_000);
    assert.deepEqual(encodings.map(({ rid, active }) => [rid, active]), [["h", true], ["m", false], ["l", false]]);
    assert.ok(encodings.every((one) => (one as { scalabilityMode?: string }).scalabilityMode === "L1T1"));
  });
  test("are those the server says, the largest alone where it says nothing that is known", () => {
    assert.deepEqual(layersOf(["l", "h"]), ["h", "l"]);
    for (const said of [undefined, null, [], ["x", 5], "h", {}]) assert.deepEqual(layersOf(said), ["h"]);
  });
  test("are sent where they are wanted, each with its size and rate", () => {
    assert.deepEqual(shaped(["h", "l"]), [
      [true, 1, 1_700_000, 30],
      [false, 2, 500_000, 30],
      [true, 4, 150_000, 30],
    ]);
  });
  test("of a small camera are small one step earlier", () => {
    assert.deepEqual(shaped(["m"], { width: 640 }).map(([, , maxBitrate]) => maxBitrate), [1_700_000, 150_000, 150_000]);
  });
  test("are smaller where the way up is narrow, as long as there is one; several are left to the browser", () => {
    assert.deepEqual(shaped(["h"], { size: HALF })[0], [true, 2, 1_700_000, 20]);
    assert.deepEqual(shaped(["h", "m"], { size: HALF })[0], [true, 1, 1_700_000, 30]);
  });
  test("are one, always sent, in a browser that knows of none", () => {
    assert.deepEqual(shaped(["m"], { rids: [undefined], size: HALF }), [[true, 2, 1_700_000, 20]]);
  });
});
