"""Sessions that end without a request of their own."""

import pytest

from signaling.directory import Directory
from signaling.ids import SystemIds, sha256_of
from signaling.sessions import STAFF_SESSION, Sessions
from tests.signaling.house import Clock
from waiting_room.accounts import MemoryAccounts
from waiting_room.core.ids import StaffId
from waiting_room.sessions import MemorySessions, SessionKind


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rows() -> MemorySessions:
    return MemorySessions()


async def told(rows: MemorySessions, clock: Clock) -> tuple[Sessions, list[str]]:
    sessions = Sessions(rows, Directory(MemoryAccounts(), clock), clock, SystemIds())
    ended: list[str] = []

    async def listen(key: str) -> None:
        ended.append(key)

    sessions.on_end(listen)
    return sessions, ended


async def test_ending_a_session_is_told_at_once(rows: MemorySessions, clock: Clock) -> None:
    sessions, ended = await told(rows, clock)
    key = sha256_of(await sessions.open_staff(StaffId("okafor")))
    await sessions.end(key)
    assert ended == [key]
    assert await rows.find(key, clock.now()) is None


async def test_a_sweep_tells_of_what_somebody_else_ended(rows: MemorySessions, clock: Clock) -> None:
    sessions, ended = await told(rows, clock)
    revoked = sha256_of(await sessions.open_staff(StaffId("okafor")))
    live = sha256_of(await sessions.open_staff(StaffId("herrera")))
    await rows.revoke_subject(SessionKind.staff, "okafor", clock.now())
    await sessions.sweep([revoked, live])
    assert ended == [revoked]


async def test_a_sweep_tells_of_what_has_expired(rows: MemorySessions, clock: Clock) -> None:
    sessions, ended = await told(rows, clock)
    key = sha256_of(await sessions.open_staff(StaffId("okafor")))
    clock.passes(seconds=STAFF_SESSION.total_seconds())
    await sessions.sweep([key])
    assert ended == [key]
