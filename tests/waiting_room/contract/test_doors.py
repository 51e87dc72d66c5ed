"""What the doors' repositories promise, in memory and in both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.waiting_room.scene import NINE
from waiting_room.accounts import Accounts, Clinic, MemoryAccounts, SqlAccounts, Staff
from waiting_room.core.ids import ClinicId, StaffId, VisitId
from waiting_room.core.model import Role
from waiting_room.database import Database
from waiting_room.keys import ApiKey, Keys, MemoryKeys, SqlKeys
from waiting_room.people import People
from waiting_room.sessions import MemorySessions, Session, SessionKind, Sessions, SqlSessions
from waiting_room.throttles import MemoryThrottles, SqlThrottles, Throttles, Tries

NORTH = Clinic(
    id=ClinicId("north"), name="North", tz="America/Denver", phone="1", desk_phone="2", urgent_care="3"
)
SOUTH = replace(NORTH, id=ClinicId("south"), name="South")
LEE = Staff(
    id=StaffId("lee"),
    login="Lee",
    name="Dr. Lee",
    credentials="MD",
    roles=frozenset({Role.clinician}),
    clinics=frozenset({NORTH.id, SOUTH.id}),
    password_hash="argon",
)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def accounts(adapter: Database | None) -> Accounts:
    accounts = MemoryAccounts() if adapter is None else SqlAccounts(adapter)
    await accounts.save_clinic(NORTH)
    await accounts.save_clinic(SOUTH)
    return accounts


@pytest.fixture
def sessions(adapter: Database | None) -> Sessions:
    return MemorySessions() if adapter is None else SqlSessions(adapter)


@pytest.fixture
def keys(adapter: Database | None) -> Keys:
    return MemoryKeys() if adapter is None else SqlKeys(adapter)


@pytest.fixture
def throttles(adapter: Database | None) -> Throttles:
    return MemoryThrottles() if adapter is None else SqlThrottles(adapter)


async def test_staff_are_found_by_sign_in_name_in_any_case(accounts: Accounts) -> None:
    await accounts.save_staff(LEE)
    found = await accounts.find("LEE")
    assert found == replace(LEE, login="lee")
    assert await accounts.find("ortiz") is None


async def test_saving_again_replaces(accounts: Accounts) -> None:
    await accounts.save_staff(LEE)
    await accounts.save_staff(replace(LEE, name="Dr. Kim Lee", clinics=frozenset({SOUTH.id}), active=False))
    [found] = await accounts.staff()
    assert (found.name, found.clinics, found.active) == ("Dr. Kim Lee", frozenset({SOUTH.id}), False)


async def test_a_sign_in_name_belongs_to_one_person(accounts: Accounts) -> None:
    await accounts.save_staff(LEE)
    with pytest.raises(ValueError, match="taken"):
        await accounts.save_staff(replace(LEE, id=StaffId("other"), login="lEE"))


async def test_staff_work_in_clinics_that_exist(accounts: Accounts) -> None:
    with pytest.raises(ValueError, match="clinic does not exist"):
        await accounts.save_staff(replace(LEE, clinics=frozenset({ClinicId("nowhere")})))
    assert await accounts.find("lee") is None


async def test_clinics_are_replaced_and_listed(accounts: Accounts) -> None:
    await accounts.save_clinic(replace(SOUTH, phone="9"))
    assert await accounts.clinics() == (NORTH, replace(SOUTH, phone="9"))


async def test_people_know_who_takes_which_pool(accounts: Accounts) -> None:
    await accounts.save_staff(LEE)
    gone = replace(LEE, id=StaffId("gone"), login="gone", active=False)
    await accounts.save_staff(gone)
    await accounts.save_staff(replace(LEE, id=StaffId("sam"), login="sam", roles=frozenset({Role.support})))
    people = People(accounts)
    await people.refresh()

    assert people.rosters == {NORTH.id: {LEE.id}, SOUTH.id: {LEE.id}}
    assert people.directory.staff["gone"] == {"name": "Dr. Lee", "credentials": "MD"}
    assert people.directory.clinics["south"]["name"] == "South"


def session(letter: str, subject: str = "lee", **changes: object) -> Session:
    made = Session(
        id_sha256=letter * 64,
        kind=SessionKind.staff,
        subject=subject,
        created_at=NINE,
        expires_at=NINE + 10 * MINUTE,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


async def test_a_session_is_live_until_it_expires(sessions: Sessions) -> None:
    await sessions.open(session("a"))
    assert await sessions.find("a" * 64, NINE + 9 * MINUTE) == session("a")
    assert await sessions.find("a" * 64, NINE + 10 * MINUTE) is None
    assert await sessions.find("b" * 64, NINE) is None


async def test_a_revoked_session_is_dead_at_once(sessions: Sessions) -> None:
    await sessions.open(session("a"))
    await sessions.open(session("b"))
    await sessions.revoke("a" * 64, NINE)
    assert await sessions.find("a" * 64, NINE) is None
    assert await sessions.find("b" * 64, NINE) is not None


async def test_all_sessions_of_a_person_end_together(sessions: Sessions) -> None:
    await sessions.open(session("a"))
    await sessions.open(session("b"))
    await sessions.open(session("c", subject="ortiz"))
    await sessions.open(session("d", kind=SessionKind.member))
    assert await sessions.revoke_subject(SessionKind.staff, "lee", NINE) == 2
    assert await sessions.revoke_subject(SessionKind.staff, "lee", NINE) == 0
    assert await sessions.find("c" * 64, NINE) is not None
    assert await sessions.find("d" * 64, NINE) is not None


async def test_a_session_is_spent_once_by_whoever_comes_first(sessions: Sessions) -> None:
    await sessions.open(session("a", kind=SessionKind.handover))
    assert await sessions.spend("a" * 64, SessionKind.member, NINE) is None, "it is of another kind"
    spent = await asyncio.gather(*(sessions.spend("a" * 64, SessionKind.handover, NINE) for _ in range(5)))
    assert [one.subject for one in spent if one is not None] == ["lee"]
    assert await sessions.find("a" * 64, NINE) is None


async def test_an_expired_session_cannot_be_spent(sessions: Sessions) -> None:
    await sessions.open(session("a", kind=SessionKind.handover))
    assert await sessions.spend("a" * 64, SessionKind.handover, NINE + 10 * MINUTE) is None


async def test_all_sessions_of_a_visit_end_together(sessions: Sessions) -> None:
    ana = VisitId("ana")
    await sessions.open(session("a", kind=SessionKind.member, visit=ana))
    await sessions.open(session("b", kind=SessionKind.member, visit=VisitId("ben")))
    assert await sessions.revoke_visit(ana, NINE) == 1
    assert await sessions.find("b" * 64, NINE) is not None


async def test_ended_sessions_are_purged_after_a_day(sessions: Sessions) -> None:
    await sessions.open(session("a"))
    await sessions.open(session("b", expires_at=NINE + timedelta(days=9)))
    await sessions.revoke("b" * 64, NINE)
    assert await sessions.purge(NINE + timedelta(hours=23)) == 0
    assert await sessions.purge(NINE + timedelta(hours=25)) == 2


PROGRAM = ApiKey(id="key-1", name="Booking", scopes=frozenset({"visits:write", "visits:read"}))


async def test_an_api_key_is_found_by_its_digest_until_it_is_revoked(keys: Keys) -> None:
    await keys.add(PROGRAM, "a" * 64, NINE)
    assert await keys.find("a" * 64) == PROGRAM
    assert await keys.find("b" * 64) is None
    await keys.revoke("key-1", NINE)
    assert await keys.find("a" * 64) is None


async def test_a_request_that_is_repeated_names_the_same_visit(keys: Keys) -> None:
    async def ask(api_key: str = "key-1", visit: str = "ana", body: str = "b" * 64) -> tuple[str, str, bool]:
        kept = await keys.reserve(api_key=api_key, key="k", body_digest=body, visit=VisitId(visit), at=NINE)
        return kept.visit, kept.body_digest, kept.fresh

    assert await ask() == ("ana", "b" * 64, True)
    assert await ask(visit="ben", body="c" * 64) == ("ana", "b" * 64, False)
    assert await ask(api_key="key-2", visit="cid") == ("cid", "b" * 64, True)


async def test_of_requests_repeated_at_once_one_is_fresh(keys: Keys) -> None:
    kept = await asyncio.gather(
        *(
            keys.reserve(api_key="a", key="k", body_digest="d", visit=VisitId(f"v{number}"), at=NINE)
            for number in range(8)
        )
    )
    assert sum(one.fresh for one in kept) == 1
    assert len({one.visit for one in kept}) == 1


async def test_reservations_are_purged_after_a_day(keys: Keys) -> None:
    await keys.reserve(api_key="a", key="k", body_digest="d", visit=VisitId("v"), at=NINE)
    assert await keys.purge(NINE + timedelta(hours=23)) == 0
    assert await keys.purge(NINE + timedelta(hours=24)) == 1


async def test_tries_are_counted_in_a_window_that_begins_with_the_first(throttles: Throttles) -> None:
    until = NINE + 15 * MINUTE
    assert await throttles.tries("k", NINE) is None
    assert await throttles.count("k", 15 * MINUTE, NINE) == Tries(1, until)
    assert await throttles.count("k", 15 * MINUTE, NINE + 14 * MINUTE) == Tries(2, until)
    assert await throttles.tries("k", NINE + 14 * MINUTE) == Tries(2, until)
    assert await throttles.count("k", 15 * MINUTE, until) == Tries(1, until + 15 * MINUTE)


async def test_tries_made_at_once_are_all_counted(throttles: Throttles) -> None:
    counted = await asyncio.gather(*(throttles.count("k", MINUTE, NINE) for _ in range(10)))
    assert sorted(tries.count for tries in counted) == list(range(1, 11))


async def test_success_forgets_the_tries(throttles: Throttles) -> None:
    await throttles.count("k", MINUTE, NINE)
    await throttles.count("other", MINUTE, NINE)
    await throttles.forget("k")
    assert await throttles.tries("k", NINE) is None
    assert await throttles.tries("other", NINE) is not None


async def test_windows_that_ended_are_purged(throttles: Throttles) -> None:
    await throttles.count("k", MINUTE, NINE)
    assert await throttles.purge(NINE) == 0
    assert await throttles.purge(NINE + MINUTE) == 1
