import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

import { choose, codecOf, isSettled, needsH264, probed } from "../../src/kit/media/codec";

const VP8 = { mimeType: "video/VP8", clockRate: 90_000, payloadType: 96 };
const RTX = { mimeType: "video/rtx", clockRate: 90_000, payloadType: 97 };
const H264 = { mimeType: "video/H264", clockRate: 90_000, payloadType: 108 };

/** A sender of a browser that lets a codec be chosen. */
function senderOf(codecs: object[], codec?: object) {
  const set: { encodings: { codec?: object; maxBitrate: number }[] }[] = [];
  const sender = {
    getParameters: () => ({ codecs, encodings: [{ maxBitrate: 5, ...(codec && { codec }) }] }),
    setParameters: async (parameters: (typeof set)[number]) => void set.push(parameters),
  };
  return { sender: sender as unknown as RTCRtpSender, set };
}

describe("a sender's codec", () => {
  test("is chosen among those agreed on, and nothing else is changed", async () => {
    const { sender, set } = senderOf([VP8, RTX, H264]);
    await choose(sender, "H264");
    assert.deepEqual(set[0]?.encodings, [{ maxBitrate: 5, codec: H264 }]);
  });
  test("is left alone where it is so already, chosen or by the answer's order", async () => {
    for (const { sender, set } of [senderOf([VP8, H264], H264), senderOf([H264, VP8])]) {
      await choose(sender, "H264");
      assert.deepEqual(set, []);
    }
  });
  test("is chosen for all its layers", async () => {
    const { sender, set } = senderOf([VP8, H264]);
    const { getParameters } = sender;
    sender.getParameters = () => ({ ...getParameters(), encodings: [{ rid: "h" }, { rid: "l", active: false }] });
    await choose(sender, "H264");
    assert.deepEqual(set[0]?.encodings.map(({ codec }) => codec), [H264, H264]);
  });
  test("goes back to VP8", async () => {
    const { sender, set } = senderOf([H264, VP8], H264);
    await choose(sender, "VP8");
    assert.deepEqual(set[0]?.encodings[0]?.codec, VP8);
  });
  test("stays where the two sides have not agreed on another, or on nothing yet", async () => {
    for (const codecs of [[VP8, RTX], []]) {
      const { sender, set } = senderOf(codecs);
      await choose(sender, "H264");
      assert.deepEqual(set, []);
      assert.ok(isSettled(sender.getParameters(), "H264"));
    }
  });
  test("can be chosen only where the browser looks for it", () => {
    const { encodings, choosable } = probed([{ maxBitrate: 1 }, { maxBitrate: 2 }]);
    assert.equal(choosable(), false);
    assert.deepEqual(encodings.map((one) => ({ ...one })), [{ maxBitrate: 1, codec: undefined }, { maxBitrate: 2 }]);
    assert.equal(choosable(), true);
  });
  test("is VP8 unless the server says a word that is known", () => {
    assert.equal(codecOf("H264"), "H264");
    for (const said of ["VP8", "AV1", undefined, 5]) assert.equal(codecOf(said), "VP8");
  });
});

describe("H.264 is needed", () => {
  const kept = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  afterEach(() => {
    if (kept !== undefined) Object.defineProperty(globalThis, "navigator", kept);
  });
  const device = (efficient: Record<string, boolean> | null, battery?: { charging: boolean; level: number }) => {
    const encodingInfo = async ({ video }: { video: { contentType: string } }) => ({
      supported: true,
      powerEfficient: efficient?.[video.contentType.slice(6)],
    });
    const value = {
      ...(efficient !== null && { mediaCapabilities: { encodingInfo } }),
      ...(battery !== undefined && { getBattery: async () => battery }),
    };
    Object.defineProperty(globalThis, "navigator", { value, configurable: true });
    return needsH264();
  };

  test("by a device that has hardware for it alone", async () => {
    assert.equal(await device({ H264: true, VP8: false }), true);
  });
  test("not by one that has hardware for both, or for none", async () => {
    assert.equal(await device({ H264: true, VP8: true }), false);
    assert.equal(await device({ H264: false, VP8: false }), false);
  });
  test("by a battery that runs low, unless it would be no help", async () => {
    const low = { charging: false, level: 0.1 };
    assert.equal(await device(null, low), true);
    assert.equal(await device({ H264: true, VP8: true }, low), true);
    assert.equal(await device({ H264: false, VP8: false }, low), false);
    assert.equal(await device(null, { ...low, charging: true }), false);
    assert.equal(await device(null, { ...low, level: 0.5 }), false);
  });
  test("not where nothing is known, or the browser fails to say", async () => {
    assert.equal(await device(null), false);
    const failing = { mediaCapabilities: { encodingInfo: () => Promise.reject(new TypeError("webrtc")) } };
    Object.defineProperty(globalThis, "navigator", { value: failing, configurable: true });
    assert.equal(await needsH264(), false);
  });
  test("not while a browser does not answer", async () => {
    const silent = { mediaCapabilities: { encodingInfo: () => new Promise(() => undefined) } };
    Object.defineProperty(globalThis, "navigator", { value: silent, configurable: true });
    assert.equal(await needsH264(), false);
  });
});
