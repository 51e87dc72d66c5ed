import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";

import type { JsonObject } from "../../src/kit/json";
import { NONE_FOR_MS, Relays, SAYS_WITHIN_MS } from "../../src/kit/media/relays";
import { Refused } from "../../src/kit/refusal";
import { settle } from "../kit/wire";

const URLS = ["turn:turn.example.org:3478?transport=udp", "turns:turn.example.org:443"];
const LOAN = { ok: true, urls: URLS, username: "1772442000:Jq3t", credential: "secret", expires_in: 1800 };
const SERVERS = [{ urls: URLS, username: "1772442000:Jq3t", credential: "secret" }];

/** A server that says what it is told to, and counts how often it is asked. */
class Server {
  asked = 0;
  says: () => Promise<JsonObject>;
  at = 0;
  readonly relays = new Relays(
    () => {
      this.asked += 1;
      return this.says();
    },
    () => this.at,
  );
  constructor(said: JsonObject) {
    this.says = () => Promise.resolve(said);
  }
}

describe("relays", () => {
  test("are what the server said, as a peer connection wants them", async () => {
    assert.deepEqual(await new Server(LOAN).relays.servers(), SERVERS);
  });
  test("are asked for once, also by two who ask at the same time", async () => {
    const server = new Server(LOAN);
    await Promise.all([server.relays.servers(), server.relays.servers()]);
    await server.relays.servers();
    assert.equal(server.asked, 1);
  });
  test("are asked for again when half of their time is over", async () => {
    const server = new Server(LOAN);
    await server.relays.servers();
    server.at = 899_999;
    await server.relays.servers();
    assert.equal(server.asked, 1);
    server.at = 900_000;
    assert.deepEqual(await server.relays.servers(), SERVERS);
    assert.equal(server.asked, 2);
  });
  test("are none where the server has none, and that is believed for a while", async () => {
    const server = new Server({ ok: true, urls: [] });
    assert.deepEqual(await server.relays.servers(), []);
    server.at = NONE_FOR_MS - 1;
    assert.deepEqual(await server.relays.servers(), []);
    assert.equal(server.asked, 1);
    server.at = NONE_FOR_MS;
    await server.relays.servers();
    assert.equal(server.asked, 2);
  });
  test("are none when the server says no, and asked for again the next time", async () => {
    const server = new Server(LOAN);
    server.says = () => Promise.reject(new Refused("no_room_yet", ""));
    assert.deepEqual(await server.relays.servers(), []);
    server.says = () => Promise.resolve(LOAN);
    assert.deepEqual(await server.relays.servers(), SERVERS);
  });
  test("are none of what makes no sense", async () => {
    for (const said of [{}, { urls: "turn:x" }, { urls: [7] }, { urls: URLS }, { urls: URLS, username: "u", credential: 3 }])
      assert.deepEqual(await new Server({ ok: true, ...said }).relays.servers(), []);
  });
  test("do not keep a connection waiting: what comes late is there for the next one", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const server = new Server(LOAN);
    let say: (said: JsonObject) => void = () => undefined;
    server.says = () => new Promise((resolve) => (say = resolve));
    const first = server.relays.servers();
    mock.timers.tick(SAYS_WITHIN_MS);
    assert.deepEqual(await first, []);
    say(LOAN);
    await settle();
    assert.deepEqual(await server.relays.servers(), SERVERS);
    assert.equal(server.asked, 1);
    mock.timers.reset();
  });
});
