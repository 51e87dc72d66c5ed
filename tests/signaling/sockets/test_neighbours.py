"""Two web processes are one house: what is done in one is true in the other, whatever becomes of the wire."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from signaling.neighbours import SILENT_SECONDS
from signaling.notices import Came, Seal, Whereabouts
from signaling.presence import NOTED_AFTER_SECONDS
from signaling.sockets.weather_exchange import AFTER_SECONDS
from signaling.wire import Hub
from tests.signaling.sockets.house import Clock, House, Page, open_house, two_processes
from tests.signaling.sockets.test_guests import MARIA, in_a_visit
from tests.signaling.sockets.test_help import IPHONE
from tests.signaling.sockets.test_quality import WEAK
from waiting_room.core.ids import VisitId
from waiting_room.core.model import Role
from waiting_room.sessions import MemorySessions

pytestmark = pytest.mark.sockets


@dataclass
class Town:
    """A house in two processes, and the wire between them."""

    house: House
    hub: Hub
    silence: Clock

    @property
    def one(self) -> House:
        return self.house

    @property
    def other(self) -> House:
        assert self.house.next_door is not None
        return self.house.next_door

    async def moves(self, page: Page, *, to: House) -> Page:
        """The page's network changes: it is connected to the other process, with what it knows."""
        again = Page(page.namespace)
        again.view, again.seq, again.visit = page.view, page.seq, page.visit
        await page.closes()
        return await to.connects(
            page.namespace, page.cookie, auth={"seq": page.seq} if page.seq else None, page=again
        )

    async def dies(self, process: House) -> None:
        """As by `kill -9`: no good-bye, and silence."""
        await process.neighbours._wire.stop()
        self.silence.passes(SILENT_SECONDS + 0.1)
        for one in self.house.processes:
            if one is not process:
                one.neighbours._others[process.neighbours.me].heard_at -= SILENT_SECONDS + 0.1
                one.neighbours.pass_time()

    async def absences(self, visit: str) -> list[str]:
        """What was recorded of who is here."""
        records = await self.one.store.records(VisitId(visit))
        return [one.event.type for one in records if one.event.type in {"gone", "back"}]


@pytest.fixture
async def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    monkeypatch.setattr("signaling.neighbours.LOOK_ALONE_SECONDS", 0.05)
    hub, silence = Hub(), Clock()
    async with two_processes(tmp_path, hub=hub, silence=silence) as house:
        yield Town(house, hub, silence)


async def until(what: Any) -> None:
    async with asyncio.timeout(5):
        while not what():  # noqa: ASYNC110 - several loops of the house get there
            await asyncio.sleep(0.005)


async def test_what_one_process_records_reaches_the_pages_of_the_other_without_the_wire(town: Town) -> None:
    lee = await town.house.clinician("lee")
    ana = await town.house.member(checked_in=True)
    await lee.shows("waiting", ana.visit)
    town.hub.cut()
    assert (await lee.does("claim", visit=ana.visit))["ok"]
    await ana.shows("claimed")
    town.hub.mend()
    assert (await lee.does("admit", visit=ana.visit))["ok"]
    await ana.shows("in_visit")


async def test_nobody_who_moved_to_the_other_process_is_noted_gone(town: Town) -> None:
    lee = await town.house.clinician("lee")
    ana = await town.house.member(checked_in=True)
    await lee.shows("waiting", ana.visit)
    moved = await town.moves(ana, to=town.other)
    await until(lambda: lee.presence[ana.visit] == {"member": "here"})
    await town.house.passes(NOTED_AFTER_SECONDS + 60)
    assert await town.absences(ana.visit) == []
    assert moved.view["state"] == "waiting"


async def test_the_newest_page_is_the_active_one_whichever_process_has_it(town: Town) -> None:
    ana = await town.house.member(checked_in=True)
    tablet = await town.other.connects("/member", ana.cookie)
    await tablet.hears("snapshot")
    await ana.hears("superseded")
    assert (await ana.asks("offer", {"sdp": "v=0"}))["error"]["code"] == "superseded"
    again = await town.one.connects("/member", ana.cookie)
    await again.hears("snapshot")
    await tablet.hears("superseded")
    assert not again.all("superseded")


async def test_two_pages_that_come_at_once_leave_one_active(town: Town) -> None:
    visit = await town.one.books()
    cookie = await town.one.redeems(visit)
    town.hub.cut()
    pages = [await process.connects("/member", cookie) for process in town.house.processes]
    for page in pages:
        await page.hears("snapshot")
    town.hub.mend()
    await until(lambda: sum(bool(page.all("superseded")) for page in pages) == 1)


async def test_the_people_of_a_process_that_died_have_a_gap_and_are_noted(town: Town) -> None:
    lee = await town.house.clinician("lee")
    ana = await town.house.member(checked_in=True)
    await lee.until(lambda page: page.presence.get(ana.visit) == {"member": "here"})
    await town.dies(town.one)
    await lee.until(lambda page: page.presence[ana.visit] == {"member": "gap"})
    town.house.clock.passes(NOTED_AFTER_SECONDS)
    town.other.sockets.watch.pass_time()
    await town.other.sockets.watch.noted()
    assert await town.absences(ana.visit) == ["gone"]


async def test_both_processes_note_an_absence_and_it_is_recorded_once(town: Town) -> None:
    ana = await town.house.member(checked_in=True)
    await ana.closes()
    person = town.other.sockets.watch._attendance
    await until(lambda: not person._sockets)
    await town.house.passes(NOTED_AFTER_SECONDS)
    assert await town.absences(ana.visit) == ["gone"]


async def test_whoever_has_the_page_objects_when_a_process_that_could_not_hear_noted_its_person_gone(
    town: Town,
) -> None:
    ana = await town.house.member(checked_in=True)
    town.hub.cut()
    moved = await town.moves(ana, to=town.other)
    await until(lambda: not town.one.sockets.watch._attendance._sockets)
    await town.house.passes(NOTED_AFTER_SECONDS)
    await moved.until(lambda page: page.seq > ana.seq + 1)
    await until(lambda: not town.other.sockets.watch._notes)
    assert await town.absences(ana.visit) == ["gone", "back"]


async def test_a_process_that_starts_out_of_contact_takes_nobody_for_gone(town: Town, tmp_path: Path) -> None:
    ana = await town.house.member(checked_in=True)
    alone = Hub()
    alone.cut()
    async with open_house(
        tmp_path, clock=town.house.clock, hub=alone, sessions_store=MemorySessions()
    ) as late:
        town.house.clock.passes(NOTED_AFTER_SECONDS + 60)
        late.sockets.watch.pass_time()
        await late.sockets.watch.noted()
        assert await town.absences(ana.visit) == []


async def test_a_process_that_comes_later_knows_who_is_here(town: Town, tmp_path: Path) -> None:
    ana = await town.house.member(checked_in=True)
    async with open_house(
        tmp_path, clock=town.house.clock, hub=town.hub, sessions_store=town.one.sessions._store
    ) as late:
        desk = await late.support()
        await desk.until(lambda page: page.presence.get(ana.visit) == {"member": "here"})


async def test_a_session_that_ends_in_one_process_loses_its_sockets_in_the_other(town: Town) -> None:
    lee = await town.house.clinician("lee")
    (connection,) = town.other.sockets._feed.staff["/clinician"].values()
    await town.one.sessions.end(connection.session.key)
    await asyncio.wait_for(lee.closed.wait(), 5)


async def test_a_session_that_ended_unheard_loses_its_sockets_all_the_same(town: Town) -> None:
    lee = await town.house.clinician("lee")
    (connection,) = town.other.sockets._feed.staff["/clinician"].values()
    town.hub.cut()
    await town.one.sessions.end(connection.session.key)
    await asyncio.wait_for(lee.closed.wait(), 5)


async def test_of_two_consoles_of_one_clinician_the_last_to_offer_has_the_media(town: Town) -> None:
    ana = await town.house.member(checked_in=True)
    lee = await town.house.clinician("lee")
    console = await town.one.connects("/clinician", lee.cookie)
    await lee.does("claim", visit=ana.visit)
    await console.shows("claimed", ana.visit)
    offering = asyncio.create_task(lee.asks("offer", {"visit": ana.visit, "sdp": "v=0"}))
    consoles = town.other.sockets._feed.staff["/clinician"]
    await until(lambda: any(one.media_of for one in consoles.values()))
    again = asyncio.create_task(console.asks("offer", {"visit": ana.visit, "sdp": "v=0"}))
    assert await lee.hears("superseded") == {"visit": ana.visit}
    for task in (offering, again):
        task.cancel()
    await asyncio.gather(offering, again, return_exceptions=True)


async def test_what_is_not_signed_by_the_house_is_not_heard(town: Town) -> None:
    ana = await town.house.member(checked_in=True)
    lee = await town.house.clinician("lee")
    await ana.closes()
    await lee.until(lambda page: page.presence[ana.visit] == {"member": "gap"})
    came = Came(who=Whereabouts(role=Role.member, id=ana.visit, stamp=9))
    for text in (Seal(lambda _purpose, _value: "0" * 64).write("stranger", 1, came), "", "x", "{} {}", "é"):
        town.hub.send(text)
    await until(lambda: town.other.neighbours.unsigned == 5)
    assert lee.presence[ana.visit] == {"member": "gap"}


async def test_a_notice_that_comes_twice_is_heard_once(town: Town) -> None:
    heard: list[str] = []
    town.other.neighbours._wire.on_text(heard.append)
    ana = await town.house.member(checked_in=True)
    lee = await town.house.clinician("lee")
    await until(lambda: any('"came"' in text for text in heard))
    came = next(text for text in heard if '"came"' in text)
    await ana.closes()
    await lee.until(lambda page: page.presence[ana.visit] == {"member": "gap"})
    town.hub.send(came)
    await until(lambda: town.other.neighbours.unsigned == 1)
    assert lee.presence[ana.visit] == {"member": "gap"}


# --- guests and the weather ---------------------------------------------------------------------------------


async def test_the_newest_page_of_a_guest_is_the_active_one_whichever_process_has_it(town: Town) -> None:
    ana, _ = await in_a_visit(town.house)
    maria = await town.house.guest((await ana.does("invite_guest", **MARIA))["join_url"])
    again = await town.other.connects("/guest", maria.cookie)
    await again.hears("snapshot")
    await maria.hears("superseded")
    assert not again.all("superseded")
    assert not ana.all("superseded"), "she is another person of the same visit"


async def test_a_guest_whose_page_is_faster_than_the_notice_of_the_process_that_let_them_in_comes_in(
    town: Town,
) -> None:
    ana, _ = await in_a_visit(town.house)
    town.hub.cut()
    maria = await town.house.guest((await ana.does("invite_guest", **MARIA))["join_url"])
    again = await town.other.connects("/guest", maria.cookie)
    assert (await again.hears("snapshot"))["view"]["me"] == maria.view["me"]


async def test_a_guest_at_one_process_is_seen_to_be_here_and_to_go_at_the_other(town: Town) -> None:
    ana, lee = await in_a_visit(town.house)
    maria = await town.house.guest((await ana.does("invite_guest", **MARIA))["join_url"])
    me = maria.view["me"]
    await lee.until(lambda page: page.presence[ana.visit].get("guests") == {me: "here"})
    await maria.closes()
    await lee.until(lambda page: page.presence[ana.visit].get("guests") == {me: "gap"})


async def test_what_goes_over_the_wire_of_a_guest_names_nobody(town: Town) -> None:
    heard: list[str] = []
    town.other.neighbours._wire.on_text(heard.append)
    ana, lee = await in_a_visit(town.house)
    maria = await town.house.guest((await ana.does("invite_guest", **MARIA))["join_url"])
    await ana.asks("report", IPHONE)
    await ana.asks("quality", WEAK)
    await lee.until(lambda page: page.all("quality"))
    assert any('"guest"' in text for text in heard)
    assert "Maria" not in str(heard)
    assert maria.cookie.partition("=")[2] not in str(heard)


async def test_how_a_connection_is_goes_to_everybody_in_both_processes(town: Town) -> None:
    ana, lee = await in_a_visit(town.house)
    desk = await town.other.support()
    assert await ana.asks("quality", WEAK) == {"ok": True}
    for page in (lee, desk):
        await page.until(lambda page: {"visit": ana.visit, "from": "member", **WEAK} in page.all("quality"))
    later = await town.other.connects("/support", desk.cookie)
    await later.until(lambda page: page.all("quality"))


async def test_the_desk_at_the_other_process_sees_the_device_and_what_was_wrong_with_it(town: Town) -> None:
    ana, desk = await town.house.member(), await town.other.support()
    await ana.asks("report", IPHONE)
    await ana.asks("report", {**IPHONE, "error": None, "card": None, "camera": "granted"})
    await desk.until(lambda page: page.reports.get(ana.visit, {}).get("camera") == "granted")
    seen = await town.one.support()
    assert desk.reports == seen.reports
    assert desk.reports[ana.visit]["last_error"]["code"] == "camera_blocked"


async def test_what_was_said_while_nobody_could_hear_is_said_again(town: Town) -> None:
    ana, lee = await in_a_visit(town.house)
    desk = await town.other.support()
    town.hub.cut()
    await ana.asks("quality", WEAK)
    await ana.asks("report", IPHONE)
    town.hub.mend()
    await lee.until(lambda page: page.all("quality"))
    await desk.until(lambda page: ana.visit in page.reports)


async def test_what_was_said_at_the_former_process_does_not_come_back(town: Town) -> None:
    ana, lee = await in_a_visit(town.house)
    await ana.asks("quality", WEAK)
    await lee.until(lambda page: page.all("quality"))
    moved = await town.moves(ana, to=town.other)
    await moved.asks("quality", {**WEAK, "level": "good"})
    await until(lambda: not list(town.one.sockets._conditions.all_here()))
    town.hub.cut()
    town.hub.mend()
    await asyncio.sleep(2 * AFTER_SECONDS)
    assert [said["level"] for said in lee.all("quality")] == ["weak", "good"]


async def test_a_word_on_a_visit_that_is_not_read_yet_waits_for_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    lee = await town.house.clinician("lee")
    desk = await town.other.support()
    ana = await town.house.member(checked_in=True)
    await lee.shows("waiting", ana.visit)
    look, may_read = town.other.desk.look, asyncio.Event()

    async def slowly(visit: VisitId) -> Any:
        await may_read.wait()
        return await look(visit)

    monkeypatch.setattr(town.other.desk, "look", slowly)
    await ana.does("say", text="Hello")
    await ana.asks("report", IPHONE)
    await until(lambda: town.other.sockets._neighbourhood._weather._early)
    assert not desk.reports
    may_read.set()
    await desk.until(lambda page: ana.visit in page.reports)
