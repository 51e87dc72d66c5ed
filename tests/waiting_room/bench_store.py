"""What an acknowledged command costs, on both databases with the disk synced. Prints one line of JSON.

    python -m tests.waiting_room.bench_store [--appends 300]

`append_ms` is the store's transaction alone; `command_ms` is the desk's whole turn with one subscriber;
`load_ms` is one visit read; `board_ms` a support board of `board_visits` open visits, opened and rendered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.postgres import running
from tests.waiting_room.scene import ANA, MEMBER, Journaled, Scene
from waiting_room.core.commands import Step
from waiting_room.core.ids import VisitId
from waiting_room.core.model import Role
from waiting_room.database import Database
from waiting_room.migrations import migrate
from waiting_room.store_sql import SqlStore

BOARD = 200


def timed(samples: list[float]) -> dict[str, float]:
    ordered = sorted(samples)
    return {
        "p50": round(statistics.median(ordered), 3),
        "p95": round(ordered[int(len(ordered) * 0.95)], 3),
    }


async def measure(url: str, appends: int) -> dict[str, Any]:
    start = time.perf_counter()
    migrate(url)
    found: dict[str, Any] = {"migrate_ms": round((time.perf_counter() - start) * 1000, 1)}
    start = time.perf_counter()
    migrate(url)
    found["migrate_again_ms"] = round((time.perf_counter() - start) * 1000, 1)
    database = Database(url)
    store = SqlStore(database)
    try:
        journaled = Journaled(store)
        await journaled.waiting(ANA)
        found["append_ms"] = timed([await _append(journaled, number) for number in range(appends)])
        found["load_ms"] = timed([await _took(store.load(ANA)) for _ in range(appends)])
        scene = await Scene.on(store)
        told: list[object] = []
        scene.desk.subscribe(lambda change: told.extend(change.public(Role.member)))
        found["command_ms"] = timed(
            [await _took(scene.asks(MEMBER, Step(step=f"step_{number % 7}"))) for number in range(appends)]
        )
        for number in range(BOARD):
            await scene.booked(VisitId(f"board-{number}"))
        found["board_visits"] = BOARD + 1
        found["board_ms"] = timed([await _took(scene.desk.board(None, Role.support)) for _ in range(20)])
    finally:
        await database.close()
    return found


async def _append(journaled: Journaled, number: int) -> float:
    position = await journaled.store.load(ANA)
    new = journaled.decided(position, ANA, Step(step=f"bench_{number % 7}"), MEMBER)
    return await _took(journaled.store.append(new))


async def _took(awaited: Any) -> float:
    start = time.perf_counter()
    await awaited
    return (time.perf_counter() - start) * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--appends", type=int, default=300)
    appends = parser.parse_args().appends
    with tempfile.TemporaryDirectory() as directory:
        sqlite = asyncio.run(measure(f"sqlite:///{Path(directory)}/bench.db", appends))
    with running(fsync=True) as server, server.database() as url:
        postgres = asyncio.run(measure(url, appends))
    print(json.dumps({"trials": appends, "sqlite": sqlite, "postgres": postgres}))


if __name__ == "__main__":
    main()
