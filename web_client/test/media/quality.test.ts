import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { type Counts, countsOf, levelOf, type Sample, sampleOf, Steady } from "../../src/kit/media/quality";

const FINE: Sample = { loss: 0, roundTripMs: 40, frozen: 0, framesPerSecond: 24, videoKbps: 1_200, mayUpKbps: null };

describe("a sample", () => {
  const level = (changes: Partial<Sample>) => levelOf({ ...FINE, ...changes });
  test("without loss or delay is good", () => assert.equal(levelOf(FINE), "good"));
  test("with one packet lost in twenty is weak", () => assert.equal(level({ loss: 0.05 }), "weak"));
  test("with one packet lost in eight is very weak", () => assert.equal(level({ loss: 0.125 }), "very_weak"));
  test("with half a second of delay is weak", () => assert.equal(level({ roundTripMs: 500 }), "weak"));
  test("with a second of delay is very weak", () => assert.equal(level({ roundTripMs: 1_000 }), "very_weak"));
  test("that froze for a fifth of the time is weak", () => assert.equal(level({ frozen: 0.2 }), "weak"));
  test("of few frames and few bits is weak", () => assert.equal(level({ framesPerSecond: 4, videoKbps: 90 }), "weak"));
  test("of few bits alone is a calm picture", () => assert.equal(level({ videoKbps: 8 }), "good"));
  test("of few frames alone is somebody's dark room", () => assert.equal(level({ framesPerSecond: 4 }), "good"));
  test("without a picture is no worse for it", () => {
    assert.equal(level({ framesPerSecond: null, videoKbps: null }), "good");
  });
  test("of a narrow way up is weak", () => assert.equal(level({ mayUpKbps: 150 }), "weak"));
});

describe("the browser's figures", () => {
  type Reported = Parameters<typeof countsOf>[0] extends Iterable<infer One> ? One[] : never;
  const report = (more: object[] = []): Reported => [
    { type: "transport", id: "T", selectedCandidatePairId: "P" },
    { type: "candidate-pair", id: "old", currentRoundTripTime: 9, availableOutgoingBitrate: 1 },
    { type: "candidate-pair", id: "P", localCandidateId: "L", currentRoundTripTime: 0.05, availableOutgoingBitrate: 90_000 },
    { type: "local-candidate", id: "L", candidateType: "host", protocol: "udp" },
    { type: "inbound-rtp", kind: "audio", packetsReceived: 500, packetsLost: 2 },
    { type: "inbound-rtp", kind: "video", packetsReceived: 900, packetsLost: 8, framesDecoded: 240, bytesReceived: 100_000, totalFreezesDuration: 1 },
    { type: "media-source", kind: "video", frames: 300 },
    { type: "media-source", kind: "audio", totalSamplesDuration: 10.5 },
    ...more,
  ] as Reported;

  test("are added up over sound and picture", () => {
    const counts = countsOf(report(), 1_000);
    assert.deepEqual(
      [counts.received, counts.lost, counts.frames, counts.frozen, counts.cameraFrames, counts.microphoneSeconds],
      [1_400, 10, 240, 1, 300, 10.5],
    );
  });
  test("are those of the path in use", () => assert.equal(countsOf(report(), 0).roundTrip, 0.05));
  test("say what our camera sent once, in all its layers, and what it may have; a screen is another matter", () => {
    const layer = { type: "outbound-rtp", kind: "video", bytesSent: 5_000, retransmittedBytesSent: 1_000, targetBitrate: 30_000 };
    const counts = countsOf(report([layer, layer, { ...layer, contentType: "screenshare" }]), 0);
    assert.deepEqual([counts.sent, counts.target, counts.mayUp], [8_000, 60_000, 90_000]);
    assert.equal(countsOf(report(), 0).target, null);
  });
  test("of what the server heard count as well", () => {
    const counts = countsOf(report([{ type: "remote-inbound-rtp", fractionLost: 0.1, roundTripTime: 0.3 }]), 0);
    assert.deepEqual([counts.lostUp, counts.roundTrip], [0.1, 0.3]);
  });
  test("name the way that the packets take", () => {
    const over = (candidateType: string, protocol: string) =>
      countsOf(report().map((stat) => (stat.type === "local-candidate" ? { ...stat, candidateType, protocol } : stat)), 0).path;
    assert.deepEqual([over("host", "udp"), over("host", "tcp"), over("relay", "udp")], ["udp", "tcp", "relayed"]);
  });
  test("of an empty report are nothing", () => assert.equal(countsOf([], 5).received, 0));
});

describe("two counts", () => {
  const counts: Counts = {
    at: 0, received: 100, lost: 0, frames: 50, videoBytes: 10_000, frozen: 0, roundTrip: 0.05, lostUp: 0, mayUp: 90_000,
    sent: 1_000, target: null, path: "udp", cameraFrames: 50, microphoneSeconds: 2,
  };
  const later = (changes: Partial<Counts>) => sampleOf(counts, { ...counts, at: 2_000, ...changes });

  test("give shares and rates", () => {
    const sample = later({ received: 190, lost: 10, frames: 90, videoBytes: 260_000, frozen: 0.5 });
    assert.deepEqual(sample, {
      loss: 0.1, roundTripMs: 50, frozen: 0.25, framesPerSecond: 20, videoKbps: 1_000, mayUpKbps: null,
    });
  });
  test("take the worse of both directions", () => assert.equal(later({ received: 200, lostUp: 0.3 })?.loss, 0.3));
  test("say how much may be sent only of a picture that takes all of it", () => {
    assert.equal(later({ sent: 7_000, target: 30_000 })?.mayUpKbps, 90);
    assert.equal(later({ sent: 6_000, target: 30_000 })?.mayUpKbps, null);
    assert.equal(later({ sent: 7_000 })?.mayUpKbps, null);
    assert.equal(later({ target: 0 })?.mayUpKbps, null, "nothing is sent of a camera that is off");
  });
  test("of two connections give nothing", () => assert.equal(later({ received: 3, frames: 1 }), null));
  test("of one moment give nothing", () => assert.equal(sampleOf(counts, counts), null));
  test("without a new frame say nothing of frames", () => assert.equal(later({ received: 200 })?.framesPerSecond, null));
  test("after a long pause of the camera are not frozen for longer than they are apart", () => {
    assert.equal(later({ frozen: 60, frames: 51 })?.frozen, 1);
  });
});

describe("what is said", () => {
  const after = (...levels: Parameters<Steady["hear"]>[0][]) => {
    const steady = new Steady();
    return levels.map((level) => steady.hear(level)).at(-1);
  };
  const said = (level: "good" | "weak" | "very_weak") => [level, level] as const;

  test("is nothing after one sample", () => assert.equal(after("good"), null));
  test("is known after two", () => assert.equal(after("good", "good"), "good"));
  test("begins with the milder of the first two", () => assert.equal(after("very_weak", "weak"), "weak"));
  test("does not change for one bad moment", () => assert.equal(after(...said("good"), "very_weak", "good"), "good"));
  test("gets worse after two bad ones", () => assert.equal(after(...said("good"), "weak", "very_weak"), "weak"));
  test("gets better only after five good ones", () => {
    assert.equal(after(...said("weak"), "good", "good", "good", "good"), "weak");
    assert.equal(after(...said("weak"), "good", "good", "good", "good", "good"), "good");
  });
  test("gets no better than the worst of those five", () => {
    assert.equal(after(...said("very_weak"), "good", "weak", "good", "good", "good"), "weak");
  });
  test("stands while the connection is made anew", () => {
    const steady = new Steady();
    for (const level of [...said("good"), "weak"] as const) steady.hear(level);
    steady.restart();
    assert.equal(steady.hear("weak"), "good");
  });
});
