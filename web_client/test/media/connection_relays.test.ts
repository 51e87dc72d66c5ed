/** How a connection uses relays; the browser's peer connection is a small one of the test's own. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";

import { Connection } from "../../src/kit/media/connection";
import type { JsonObject } from "../../src/kit/json";
import { Refused } from "../../src/kit/refusal";

const LOAN = { ok: true, urls: ["turns:turn.example.org:443"], username: "u", credential: "c", expires_in: 1800 };
const SERVERS = [{ urls: LOAN.urls, username: "u", credential: "c" }];

class Peer extends EventTarget {
  static readonly made: Peer[] = [];
  readonly configuration: RTCConfiguration;
  signalingState = "stable";
  connectionState = "new";
  localDescription: { sdp: string } | null = null;
  remoteDescription: unknown = null;
  constructor(configuration: RTCConfiguration) {
    super();
    this.configuration = configuration;
    Peer.made.push(this);
  }
  addTransceiver(kind: string) {
    const sender = {
      track: null,
      getParameters: () => ({ encodings: [{}] }),
      setParameters: () => Promise.resolve(),
      replaceTrack: () => Promise.resolve(),
    };
    return { mid: null, sender, receiver: { track: { kind } } };
  }
  setLocalDescription(): Promise<void> {
    this.localDescription = { sdp: "v=0" };
    return Promise.resolve();
  }
  setRemoteDescription(answer: unknown): Promise<void> {
    this.remoteDescription = answer;
    return Promise.resolve();
  }
  close(): void {
    this.signalingState = "closed";
  }
}

class Stream {
  getTracks() {
    return [];
  }
  addTrack(): void {}
}

const browser: Record<string, unknown> = {
  RTCPeerConnection: Peer,
  MediaStream: Stream,
  window: new EventTarget(),
  document: Object.assign(new EventTarget(), { visibilityState: "visible" }),
  requestAnimationFrame: (call: () => void) => setTimeout(call),
};
const without = new Map<string, unknown>();
let offers = 0;

beforeEach(() => {
  for (const [name, thing] of Object.entries(browser)) {
    without.set(name, (globalThis as Record<string, unknown>)[name]);
    (globalThis as Record<string, unknown>)[name] = thing;
  }
  Peer.made.length = 0;
  offers = 0;
});
afterEach(() => {
  for (const [name, thing] of without) (globalThis as Record<string, unknown>)[name] = thing;
});

function connection(relays?: () => Promise<JsonObject>): Connection {
  const offer = () => {
    offers += 1;
    return Promise.resolve({ sdp: "v=0", slots: [] });
  };
  return new Connection({ main: "clinician", offer, ...(relays === undefined ? {} : { relays }) });
}

/** The screen was painted, and whoever waited for that has gone on. */
const painted = () => new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(() => setTimeout(resolve))));

const serversOf = (peer: Peer | undefined) => peer?.configuration.iceServers;

describe("a connection", () => {
  test("is made with the relays that the server lends", async () => {
    const made = connection(() => Promise.resolve(LOAN));
    await made.connect();
    assert.deepEqual(Peer.made.map(serversOf), [SERVERS]);
    assert.equal(offers, 1);
    made.close();
  });
  test("is made without any where the server has none, says no, or is not asked", async () => {
    const none = () => Promise.resolve({ ok: true, urls: [] });
    const no = () => Promise.reject(new Refused("unknown_event", ""));
    for (const relays of [none, no, undefined]) {
      const made = connection(relays);
      await made.connect();
      made.close();
    }
    assert.deepEqual(Peer.made.map(serversOf), [[], [], []]);
    assert.equal(offers, 3);
  });
  test("that is made anew uses what was lent before", async () => {
    let asked = 0;
    const made = connection(() => {
      asked += 1;
      return Promise.resolve(LOAN);
    });
    await made.connect();
    made.lost();
    await new Promise((resolve) => setTimeout(resolve));
    assert.deepEqual(Peer.made.map(serversOf), [SERVERS, SERVERS]);
    assert.equal(asked, 1);
    made.close();
  });
  test("that is closed while the server thinks about relays is not made", async () => {
    let say: (said: JsonObject) => void = () => undefined;
    const made = connection(() => new Promise((resolve) => (say = resolve)));
    const connecting = made.connect();
    await painted();
    made.close();
    say(LOAN);
    await connecting;
    assert.deepEqual(Peer.made, []);
    assert.equal(made.state.get(), "closed");
  });
  test("that is asked for twice is made once", async () => {
    let say: (said: JsonObject) => void = () => undefined;
    const made = connection(() => new Promise((resolve) => (say = resolve)));
    const both = [made.connect(), made.connect()];
    await painted();
    both.push(made.connect());
    say(LOAN);
    await Promise.all(both);
    assert.equal(Peer.made.length, 1);
    made.close();
  });
});
