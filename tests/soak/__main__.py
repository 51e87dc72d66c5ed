"""`make soak`: visits come and go at one media worker for hours; what it holds must not grow. Beside it one
real visit in two browsers goes on for longer still (`visit.py`).

Sampled all the time: resident memory, asyncio's tasks, threads and descriptors of the worker. At the end
everybody leaves, those who vanished are given up by the worker after its minute of silence, and then there
must be as much as there was before the first one. The last line is JSON.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession, UnixConnector

from media.worker import GONE_AFTER
from tests.bench.figures import commit, write_samples
from tests.soak import visit
from tests.soak.churn import Churn
from tests.visiting import gather_loopback_only

MUST_MB_PER_H: Final = 1.0
VISITS_PER_H: Final = 200
"""The pace that the limit is meant for. Visits come much faster here; the slope is brought back to it."""
LEAKED_MAX: Final = 2
VISITS_AT_ONCE: Final = 4
LONGER: Final = 1.25
"""Times the minutes: two hours and a half beside two hours."""
SAMPLE_EVERY: Final = 5.0
WARM_UP: Final = 0.3
"""Of the time: what is learnt once and kept: caches, the allocator's arenas, rooms still remembered."""
HOUSE: Final = Path(__file__).parents[2]


class Watched:
    """The worker's process, and what it holds."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid = process.pid

    async def sample(self, since: float) -> dict[str, float]:
        """What it holds now."""
        os.kill(self.pid, signal.SIGUSR1)
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), 30)
        return {"s": round(time.perf_counter() - since, 1), **self._held(), **json.loads(line)}

    def _held(self) -> dict[str, float]:
        """As the kernel counts it."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        resident = next(row for row in status.splitlines() if row.startswith("VmRSS:")).split()[1]
        return {
            "rss_mb": round(int(resident) / 1024, 2),
            "fds": len(list(Path(f"/proc/{self.pid}/fd").iterdir())),
        }


def slope(samples: list[dict[str, float]]) -> float | None:
    """Megabytes an hour, by least squares; None of fewer than three samples."""
    if len(samples) < 3:
        return None
    times = [sample["s"] / 3600 for sample in samples]
    sizes = [sample["rss_mb"] for sample in samples]
    mean_t, mean_s = sum(times) / len(times), sum(sizes) / len(sizes)
    spread = sum((t - mean_t) ** 2 for t in times)
    return sum((t - mean_t) * (s - mean_s) for t, s in zip(times, sizes, strict=True)) / spread


async def measure(minutes: float, seed: int, *, farewell: float = GONE_AFTER + 5) -> dict[str, Any]:
    """So many minutes of it; the figures."""
    gather_loopback_only()
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)  # of clients that vanish
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "worker.sock"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.soak.watched", "--listen", f"unix:{path}", "--udp", "127.0.0.1:0",
            cwd=HOUSE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            await asyncio.wait_for(process.stdout.readline(), 60)
            worker = Watched(process)
            began = time.perf_counter()
            first = await worker.sample(began)
            samples = [first]
            async with ClientSession("http://worker", connector=UnixConnector(str(path))) as http:
                churn = Churn(http, random.Random(seed))
                enough = asyncio.Event()
                listening = asyncio.create_task(_listen(http))
                busy = [asyncio.create_task(churn.run(enough)) for _ in range(VISITS_AT_ONCE)]
                while time.perf_counter() - began < minutes * 60:
                    await asyncio.sleep(min(SAMPLE_EVERY, minutes * 10))
                    samples.append(await worker.sample(began))
                    if len(samples) % 12 == 0:
                        print(f"{churn.counts.visits} visits: {samples[-1]}", file=sys.stderr, flush=True)
                enough.set()
                await asyncio.gather(*busy)
                await asyncio.sleep(farewell)
                await churn.remove_all()
                async with http.get("/healthz") as answer:
                    health = await answer.json()
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
            await asyncio.sleep(1.0)  # connections that are closed are let go of in a later turn
            last = await worker.sample(began)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
    warm = [sample for sample in samples if sample["s"] >= WARM_UP * minutes * 60]
    grows = slope(warm)
    pace = VISITS_PER_H / max(churn.counts.visits / minutes * 60, 1.0)
    leaked = {f"leaked_{name}": int(last[name] - first[name]) for name in ("tasks", "fds", "threads")}
    return {
        "slope_mb_per_h": None if grows is None else round(grows * pace, 2),
        "slope_mb_per_h_at_this_pace": None if grows is None else round(grows, 2),
        "visits_per_h": round(VISITS_PER_H / pace),
        **leaked,
        "minutes": minutes,
        "visits": churn.counts.visits,
        "joins": churn.counts.joins,
        "reoffers": churn.counts.reoffers,
        "refused": churn.counts.refused,
        "packets": churn.counts.packets,
        "rss_mb_first_warm_last": [first["rss_mb"], warm[0]["rss_mb"] if warm else None, last["rss_mb"]],
        "objects_first_warm_last": [first["objects"], warm[0]["objects"] if warm else None, last["objects"]],
        "left_rooms_endpoints": [health.get("rooms"), health.get("endpoints")],
        "faults": health.get("datagrams_failed"),
        "passed": grows is not None
        and grows * pace <= MUST_MB_PER_H
        and all(abs(number) <= LEAKED_MAX for number in leaked.values()),
        "seed": seed,
        "commit": commit(),
        "rows": {"samples": samples, "last": last, "done": asdict(churn.counts), "health": health},
    }


async def _listen(http: ClientSession) -> None:
    """Somebody who reads the worker's news, as the signalling does; anew every few seconds."""
    while True:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(7), http.ws_connect("/events") as events:
                async for _ in events:
                    pass


def main() -> int:
    """Soak as the command line says; 1 where something grew or stayed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=float, default=120.0)
    arguments.add_argument("--visit", type=float, help="minutes of the real visit; 0: none (a quarter more)")
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    long = asked.minutes * LONGER if asked.visit is None else asked.visit
    figures = asyncio.run(both(asked.minutes, long, asked.seed))
    figures["samples"] = write_samples("soak", figures.pop("rows"))
    print(json.dumps(figures))
    return 0 if figures["passed"] else 1


async def both(minutes: float, long: float, seed: int) -> dict[str, Any]:
    """The coming and going, and the visit of so many minutes beside it."""
    if not long:
        return await measure(minutes, seed)
    figures, stayed = await asyncio.gather(measure(minutes, seed), visit.measure(long))
    rows = {**figures.pop("rows"), "visit": stayed.pop("rows")}
    return {**figures, **stayed, "passed": figures["passed"] and stayed["visit_passed"], "rows": rows}


if __name__ == "__main__":
    sys.exit(main())
