"""Three people over a real worker: everybody sees the other two, and nobody sees who was sent away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiortc.mediastreams import MediaStreamError

from tests.media.calling import Caller, gather_loopback_only
from tests.signaling.sockets.house import Page
from tests.signaling.sockets.test_media import Visit, a_claimed_visit, none_of

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

LUMAS = {"ana": 40, "lee": 120, "sol": 200}
WITHIN_SECONDS = 15.0


@dataclass
class Three:
    """A member, a clinician and an interpreter, connected before the visit begins."""

    visit: Visit
    sol: Page
    guest: str
    callers: dict[str, Caller]

    def slot_of(self, page: Page, endpoint: str) -> int:
        """The slot of a page in which somebody's camera is: each kind has its slots in order."""
        video = [slot for slot in page.all("media")[-1]["slots"] if slot["kind"] == "video"]
        return [slot.get("from") for slot in video].index(endpoint)

    async def all_see_each_other(self) -> None:
        pages = {"ana": self.visit.ana, "lee": self.visit.lee, "sol": self.sol}
        endpoints = {"ana": "member", "lee": "clinician", "sol": self.guest}
        async with asyncio.timeout(WITHIN_SECONDS):
            for name, page in pages.items():
                others = endpoints.keys() - {name}
                wanted = {endpoints[other] for other in others}
                await page.until(lambda page, wanted=wanted: wanted <= seated(page))
            await asyncio.gather(
                *(
                    self.callers[name].sees(LUMAS[other], slot=self.slot_of(pages[name], endpoints[other]))
                    for name in pages
                    for other in pages.keys() - {name}
                )
            )


def seated(page: Page) -> set[str]:
    said = page.all("media")
    return {slot.get("from") for slot in said[-1]["slots"] if slot["kind"] == "video"} if said else set()


@pytest.fixture
async def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Three]:
    gather_loopback_only(monkeypatch)
    async with a_claimed_visit(tmp_path, spare=False) as visit:
        invited: Any = await visit.lee.does(
            "invite_guest", visit=visit.ana.visit, name="Sol", kind="interpreter", signs=True
        )
        sol = await visit.house.guest(invited["join_url"])
        callers = {}
        for name, page in (("ana", visit.ana), ("lee", visit.lee), ("sol", sol)):
            callers[name] = await visit.calls(page, LUMAS[name], 400.0, slots=2)
        async with asyncio.timeout(WITHIN_SECONDS):
            await asyncio.gather(*(caller.connected() for caller in callers.values()))
        yield Three(visit, sol, invited["guest"], callers)


async def test_each_of_three_sees_the_other_two(three: Three) -> None:
    await three.visit.lee.does("admit", visit=three.visit.ana.visit)
    await three.all_see_each_other()


async def test_before_admit_a_guest_sees_nobody_and_nobody_the_guest(three: Three) -> None:
    ana, sol = three.callers["ana"], three.callers["sol"]
    assert await none_of(
        *(one.sees(luma, slot=n) for one in (ana, sol) for luma in (40, 120, 200) for n in (0, 1))
    )


async def test_a_guest_who_is_removed_is_out_within_a_second_both_ways(three: Three) -> None:
    visit = three.visit
    await visit.lee.does("admit", visit=visit.ana.visit)
    await three.all_see_each_other()
    slot = three.slot_of(visit.ana, three.guest)
    await visit.lee.does("remove_guest", visit=visit.ana.visit, guest=three.guest)
    await visit.house.rooms.settled()
    of_sol = three.callers["ana"]._slots[2 * slot + 1].receiver.track
    to_sol = [one.receiver.track for one in three.callers["sol"]._slots[1::2]]
    for track in (of_sol, *to_sol):
        with contextlib.suppress(TimeoutError, MediaStreamError):
            async with asyncio.timeout(0.5):
                while True:  # what was on its way
                    await track.recv()
    assert await none_of(of_sol.recv(), *(track.recv() for track in to_sol))
    await asyncio.wait_for(
        three.callers["ana"].sees(LUMAS["lee"], slot=three.slot_of(visit.ana, "clinician")), WITHIN_SECONDS
    )


async def test_a_guest_who_leaves_frees_the_seat_and_takes_it_again(three: Three) -> None:
    visit = three.visit
    await visit.lee.does("admit", visit=visit.ana.visit)
    await three.all_see_each_other()
    await three.sol.does("leave_as_guest")
    await visit.ana.until(lambda page: three.guest not in seated(page))
    await three.sol.does("join_as_guest")
    three.callers["sol"] = await visit.calls(three.sol, LUMAS["sol"], 400.0, slots=2)
    await three.all_see_each_other()
