"""Real processes agree: what is done in one is told by the other, whatever is killed meanwhile."""

from __future__ import annotations

import asyncio
import signal
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import aiohttp
import pytest
import pytest_asyncio
import socketio

from signaling.clock import SystemClock
from tests.cluster.town import Town, until
from tests.cluster.visitors import Visitor, a_member, staff
from tests.signaling.house import Asker
from tests.signaling.sockets.house import Page

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Scene:
    """A town and everybody who came."""

    town: Town
    session: aiohttp.ClientSession
    visitors: list[Visitor] = field(default_factory=list)

    async def member(self, process: str = "a") -> tuple[Visitor, Page]:
        """Checked in, with her page at that process."""
        ana = await a_member(self.town, self.session, process)
        self.visitors.append(ana)
        page = await ana.opens("/member", process)
        await page.hears("snapshot")
        await page.checks_in()
        await page.shows("waiting")
        return ana, page

    async def clinician(self, process: str = "b") -> tuple[Visitor, Page]:
        lee = await staff(self.town, self.session, process, "clinician")
        self.visitors.append(lee)
        page = await lee.opens("/clinician", process)
        await page.hears("board")
        return lee, page


@pytest_asyncio.fixture(loop_scope="module")
async def scene(server: Town) -> AsyncIterator[Scene]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        scene = Scene(server, session)
        yield scene
        for visitor in scene.visitors:
            await visitor.closes()


async def takes_next(page: Page) -> str:
    answer = await page.asks("next_patient", {"id": "next"})
    assert answer.get("ok"), answer
    return str(answer["visit"])


async def test_a_change_in_one_process_reaches_the_pages_of_the_other_in_a_moment(scene: Scene) -> None:
    _, ana = await scene.member("a")
    _, dr = await scene.clinician("b")
    visit = await takes_next(dr)
    await ana.shows("claimed")
    took: list[float] = []
    for number in range(15):
        began = time.perf_counter()
        seq = (await ana.does("say", text=f"Hello {number}"))["seq"]
        await dr.until(lambda page, seq=seq: _has(page, visit, seq))
        took.append((time.perf_counter() - began) * 1000)
    print(f"\ncommand at one process to the page at the other: median {statistics.median(took):.0f} ms")
    assert statistics.median(took) < 1000


def _has(page: Page, visit: str, seq: int) -> bool:
    return any(row["visit"] == visit and row["seq"] >= seq for row in page.all("row"))


async def test_a_budget_of_tries_is_one_budget_in_all_processes(scene: Scene) -> None:
    stranger = Visitor(scene.town, scene.session)
    codes = []
    for number in range(14):
        user = scene.town.info["clinician"]["user"]
        answer = await stranger.at("ab"[number % 2]).sign_in(user, "wrong again and again")
        codes.append(answer.code)
    assert codes[:10] == ["sign_in_failed"] * 10
    assert codes[-2:] == ["slow_down"] * 2


async def test_signing_out_in_one_process_closes_the_console_at_the_other(scene: Scene) -> None:
    lee, dr = await scene.clinician("b")
    answer = await lee.at("a").post("/api/staff/sign-out")
    assert answer.status < 300
    await asyncio.wait_for(dr.closed.wait(), 5)


async def test_a_booking_is_repeated_by_another_process_word_for_word(scene: Scene) -> None:
    from tests.signaling.test_booking import a_visit  # noqa: PLC0415

    headers = {
        "Authorization": f"Bearer {scene.town.info['api_key']}",
        "Idempotency-Key": "monday-1",
        "Host": scene.town.base.removeprefix("https://"),
    }
    start = SystemClock().now().replace(microsecond=0) + timedelta(hours=1)
    body = a_visit(clinic=f"harbor-{scene.town.day}", start=start.isoformat())
    first, again = [
        await Asker(scene.town.direct(process), scene.session, headers).post("/api/v1/visits", body)
        for process in "ab"
    ]
    assert first.status == 201, first.text
    assert again.text == first.text


async def test_a_member_whose_socket_moves_to_the_other_process_keeps_her_place(scene: Scene) -> None:
    visitor, ana = await scene.member("a")
    _, dr = await scene.clinician("b")
    visit = dr.order[0]
    await ana.closes()
    moved = await visitor.opens("/member", "b", _with_what_she_knows(ana))
    await dr.until(lambda page: page.presence.get(visit, {}).get("member") == "here")
    await asyncio.sleep(9.0)  # longer than an absence takes to be noted
    assert moved.view["state"] == "waiting"
    assert dr.presence[visit]["member"] == "here"
    assert await takes_next(dr) == visit


async def test_while_redis_is_gone_changes_arrive_and_afterwards_everything_is_as_before(
    scene: Scene,
) -> None:
    _, ana = await scene.member("a")
    _, dr = await scene.clinician("b")
    scene.town.redis.kill()
    for which in "ab":
        await scene.town.shows(which, "in_contact", 0)
    visit = await takes_next(dr)
    await ana.shows("claimed")
    scene.town.redis.start()
    began = time.perf_counter()
    for which in "ab":
        await scene.town.shows(which, "in_contact", 1)
    took = time.perf_counter() - began
    print(f"\nRedis is back: both in contact after {took:.1f} s")
    assert took < 5.0
    scene.town.redis.flush()
    assert (await dr.does("admit", visit=visit))["ok"]
    await ana.shows("in_visit")


async def test_a_draining_process_sends_its_pages_away_and_lets_nobody_in(scene: Scene) -> None:
    visitor, ana = await scene.member("a")
    web = scene.town.web["a"]
    web.told(signal.SIGTERM)
    await until(lambda: _is_closed(ana))
    assert not await scene.town.ready("a")
    with pytest.raises(socketio.exceptions.ConnectionError):
        await visitor.opens("/member", "a")
    assert (await visitor.at("a").get("/api/member/visit")).status == 200
    moved = await visitor.opens("/member", "b", _with_what_she_knows(ana))
    assert (await moved.does("step", step="consent")).get("ok") or moved.client.connected
    assert await web.ends() == 0


async def test_a_draining_worker_keeps_its_rooms_and_is_given_no_others(scene: Scene) -> None:
    # Without anybody in it, it ends at once; the rooms go where there is a worker.
    worker = scene.town.media["m1"]
    worker.told(signal.SIGTERM)
    assert await worker.ends() == 0
    for which in "ab":
        await scene.town.shows(which, "workers_in_reach", 1)
        assert await scene.town.ready(which), "one worker is enough to serve"


async def _is_closed(page: Page) -> bool:
    return page.closed.is_set()


def _with_what_she_knows(page: Page) -> Page:
    again = Page(page.namespace)
    again.view, again.seq, again.visit = page.view, page.seq, page.visit
    return again
