"""`make chaos`: kill media workers while visits run, and measure when both sides have media again.

Half of the kills are of the only worker of an installation as it is by default, whose spare takes the room
over; half of one of two workers, while a visit at the other one goes on and may lose nothing. People connect
and come back as pages do (tests/visiting.py). The last line is JSON.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import struct
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import aiohttp

from tests import demo_server
from tests.bench.figures import commit, percentile, rounded, write_samples
from tests.visiting import PATIENCE, Caller, Doorstep, RawClient, Side, Visit, gather_loopback_only

MEMBER, CLINICIAN = (60, 400.0), (190, 900.0)
"""Luma and hertz of each side."""
MUST_P95, MUST_P99 = 5.0, 10.0
LONGEST_LIFE: Final = 1.5
"""Seconds of media before a kill at most."""
EVERY: Final = 0.02
SSRC: Final = 1001


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


class Bystanders:
    """A visit at another worker: both sides send numbered sound all the time and count what is missing."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.sent = 0
        self._sending = asyncio.create_task(self._send())
        self._since = [0, 0]

    def _clients(self) -> list[RawClient]:
        return [side.media for side in self.visit.sides if isinstance(side.media, RawClient)]

    async def _send(self) -> None:
        due = time.perf_counter()
        while True:
            self.sent += 1
            for client in self._clients():
                packet = client.protected(self.sent & 0xFFFF, b"sound", ssrc=SSRC, timestamp=self.sent * 960)
                client.send(packet)
            due += EVERY
            await asyncio.sleep(max(0.0, due - time.perf_counter()))

    def mark(self) -> None:
        """Count from here."""
        self._since = [len(client.rtp) for client in self._clients()]

    def lost(self) -> int:
        """Numbers that are missing between the first and the last packet since `mark`, at both sides."""
        missing = 0
        for client, since in zip(self._clients(), self._since, strict=True):
            numbers = [struct.unpack_from(">H", packet, 2)[0] for packet in client.rtp[since:]]
            if not numbers:
                return -1
            unwrapped = {(number - numbers[0] + 0x8000 & 0xFFFF) for number in numbers}
            missing += max(unwrapped) - min(unwrapped) + 1 - len(unwrapped)
        return missing

    async def end(self) -> None:
        self._sending.cancel()
        await asyncio.gather(self._sending, return_exceptions=True)
        await self.visit.end()


async def is_back(side: Side, luma: int) -> float:
    """When a picture and sound of the other side were decoded by this one's new connection."""
    await side.renewed.wait()
    caller = side.media
    assert isinstance(caller, Caller)
    await asyncio.gather(caller.sees(luma), caller.hears_anything())
    return time.perf_counter()


async def trial(
    doorstep: Doorstep, console: Any, dice: random.Random, others: Bystanders | None
) -> dict[str, Any]:
    """One visit whose worker is killed once."""
    visit = await doorstep.visit(console, lambda: Caller(*MEMBER), lambda: Caller(*CLINICIAN))
    row: dict[str, Any] = {}
    try:
        async with asyncio.timeout(PATIENCE):
            first = [side.media for side in visit.sides]
            assert isinstance(first[0], Caller)
            assert isinstance(first[1], Caller)
            await asyncio.gather(first[0].sees(CLINICIAN[0]), first[1].sees(MEMBER[0]))
        await asyncio.sleep(dice.uniform(0, LONGEST_LIFE))
        victim = await doorstep.worker_of(visit.id)
        assert victim is not None
        spared = others is not None and await doorstep.worker_of(others.visit.id) != victim
        if others is not None:
            others.mark()
        for side in visit.sides:
            side.renewed.clear()
        killed = time.perf_counter()
        os.kill(victim, signal.SIGKILL)
        backs = [
            asyncio.create_task(is_back(visit.member, CLINICIAN[0])),
            asyncio.create_task(is_back(visit.clinician, MEMBER[0])),
        ]
        done, late = await asyncio.wait(backs, timeout=PATIENCE)
        for task in late:
            task.cancel()
        await asyncio.gather(*backs, return_exceptions=True)
        times = [
            round(task.result() - killed, 3) if task in done and not task.exception() else None
            for task in backs
        ]
        row = {"member_s": times[0], "clinician_s": times[1], "others_lost": None}
        if others is not None and spared:
            await asyncio.sleep(0.3)
            row["others_lost"] = others.lost()
    finally:
        await visit.end()
    return row


async def battery(kills: int, workers: int, dice: random.Random, progress: str) -> dict[str, Any]:
    """So many kills at one installation with so many workers and a spare."""
    environment = {"VIDEOVISIT_MEDIA_WORKERS": str(workers)}
    with tempfile.TemporaryDirectory() as folder:
        server = await demo_server.start(Path(folder), tls=False, environment=environment)
        try:
            async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
                doorstep = Doorstep(server, http, f"chaos{workers}")
                await doorstep.workers_answer(workers + 1)
                console = await doorstep.clinician()
                others = None
                if workers > 1:
                    theirs = await doorstep.clinician("clinician2")
                    others = Bystanders(await doorstep.visit(theirs, RawClient, RawClient))
                rows: list[dict[str, Any]] = []
                before = 0
                for number in range(kills):
                    rows.append(await trial(doorstep, console, dice, others))
                    await doorstep.workers_answer(workers + 1)
                    before = before or descriptors(server.process.pid)
                    print(f"{progress} {number + 1} of {kills}: {rows[-1]}", file=sys.stderr, flush=True)
                after = descriptors(server.process.pid)
                processes = len(server.workers())
                if others is not None:
                    await others.end()
                await doorstep.close()
        except BaseException:
            print(server.log.read_text()[-4000:], file=sys.stderr)
            raise
        finally:
            await server.stop()
    return {"rows": rows, "leaked_fds": after - before, "leaked_processes": processes - workers - 1}


async def measure(kills: int, seed: int) -> dict[str, Any]:
    """All of it; the figures."""
    gather_loopback_only()
    dice = random.Random(seed)
    alone = await battery(kills - kills // 2, 1, dice, "the only worker")
    beside = await battery(kills // 2, 2, dice, "one of two")
    rows = [*alone["rows"], *beside["rows"]]
    times = [row[side] for row in rows for side in ("member_s", "clinician_s")]
    back = [time for time in times if time is not None]
    others = [row["others_lost"] for row in rows if row["others_lost"] is not None]
    p95, p99 = percentile(back, 0.95), percentile(back, 0.99)
    never = times.count(None)
    return {
        "kills": len(rows),
        "media_back_s_p50": rounded(percentile(back, 0.5), 2),
        "media_back_s_p95": rounded(p95, 2),
        "media_back_s_p99": rounded(p99, 2),
        "media_back_s_max": rounded(max(back, default=None), 2),
        "never_back": never,
        "others_watched": len(others),
        "others_lost": sum(others),
        "leaked_fds": max(alone["leaked_fds"], beside["leaked_fds"]),
        "leaked_processes": max(alone["leaked_processes"], beside["leaked_processes"]),
        "passed": not never and (p95 or 0) <= MUST_P95 and (p99 or 0) <= MUST_P99 and not any(others),
        "seed": seed,
        "commit": commit(),
        "samples": write_samples("chaos", {"alone": alone, "beside": beside}),
    }


def main() -> int:
    """Kill as the command line says; 1 where it is not as it must be."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    figures = asyncio.run(measure(asked.kills, asked.seed))
    print(json.dumps(figures))
    return 0 if figures["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
