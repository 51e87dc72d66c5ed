"""Presence over real sockets: told to the boards, noted with the desk, and never a reason to lose a place."""

from pathlib import Path

import pytest

from signaling.sessions import MEMBER_COOKIE
from tests.signaling.sockets.house import House, open_house
from tests.signaling.sockets.test_delivery import comes_back
from waiting_room.core.ids import DeviceId, VisitId

pytestmark = pytest.mark.sockets


async def events(house: House, visit: str) -> list[str]:
    return [record.event.type for record in await house.store.records(VisitId(visit))]


async def test_a_reload_is_a_gap_on_the_boards_and_nothing_in_the_journal(house: House) -> None:
    lee = await house.clinician("lee")
    ana = await house.member(checked_in=True)
    await lee.until(lambda page: page.presence.get(ana.visit) == {"member": "here"})
    journal = await events(house, ana.visit)
    await ana.closes()
    await lee.until(lambda page: page.presence[ana.visit] == {"member": "gap"})
    await house.passes(seconds=3)
    ana = await comes_back(house, ana, ana.seq)
    await lee.until(lambda page: page.presence[ana.visit] == {"member": "here"})
    await house.passes(seconds=120)
    assert await events(house, ana.visit) == journal


async def test_a_member_who_is_gone_for_45_seconds_is_away_and_keeps_the_place(house: House) -> None:
    lee = await house.clinician("lee")
    ana = await house.member("Ana Ruiz", checked_in=True)
    house.clock.passes(1)
    ben = await house.member("Ben Ode", checked_in=True)
    due = lee.visits[ana.visit]["due"]
    await ana.closes()
    await lee.until(lambda page: page.presence[ana.visit] == {"member": "gap"})
    await house.passes(seconds=10)
    assert "away" not in await events(house, ana.visit)
    await house.passes(seconds=35)
    await lee.shows("away", ana.visit)
    await lee.until(lambda page: page.presence[ana.visit] == {"member": "gone"})
    assert (await lee.does("claim", visit=ana.visit))["error"]["code"] == "member_away"
    assert (await lee.asks("next_patient", {}))["visit"] == ben.visit
    await lee.does("release_claim", visit=ben.visit)

    ana = await comes_back(house, ana, ana.seq)
    await lee.shows("waiting", ana.visit)
    assert lee.visits[ana.visit]["due"] == due
    assert (await lee.asks("next_patient", {}))["visit"] == ana.visit


async def test_one_of_two_pages_closing_is_no_gap(house: House) -> None:
    lee = await house.clinician("lee")
    ana = await house.member(checked_in=True)
    second = await house.connects("/member", ana.cookie)
    await second.hears("snapshot")
    await ana.closes()
    await house.passes(seconds=100)
    assert lee.presence[ana.visit] == {"member": "here"}
    assert "gone" not in await events(house, ana.visit)


async def test_a_clinician_who_disappears_gives_the_claim_back(house: House) -> None:
    lee, ortiz = await house.clinician("lee"), await house.clinician("ortiz")
    ana = await house.member(checked_in=True)
    await lee.does("claim", visit=ana.visit)
    await ortiz.until(lambda page: page.presence[ana.visit] == {"member": "here", "clinician": "here"})
    await lee.closes()
    await ortiz.until(lambda page: page.presence[ana.visit] == {"member": "here", "clinician": "gap"})
    await house.passes(seconds=9)
    await house.passes(seconds=11)
    await ortiz.shows("waiting", ana.visit)
    assert (await ortiz.does("claim", visit=ana.visit))["ok"]


async def test_a_clinician_who_reloads_keeps_the_claim(house: House) -> None:
    lee = await house.clinician("lee")
    ana = await house.member(checked_in=True)
    await lee.does("claim", visit=ana.visit)
    await lee.closes()
    await house.passes(seconds=9)
    lee = await house.clinician("lee")
    assert lee.visits[ana.visit]["birth_date"] == "1961-04-05"
    await house.sockets.watch.noted()
    await house.passes(seconds=15)
    assert (await lee.does("admit", visit=ana.visit))["ok"]


async def test_coming_back_while_the_absence_is_being_noted_leaves_nobody_gone(house: House) -> None:
    ana = await house.member(checked_in=True)
    await ana.closes()
    await house.sockets.watch.noted()
    house.clock.passes(9)
    house.sockets.watch.pass_time()  # the note is on its way
    ana = await comes_back(house, ana, ana.seq)
    await ana.hears("media")
    await house.sockets.watch.noted()
    await house.passes(seconds=60)
    visit = await house.desk.visit(VisitId(ana.visit))
    assert visit is not None
    assert visit.member_gone_since is None
    assert visit.state == "waiting"


async def test_a_member_who_redeemed_and_never_opened_the_page_is_noted_as_gone(house: House) -> None:
    visit = await house.books()
    await house.redeems(visit)
    await house.passes(seconds=10)
    assert (await events(house, visit))[-1] == "gone"


async def test_a_restart_moves_nobody_who_comes_back(tmp_path: Path) -> None:
    async with open_house(tmp_path) as first:
        lee, ana = await first.clinician("lee"), await first.member("Ana Ruiz", checked_in=True)
        ben = await first.member("Ben Ode", checked_in=True)
        await lee.does("claim", visit=ana.visit)
        journals = {visit: await events(first, visit) for visit in (ana.visit, ben.visit)}
    first.clock.passes(30)
    async with open_house(tmp_path, clock=first.clock) as second:
        await second.passes(seconds=5)
        for visit in (ana.visit, ben.visit):
            session = await second.sessions.open_member(VisitId(visit), DeviceId("phone"))
            page = await second.connects("/member", f"{MEMBER_COOKIE}={session}")
            await page.hears("snapshot")
        lee = await second.clinician("lee")
        await second.passes(seconds=20)
        assert {visit: await events(second, visit) for visit in journals} == journals
        assert (await lee.does("admit", visit=ana.visit))["ok"]


async def test_after_a_restart_whoever_stays_away_is_away_from_then_on(tmp_path: Path) -> None:
    async with open_house(tmp_path) as first:
        ana = await first.member(checked_in=True)
    first.clock.passes(600)
    async with open_house(tmp_path, clock=first.clock) as second:
        lee = await second.clinician("lee")
        await second.passes(seconds=44)
        assert lee.visits[ana.visit]["state"] == "waiting"
        await second.passes(seconds=1)
        await lee.shows("away", ana.visit)
