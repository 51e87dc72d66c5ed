"""Many processes want the same visit: exactly one gets it, and every other is told who, on both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.waiting_room.scene import Journaled
from waiting_room.core.ids import VisitId
from waiting_room.database import Database
from waiting_room.store_sql import SqlStore

PROCESSES = 5
VISITS = int(os.environ.get("VIDEOVISIT_RACE_VISITS", "20"))


@dataclass
class Racer:
    """A process at the line."""

    name: str
    process: subprocess.Popen[str]

    def starts(self, visit: VisitId, clinician: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{visit} {clinician}\n")
        self.process.stdin.flush()

    def answers(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.reads())
        return found

    def reads(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the racer died"
        return line


@contextmanager
def racers(url: str) -> Iterator[list[Racer]]:
    with ExitStack() as stack:
        found = [
            Racer(
                f"p{number}",
                stack.enter_context(
                    subprocess.Popen(
                        [sys.executable, "-W", "error", "-m", "tests.waiting_room.racer", url, f"p{number}"],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        text=True,
                    )
                ),
            )
            for number in range(PROCESSES)
        ]
        for racer in found:
            assert racer.reads() == "ready\n"
        yield found
        for racer in found:
            assert racer.process.stdin is not None
            racer.process.stdin.close()
        assert [racer.process.wait(timeout=30) for racer in found] == [0] * PROCESSES


@pytest.fixture
async def visits(url: str) -> list[VisitId]:
    database = Database(url)
    journaled = Journaled(SqlStore(database))
    visits = [VisitId(f"visit-{number}") for number in range(VISITS)]
    for visit in visits:
        await journaled.waiting(visit)
    await database.close()
    return visits


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_each_visit_is_claimed_by_exactly_one_and_the_others_are_told_by_whom(
    url: str, visits: list[VisitId]
) -> None:
    answers: dict[VisitId, dict[str, list[dict[str, Any]]]] = {}
    with racers(url) as field:
        for visit in visits:
            for racer in field:
                racer.starts(visit, f"{racer.name}-for-{visit}")
            answers[visit] = {racer.name: racer.answers() for racer in field}

    database = Database(url)
    store = SqlStore(database)
    for visit in visits:
        claims = [record for record in await store.records(visit) if record.event.type == "claimed"]
        assert len(claims) == 1
        assert await store.verify_chain(visit) is None
        winner, seq = claims[0].actor.id, claims[0].seq
        for name, both in answers[visit].items():
            expected = (
                {"won": [seq], "by": winner}
                if winner.startswith(name)
                else {"code": "claimed_by_other", "clinician": winner}
            )
            assert both == [expected, expected]
    await database.close()


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_one_clinician_at_many_desks_gets_one_visit(url: str, visits: list[VisitId]) -> None:
    with racers(url) as field:
        for racer, visit in zip(field, visits, strict=False):
            racer.starts(visit, "lee")
        answers = [answer for racer in field for answer in racer.answers()[:1]]

    assert sorted(answer.get("code", "won") for answer in answers) == ["clinician_busy"] * (PROCESSES - 1) + [
        "won"
    ]
    database = Database(url)
    held = [stored for stored in await SqlStore(database).open_visits() if stored.visit.claimed_by == "lee"]
    assert len(held) == 1
    await database.close()
