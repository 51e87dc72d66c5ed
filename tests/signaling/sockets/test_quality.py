"""How a connection is: passed on to the others and the desk while the visit runs, kept nowhere."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.signaling.sockets.house import House, Page, open_house

pytestmark = pytest.mark.sockets

WEAK = {"level": "weak", "path": "udp", "sharing": False}


@dataclass(slots=True)
class Running:
    """Ana and Dr. Lee in their visit, each page with its media connection made."""

    house: House
    ana: Page
    lee: Page

    @property
    def visit(self) -> str:
        return self.ana.visit

    async def lee_says(self, **said: Any) -> Any:
        return await self.lee.asks("quality", {"visit": self.visit, **said})


@pytest.fixture
async def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    monkeypatch.setattr("signaling.rooms.WORKER_WITHIN_SECONDS", 0.01)  # there is none to wait for
    async with open_house(tmp_path) as house:
        lee = await house.clinician("lee")
        ana = await house.member(checked_in=True)
        await lee.does("claim", visit=ana.visit)
        await lee.asks("offer", {"visit": ana.visit, "sdp": "v=0"})
        await lee.does("admit", visit=ana.visit)
        await ana.shows("in_visit")
        yield Running(house, ana, lee)


async def heard(page: Page, **said: Any) -> None:
    await page.until(lambda page: said in page.all("quality"))


async def test_each_side_hears_how_the_other_sides_connection_is(running: Running) -> None:
    assert await running.ana.asks("quality", WEAK) == {"ok": True}
    await heard(running.lee, visit=running.visit, **{"from": "member"}, **WEAK)
    assert await running.lee_says(level="very_weak", path="relayed") == {"ok": True}
    await heard(running.ana, **{"from": "clinician"}, level="very_weak", path="relayed", sharing=False)


async def test_nobody_hears_of_their_own(running: Running) -> None:
    await running.ana.asks("quality", WEAK)
    await heard(running.lee, visit=running.visit, **{"from": "member"}, **WEAK)
    assert running.ana.all("quality") == []


async def test_the_desk_of_that_clinic_hears_of_both(running: Running) -> None:
    sam = await running.house.support("sam")
    elsewhere = await running.house.support("kim")
    await running.ana.asks("quality", WEAK)
    await running.lee_says(level="good", path="udp")
    for name, level in (("member", "weak"), ("clinician", "good")):
        said = {"visit": running.visit, "from": name, "level": level, "path": "udp", "sharing": False}
        await heard(sam, **said)
    assert elsewhere.all("quality") == []


async def test_a_page_that_opens_later_hears_what_was_said_last(running: Running) -> None:
    await running.ana.asks("quality", WEAK)
    await running.lee_says(level="good", sharing=True)
    sam = await running.house.support("sam")
    await heard(sam, visit=running.visit, **{"from": "member"}, **WEAK)
    again = await running.house.connects("/member", running.ana.cookie)
    await heard(again, **{"from": "clinician"}, level="good", sharing=True)
    console = await running.house.clinician("lee")
    await heard(console, visit=running.visit, **{"from": "member"}, **WEAK)


async def test_the_same_again_is_not_news(running: Running) -> None:
    for level in ("weak", "weak", "good"):
        await running.ana.asks("quality", {"level": level})
    await heard(running.lee, visit=running.visit, **{"from": "member"}, level="good", sharing=False)
    assert [said["level"] for said in running.lee.all("quality")] == ["weak", "good"]


async def test_a_page_may_share_its_screen_before_its_connection_is_measured(running: Running) -> None:
    await running.lee_says(sharing=True)
    await heard(running.ana, **{"from": "clinician"}, sharing=True)


async def test_what_was_said_of_a_visit_that_is_held_is_forgotten(running: Running) -> None:
    await running.ana.asks("quality", WEAK)
    await running.lee.does("suspend", visit=running.visit)
    await running.ana.shows("on_hold")
    refused = await running.ana.asks("quality", WEAK)
    assert refused["error"]["code"] == "wrong_state"
    sam = await running.house.support("sam")
    assert running.visit in sam.visits
    await running.lee.does("resume", visit=running.visit)
    await running.ana.shows("in_visit")
    await running.ana.asks("quality", {"level": "good"})
    await heard(sam, visit=running.visit, **{"from": "member"}, level="good", sharing=False)
    assert [said["level"] for said in sam.all("quality")] == ["good"]


async def test_nothing_of_it_is_in_the_journal(running: Running) -> None:
    before = running.ana.seq
    await running.ana.asks("quality", WEAK)
    await heard(running.lee, visit=running.visit, **{"from": "member"}, **WEAK)
    known = await running.house.desk.visit(running.visit)  # type: ignore[arg-type]
    assert known is not None
    assert known.seq == before


async def test_only_the_console_that_has_the_visit_speaks_for_the_clinician(running: Running) -> None:
    ortiz, spare = await running.house.clinician("ortiz"), await running.house.clinician("lee")
    said = {"visit": running.visit, "level": "weak"}
    assert (await ortiz.asks("quality", said))["error"]["code"] == "not_holder"
    assert (await spare.asks("quality", said))["error"]["code"] == "superseded"
    assert running.ana.all("quality") == []


async def test_a_page_that_another_one_took_over_from_does_not_speak(running: Running) -> None:
    await running.house.connects("/member", running.ana.cookie)
    await running.ana.hears("superseded")
    assert (await running.ana.asks("quality", WEAK))["error"]["code"] == "superseded"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"level": "splendid"}, "level"),
        ({"level": "weak", "path": "pigeon"}, "path"),
        ({"level": "weak", "sharing": "yes"}, "sharing"),
        ({"level": "weak", "ip": "192.0.2.1"}, "unknown"),
        ("weak", "body"),
    ],
)
async def test_anything_else_is_refused_and_told_nobody(running: Running, said: Any, field: str) -> None:
    refused = await running.ana.asks("quality", said)
    assert refused["error"]["code"] == "malformed"
    assert refused["error"]["field"] == field
    assert running.lee.all("quality") == []


async def test_a_page_that_says_something_new_all_the_time_is_stopped(running: Running) -> None:
    answers = [
        await running.ana.asks("quality", {"level": ("good", "weak")[number % 2]}) for number in range(13)
    ]
    assert answers[-1]["error"]["code"] == "too_many_requests"
    assert len(running.lee.all("quality")) <= 12
