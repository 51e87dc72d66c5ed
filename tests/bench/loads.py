"""Loads on a worker and on its peers, by the load generator's compare.sh (VVBENCH is its folder)."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FIRST: Final = ("chrt", "-f", "10")
"""On a machine that others use too, servers and load may go before them: then none of them is starved."""
QUIET_WITHIN: Final = 60.0
"""Seconds that a load waits for others to finish; after that it runs, and its rows tell of the others."""
_LOOK: Final = 3.0
_MUCH: Final = 1.0
_NO_PEERS: Final = "none"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Load:
    """Visits of so many people, for so many seconds and runs; which peers take turns with our worker."""

    visits: int
    peers: tuple[str, ...] = ()
    parts: int = 2
    coalesce_ms: float | None = None
    """`None`: the worker's default."""
    seconds: int = 6
    runs: int = 3


def generator() -> Path | None:
    """The load generator's folder, made ready; `None` without VVBENCH."""
    home = os.environ.get("VVBENCH")
    if not home:
        return None
    subprocess.run([str(Path(home) / "setup.sh")], check=True, stdout=sys.stderr)
    return Path(home)


def busy() -> float:
    """Cores that are at work, over a few seconds."""

    def times() -> list[int]:
        return [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]

    before = times()
    time.sleep(_LOOK)
    spent = [now - then for now, then in zip(times(), before, strict=True)]
    idle = spent[3] + spent[4]
    return (os.cpu_count() or 1) * (1 - idle / max(sum(spent), 1))


def wait_for_quiet() -> float:
    """Wait, within bounds, until others leave the machine alone; the cores that they use now."""
    until = time.monotonic() + QUIET_WITHIN
    while (others := busy()) > _MUCH and time.monotonic() < until:
        pass
    return round(others, 2)


def run(home: Path, load: Load, priority: tuple[str, ...] = ()) -> list[Row]:
    """A row for each server and run, with what the machine was doing before."""
    others = wait_for_quiet()
    environment = {
        **os.environ,
        "PARTS": str(load.parts),
        "PEERS": " ".join(load.peers) or _NO_PEERS,
    }
    if load.coalesce_ms is not None:
        environment["VIDEOVISIT_MEDIA_COALESCE_MS"] = str(load.coalesce_ms)
    with tempfile.TemporaryDirectory() as folder:
        rows_file = Path(folder) / "rows.jsonl"
        subprocess.run(
            [
                *priority, str(home / "compare.sh"), str(load.visits), str(load.seconds), str(load.runs),
                "--",
                str(Path(sys.executable).with_name("videovisit")), "media",
                "--listen", "127.0.0.1:7000", "--udp", "127.0.0.1:40000", "--open-rooms",
            ],
            check=True,
            stdout=sys.stderr,
            env={**environment, "VVB_OUT": str(rows_file)},
        )  # fmt: skip
        return [
            {
                **json.loads(line),
                "coalesce_ms": load.coalesce_ms,
                "first": bool(priority),
                "others_before": others,
                "load": os.getloadavg()[0],
            }
            for line in rows_file.read_text().splitlines()
        ]
