"""Who is lent the relays: whoever may have media in the visit now, and nobody else."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from signaling.relays import Relays, credential
from tests.signaling.sockets.house import NINE, House, Page, open_house

pytestmark = pytest.mark.sockets

URLS = ("turn:turn.example.org:3478?transport=udp", "turns:turn.example.org:443")
SECRET = "north of the river"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, relays=Relays(URLS, SECRET)) as house:
        yield house


def code(answer: Any) -> str:
    return str(answer["error"]["code"])


def pseudonym(answer: Any) -> str:
    return str(answer["username"]).partition(":")[2]


async def a_guest(house: House, ana: Page) -> Page:
    invited = await ana.does("invite_guest", name="Leo Ruiz", kind="family")
    return await house.guest(invited["join_url"])


async def test_a_member_is_lent_the_relays_from_check_in_on(house: House) -> None:
    ana = await house.member()
    assert code(await ana.asks("relays", {})) == "no_room_yet"
    await ana.checks_in()
    answer = await ana.asks("relays", {})
    ends = datetime.fromtimestamp(int(answer["username"].partition(":")[0]), UTC)
    made = credential(SECRET, pseudonym(answer), ends)
    assert answer == {
        "ok": True,
        "urls": list(URLS),
        "username": made.username,
        "credential": made.password,
        "expires_in": 1800,
    }
    assert ends == NINE + timedelta(minutes=30)


async def test_a_clinician_is_lent_them_for_the_visit_they_hold(house: House) -> None:
    lee, ortiz = await house.clinician("lee"), await house.clinician("ortiz")
    ana = await house.member(checked_in=True)
    assert code(await lee.asks("relays", {"visit": ana.visit})) == "not_holder"
    await lee.does("claim", visit=ana.visit)
    assert (await lee.asks("relays", {"visit": ana.visit}))["urls"] == list(URLS)
    assert code(await ortiz.asks("relays", {"visit": ana.visit})) == "not_holder"
    await lee.does("extend", visit=ana.visit, minutes=10)


async def test_each_person_has_a_name_of_their_own(house: House) -> None:
    lee = await house.clinician("lee")
    ana = await house.member(checked_in=True)
    leo = await a_guest(house, ana)
    await lee.does("claim", visit=ana.visit)
    answers = [await ana.asks("relays", {}), await leo.asks("relays", {})]
    answers.append(await lee.asks("relays", {"visit": ana.visit}))
    assert len({pseudonym(answer) for answer in answers}) == 3


async def test_a_guest_who_was_removed_is_lent_nothing(house: House) -> None:
    ana = await house.member(checked_in=True)
    leo = await a_guest(house, ana)
    assert (await leo.asks("relays", {}))["ok"]
    await leo.does("leave_as_guest")
    assert code(await leo.asks("relays", {})) == "guest_unknown"


async def test_the_older_of_two_pages_is_lent_nothing(house: House) -> None:
    ana = await house.member(checked_in=True)
    again = await house.connects("/member", ana.cookie)
    await ana.hears("superseded")
    assert code(await ana.asks("relays", {})) == "superseded"
    assert (await again.asks("relays", {}))["ok"]


async def test_a_visit_by_telephone_needs_none(house: House) -> None:
    ana = await house.member(checked_in=True)
    sam = await house.support("sam")
    await sam.does("change_mode", visit=ana.visit, mode="phone")
    assert code(await ana.asks("relays", {})) == "no_room_yet"


async def test_who_asks_again_and_again_is_told_to_wait(house: House) -> None:
    ana = await house.member(checked_in=True)
    answers = [await ana.asks("relays", {}) for _ in range(12)]
    assert code(answers[-1]) == "too_many_requests"


@pytest.mark.parametrize("said", [{"visit": "visit-1"}, {"for": "ever"}, [], "urls"])
async def test_nonsense_is_refused(house: House, said: Any) -> None:
    ana = await house.member(checked_in=True)
    assert code(await ana.asks("relays", said)) == "malformed"


async def test_the_desk_has_no_media_and_no_relays(house: House) -> None:
    sam = await house.support("sam")
    assert code(await sam.asks("relays", {})) == "unknown_event"


async def test_where_there_are_none_the_answer_has_none(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        ana = await house.member(checked_in=True)
        assert await ana.asks("relays", {}) == {"ok": True, "urls": []}
