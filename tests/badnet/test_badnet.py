"""A moment of the battery, so that it cannot rot; and its way and its judgement, which need no browser."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.badnet.__main__ import LOSSES, figures, misses, together
from tests.badnet.ends import ends
from tests.badnet.link import OPUS, QUEUE, Conditions, Link
from tests.browser import chromium

pytestmark = [pytest.mark.sockets, pytest.mark.timeout(180)]

SIZE = 972
"""Bytes of a datagram that is a thousand with its headers."""


@asynccontextmanager
async def far_end(conditions: Conditions) -> AsyncIterator[tuple[Link, socket.socket, list[float]]]:
    """A way, a socket before it, and when what arrives behind it arrived."""
    loop, arrived = asyncio.get_running_loop(), list[float]()
    link = Link(random.Random(3), conditions)
    link.open()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as near,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far,
    ):
        far.bind(("127.0.0.1", 0))
        far.setblocking(False)
        loop.add_reader(far.fileno(), lambda: (far.recv(2048), arrived.append(loop.time())))
        link.towards(far.getsockname())
        near.connect(("127.0.0.1", link.port))
        yield link, near, arrived
        loop.remove_reader(far.fileno())
        link.close()


async def counts(link: Link, sent: int) -> None:
    """Until the way has seen as many."""
    async with asyncio.timeout(5):
        while link.carried + link.dropped < sent:  # noqa: ASYNC110 - the kernel tells nobody
            await asyncio.sleep(0.005)


async def test_a_lossy_way_loses_its_share() -> None:
    async with far_end(Conditions(loss=0.2)) as (link, near, _):
        for sent in range(1, 501):
            near.send(bytes(SIZE))
            await counts(link, sent)
        assert 60 <= link.dropped <= 140


async def test_a_narrow_way_takes_its_time_and_no_more_than_its_queue() -> None:
    """A hundred kilobits a second are twelve datagrams, and of forty at once four or five get through."""
    async with far_end(Conditions(rate=100_000, round_trip=0.1)) as (link, near, arrived):
        began = asyncio.get_running_loop().time()
        for _ in range(40):
            near.send(bytes(SIZE))
        await counts(link, 40)
        assert link.carried == int(QUEUE * 100_000 / 8_000) + 1
        async with asyncio.timeout(5):
            while len(arrived) < link.carried:  # noqa: ASYNC110 - the kernel tells nobody
                await asyncio.sleep(0.005)
        assert arrived[0] - began >= 0.08 + 0.05
        assert arrived[-1] - arrived[0] >= 0.08 * (link.carried - 1) - 0.01


async def test_sound_that_is_lost_by_chance_is_told_from_what_the_queue_took() -> None:
    async with far_end(Conditions(loss=0.3)) as (link, near, _):
        before = link.sound.copy()
        for _ in range(200):
            near.send(bytes([0x90, OPUS]) + bytes(20))
        await counts(link, 200)
        assert link.unlucky(before, down=False) == link.dropped / 200
        assert link.unlucky(before, down=True) == 0


def rows(**changed: Any) -> list[dict[str, Any]]:
    sound = {"audio_loss_added_points": 0.2, "audio_made_up_s": 0.0}
    good = {**sound, "frozen": 0.01, "frames": 200, "kbit_s": 900}
    return [
        {"loss": loss, "round_trip": 0.05, "rate": None, "up": good, "down": {**good, **changed}}
        for loss in (0.05, 0.1)
    ]


SET_UPS = [{"loss": loss, "seconds": [0.2] * 300} for loss in LOSSES]


def test_what_is_as_it_must_be_passes() -> None:
    assert figures(SET_UPS, rows())["passed"]


@pytest.mark.parametrize(
    "changed",
    [{"audio_loss_added_points": 1.1}, {"audio_made_up_s": 1.1}, {"frozen": 0.06}],
    ids=lambda one: next(iter(one)),
)
def test_what_is_not_does_not(changed: dict[str, float]) -> None:
    assert not figures(SET_UPS, rows(**changed))["passed"]


@pytest.mark.parametrize(
    ("loss", "frozen", "missed"), [(0.05, 0.06, True), (0.1, 0.06, False), (0.2, 0.9, False)]
)
def test_a_cell_is_visited_again_where_it_misses_its_own_limit(
    loss: float, frozen: float, *, missed: bool
) -> None:
    (cell, _) = rows(frozen=frozen)
    assert misses({**cell, "loss": loss}) is missed


def test_three_visits_count_together_and_no_made_up_sound_is_evened_out() -> None:
    visits = [
        {"up": {"frozen": share, "audio_made_up_s": made}} for share, made in ((0.3, 0), (0.0, 2), (0.0, 0))
    ]
    assert together(visits) == {"up": {"frozen": 0.1, "audio_made_up_s": 2}}


def test_two_of_three_hundred_set_ups_are_too_many_to_fail() -> None:
    failing = [{**row, "seconds": [None, None, *row["seconds"][2:]]} for row in SET_UPS]
    assert not figures(failing, rows())["passed"]


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(chromium.executable() is None, reason="chromium is not installed")
async def test_two_browsers_connect_and_see_each_other_over_a_bad_way(tmp_path: Path) -> None:
    async with ends(tmp_path, random.Random(1)) as both:
        both.link.conditions = Conditions(loss=0.05, round_trip=0.05)
        (seconds,) = await both.bad.evaluate("end.setUps('bad-alone', 1, 15)")
        assert 0.1 <= seconds <= 15, "at least two round trips"
        for page, name in ((both.bad, "bad"), (both.good, "good")):
            assert await page.evaluate("name => end.joins(name)", f"{name}-visit") is not None
        seen = await both.media(seconds=3, settle=2)
        assert both.link.dropped > 0
        for side in ("up", "down"):
            assert seen[side]["frames"] > 0
            assert seen[side]["audio_loss"] < 0.3
