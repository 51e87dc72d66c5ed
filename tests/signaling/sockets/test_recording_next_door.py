"""A recording in a house of two processes: both say what may be recorded, and neither overrides a no."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from signaling.leases import RENEW_EVERY_SECONDS
from signaling.wire import Hub
from tests.signaling.sockets.house import House, two_processes
from tests.signaling.sockets.recorder import Studio
from tests.signaling.sockets.test_recording import BOTH, Visit, begun
from waiting_room.core.ids import RecordingId, VisitId
from waiting_room.database import Unavailable
from waiting_room.placements import MemoryPlacements

pytestmark = pytest.mark.sockets


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
async def visit(tmp_path: Path, hub: Hub) -> AsyncIterator[Visit]:
    """Ana is connected to one process, Dr. Lee to the other; one worker has the room."""
    studio = Studio(tmp_path)
    async with two_processes(
        tmp_path, workers=studio, records=True, hub=hub, placements=MemoryPlacements()
    ) as house:
        yield await begun(house, studio)
    await studio.closes()


def other(visit: Visit) -> House:
    assert visit.house.next_door is not None
    return visit.house.next_door


def is_cut_off(house: House, patch: pytest.MonkeyPatch) -> None:
    """Its database cannot be asked any more: what others decide it does not learn."""

    async def nobody(*_: object) -> None:
        raise Unavailable

    for question in ("visit", "look", "look_around"):
        patch.setattr(house.desk, question, nobody)


async def test_both_processes_use_one_key(visit: Visit) -> None:
    recording = await visit.is_recorded()
    await visit.recorder.until(lambda: len(visit.recorder.told) >= 4)
    assert {told.key for told in visit.recorder.told} == {visit.recorder.told[0].key}
    shelved = await visit.house.shelf.find(RecordingId(recording))
    assert shelved is not None
    assert {told.wrapped for told in visit.recorder.told} == {shelved.wrapped_key}


async def test_a_no_at_one_process_is_the_end_for_both(visit: Visit) -> None:
    await visit.is_recorded()
    assert (await visit.ana.does("refuse_recording"))["ok"]
    await visit.recorder.is_over()
    for process in visit.house.processes:
        assert process.leases is not None
        await _until(lambda leases=process.leases: not leases._leases)
    after = visit.recorder.told.index(await visit.recorder.is_over())
    assert all(not told.endpoints for told in visit.recorder.told[after:])


async def test_a_process_that_is_behind_cannot_go_on_recording(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visit.is_recorded()
    is_cut_off(other(visit), monkeypatch)
    assert (await visit.ana.does("refuse_recording"))["ok"]
    over = await visit.recorder.is_over()
    behind = other(visit).leases
    assert behind is not None
    for lease in behind._leases.values():  # as if its look at the database had come before the no
        lease.forbidden = False
        lease.news.set()
    await visit.recorder.until(lambda: visit.recorder.stale > 0)
    assert all(not told.endpoints for told in visit.recorder.told[visit.recorder.told.index(over) :])


async def test_a_no_that_cannot_be_written_down_pauses_next_door_too(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visit.is_recorded()

    async def nobody(*_: object, **__: object) -> None:
        raise Unavailable

    monkeypatch.setattr(visit.house.desk, "execute", nobody)
    assert (await visit.ana.does("refuse_recording"))["error"]["code"] == "failed"
    paused = visit.recorder.told.index(await visit.recorder.is_told(after=1))
    await asyncio.sleep(1.5 * RENEW_EVERY_SECONDS)
    assert all(told.endpoints == () for told in visit.recorder.told[paused:])
    assert len(visit.recorder.told) > paused + 1, "both said so again"


async def test_the_visit_is_recorded_on_when_the_process_that_began_it_dies(visit: Visit) -> None:
    await visit.is_recorded()
    began = visit.house.leases
    assert began is not None
    for lease in began._leases.values():
        assert lease.task is not None
        lease.task.cancel()
    for after in range(len(visit.recorder.told), len(visit.recorder.told) + 3):
        await visit.recorder.is_told(*BOTH, after=after)


async def test_trouble_that_only_one_process_has_is_told_once(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signaling.leases.TROUBLE_AFTER_SECONDS", 0.1)
    await visit.is_recorded()
    monkeypatch.setattr(other(visit).rooms, "client_of", lambda _visit: None)
    await visit.sees(visit.lee, "recording", trouble="recorder_lost")
    await visit.lee.until(lambda page: "trouble" not in page.visits[visit.name]["recording"])
    await asyncio.sleep(2 * RENEW_EVERY_SECONDS)
    records = await visit.house.store.records(VisitId(visit.name))
    assert [one.event.type for one in records].count("recording_failing") == 1


async def _until(what: object) -> None:
    async with asyncio.timeout(5):
        while not what():  # type: ignore[operator]  # noqa: ASYNC110 - two processes get there
            await asyncio.sleep(0.01)
