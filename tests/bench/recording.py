"""What recording costs: pairs of the same load on one worker, all visits recorded and none, alternating.

VVBENCH is the load generator's folder. `python -m tests.bench.recording` measures this alone.
"""

import argparse
import asyncio
import base64
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import aiohttp

from tests.bench.figures import commit, write_samples

VISITS, SECONDS, PAIRS = 10, 8, 7
FIRST = ("chrt", "-f", "10")
"""On a machine that others use too, worker and load may go before them: then neither is starved."""
KEY = "bench"
LEASE = {
    "key": base64.b64encode(bytes(range(32))).decode(),
    "wrapped": "",
    "endpoints": ["p0", "p1"],
    "seconds": 5,
}
RENEW_EVERY = 1.5


async def keep_leases(http: aiohttp.ClientSession) -> None:
    """As the web process does: renew each visit's lease; never returns."""
    while True:
        for visit in range(VISITS):
            body = {"recording": f"bench{visit}", **LEASE}
            with contextlib.suppress(aiohttp.ClientError):
                async with http.put(f"/rooms/bench{visit}/recording", json=body):
                    pass
        await asyncio.sleep(RENEW_EVERY)


async def one(
    home: Path, folder: Path, label: str, *, recorded: bool, priority: tuple[str, ...]
) -> dict[str, Any]:
    """One worker under load; the generator's row, with what was written."""
    rows, recordings = folder / f"{label}.jsonl", folder / label
    worker = await asyncio.create_subprocess_exec(
        *priority, "taskset", "-c", "0", sys.executable, "-m", "media", "--listen", "127.0.0.1:0",
        "--udp", "127.0.0.1:0", "--open-rooms", "--recordings", str(recordings),
        env={**os.environ, "VIDEOVISIT_MEDIA_KEY": KEY}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert worker.stdout is not None
    try:
        where = "http://" + json.loads(await asyncio.wait_for(worker.stdout.readline(), 30))["listen"]
        async with aiohttp.ClientSession(where, headers={"Authorization": f"Bearer {KEY}"}) as http:
            leases = asyncio.create_task(keep_leases(http)) if recorded else None
            load = await asyncio.create_subprocess_exec(
                *priority, str(home / "venv/bin/python"), "vvbench/loadgen.py",
                "--adapter", "adapters.videovisit:Adapter", "--arg", f"url={where}",
                "--visits", str(VISITS), "--seconds", str(SECONDS),
                "--pids", str(worker.pid), "--core", "1", "--label", label, "--json", str(rows),
                cwd=home, env={**os.environ, "VVB_HOST": "127.0.0.1", "VIDEOVISIT_MEDIA_KEY": KEY},
                stdout=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            if await asyncio.wait_for(load.wait(), 120):
                raise RuntimeError("the load generator failed")
            async with http.get("/healthz") as said:
                health = await said.json()
            if leases is not None:
                leases.cancel()
                await asyncio.gather(leases, return_exceptions=True)
    finally:
        worker.terminate()
        await worker.wait()
    row: dict[str, Any] = json.loads(rows.read_text())
    sizes = [path.stat().st_size for path in recordings.rglob("*.vvr")]
    return {**row, "recorded_bytes": sum(sizes), "recordings": len(sizes), "health": health}


async def run(home: Path, pairs: int, priority: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for pair in range(pairs):
            for recorded in (True, False) if pair % 2 else (False, True):
                label = f"{'recorded' if recorded else 'plain'}-{pair}"
                row = await one(home, Path(folder), label, recorded=recorded, priority=priority)
                rows.append({**row, "pair": pair, "recorded": recorded, "load": os.getloadavg()[0]})
    return rows


def measure(pairs: int = PAIRS, priority: tuple[str, ...] = ()) -> dict[str, Any]:
    """The ratio of CPU per forwarded packet, and the added delay; nulls without the load generator."""
    generator = os.environ.get("VVBENCH")
    if not generator:
        return {"recording_cpu_ratio": None, "rows": []}
    subprocess.run([str(Path(generator) / "setup.sh")], check=True, stdout=sys.stderr)
    home = Path(os.environ.get("VVB_HOME", Path.home() / ".cache/vvbench"))
    rows = asyncio.run(run(home, pairs, priority))
    plain, recorded = ([row for row in rows if row["recorded"] is how] for how in (False, True))
    costs = [[row["us_per_fwd_pkt_sched"] for row in half] for half in (plain, recorded)]
    delays = [[row["video_lat_ms"]["p99"] for row in half] for half in (plain, recorded)]
    ratios = [theirs / ours for ours, theirs in zip(*costs, strict=True)]
    added = [theirs - ours for ours, theirs in zip(*delays, strict=True)]
    return {
        "recording_cpu_ratio": round(statistics.median(ratios), 3),
        "recording_cpu_ratio_max": round(max(ratios), 3),
        "recording_us_per_packet": round(
            statistics.median(row["us_per_fwd_pkt_sched"] for row in recorded), 1
        ),
        "recording_added_video_ms_p99": round(statistics.median(added), 2),
        "recording_video_ms_p50": statistics.median(row["video_lat_ms"]["p50"] for row in recorded),
        "plain_video_ms_p50": statistics.median(row["video_lat_ms"]["p50"] for row in plain),
        "recording_packets_missed": sum(row["health"]["recording_packets_missed"] for row in recorded),
        "recording_loss_pct": max(row["loss_pct"] for row in recorded),
        "recording_pairs": pairs,
        "rows": rows,
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pairs", type=int, default=PAIRS)
    arguments.add_argument("--first", action="store_true", help="at real-time priority (needs root)")
    given = arguments.parse_args()
    found = measure(given.pairs, FIRST if given.first else ())
    samples = write_samples("recording", {"pairs": found.pop("rows")})
    print(json.dumps({**found, "commit": commit(), "trials": found["recording_pairs"], "samples": samples}))


if __name__ == "__main__":
    main()
