"""The shelf of recordings, in both databases: one key each, one maker at a time, nobody else's files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.waiting_room.scene import ANA, BEN, NINE, NORTH, Journaled
from waiting_room.core.ids import ClinicId, RecordingId, StaffId
from waiting_room.database import Database
from waiting_room.recordings import TRIES, File, Job, JobState, Layout, Recordings, Shelved
from waiting_room.store_sql import SqlStore

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LEE, SUN = StaffId("lee"), StaffId("sun")
ONE = Shelved(
    id=RecordingId("rec1"), visit=ANA, clinic=NORTH, clinician=LEE, wrapped_key=b"wrapped", started_at=NINE
)
TWO = replace(ONE, id=RecordingId("rec2"), visit=BEN, clinician=SUN, started_at=NINE + MINUTE)
MEMBERS_SIDE = File(
    name="member.webm",
    layout=Layout.participants,
    endpoint="member",
    seconds=61.5,
    bytes=9_000,
    sha256="a" * 64,
)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    journaled = Journaled(SqlStore(database))
    await journaled.booked(ANA)
    await journaled.booked(BEN)
    yield database
    await database.close()


@pytest.fixture
def shelf(database: Database) -> Recordings:
    return Recordings(database)


async def ended(shelf: Recordings) -> Job:
    """One recording that has ended, and its job, claimed at nine for a minute."""
    await shelf.begin(ONE)
    await shelf.end(ONE.id, NINE, NINE)
    job = await shelf.claim("first", NINE, NINE + MINUTE)
    assert job is not None
    return job


async def test_of_two_who_begin_a_recording_one_key_is_kept(shelf: Recordings) -> None:
    ours, theirs = replace(ONE, wrapped_key=b"ours"), replace(ONE, wrapped_key=b"theirs")
    first, second = await asyncio.gather(shelf.begin(ours), shelf.begin(theirs))
    assert first == second == await shelf.find(ONE.id)


async def test_what_was_never_begun_is_not_there(shelf: Recordings) -> None:
    assert await shelf.find(ONE.id) is None
    assert not await shelf.end(ONE.id, NINE, NINE)
    assert await shelf.claim("c", NINE, NINE + MINUTE) is None


async def test_an_end_is_said_once_and_queues_the_files_of_each_participant(shelf: Recordings) -> None:
    await shelf.begin(ONE)
    assert [one.id for one in await shelf.running()] == [ONE.id]
    assert await shelf.end(ONE.id, NINE, NINE + 5 * SECOND)
    assert not await shelf.end(ONE.id, NINE + MINUTE, NINE + MINUTE)
    assert await shelf.running() == ()
    assert await shelf.claim("early", NINE + 4 * SECOND, NINE + MINUTE) is None
    job = await shelf.claim("due", NINE + 5 * SECOND, NINE + MINUTE)
    assert job == Job(recording=ONE.id, layout=Layout.participants, claim="due", tries=1)


async def test_a_job_is_claimed_by_one(shelf: Recordings) -> None:
    await shelf.begin(ONE)
    await shelf.end(ONE.id, NINE, NINE)
    jobs = await asyncio.gather(*(shelf.claim(f"c{n}", NINE, NINE + MINUTE) for n in range(6)))
    assert len([job for job in jobs if job is not None]) == 1


async def test_a_job_whose_process_died_is_claimed_again_and_the_dead_one_has_no_say(
    shelf: Recordings,
) -> None:
    first = await ended(shelf)
    assert await shelf.progress(first, 40, NINE + 2 * MINUTE)
    assert await shelf.claim("early", NINE + MINUTE, NINE + 5 * MINUTE) is None
    second = await shelf.claim("second", NINE + 2 * MINUTE, NINE + 5 * MINUTE)
    assert second is not None
    assert second.tries == 2
    assert not await shelf.progress(first, 50, NINE + 9 * MINUTE)
    assert not await shelf.finish(first, [MEMBERS_SIDE], NINE)
    assert await shelf.finish(second, [MEMBERS_SIDE], NINE)


async def test_files_are_listed_with_how_far_they_have_come(shelf: Recordings) -> None:
    job = await ended(shelf)
    await shelf.progress(job, 40, NINE + MINUTE)
    (listed,) = await shelf.of_clinician(LEE)
    assert [(one.state, one.percent) for one in listed.jobs] == [(JobState.running, 40)]
    assert listed.files == ()
    await shelf.finish(job, [MEMBERS_SIDE], NINE)
    (listed,) = await shelf.of_clinician(LEE)
    assert [(one.state, one.percent) for one in listed.jobs] == [(JobState.done, 100)]
    assert listed.files == (MEMBERS_SIDE,)
    assert await shelf.file(ONE.id, "member.webm") == MEMBERS_SIDE
    assert await shelf.file(ONE.id, "other.webm") is None


async def test_making_is_tried_a_few_times_and_then_failed_and_may_be_asked_for_again(
    shelf: Recordings,
) -> None:
    job: Job | None = await ended(shelf)
    for _ in range(TRIES):
        assert job is not None
        await shelf.give_up(job, "damaged", NINE)
        job = await shelf.claim("again", NINE, NINE + MINUTE)
    assert job is None
    (listed,) = await shelf.of_clinician(LEE)
    assert [(one.state, one.error) for one in listed.jobs] == [(JobState.failed, "damaged")]
    await shelf.request(ONE.id, Layout.participants, NINE)
    assert await shelf.claim("asked", NINE, NINE + MINUTE) is not None


async def test_a_layout_on_request_is_made_once(shelf: Recordings) -> None:
    job = await ended(shelf)
    await shelf.finish(job, [MEMBERS_SIDE], NINE)
    await shelf.request(ONE.id, Layout.side_by_side, NINE)
    await shelf.request(ONE.id, Layout.side_by_side, NINE + MINUTE)
    job = await shelf.claim("side", NINE, NINE + MINUTE) or job
    both = replace(MEMBERS_SIDE, name="side_by_side.webm", layout=Layout.side_by_side, endpoint=None)
    assert await shelf.finish(job, [both], NINE)
    assert await shelf.claim("more", NINE, NINE + MINUTE) is None
    (listed,) = await shelf.of_clinician(LEE)
    assert listed.files == (MEMBERS_SIDE, both)


async def test_each_clinician_finds_their_own_and_each_clinic_its_own(shelf: Recordings) -> None:
    await shelf.begin(ONE)
    await shelf.begin(TWO)
    assert [one.shelved.id for one in await shelf.of_clinician(LEE)] == ["rec1"]
    assert [one.shelved.id for one in await shelf.of_clinician(SUN, BEN)] == ["rec2"]
    assert await shelf.of_clinician(SUN, ANA) == ()
    assert [one.shelved.id for one in await shelf.of_clinics({NORTH})] == ["rec2", "rec1"]
    assert await shelf.of_clinics({ClinicId("south")}) == ()
    assert await shelf.of_clinics(()) == ()
