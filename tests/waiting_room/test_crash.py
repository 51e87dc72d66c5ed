"""kill -9 in the middle of writing: what was acknowledged is there, whole, and nothing is there by half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys

import pytest

from tests.waiting_room.scene import PERSON, book, vault
from waiting_room.core.ids import CommandId, VisitId
from waiting_room.core.records import replay
from waiting_room.database import Database
from waiting_room.migrations import migrate
from waiting_room.store_sql import SqlStore

KILLS = int(os.environ.get("VIDEOVISIT_KILLS", "4"))

Acknowledged = dict[tuple[VisitId, CommandId], int]


def killed_at_work(url: str, name: str, after: int) -> Acknowledged:
    """What a process had acknowledged when it was killed, soon after its first `after` acknowledgements."""
    worker = [sys.executable, "-m", "tests.waiting_room.writer", url, name]
    with subprocess.Popen(worker, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(after)]
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
    found: Acknowledged = {}
    for line in lines:
        if line.endswith("\n"):
            visit, command, seq = line.split()
            found[VisitId(visit), CommandId(command)] = int(seq)
    return found


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_no_acknowledged_record_is_lost(sqlite_url: str) -> None:
    migrate(sqlite_url)
    chance = random.Random(7)
    acknowledged: Acknowledged = {}
    for kill in range(KILLS):
        acknowledged |= killed_at_work(sqlite_url, f"k{kill}", chance.randint(1, 60))

        database = Database(sqlite_url)
        store = SqlStore(database)
        for (visit, command), seq in acknowledged.items():
            assert [record.seq for record in await store.recorded(visit, command)] == [seq]
        for stored in await store.open_visits():
            assert replay(await store.records(stored.visit.id)) == stored.visit
            assert await store.verify_chain(stored.visit.id) is None
            texts = vault().open_all(await store.texts([stored.visit.id]))
            assert texts[book(stored.visit.id).person] == PERSON
            assert len(texts) == len(stored.visit.line) + 1
        await database.close()
    assert len(acknowledged) >= KILLS
