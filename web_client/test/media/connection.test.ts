import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";

import { type Answer, Connection } from "../../src/kit/media/connection";
import { SILENT_FOR_MS } from "../../src/kit/media/silence";

const HERE = "v=0\r\na=fingerprint:sha-256 AA\r\n";
const ELSEWHERE = "v=0\r\na=fingerprint:sha-256 BB\r\n";

/** As much of a browser's connection as the page asks of it. */
class Pc extends EventTarget {
  static all: Pc[] = [];
  static received = 0;
  signalingState = "stable";
  connectionState = "new";
  localDescription: { sdp: string } | null = null;
  remoteDescription: { sdp: string } | null = null;
  restarts = 0;
  rollbacks = 0;

  constructor() {
    super();
    Pc.all.push(this);
  }
  static readsCodec = false;
  static chosen: unknown[] = [];
  /** Of a camera, each time its parameters are set. */
  static active: unknown[] = [];
  addTransceiver(_kind: string, init?: { sendEncodings?: { rid?: string }[] }) {
    if (Pc.readsCodec) void Object.values(init?.sendEncodings?.[0] ?? {});
    const sender = {
      track: null,
      replaceTrack: async () => undefined,
      getParameters: () => ({ codecs: this.codecs(), encodings: (init?.sendEncodings ?? [{}]).map(({ rid }) => ({ rid })) }),
      setParameters: async ({ encodings }: { encodings: { active?: boolean; codec?: { mimeType: string } }[] }) => {
        if (encodings.length > 1) Pc.active.push(encodings.map(({ active }) => active));
        if (encodings[0]?.codec !== undefined) Pc.chosen.push(encodings[0].codec.mimeType);
      },
    };
    return { sender, mid: "0", receiver: { track: { kind: "video" } } };
  }
  codecs() {
    const named = /^codecs=(.*)$/m.exec(this.remoteDescription?.sdp ?? "")?.[1] ?? "";
    return named.split(",").map((name) => ({ mimeType: `video/${name.trim()}` }));
  }
  async setLocalDescription(description?: { type: string }) {
    if (description?.type === "rollback") this.rollbacks += 1;
    this.signalingState = description?.type === "rollback" ? "stable" : "have-local-offer";
    this.localDescription = { sdp: `offer ${this.restarts}` };
  }
  async setRemoteDescription(description: { sdp: string }) {
    this.signalingState = "stable";
    this.remoteDescription = description;
  }
  restartIce() {
    this.restarts += 1;
  }
  async getStats() {
    return new Map([["in", { type: "inbound-rtp", packetsReceived: Pc.received }]]);
  }
  close() {
    this.signalingState = "closed";
  }
  becomes(state: string) {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }
}

class Streams {
  getTracks() {
    return [];
  }
  addTrack() {}
  removeTrack() {}
}

const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

describe("a connection", () => {
  const kept = new Map<string, PropertyDescriptor | undefined>();
  let connection: Connection;
  let offers: string[];
  let answer: () => Promise<Answer>;
  let now = 0;

  const passes = async (ms: number, packets = false) => {
    for (let at = 0; at < ms; at += 100) {
      now += 100;
      if (packets) Pc.received += 5;
      mock.timers.tick(100);
      await settle();
    }
  };

  beforeEach(async () => {
    Pc.all = [];
    Pc.received = 0;
    Pc.readsCodec = false;
    Pc.chosen = [];
    Pc.active = [];
    offers = [];
    answer = async () => ({ sdp: HERE, slots: [] });
    mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
    mock.method(performance, "now", () => now);
    const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
    const stubs = { window: new EventTarget(), document: page, RTCPeerConnection: Pc, MediaStream: Streams };
    for (const [name, value] of Object.entries(stubs)) {
      kept.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
    Object.assign(globalThis.window, { RTCPeerConnection: Pc });
    kept.set("requestAnimationFrame", Object.getOwnPropertyDescriptor(globalThis, "requestAnimationFrame"));
    Object.defineProperty(globalThis, "requestAnimationFrame", { value: (f: () => void) => setTimeout(f, 16), configurable: true, writable: true });
    connection = new Connection({
      main: "clinician",
      offer: async (sdp) => {
        offers.push(sdp);
        return answer();
      },
    });
    const connecting = connection.connect();
    await passes(300);
    await connecting;
    Pc.all[0]!.becomes("connected");
    await passes(1_000, true);
  });
  afterEach(() => {
    connection.close();
    mock.timers.reset();
    mock.restoreAll();
    for (const [name, descriptor] of kept) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  });

  test("over which packets come is offered once", async () => {
    await passes(10_000, true);
    assert.deepEqual(offers, ["offer 0"]);
  });
  test("over which nothing comes any more looks for another way, once", async () => {
    await passes(SILENT_FOR_MS + 1_000);
    assert.deepEqual(offers, ["offer 0", "offer 1"]);
    await passes(10_000);
    assert.deepEqual(offers, ["offer 0", "offer 1"]);
    assert.equal(Pc.all.length, 1, "on the same session");
    assert.equal(connection.state.get(), "connected");
  });
  test("of which nobody is in a slot may be silent", async () => {
    connection.showSlots([{ mid: "0", kind: "video", from: null }]);
    await passes(10_000);
    assert.deepEqual(offers, ["offer 0"]);
  });
  test("tries again when its offer did not arrive, and takes nothing half", async () => {
    answer = () => Promise.reject(new Error("no answer"));
    await passes(SILENT_FOR_MS + 1_000);
    assert.equal(Pc.all[0]!.rollbacks, 1);
    answer = async () => ({ sdp: HERE, slots: [] });
    await passes(SILENT_FOR_MS + 1_000);
    assert.equal(offers.length, 3);
    assert.equal(Pc.all[0]!.signalingState, "stable");
  });
  test("looks for another way when the network is back", async () => {
    window.dispatchEvent(new Event("online"));
    await passes(100, true);
    assert.deepEqual(offers, ["offer 0", "offer 1"]);
  });
  test("that is shaky for a second looks for another way, and is made anew where there is none", async () => {
    Pc.all[0]!.becomes("disconnected");
    assert.equal(connection.state.get(), "reconnecting");
    await passes(1_100);
    assert.deepEqual(offers, ["offer 0", "offer 1"]);
    assert.equal(Pc.all.length, 1);
    await passes(5_000);
    assert.equal(Pc.all.length, 2);
  });
  test("that is shaky for a moment is left alone", async () => {
    Pc.all[0]!.becomes("disconnected");
    await passes(800, true);
    Pc.all[0]!.becomes("connected");
    await passes(5_000, true);
    assert.deepEqual(offers, ["offer 0"]);
    assert.equal(connection.state.get(), "connected");
  });
  test("whose room moved to another worker is made anew", async () => {
    answer = async () => ({ sdp: ELSEWHERE, slots: [] });
    await passes(SILENT_FOR_MS + 2_000);
    assert.equal(Pc.all.length, 2);
  });
  test("in a room that turns to H.264 offers once more where no codec can be chosen, and looks for no other way", async () => {
    answer = async () => ({ sdp: `${HERE}codecs=H264,VP8\r\n`, slots: [] });
    Pc.all[0]!.remoteDescription = { sdp: `${HERE}codecs=VP8,H264\r\n` };
    connection.useCodec("H264");
    await passes(1_000, true);
    connection.useCodec("H264");
    await passes(1_000, true);
    assert.deepEqual(offers, ["offer 0", "offer 0"]);
    assert.equal(Pc.all[0]!.restarts, 0);
    assert.deepEqual(Pc.chosen, []);
  });
  test("that never agreed on H.264 goes on in VP8", async () => {
    Pc.all[0]!.remoteDescription = { sdp: `${HERE}codecs=VP8\r\n` };
    connection.useCodec("H264");
    await passes(1_000, true);
    assert.deepEqual(offers, ["offer 0"]);
  });
  test("chooses the codec without an offer where the browser can, also when it is made anew", async () => {
    Pc.readsCodec = true;
    answer = async () => ({ sdp: `${HERE}codecs=VP8,H264\r\n`, slots: [] });
    connection.lost();
    await passes(500, true);
    Pc.all[1]!.becomes("connected");
    connection.useCodec("H264");
    await passes(500, true);
    assert.deepEqual(Pc.chosen, ["video/H264"], "the camera's alone");
    connection.lost();
    await passes(500, true);
    assert.equal(Pc.chosen.length, 2);
    assert.equal(offers.length, 3);
  });
  test("encodes what the server wants of the camera, also when it is made anew, and says who speaks", async () => {
    connection.hear({ slots: [], codec: "VP8", layers: ["m", "l"], speaker: "guest" });
    await passes(500, true);
    assert.equal(connection.speaker.get(), "guest");
    assert.deepEqual(Pc.active.at(-1), [false, true, true]);
    connection.lost();
    await passes(500, true);
    assert.deepEqual(Pc.active.at(-1), [false, true, true]);
    connection.hear({ slots: [{ mid: "0", kind: "video" }, 5] });
    await passes(500, true);
    assert.deepEqual(Pc.active.at(-1), [true, false, false]);
    assert.equal(connection.speaker.get(), null);
    connection.hear({ layers: ["l"] }); // no news of this room
    await passes(500, true);
    assert.deepEqual(Pc.active.at(-1), [true, false, false]);
  });
});
