"""When something behind the sockets is away, pages are told so in a code and nothing is half done."""

import asyncio
from typing import Any

import aiohttp
import pytest

from signaling.sockets import pipe
from tests.signaling.sockets.house import BOOKING, NORTH, House
from tests.signaling.sockets.test_refusals import raw, why_not
from waiting_room.core import commands as c
from waiting_room.core.ids import VisitId
from waiting_room.database import Unavailable

pytestmark = pytest.mark.sockets


async def away(*_: Any, **__: Any) -> Any:
    raise Unavailable


async def test_while_the_records_are_away_commands_fail_with_a_code_and_can_be_repeated(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    lee, desk = await house.clinician("lee"), await house.support()
    ana = await house.member(checked_in=True)
    said = {"id": "again", "type": "say", "text": "Hello?"}
    with monkeypatch.context() as broken:
        for name in ("append", "load", "recorded", "positions"):
            for process in house.processes:
                broken.setattr(process.store, name, away)
        assert (await ana.asks("command", said))["error"]["code"] == "failed"
        assert (await lee.asks("next_patient", {"id": "n"}))["error"]["code"] == "failed"
        assert (await desk.does("issue_link", visit=ana.visit))["error"]["code"] == "failed"
        assert (await desk.does("hold", visit="elsewhere", reason="x"))["error"]["code"] == "failed"
    assert (await ana.asks("command", said))["ok"]
    assert (await lee.asks("next_patient", {"id": "n"}))["visit"] == ana.visit
    assert len(ana.view["line"]) == 1


async def test_an_absence_that_could_not_be_noted_is_noted_when_the_records_are_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signaling.sockets.watch.NOTE_AGAIN_SECONDS", 0.01)
    ana = await house.member(checked_in=True)
    lee = await house.clinician("lee")
    await ana.closes()
    await lee.until(lambda page: page.presence[ana.visit] == {"member": "gap"})
    with monkeypatch.context() as broken:
        for process in house.processes:
            broken.setattr(process.store, "append", away)
        house.clock.passes(10)
        house.sockets.watch.pass_time()
        await asyncio.sleep(0.05)
    await house.sockets.watch.noted()
    visit = await house.desk.visit(VisitId(ana.visit))
    assert visit is not None
    assert visit.member_gone_since is not None


async def test_while_sessions_cannot_be_read_a_page_is_told_to_try_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = await house.redeems(await house.books())
    with monkeypatch.context() as broken:
        broken.setattr(house.sessions, "member", away)
        assert await why_not(house, "/member", cookie) == "failed"
    await (await house.connects("/member", cookie)).hears("snapshot")


async def test_a_page_that_does_not_read_is_closed_and_the_others_hear_everything(house: House) -> None:
    ana, ben = await house.member("Ana Ruiz"), await house.member("Ben Ode")
    members = house.sockets._namespaces[0].connections
    (deaf,) = (one.id for one in members.values() if one.session.visit == ana.visit)
    for number in range(pipe.LONGEST_QUEUE + 50):  # in one turn of the loop: nobody can read meanwhile
        house.sockets._pipe.post("/member", deaf, "standing", {"ahead": number, "nobody": False})
    await asyncio.wait_for(ana.closed.wait(), 5)
    assert (await ben.does("step", step="location"))["ok"]
    assert house.sockets.figures()["sockets_member"] == 1


async def test_a_connection_that_enters_no_namespace_is_closed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipe, "NAMESPACE_WITHIN_SECONDS", 0.05)
    session, socket = await raw(house, "")
    async with asyncio.timeout(5):
        while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    await session.close()


async def test_a_page_that_closes_before_it_is_greeted_leaves_nothing_behind(house: House) -> None:
    ana = await house.member()
    for _ in range(10):
        session, socket = await raw(house, ana.cookie)
        await socket.send_str("40/member,{}")
        await socket.close()
        await session.close()
    await ana.until(lambda _: house.sockets.figures()["sockets_member"] <= 1)
    await ana.asks("ping_presence", {})
    assert len(house.sockets._feed.own["/member"][VisitId(ana.visit)]) == 1


async def test_the_desk_vouches_for_a_member(house: House) -> None:
    desk = await house.support()
    visit = await house.books()
    await desk.until(lambda page: visit in page.visits)
    assert (await desk.does("pass_link", visit=visit))["ok"]
    await desk.until(lambda page: page.visits[visit]["link"]["state"] == "passed")


async def test_a_visit_without_a_link_cannot_be_vouched_for(house: House) -> None:
    desk = await house.support()
    visit = await house.books(link=False)
    await desk.until(lambda page: visit in page.visits)
    assert (await desk.does("pass_link", visit=visit))["error"]["code"] == "wrong_state"


async def test_a_new_booking_comes_to_the_board_as_a_whole_row(house: House) -> None:
    desk, lee = await house.support(), await house.clinician("lee")
    visit = await house.books("Cleo Marsh")
    for page in (desk, lee):
        await page.until(lambda page: page.visits.get(visit, {}).get("short_name") == "Cleo M.")
        await page.until(lambda page: visit in page.order)
    await house.done(visit, c.Cancel(reason="clinic_closed"), BOOKING)
    for page in (desk, lee):
        await page.until(lambda page: visit not in page.visits and visit not in page.order)


async def test_new_links_are_few_at_a_time(house: House) -> None:
    desk = await house.support()
    visit = await house.books(clinic=NORTH)
    answers = [await desk.does("issue_link", visit=visit) for _ in range(15)]
    assert answers[0]["ok"]
    assert answers[-1]["error"]["code"] == "too_many_requests"
