"""The composing of recordings: small real processes that speak a composer's lines, well and badly."""

import asyncio
import json
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from signaling import composing
from signaling.composing import Composing
from signaling.ids import SystemIds
from signaling.recording_keys import RecordingKeys
from tests.signaling.house import NOON, Clock
from tests.waiting_room.scene import ANA, NORTH, Journaled
from waiting_room.core.ids import RecordingId, StaffId
from waiting_room.database import Database
from waiting_room.migrations import migrate
from waiting_room.recordings import JobState, Layout, Listed, Recordings, Shelved
from waiting_room.store_sql import SqlStore

REC = RecordingId("rec1")
FILE = {
    "name": "member.webm",
    "endpoint": "member",
    "seconds": 2.5,
    "bytes": 9,
    "sha256": "a" * 64,
    "source": "x",
}
WELL = f"""
import json, sys
job = json.load(sys.stdin)
print(json.dumps({{"progress": 0.5}}), flush=True)
print(json.dumps({{"files": [{FILE!r}], "more": 1}}), flush=True)
"""

NAMED_BY_LAYOUT = WELL.replace("'member.webm'", "job['layout'] + '.webm'")


@dataclass
class Bench:
    """A shelf with one recording that has ended, and composers as the test writes them."""

    shelf: Recordings
    folder: Path
    clock: Clock = field(default_factory=Clock)
    keys: RecordingKeys = field(default_factory=lambda: RecordingKeys(bytes(range(32))))
    running: list[Composing] = field(default_factory=list)

    def composes(self, program: str, name: str = "composer") -> Composing:
        script = self.folder / f"{name}.py"
        script.write_text(textwrap.dedent(program))
        return self.starts((sys.executable, str(script)))

    def starts(self, program: Any) -> Composing:
        one = Composing(
            shelf=self.shelf,
            keys=self.keys,
            folder=self.folder,
            clock=self.clock,
            ids=SystemIds(),
            program=program,
        )
        self.running.append(one)
        one.start()
        return one

    async def listed(self) -> Listed:
        (listed,) = await self.shelf.of_clinician(StaffId("lee"))
        return listed

    async def until(self, what: Callable[[Listed], bool]) -> Listed:
        async with asyncio.timeout(30):
            while True:
                if what(listed := await self.listed()):
                    return listed

    async def tried(self, error: str) -> None:
        await self.until(lambda listed: listed.jobs[0].error == error)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    url = f"sqlite:///{tmp_path}/visits.db"
    migrate(url)
    database = Database(url)
    await Journaled(SqlStore(database)).booked(ANA)
    bench = Bench(Recordings(database), tmp_path)
    await bench.shelf.begin(
        Shelved(
            id=REC,
            visit=ANA,
            clinic=NORTH,
            clinician=StaffId("lee"),
            wrapped_key=bench.keys.new(REC),
            started_at=NOON,
        )
    )
    await bench.shelf.end(REC, NOON, NOON)
    yield bench
    await asyncio.gather(*(one.stop() for one in bench.running))
    await database.close()


def is_done(listed: Listed) -> bool:
    return listed.jobs[0].state is JobState.done


async def test_a_job_becomes_files(bench: Bench) -> None:
    bench.composes(WELL)
    listed = await bench.until(is_done)
    assert [(one.name, one.endpoint, one.seconds) for one in listed.files] == [("member.webm", "member", 2.5)]


async def test_the_composer_gets_its_job_on_standard_input_and_no_key_anywhere_else(bench: Bench) -> None:
    bench.composes(
        """
        import json, os, sys
        job = json.load(sys.stdin)
        seen = {"job": job, "said": sys.argv[1:], "ours": [n for n in os.environ if "VIDEOV" in n]}
        open(os.path.join(os.path.dirname(__file__), "seen.json"), "w").write(json.dumps(seen))
        print(json.dumps({"files": []}))
        """
    )
    await bench.until(is_done)
    seen = json.loads((bench.folder / "seen.json").read_text())
    assert seen["job"]["recording"] == REC
    assert seen["job"]["folder"] == str(bench.folder / REC)
    assert seen["job"]["layout"] == "participants"
    assert len(seen["job"]["key"]) == 44
    assert seen["said"] == seen["ours"] == []


async def test_how_far_it_is_can_be_seen_while_it_works(bench: Bench) -> None:
    bench.composes(
        """
        import json, sys
        print(json.dumps({"progress": 0.4}), flush=True)
        sys.stdin.read()
        import time; time.sleep(60)
        """
    )
    listed = await bench.until(lambda listed: listed.jobs[0].percent == 40)
    assert listed.jobs[0].state is JobState.running


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ('print(\'{"error": {"code": "nothing_recorded", "sentence": "x"}}\')', "nothing_recorded"),
        ("import sys; sys.exit(3)", "composer_died"),
        ("import os; os.kill(os.getpid(), 9)", "composer_died"),
        ("print('no json')", "composer_unclear"),
        ("print('x' * 200_000)", "composer_unclear"),
        ("print('{\"progress\": 7}')", "composer_unclear"),
        (
            'print(\'{"files": [{"name": "../x", "seconds": 1, "bytes": 1, "sha256": "a"}]}\')',
            "composer_unclear",
        ),
    ],
)
async def test_what_goes_wrong_has_a_code_and_is_tried_again_later(
    bench: Bench, program: str, error: str
) -> None:
    one = bench.composes(program)
    await bench.tried(error)
    assert (await bench.listed()).jobs[0].state is JobState.queued
    bench.clock.passes(seconds=10)
    one.look()
    await bench.until(lambda _: one.figures()["compositions_failed"] == 2)
    assert (await bench.listed()).files == ()


async def test_a_composer_that_cannot_be_started_is_no_end_of_the_house(bench: Bench) -> None:
    bench.starts(("/no/such/program",))
    await bench.tried("composer_missing")


async def test_a_composer_that_says_nothing_is_ended(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composing, "SILENT_AFTER_SECONDS", 0.2)
    bench.composes("import time; time.sleep(60)")
    await bench.tried("composer_silent")


async def test_a_key_that_is_gone_is_said(bench: Bench) -> None:
    bench.keys = RecordingKeys(bytes(32))
    bench.composes(WELL)
    await bench.tried("key_missing")


async def test_what_a_dead_process_had_begun_is_made_by_the_next(bench: Bench) -> None:
    assert await bench.shelf.claim("of the dead", NOON, NOON + timedelta(seconds=20)) is not None
    one = bench.composes(WELL)
    bench.clock.passes(seconds=21)
    one.look()
    assert is_done(await bench.until(is_done))


async def test_two_houses_make_it_once(bench: Bench) -> None:
    (bench.folder / "count").write_text("")
    program = f"open({str(bench.folder / 'count')!r}, 'a').write('x')\n" + WELL
    for name in ("one", "two"):
        bench.composes(program, name)
    await bench.until(is_done)
    assert (bench.folder / "count").read_text() == "x"


async def test_a_name_that_another_layout_has_is_a_failure_and_no_end_of_the_work(bench: Bench) -> None:
    one = bench.composes(WELL)
    await bench.until(is_done)
    await bench.shelf.request(REC, Layout.side_by_side, NOON)
    one.look()
    listed = await bench.until(lambda listed: len(listed.jobs) == 2 and listed.jobs[1].error is not None)
    assert (listed.jobs[1].error, len(listed.files)) == ("files_clash", 1)


async def test_side_by_side_is_made_when_it_is_asked_for(bench: Bench) -> None:
    one = bench.composes(NAMED_BY_LAYOUT)
    await bench.until(is_done)
    await bench.shelf.request(REC, Layout.side_by_side, NOON)
    one.look()
    await bench.until(lambda listed: len(listed.jobs) == 2 and listed.jobs[1].state is JobState.done)
