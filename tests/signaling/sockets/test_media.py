"""Media over a real worker process: nothing before Admit, at once after it, and back after a crash."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from signaling.clock import SystemClock
from signaling.workers import MediaWorkers
from tests.media.calling import Caller, gather_loopback_only
from tests.signaling.sockets.house import House, Page, open_house
from waiting_room.core.ids import VisitId

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

ANA_LUMA, ANA_HERTZ, LEE_LUMA, LEE_HERTZ = 60, 400.0, 190, 900.0
WITHIN_SECONDS = 10.0


@dataclass
class Visit:
    """A member and a clinician with their pages and their connections."""

    house: House
    workers: MediaWorkers
    ana: Page
    lee: Page
    callers: list[Caller]

    async def calls(self, page: Page, luma: int, hertz: float, *, slots: int = 1) -> Caller:
        """The page offers and takes the answer."""
        caller = Caller(luma, hertz, slots=slots)
        self.callers.append(caller)
        said = {"sdp": await caller.offer()}
        if page is self.lee:
            said["visit"] = self.ana.visit
        answer = await page.asks("offer", said)
        while answer.get("error", {}).get("code") == "media_unavailable":  # as pages do
            answer = await page.asks("offer", said)
        assert answer.get("ok"), answer
        assert [slot["kind"] for slot in answer["slots"]] == ["audio", "video"] * slots
        await caller.take(answer["sdp"])
        return caller

    async def spare_is_ready(self) -> None:
        ready = asyncio.Event()
        self.workers.on_news(lambda _: ready.set())
        if not self.workers.figures()["workers_spare"]:
            await asyncio.wait_for(ready.wait(), 20)

    async def both_call(self) -> tuple[Caller, Caller]:
        async with asyncio.timeout(2 * WITHIN_SECONDS):
            ana, lee = await asyncio.gather(
                self.calls(self.ana, ANA_LUMA, ANA_HERTZ), self.calls(self.lee, LEE_LUMA, LEE_HERTZ)
            )
            await asyncio.gather(ana.connected(), lee.connected())
        return ana, lee


@asynccontextmanager
async def a_claimed_visit(folder: Path, *, spare: bool) -> AsyncIterator[Visit]:
    workers = MediaWorkers(count=1, runtime_dir=folder / "run", clock=SystemClock(), spare=spare)
    callers: list[Caller] = []
    async with open_house(folder, workers=workers) as house:
        try:
            await workers.start()
            lee = await house.clinician("lee")
            ana = await house.member(checked_in=True)
            await lee.does("claim", visit=ana.visit)
            await ana.shows("claimed")
            yield Visit(house, workers, ana, lee, callers)
        finally:
            await asyncio.gather(*(caller.connection.close() for caller in callers))
            await workers.stop()


@pytest.fixture
async def visit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[Visit]:
    gather_loopback_only(monkeypatch)
    async with a_claimed_visit(tmp_path, spare=getattr(request, "param", False)) as visit:
        yield visit


async def test_nothing_flows_before_admit_and_both_see_each_other_after_it(visit: Visit) -> None:
    ana, lee = await visit.both_call()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(lee.sees(ANA_LUMA), 1.0)
    assert (await visit.lee.does("admit", visit=visit.ana.visit))["ok"]
    async with asyncio.timeout(WITHIN_SECONDS):
        await asyncio.gather(ana.sees(LEE_LUMA), lee.sees(ANA_LUMA))
        await asyncio.gather(ana.hears(LEE_HERTZ), lee.hears(ANA_HERTZ))
    await visit.ana.until(lambda page: page.all("media") and page.all("media")[-1]["open"])
    slots = visit.ana.all("media")[-1]["slots"]
    assert {(slot["from"], slot["source"]) for slot in slots} == {
        ("clinician", "microphone"),
        ("clinician", "camera"),
    }


async def test_whoever_wants_no_pictures_hears_the_others_and_is_told_so(visit: Visit) -> None:
    ana, lee = await visit.both_call()
    await visit.lee.does("admit", visit=visit.ana.visit)
    async with asyncio.timeout(WITHIN_SECONDS):
        await lee.sees(ANA_LUMA)
    said = {"visit": visit.ana.visit, "wish": "never"}
    assert (await visit.lee.asks("show", said))["ok"]
    await visit.lee.until(lambda page: page.all("media")[-1]["picture"] == "none")
    async with asyncio.timeout(WITHIN_SECONDS):
        await asyncio.gather(lee.hears(ANA_HERTZ), ana.sees(LEE_LUMA))
    assert (await visit.lee.asks("show", {**said, "wish": "always", "large": ["member"]}))["ok"]
    await visit.lee.until(lambda page: page.all("media")[-1]["picture"] == "low")
    async with asyncio.timeout(WITHIN_SECONDS):
        await lee.sees(ANA_LUMA)


async def test_pictures_that_stood_still_are_counted_for_the_worker(visit: Visit) -> None:
    await visit.both_call()
    assert (await visit.ana.asks("froze", {"seconds": 1.5}))["ok"]
    assert (await visit.lee.asks("froze", {"visit": visit.ana.visit, "seconds": 2}))["ok"]
    async with asyncio.timeout(WITHIN_SECONDS):
        while not (told := visit.house.rooms.worker_figures()):  # noqa: ASYNC110 - after its first heartbeat
            await asyncio.sleep(0.05)
    assert sum(one["frozen_seconds"] for one in told.values()) == 3.5
    assert (await visit.ana.asks("froze", {"seconds": 1e9}))["error"]["field"] == "seconds"
    assert (await visit.ana.asks("froze", {"seconds": "NaN"}))["error"]["field"] == "seconds"


async def test_a_wish_for_pictures_has_three_words_and_belongs_to_whoever_carries_the_media(
    visit: Visit,
) -> None:
    odd = await visit.ana.asks("show", {"wish": "sometimes"})
    assert (odd["error"]["code"], odd["error"]["field"]) == ("malformed", "wish")
    ortiz = await visit.house.clinician("ortiz")
    refused = await ortiz.asks("show", {"visit": visit.ana.visit, "wish": "never"})
    assert refused["error"]["code"] == "not_holder"


@pytest.mark.parametrize(
    ("visit", "back_within_seconds"), [(False, 10.0), (True, 3.0)], indirect=["visit"], ids=["alone", "spare"]
)
async def test_a_worker_that_is_killed_is_replaced_and_both_are_back(
    visit: Visit, back_within_seconds: float
) -> None:
    await visit.both_call()
    await visit.lee.does("admit", visit=visit.ana.visit)
    if back_within_seconds < 10.0:
        await visit.spare_is_ready()
    killed = time.perf_counter()
    os.kill(visit.workers.pids()["media-0"], signal.SIGKILL)
    await asyncio.gather(visit.ana.hears("media_lost"), visit.lee.hears("media_lost"))
    told = time.perf_counter() - killed
    ana, lee = await visit.both_call()
    async with asyncio.timeout(WITHIN_SECONDS):
        await asyncio.gather(ana.sees(LEE_LUMA), lee.sees(ANA_LUMA))
    back = time.perf_counter() - killed
    print(f"told after {told:.3f} s, decoded frames again after {back:.3f} s")
    assert back <= back_within_seconds
    known = await visit.house.desk.visit(visit.ana.visit)
    assert known is not None
    assert known.state == "in_visit"


async def test_ending_the_visit_removes_its_room(visit: Visit) -> None:
    await visit.both_call()
    await visit.lee.does("admit", visit=visit.ana.visit)
    await visit.lee.does("end", visit=visit.ana.visit, outcome="treated")
    await visit.ana.shows("completed")
    async with asyncio.timeout(WITHIN_SECONDS):
        # News of the room that was on its way when it ended makes it known again, until the next look.
        while visit.house.rooms.figures()["rooms"]:  # noqa: ASYNC110 - a count tells nobody when it changes
            await asyncio.sleep(0.05)
    figures = visit.house.rooms.figures()
    assert (figures["rooms_open"], figures["rooms_unsettled"]) == (0, 0)
    caller = Caller(ANA_LUMA, ANA_HERTZ)
    visit.callers.append(caller)
    refused = await visit.ana.asks("offer", {"sdp": await caller.offer()})
    assert refused["error"]["code"] == "visit_ended"


async def test_an_offer_the_worker_refuses_is_a_coded_error(visit: Visit) -> None:
    refused = await visit.ana.asks("offer", {"sdp": "v=0\r\nnonsense"})
    assert refused["error"]["code"] == "media_refused"
    assert refused["error"]["reason"]


async def test_only_the_holder_connects_media(visit: Visit) -> None:
    ortiz = await visit.house.clinician("ortiz")
    refused = await ortiz.asks("offer", {"visit": visit.ana.visit, "sdp": "v=0"})
    assert refused["error"]["code"] == "not_holder"


async def test_a_member_connects_media_from_check_in_on(visit: Visit) -> None:
    ben = await visit.house.member("Ben Ode")
    assert (await ben.asks("offer", {"sdp": "v=0"}))["error"]["code"] == "no_room_yet"


async def test_a_second_console_takes_the_media_over(visit: Visit) -> None:
    await visit.calls(visit.lee, LEE_LUMA, LEE_HERTZ)
    other = await visit.house.clinician("lee")
    visit.lee, first = other, visit.lee
    await visit.calls(visit.lee, LEE_LUMA, LEE_HERTZ)
    assert await first.hears("superseded") == {"visit": visit.ana.visit}


async def none_of(*hopes: Coroutine[Any, Any, None]) -> bool:
    """Whether none of these comes true within two seconds."""
    tasks = [asyncio.create_task(hope) for hope in hopes]
    await asyncio.wait(tasks, timeout=2.0)
    came_true = [task for task in tasks if task.done() and task.exception() is None]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return not came_true


async def test_a_clinician_who_gave_the_visit_back_neither_sees_nor_hears_it(visit: Visit) -> None:
    ana, lee = await visit.both_call()
    await visit.lee.does("release_claim", visit=visit.ana.visit)
    ortiz = await visit.house.clinician("ortiz")
    await ortiz.does("claim", visit=visit.ana.visit)
    assert (await ortiz.does("admit", visit=visit.ana.visit))["ok"]
    await visit.house.rooms.settled()
    assert await none_of(lee.sees(ANA_LUMA), lee.hears(ANA_HERTZ), ana.sees(LEE_LUMA), ana.hears(LEE_HERTZ))


async def test_a_session_that_is_ended_takes_its_media_with_it(visit: Visit) -> None:
    ana, lee = await visit.both_call()
    await visit.lee.does("admit", visit=visit.ana.visit)
    async with asyncio.timeout(WITHIN_SECONDS):
        await asyncio.gather(ana.sees(LEE_LUMA), lee.sees(ANA_LUMA))
    (connection,) = visit.house.sockets._feed.own["/member"][VisitId(visit.ana.visit)].values()
    await visit.house.sockets.session_ended(connection.session.key)
    await visit.house.rooms.settled()
    assert not visit.house.rooms.has(VisitId(visit.ana.visit), "member")
    pictures = lee._slots[1].receiver.track
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.7):
            while True:  # what was on its way
                await pictures.recv()
    assert await none_of(pictures.recv())
