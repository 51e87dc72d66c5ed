"""Which worker has which room: one answer for all who ask, for as long as that worker lives."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.waiting_room.scene import ANA, BEN, NINE, Journaled
from waiting_room.core.ids import VisitId
from waiting_room.database import Database
from waiting_room.placements import (
    DEAD_AFTER,
    ROOM_PACKETS,
    SHOWS_AFTER,
    Heard,
    MemoryPlacements,
    Placements,
    SqlPlacements,
)
from waiting_room.store import Store

ONE = Heard(address="10.0.0.1:7000", started="1.5")
TWO = Heard(address="10.0.0.2:7000", started="2.5")
BOTH = [ONE.address, TWO.address]
SECOND = timedelta(seconds=1)


@pytest.fixture
async def placements(adapter: Database | None) -> Placements:
    placements = MemoryPlacements() if adapter is None else SqlPlacements(adapter)
    await placements.heard(ONE, NINE)
    await placements.heard(TWO, NINE)
    return placements


async def test_a_room_stays_where_it_was_placed(placements: Placements) -> None:
    first = await placements.place(ANA, BOTH, NINE)
    assert first in BOTH
    other = [address for address in BOTH if address != first]
    assert await placements.place(ANA, other, NINE) == first


async def test_rooms_are_spread_over_the_workers(placements: Placements) -> None:
    rooms = [VisitId(f"v{number}") for number in range(6)]
    placed = [await placements.place(room, BOTH, NINE) for room in rooms]
    assert placed.count(ONE.address) == placed.count(TWO.address) == 3


async def test_a_room_goes_where_the_fewest_packets_are_sent(placements: Placements) -> None:
    """However many rooms there are: most of them are waiting rooms."""
    later = NINE + SHOWS_AFTER
    for number in range(4):
        await placements.place(VisitId(f"v{number}"), [ONE.address], NINE)
    await placements.heard(replace(ONE, packets=900), later)
    await placements.heard(replace(TWO, packets=2 * ROOM_PACKETS + 100), later)
    assert await placements.place(ANA, BOTH, later) == ONE.address
    assert await placements.place(BEN, BOTH, later) == TWO.address, "the new one counts at once"


async def test_of_equally_empty_workers_the_first_named_is_taken(placements: Placements) -> None:
    assert await placements.place(ANA, BOTH[::-1], NINE) == TWO.address


async def test_all_who_ask_at_once_get_one_answer(placements: Placements) -> None:
    wishes = [BOTH if number % 2 else BOTH[::-1] for number in range(12)]
    answers = await asyncio.gather(*(placements.place(ANA, wish, NINE) for wish in wishes))
    assert len(set(answers)) == 1


async def test_the_rooms_of_a_worker_that_is_silent_are_placed_anew(placements: Placements) -> None:
    assert await placements.place(ANA, [ONE.address], NINE) == ONE.address
    later = NINE + DEAD_AFTER
    await placements.heard(TWO, later)
    assert await placements.place(ANA, BOTH, later - SECOND) == ONE.address
    assert await placements.place(ANA, BOTH, later) == TWO.address
    await placements.heard(ONE, later)
    assert await placements.place(ANA, BOTH, later) == TWO.address, "and stay there"


async def test_the_rooms_of_a_worker_that_is_known_to_be_gone_are_placed_at_once(
    placements: Placements,
) -> None:
    await placements.place(ANA, [ONE.address], NINE)
    await placements.lost(ONE.address, ONE.started)
    assert await placements.place(ANA, BOTH, NINE) == TWO.address


async def test_the_end_of_an_earlier_process_is_not_the_end_of_the_present_one(
    placements: Placements,
) -> None:
    await placements.place(ANA, [ONE.address], NINE)
    await placements.lost(ONE.address, "0.5")
    assert await placements.place(ANA, BOTH, NINE) == ONE.address


async def test_another_process_at_the_same_address_has_none_of_the_rooms(placements: Placements) -> None:
    await placements.place(ANA, [ONE.address], NINE)
    await placements.heard(Heard(address=ONE.address, started="9.5"), NINE)
    assert await placements.place(ANA, [TWO.address], NINE) == TWO.address


async def test_without_a_living_worker_there_is_no_place(placements: Placements) -> None:
    assert await placements.place(ANA, ["10.0.0.9:7000"], NINE) is None
    assert await placements.place(ANA, [], NINE) is None
    assert await placements.place(ANA, BOTH, NINE + DEAD_AFTER) is None


async def test_a_room_that_was_forgotten_is_placed_anew(placements: Placements) -> None:
    await placements.place(ANA, [ONE.address], NINE)
    await placements.forget(ANA)
    await placements.forget(BEN)
    assert await placements.place(ANA, [TWO.address], NINE) == TWO.address


async def test_rooms_of_visits_that_are_over_are_purged(adapter: Database | None, store: Store) -> None:
    if adapter is None:
        pytest.skip("memory does not know the visits")
    placements = SqlPlacements(adapter)
    await placements.heard(ONE, NINE)
    await Journaled(store).booked(ANA)
    await placements.place(ANA, [ONE.address], NINE)
    await placements.place(VisitId("over"), [ONE.address], NINE)
    assert await placements.purge(NINE) == 1
    assert await placements.purge(NINE + timedelta(days=2)) == 0
    await placements.heard(TWO, NINE)
    assert await placements.place(ANA, [TWO.address], NINE) == TWO.address, "the worker was forgotten as well"
