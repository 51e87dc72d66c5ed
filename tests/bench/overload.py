"""More and more visits at one worker, past what it can carry: what becomes of delay.

`make bench-overload`. The worker is pinned to a core of which a busy loop has 19 of 20 parts, so that it is
at its end with visits that a generator in Python can drive. Each visit is two endpoints with whole DTLS and
SRTP that send pictures of 1.5 Mbit/s, or as little as they are told to: once obeying, once not. Every packet
carries the time at which it was sent. The last line is JSON.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from struct import Struct
from typing import Any, Final

from aiohttp import ClientSession, UnixConnector
from aiortc.rtp import RTCP_PSFB_APP, RtcpPacket, RtcpPsfbPacket, unpack_remb_fci

from tests.bench.figures import commit, percentile, rounded, write_samples
from tests.fuzz.media_tests import CAMERA, MICROPHONE, RawClient, gather_loopback_only, slots

BEHIND: Final = ("nice", "-n", "13")
"""The worker, beside one busy loop: that is a twentieth of the core."""
LEVELS: Final = (2, 4, 8, 12, 16, 20, 24)
RATE: Final = 1_500_000
FRAMES: Final = 15
PAYLOAD: Final = 1100
SETTLE: Final = 10.0
"""Seconds: strain is believed after two or three, and the caps are obeyed at once."""
MEASURE: Final = 6.0
LATE_MOST: Final = 100.0
"""Milliseconds at the 99th percentile that are no delay yet, with a busy loop on the same core."""
KEY_HEAD: Final = bytes((0x10, 0, 0, 0, 0x9D, 0x01, 0x2A, 64, 0, 64, 0))
"""VP8: a keyframe begins here; every picture of this load is one, so no gate ever waits."""
MIDDLE: Final = bytes((0x00,))
SENT: Final = Struct(">d")
HOG: Final = "while True: pass"


class Talker(RawClient):
    """One endpoint, that sends pictures and knows how late the other's are."""

    def __init__(self, *, obeys: bool) -> None:
        super().__init__(MICROPHONE, CAMERA, *slots(1))
        self.rate = RATE
        self.late: list[float] = []
        self.sequences: list[int] = []
        self._obeys = obeys
        self._sequence = 0

    async def talk(self) -> None:
        """Until it is cancelled."""
        due = time.perf_counter()
        frame = 0
        while True:
            frame += 1
            for number in range(max(1, round(self.rate / 8 / FRAMES / PAYLOAD))):
                self._sequence = self._sequence + 1 & 0xFFFF
                head = MIDDLE if number else KEY_HEAD
                data = head + SENT.pack(time.monotonic()) + bytes(PAYLOAD - len(head) - SENT.size)
                self.send(
                    self.protected(
                        self._sequence,
                        data,
                        ssrc=CAMERA.ssrc or 0,
                        type_=CAMERA.payload_type,
                        timestamp=frame * (90_000 // FRAMES),
                    )
                )
            due += 1 / FRAMES
            await asyncio.sleep(max(0.0, due - time.perf_counter()))

    def take_rtp(self, packet: bytes) -> None:
        payload = packet[16 + 4 * int.from_bytes(packet[14:16], "big") :] if packet[0] & 0x10 else packet[12:]
        head = KEY_HEAD if payload[0] & 0x10 else MIDDLE
        self.late.append(time.monotonic() - SENT.unpack_from(payload, len(head))[0])
        self.sequences.append(int.from_bytes(packet[2:4], "big"))

    def take_rtcp(self, packet: bytes) -> None:
        for part in RtcpPacket.parse(packet) if self._obeys else ():
            if isinstance(part, RtcpPsfbPacket) and part.fmt == RTCP_PSFB_APP:
                self.rate = min(RATE, unpack_remb_fci(part.fci)[0])


@contextlib.asynccontextmanager
async def worker(folder: Path) -> AsyncIterator[ClientSession]:
    """A worker on core 0 with its hog; the session that speaks with it."""
    api = folder / "worker.sock"
    pinned = ("taskset", "-c", "0")
    process = await asyncio.create_subprocess_exec(
        *pinned, *BEHIND, sys.executable, "-m", "media",
        "--listen", f"unix:{api}", "--udp", "127.0.0.1:0", "--open-rooms",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    await asyncio.wait_for(process.stdout.readline(), 60)
    hog = await asyncio.create_subprocess_exec(*pinned, sys.executable, "-c", HOG)
    try:
        async with ClientSession("http://worker", connector=UnixConnector(str(api))) as http:
            yield http
    finally:
        for one in (hog, process):
            one.kill()
            await one.wait()


async def level(visits: int, *, obeys: bool) -> dict[str, Any]:
    """So many visits at a worker of their own: what became of their packets, and of one who came last."""
    with tempfile.TemporaryDirectory() as folder:
        async with worker(Path(folder)) as http:
            talkers = []
            for visit in range(visits):
                for side in ("member", "clinician"):
                    talker = Talker(obeys=obeys)
                    talkers.append(talker)
                    await talker.check(await _answer(http, f"visit-{visit}", side, await talker.offer()))
                    await talker.handshake()
            talking = [asyncio.create_task(talker.talk()) for talker in talkers]
            await asyncio.sleep(SETTLE)
            for talker in talkers:
                talker.late.clear()
                talker.sequences.clear()
            await asyncio.sleep(MEASURE)
            row = _row(talkers)
            async with http.get("/healthz") as answer:
                row["strain"] = (await answer.json())["strain"]
            row["refused"] = await _is_refused(http)
            for task in talking:
                task.cancel()
            await asyncio.gather(*talking, return_exceptions=True)
            await asyncio.gather(*(talker.close() for talker in talkers), return_exceptions=True)
    return {"visits": visits, "obeys": obeys, **row}


def _row(talkers: list[Talker]) -> dict[str, Any]:
    late = [1000 * one for talker in talkers for one in talker.late]
    lost = came = 0
    for talker in talkers:
        came += len(talker.sequences)
        ahead = [number - talker.sequences[0] & 0xFFFF for number in talker.sequences]
        lost += max(ahead, default=-1) + 1 - len(ahead)
    return {
        "packets_per_second": round(came / MEASURE),
        "lost_pct": round(100 * lost / max(lost + came, 1), 2),
        "ms_p50": rounded(percentile(late, 0.5), 1),
        "ms_p99": rounded(percentile(late, 0.99), 1),
        "told_kbit_s": round(sum(talker.rate for talker in talkers) / len(talkers) / 1000),
    }


async def _answer(http: ClientSession, room: str, name: str, sdp: str) -> str:
    async with http.post(f"/rooms/{room}/endpoints/{name}", json={"sdp": sdp}) as answer:
        answer.raise_for_status()
        found: str = (await answer.json())["sdp"]
        return found


async def _is_refused(http: ClientSession) -> bool:
    """Whether somebody new is sent to another worker."""
    newcomer = RawClient()
    sdp = await newcomer.offer()
    async with http.post("/rooms/newcomer/endpoints/member", json={"sdp": sdp}) as answer:
        refused = answer.status == 503
    await newcomer.connection.close()
    return refused


async def measure(levels: tuple[int, ...]) -> list[dict[str, Any]]:
    """All levels, obeying and not."""
    gather_loopback_only()
    os.sched_setaffinity(0, {1})
    rows = []
    for visits in levels:
        for obeys in (True, False):
            rows.append(await level(visits, obeys=obeys))
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    return rows


def main() -> int:
    """Measure as the command line says; 1 where overload became delay though everybody obeyed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--levels", type=int, nargs="+", default=LEVELS, help="visits at once")
    rows = asyncio.run(measure(tuple(arguments.parse_args().levels)))
    obeying = [row for row in rows if row["obeys"]]
    found = {
        "overload_ms_p99_max": max(row["ms_p99"] for row in obeying),
        "overload_ms_p99_max_ignored": max(row["ms_p99"] for row in rows if not row["obeys"]),
        "overload_lost_pct_max": max(row["lost_pct"] for row in obeying),
        "capped_from": next((row["visits"] for row in obeying if row["strain"] >= 1), None),
        "refused_from": next((row["visits"] for row in obeying if row["refused"]), None),
    }
    passed = found["overload_ms_p99_max"] <= LATE_MOST
    samples = write_samples("overload", {"rows": rows})
    print(json.dumps({**found, "passed": passed, "commit": commit(), "samples": samples}))
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
