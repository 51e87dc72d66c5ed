"""What joins cost the other visits of a worker: the same load with and without people who join."""

import asyncio
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from tests.bench import loads
from tests.bench.loads import Row

VISITS, SECONDS, PAIRS = 10, 8, 3
JOINS: Final = 30
"""In the window and its warm-up: three or four a second."""
KEY: Final = "bench"
_JOINER: Final = """
import asyncio, os, sys
os.sched_setaffinity(0, {1})
sys.path.insert(0, ".")
from adapters.videovisit import Adapter

async def main(url, joins, apart):
    adapter = Adapter(url=url)
    await adapter.start()
    for join in range(joins):
        await adapter.join_visit(1000 + join, 1)
        await asyncio.sleep(apart)
    await adapter.stop()
    os._exit(0)

asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
"""


async def one(home: Path, folder: Path, label: str, *, joined: bool, priority: tuple[str, ...]) -> Row:
    """One worker under load, on a core of its own; the generator's row."""
    rows = folder / f"{label}.jsonl"
    python = str(home / "venv/bin/python")
    surroundings = {**os.environ, "VVB_HOST": "127.0.0.1", "VIDEOVISIT_MEDIA_KEY": KEY}
    worker = await asyncio.create_subprocess_exec(
        *priority, "taskset", "-c", "0", sys.executable, "-m", "media",
        "--listen", "127.0.0.1:0", "--udp", "127.0.0.1:0", "--open-rooms",
        env=surroundings, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert worker.stdout is not None
    joiner = None
    try:
        where = "http://" + json.loads(await asyncio.wait_for(worker.stdout.readline(), 30))["listen"]
        load = await asyncio.create_subprocess_exec(
            *priority, python, "vvbench/loadgen.py", "--adapter", "adapters.videovisit:Adapter",
            "--arg", f"url={where}", "--visits", str(VISITS), "--seconds", str(SECONDS),
            "--pids", str(worker.pid), "--core", "1", "--label", label, "--json", str(rows),
            cwd=home, env=surroundings, stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        if joined:
            await asyncio.sleep(3)  # the load's own joins and the first half of its warm-up
            joiner = await asyncio.create_subprocess_exec(
                python, "-c", _JOINER, where, str(JOINS), "0.25",
                cwd=home, env=surroundings, stdout=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        if await asyncio.wait_for(load.wait(), 120):
            raise RuntimeError("the load generator failed")
    finally:
        if joiner is not None and joiner.returncode is None:
            joiner.kill()
        worker.terminate()
        await worker.wait()
    row: Row = json.loads(rows.read_text())
    return {**row, "joined": joined, "first": bool(priority), "load": os.getloadavg()[0]}


async def pairs(home: Path, priority: tuple[str, ...]) -> list[Row]:
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for pair in range(PAIRS):
            for joined in (False, True):
                label = f"{'joined' if joined else 'plain'}-{pair}"
                found.append(await one(home, Path(folder), label, joined=joined, priority=priority))
    return found


def measure(priority: tuple[str, ...] = ()) -> dict[str, Any]:
    """How much longer than without joins the slowest packet and the slowest hundredth took."""
    loads.wait_for_quiet()
    home = Path(os.environ.get("VVB_HOME", Path.home() / ".cache/vvbench"))
    rows = asyncio.run(pairs(home, priority))

    def added(key: str) -> float:
        plain, joined = (
            statistics.median(row["video_lat_ms"][key] for row in rows if row["joined"] is how)
            for how in (False, True)
        )
        return round(joined - plain, 2)

    return {"join_added_ms_p99": added("p99"), "join_added_ms_max": added("max"), "rows": rows}
