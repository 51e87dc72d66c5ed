"""From a press to the recorder: what was agreed is leased, what was not is never, and a no takes no time."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from signaling.leases import LEASE_SECONDS, RENEW_EVERY_SECONDS
from tests.signaling.sockets.house import RECORDING_KEYS, House, Page, open_house
from tests.signaling.sockets.recorder import Recorder, Studio
from waiting_room.core.ids import RecordingId, StaffId
from waiting_room.database import Unavailable

pytestmark = pytest.mark.sockets

BOTH = ("clinician", "member")
WORDS = {"consent": "recording_2026_11", "language": "en"}


@dataclass
class Visit:
    """Ana and Dr. Lee in a visit, and a recorder that has its room."""

    house: House
    studio: Studio
    recorder: Recorder
    ana: Page
    lee: Page

    @property
    def name(self) -> str:
        return self.ana.visit

    async def asks(self) -> Any:
        return await self.lee.does("ask_recording", visit=self.name, **WORDS)

    async def agrees(self, *people: str) -> Any:
        await self.ana.until(lambda page: page.view.get("recording", {}).get("waiting_for"))
        recording = self.ana.view["recording"]["id"]
        return await self.ana.does("agree_recording", recording=recording, people=list(people), **WORDS)

    async def is_recorded(self) -> str:
        """Asked, agreed and leased; the recording's id."""
        assert (await self.asks())["ok"]
        assert (await self.agrees("Leo"))["ok"]
        return (await self.recorder.is_told(*BOTH)).recording

    async def sees(self, page: Page, state: str, **more: Any) -> None:
        def shown(page: Page) -> bool:
            view = page.view if page is self.ana else page.visits.get(self.name, {})
            recording = view.get("recording", {})
            return recording.get("state") == state and all(recording.get(k) == v for k, v in more.items())

        await page.until(shown)


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    studio = Studio(tmp_path)
    async with open_house(tmp_path, workers=studio, records=True) as house:
        yield await begun(house, studio)
    await studio.closes()


async def begun(house: House, studio: Studio) -> Visit:
    recorder = await studio.hires()
    lee, ana = await house.clinician("lee"), await house.member(checked_in=True)
    for step in ("claim", "admit"):
        assert (await lee.does(step, visit=ana.visit))["ok"]
    await ana.shows("in_visit")
    await house.rooms.settled()
    return Visit(house, studio, recorder, ana, lee)


async def test_nothing_is_leased_before_everybody_has_agreed(visit: Visit) -> None:
    await visit.asks()
    refused = await visit.agrees()
    assert (refused["error"]["code"], refused["error"]["others"]) == ("people_changed", 1)
    assert visit.recorder.told == []
    assert (await visit.agrees("Leo"))["ok"]
    lease = await visit.recorder.is_told(*BOTH)
    assert lease.seconds == LEASE_SECONDS <= 5
    assert visit.recorder.told[0].endpoints == BOTH


async def test_everybody_sees_that_it_runs(visit: Visit) -> None:
    sam = await visit.house.support()
    await visit.asks()
    await visit.sees(visit.ana, "asked", mine=False, people=1)
    await visit.sees(visit.lee, "asked", waiting_for=["member", "member-1"])
    await visit.agrees("Leo")
    await visit.sees(visit.ana, "recording", mine=True)
    await visit.sees(visit.lee, "recording", names={"member-1": "Leo"})
    await visit.sees(sam, "recording")
    assert "Leo" not in str(sam.visits)


async def test_the_key_is_the_recordings_own_and_kept_only_wrapped(visit: Visit) -> None:
    recording = RecordingId(await visit.is_recorded())
    lease = visit.recorder.told[-1]
    assert RECORDING_KEYS.open(recording, lease.wrapped) == lease.key
    shelved = await visit.house.shelf.find(recording)
    assert shelved is not None
    assert (shelved.wrapped_key, shelved.clinician) == (lease.wrapped, "lee")
    assert lease.key not in stored(visit)


def stored(visit: Visit) -> bytes:
    return Path(visit.house.store._database.url.database or "").read_bytes()


async def test_a_lease_is_renewed_before_it_lapses(visit: Visit) -> None:
    await visit.is_recorded()
    first = visit.recorder.told[0]
    second = await visit.recorder.is_told(*BOTH, after=1)
    third = await visit.recorder.is_told(*BOTH, after=2)
    assert second.key == first.key
    assert third.at - first.at < first.seconds
    assert third.at - second.at > RENEW_EVERY_SECONDS * 0.9


async def test_a_withdrawal_reaches_the_recorder_within_a_second(visit: Visit) -> None:
    await visit.is_recorded()
    pressed = time.perf_counter()
    assert (await visit.ana.does("refuse_recording"))["ok"]
    over = (await visit.recorder.is_over()).at - pressed
    print(f"withdrawn: the recorder is told after {over:.3f} s")
    assert over < 1.0
    await visit.sees(visit.lee, "stopped", reason="withdrawn")


async def test_a_withdrawal_does_not_wait_for_a_worker_that_hangs(visit: Visit) -> None:
    await visit.is_recorded()
    visit.recorder.slow.clear()
    before = visit.recorder.arriving
    await visit.recorder.until(lambda: visit.recorder.arriving > before)
    pressed = time.perf_counter()
    await visit.ana.does("refuse_recording")
    assert (await visit.recorder.is_over()).at - pressed < 1.0
    visit.recorder.slow.set()


async def test_a_no_pauses_it_although_nothing_can_be_written_down(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visit.is_recorded()

    async def gone(*_: Any) -> None:
        raise Unavailable

    monkeypatch.setattr(visit.house.store, "append", gone)
    refused = await visit.ana.does("refuse_recording")
    assert "error" in refused
    await visit.recorder.is_told(after=1)
    assert visit.recorder.may == ()


async def test_what_is_not_known_to_be_agreed_is_not_leased_again(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visit.is_recorded()
    looked = 0

    async def gone(*_: Any) -> None:
        nonlocal looked
        looked += 1
        visit.recorder.more.set()
        raise Unavailable

    monkeypatch.setattr(visit.house.store, "load", gone)
    told = len(visit.recorder.told)
    await visit.recorder.until(lambda: looked > 2)
    assert len(visit.recorder.told) == told


async def test_someone_new_pauses_it_and_their_agreement_resumes_it(visit: Visit) -> None:
    await visit.is_recorded()
    count = len(visit.recorder.told)
    pressed = time.perf_counter()
    assert (await visit.lee.does("someone_joined", visit=visit.name))["ok"]
    paused = await visit.recorder.is_told(after=count)
    assert paused.at - pressed < 1.0
    await visit.sees(visit.ana, "paused", mine=False)
    await visit.ana.does("give_present", people="Leo and Mía", others=2)
    count = len(visit.recorder.told)
    assert (await visit.agrees("Leo", "Mía"))["ok"]
    await visit.recorder.is_told(*BOTH, after=count)


async def test_a_hold_pauses_it(visit: Visit) -> None:
    await visit.is_recorded()
    count = len(visit.recorder.told)
    await visit.lee.does("suspend", visit=visit.name)
    await visit.recorder.is_told(after=count)
    await visit.sees(visit.ana, "paused", reason="on_hold")


@pytest.mark.parametrize("ending", ["end", "requeue"])
async def test_the_end_of_the_visit_ends_it_and_queues_its_files(visit: Visit, ending: str) -> None:
    recording = RecordingId(await visit.is_recorded())
    more = {"outcome": "treated"} if ending == "end" else {}
    await visit.lee.does(ending, visit=visit.name, **more)
    await visit.recorder.until(lambda: not visit.recorder.may or not visit.house.leases)
    await ended(visit, recording)
    later = visit.house.clock.at + timedelta(minutes=1)
    job = await visit.house.shelf.claim("c", later, later)
    assert job is not None
    assert job.recording == recording


async def ended(visit: Visit, recording: RecordingId) -> None:
    """The keeper of the lease has done with it."""
    assert visit.house.leases is not None
    lease = visit.house.leases._leases.get(recording)
    if lease is not None and lease.task is not None:
        await lease.task


async def test_another_worker_gets_it_anew(visit: Visit) -> None:
    recording = await visit.is_recorded()
    await visit.studio.dies("w")
    other = await visit.studio.hires("x")
    assert (await other.is_told(*BOTH)).recording == recording
    assert other.told[0].key == visit.recorder.told[0].key


async def test_a_full_disk_is_told_to_clinician_and_desk_and_so_is_its_end(visit: Visit) -> None:
    sam = await visit.house.support()
    await visit.is_recorded()
    await visit.recorder.fills_up(visit.name)
    for page in (visit.lee, sam):
        await visit.sees(page, "recording", trouble="disk_full")
    assert visit.ana.view["state"] == "in_visit"
    await visit.recorder.has_room_again(visit.name)
    for page in (visit.lee, sam):
        await visit.sees(page, "recording", trouble=None)


async def test_a_worker_that_cannot_record_is_told(visit: Visit) -> None:
    visit.recorder.off = True
    await visit.asks()
    await visit.agrees("Leo")
    await visit.sees(visit.lee, "recording", trouble="recording_off")


async def test_the_clinician_stops_it(visit: Visit) -> None:
    await visit.is_recorded()
    assert (await visit.lee.does("stop_recording", visit=visit.name))["ok"]
    await visit.recorder.is_over()
    await visit.sees(visit.ana, "stopped", reason="clinician")


async def test_a_house_that_is_started_again_goes_on_with_it(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    async with open_house(tmp_path, workers=studio, records=True) as house:
        recording = await (await begun(house, studio)).is_recorded()
    others = Studio(tmp_path)
    others.recorders = [*studio.recorders]
    async with open_house(tmp_path, workers=others, records=True):
        recorder = await others.hires("again")
        assert (await recorder.is_told(*BOTH)).recording == recording
    await others.closes()


async def test_a_recording_that_nobody_ended_is_ended_by_the_sweep(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    async with open_house(tmp_path, workers=studio, records=True) as house:
        visit = await begun(house, studio)
        recording = RecordingId(await visit.is_recorded())
        assert house.leases is not None
        await house.leases.stop()  # as if the process had died
        house.leases._unsubscribe = lambda: None
        await visit.lee.does("end", visit=visit.name, outcome="treated")
    async with open_house(tmp_path, records=True) as house:
        assert house.leases is not None
        assert [one.id for one in await house.shelf.running()] == [recording]
        await house.leases.sweep()
        assert await house.shelf.running() == ()
        (listed,) = await house.shelf.of_clinician(StaffId("lee"))
        assert len(listed.jobs) == 1
    await studio.closes()


async def test_where_nothing_is_recorded_nobody_can_ask(house: House) -> None:
    lee, ana = await house.clinician("lee"), await house.member(checked_in=True)
    for step in ("claim", "admit"):
        await lee.does(step, visit=ana.visit)
    refused = await lee.does("ask_recording", visit=ana.visit, **WORDS)
    assert refused["error"]["code"] == "recording_off"
    assert refused["error"]["sentence"]
    assert (await ana.does("refuse_recording"))["ok"]


async def test_who_is_no_longer_in_the_visit_does_not_agree_for_who_is(visit: Visit) -> None:
    await visit.asks()
    await visit.sees(visit.ana, "asked")
    second = await visit.house.connects("/member", visit.ana.cookie)
    await second.hears("snapshot")
    await visit.ana.hears("superseded")
    assert (await visit.agrees("Leo"))["error"]["code"] == "superseded"
    assert visit.recorder.told == []


async def test_an_agreement_to_nothing_is_refused(visit: Visit) -> None:
    answer = await visit.ana.does("agree_recording", recording="rec", people=["Leo"], **WORDS)
    assert answer["error"]["code"] == "no_recording"


@pytest.mark.parametrize(
    "wrong",
    [
        {"people": ["a\u202eb"]},
        {"people": ["x" * 101]},
        {"people": ["x"] * 21},
        {"people": "Leo"},
        {"consent": "words with spaces"},
        {"recording": "a/b"},
    ],
)
async def test_names_and_versions_are_bounded(visit: Visit, wrong: dict[str, Any]) -> None:
    said = {"recording": "rec", "people": ["Leo"], **WORDS, **wrong}
    assert (await visit.ana.does("agree_recording", **said))["error"]["code"] == "malformed"
