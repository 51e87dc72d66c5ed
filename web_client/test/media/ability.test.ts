import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";

import { canAsk, canConnect, canHoldVisit } from "../../src/kit/media/ability";
import { Connection } from "../../src/kit/media/connection";

const page = globalThis as unknown as Record<string, unknown>;

function browserWith({ devices, connection }: { devices: boolean; connection: unknown }): void {
  Object.defineProperty(navigator, "mediaDevices", {
    value: devices ? { getUserMedia: () => Promise.reject(new Error()) } : undefined,
    configurable: true,
  });
  page["RTCPeerConnection"] = connection;
}

class WithLines {
  addTransceiver(): void {}
}
class WithoutLines {}

afterEach(() => {
  Reflect.deleteProperty(navigator, "mediaDevices");
  delete page["RTCPeerConnection"];
});

describe("what a browser is able to do", () => {
  test("with devices and a way to carry them it holds a visit", () => {
    browserWith({ devices: true, connection: WithLines });
    assert.equal(canHoldVisit(), true);
  });
  test("without a way to carry them it holds none, whatever its camera does", () => {
    browserWith({ devices: true, connection: undefined });
    assert.equal(canAsk(), true);
    assert.equal(canConnect(), false);
    assert.equal(canHoldVisit(), false);
  });
  test("a connection of the years before lines is none", () => {
    browserWith({ devices: true, connection: WithoutLines });
    assert.equal(canHoldVisit(), false);
  });
  test("without devices it holds none either", () => {
    browserWith({ devices: false, connection: WithLines });
    assert.equal(canConnect(), true);
    assert.equal(canHoldVisit(), false);
  });
});

describe("a connection where there is no way to connect", () => {
  beforeEach(() => {
    browserWith({ devices: true, connection: undefined });
    page["window"] = new EventTarget();
    page["document"] = Object.assign(new EventTarget(), { visibilityState: "visible" });
    page["MediaStream"] = class {};
  });
  afterEach(() => {
    for (const name of ["window", "document", "MediaStream"]) delete page[name];
  });

  const offers: string[] = [];
  const made = () =>
    new Connection({
      main: "clinician",
      offer: async (sdp) => {
        offers.push(sdp);
        return { sdp: "", slots: [] };
      },
    });

  test("has failed from the start, and asking again changes nothing and throws nothing", async () => {
    const connection = made();
    const heard: string[] = [];
    connection.state.subscribe((state) => heard.push(state));
    assert.equal(connection.state.get(), "failed");
    await connection.goWarm();
    await connection.connect();
    connection.lost();
    assert.equal(connection.state.get(), "failed");
    assert.deepEqual(heard, []);
    assert.deepEqual(offers, []);
  });
  test("is closed like any other", () => {
    const connection = made();
    connection.close();
    assert.equal(connection.state.get(), "closed");
  });
});
