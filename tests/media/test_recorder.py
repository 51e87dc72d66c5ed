"""A worker that records: who is in the file, who is told, and what a disk may do."""

import asyncio
import base64
import errno
import os
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from calling import gather_loopback_only
from raw_client import VP8_DELTA, VP8_KEYFRAME, RawClient, until
from running import WALL, Running

from media.core.recording import Entry, Gap, Packet, Track
from media.recordings import reading, recorder, writer
from media.recordings.order import LeaseBody
from media.recordings.reading import Verdict
from media.refused import RefusedError

pytestmark = pytest.mark.sockets

KEY = bytes(range(32))
PLANTED = b"the words of the visit"


def order(*endpoints: str, seconds: float = 5.0, recording: str = "rec-1", key: bytes = KEY) -> LeaseBody:
    return LeaseBody(
        recording=recording,
        key=base64.b64encode(key).decode(),
        wrapped=base64.b64encode(b"wrapped").decode(),
        endpoints=list(endpoints),
        seconds=seconds,
    )


class Studio:
    """An open room of two packet-level clients on a worker that may record."""

    def __init__(self, running: Running, folder: Path) -> None:
        self.running = running
        self.folder = folder
        self.recorder = running.worker.recorder
        self._sent = 0

    async def open(self) -> "Studio":
        self.member = await self.running.raw("visit", "member")
        self.clinician = await self.running.raw("visit", "clinician")
        await self.running.event("connected", endpoint="clinician")
        self.running.worker.open_room("visit")
        return self

    def lease(self, *endpoints: str, **more: Any) -> str:
        return self.recorder.lease("visit", order(*endpoints, **more)).name

    async def says(self, client: RawClient, payload: bytes) -> None:
        """A microphone packet, come back when it went through the room."""
        self._sent += 1
        listener = self.clinician if client is self.member else self.member
        heard = len(listener.rtp) + 1
        client.send(client.protected(self._sent, payload))
        await listener.received(heard)

    async def stop(self) -> None:
        ended = self.recorder.stop("visit")
        assert ended is not None
        async with asyncio.timeout(5):
            await ended.over.wait()

    def segments(self) -> list[Path]:
        return sorted(self.folder.glob("rec-1/*.vvr"))

    def read(self) -> list[Entry]:
        return [entry for path in self.segments() for entry in reading.read(path, KEY)]

    def words(self) -> list[bytes]:
        return [entry.payload for entry in self.read() if isinstance(entry, Packet)]

    def gaps(self) -> list[tuple[tuple[str, ...], str]]:
        return [(entry.endpoints, entry.reason) for entry in self.read() if isinstance(entry, Gap)]

    async def told(self, state: str, reason: str | None = None) -> None:
        said = await self.running.event("recording", state=state)
        assert said == {
            "event": "recording",
            "room": "visit",
            "recording": "rec-1",
            "state": state,
            **({"reason": reason} if reason else {}),
        }


@pytest.fixture
async def studio(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Studio]:
    gather_loopback_only(monkeypatch)
    running = Running(open_rooms=False, recordings=tmp_path / "recordings")
    yield await Studio(running, tmp_path / "recordings").open()
    await running.stop()


async def test_who_is_named_is_in_the_file_and_nobody_else(studio: Studio) -> None:
    await studio.says(studio.member, b"before")
    assert studio.lease("member") == "recording"
    await studio.says(studio.member, PLANTED)
    await studio.says(studio.clinician, b"not named")
    await studio.stop()
    assert studio.words() == [PLANTED]
    assert {entry.endpoint for entry in studio.read() if isinstance(entry, Track)} == {"member"}


async def test_the_file_names_its_recording_and_its_wrapped_key(studio: Studio) -> None:
    studio.lease("member")
    await studio.stop()
    (path,) = studio.segments()
    said = reading.header(path)
    assert (said.recording, said.wrapped, said.started) == ("rec-1", b"wrapped", int(WALL * 1000))
    assert path.stem == said.segment
    assert said.segment.startswith(f"{said.started:014d}-")


async def test_nothing_that_can_be_read_touches_the_disk(studio: Studio) -> None:
    studio.lease("member", "clinician")
    for _ in range(40):
        await studio.says(studio.member, PLANTED * 20)
    studio.member.send(studio.member.protected(1, VP8_KEYFRAME + PLANTED, ssrc=2001, type_=120))
    await studio.says(studio.clinician, b"OpusHead\x1aE\xdf\xa3")
    await studio.stop()
    assert len(studio.words()) == 42
    for path in (path for path in studio.folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        for secret in (PLANTED, b"OpusHead", b"\x1aE\xdf\xa3", VP8_KEYFRAME, KEY, b"member"):
            assert secret not in data


async def test_withdrawal_takes_effect_with_the_next_packet(studio: Studio) -> None:
    studio.lease("member", "clinician")
    await studio.says(studio.member, b"yes")
    studio.lease("clinician")
    await studio.says(studio.member, b"no")
    await studio.says(studio.clinician, b"still")
    await studio.stop()
    assert studio.words() == [b"yes", b"still"]
    assert studio.gaps() == [(("member",), "no_consent"), (("clinician",), "stopped")]


async def test_an_empty_list_pauses_and_is_told(studio: Studio) -> None:
    studio.lease("member")
    await studio.told("recording")
    assert studio.lease() == "paused"
    await studio.told("paused", "no_consent")
    await studio.says(studio.member, b"no")
    assert studio.lease("member") == "recording"
    await studio.told("recording")
    await studio.says(studio.member, b"yes")
    await studio.stop()
    await studio.told("stopped", "stopped")
    assert studio.words() == [b"yes"]


async def test_a_lease_that_nobody_renews_pauses_by_itself(studio: Studio) -> None:
    studio.lease("member", seconds=0.2)
    await studio.told("recording")
    await studio.told("paused", "lease_lapsed")
    await studio.says(studio.member, b"no")
    studio.lease("member")
    await studio.told("recording")
    await studio.says(studio.member, b"yes")
    await studio.stop()
    assert studio.words() == [b"yes"]
    assert studio.gaps() == [(("member",), "lease_lapsed"), (("member",), "stopped")]


async def test_a_room_that_ends_ends_its_recording_in_order(studio: Studio) -> None:
    studio.lease("member")
    await studio.says(studio.member, b"last words")
    studio.running.worker.remove_room("visit")
    await studio.told("stopped", "stopped")
    (path,) = studio.segments()
    assert reading.verify(path, KEY).ended
    assert studio.words() == [b"last words"]


async def test_a_worker_that_ends_ends_its_recordings_in_order(studio: Studio) -> None:
    studio.lease("member")
    await studio.says(studio.member, b"last words")
    await studio.running.worker.stop()
    (path,) = studio.segments()
    assert reading.verify(path, KEY).ended
    assert studio.words() == [b"last words"]


async def test_the_same_recording_begun_again_is_another_segment(studio: Studio) -> None:
    for word in (b"one", b"two"):
        studio.lease("member")
        await studio.says(studio.member, word)
        await studio.stop()
    assert len(studio.segments()) == 2
    assert sorted(studio.words()) == [b"one", b"two"]


async def test_another_recording_or_key_is_refused_and_changes_nothing(studio: Studio) -> None:
    studio.lease("member")
    for wrong in (order(recording="rec-2"), order(key=bytes(32))):
        with pytest.raises(RefusedError) as caught:
            studio.recorder.lease("visit", wrong)
        assert (caught.value.code, caught.value.status) == ("recording_other", 409)
    await studio.says(studio.member, b"goes on")
    await studio.stop()
    assert studio.words() == [b"goes on"]
    assert [path.name for path in studio.folder.iterdir()] == ["rec-1"]


async def test_what_a_crash_leaves_is_less_than_two_seconds_short(studio: Studio) -> None:
    """The file as it is on the disk at any moment, without its worker's help."""
    studio.lease("member", seconds=5)
    began = time.perf_counter()
    sent: list[float] = []
    while time.perf_counter() - began < 3:
        sent.append(time.perf_counter())
        await studio.says(studio.member, b"%d" % (len(sent) - 1))
        await asyncio.sleep(0.02)
    now = time.perf_counter()
    (path,) = studio.segments()
    verdict = Verdict()
    last = [entry for entry in reading.read(path, KEY, verdict) if isinstance(entry, Packet)][-1]
    assert not verdict.ended
    assert now - sent[int(last.payload)] < 2


class Disk:
    """os.pwrite that can be told to refuse."""

    def __init__(self) -> None:
        self.full = False
        self.pwrite = os.pwrite

    def __call__(self, fd: int, data: bytes, offset: int) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device", "/var/lib/secret-place")
        return self.pwrite(fd, data, offset)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    made = Disk()
    monkeypatch.setattr(os, "pwrite", made)
    monkeypatch.setattr(writer, "RETRY_EVERY", 0.1)
    yield made
    made.full = False


async def test_a_full_disk_costs_the_recording_and_not_the_visit(
    studio: Studio, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    studio.lease("member")
    await studio.says(studio.member, b"before")
    await studio.told("recording")
    disk.full = True
    await studio.told("paused", "disk_full")
    for _ in range(5):
        await studio.says(studio.member, b"lost")
    assert studio.recorder.figures() == {"recordings": 1, "recording_packets_missed": 5}
    assert studio.lease("member") == "paused"
    disk.full = False
    await studio.told("recording")
    await studio.says(studio.member, b"after")
    await studio.stop()
    assert studio.words() == [b"before", b"after"]
    assert studio.gaps() == [(("member",), "disk_full"), (("member",), "stopped")]
    assert reading.verify(studio.segments()[0], KEY).damages == []
    assert [record.getMessage() for record in caplog.records if record.name == writer.__name__] == [
        "a recording cannot be written: No space left on device"
    ]


async def test_a_disk_that_is_full_from_the_start_is_told(studio: Studio, disk: Disk) -> None:
    disk.full = True
    studio.lease("member")
    await studio.told("paused", "disk_full")
    disk.full = False
    await studio.told("recording")
    await studio.says(studio.member, b"at last")
    await studio.stop()
    assert studio.words() == [b"at last"]


async def test_an_end_that_the_disk_never_takes_is_told(
    studio: Studio, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "LAST_TRIES", 3)
    studio.lease("member")
    await studio.says(studio.member, b"words")
    disk.full = True
    await studio.stop()
    await studio.told("stopped", "disk_full")


@pytest.mark.usefixtures("disk")
async def test_one_recording_that_is_refused_does_not_stop_the_others(studio: Studio) -> None:
    studio.lease("member")
    await until(studio.segments)
    (studio.folder / "rec-2").write_text("in the way")
    studio.running.worker.open_room("other")
    studio.recorder.lease("other", order("guest", recording="rec-2"))
    await studio.running.event("recording", room="other", state="paused", reason="disk_full")
    await studio.says(studio.member, b"goes on")
    await studio.stop()
    assert studio.words() == [b"goes on"]
    (studio.folder / "rec-2").unlink()
    await studio.running.event("recording", room="other", state="recording")


async def test_a_disk_that_hangs_pauses_the_recording_and_nothing_else(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "BACKLOG_MAX", 1 << 16)
    monkeypatch.setattr(recorder, "BACKLOG_LOW", 1 << 15)
    release, fdatasync = asyncio.Event(), os.fdatasync
    loop = asyncio.get_running_loop()

    def hang(fd: int) -> None:
        asyncio.run_coroutine_threadsafe(release.wait(), loop).result(10)
        fdatasync(fd)

    studio.lease("member")
    await until(studio.segments)
    monkeypatch.setattr(os, "fdatasync", hang)
    for number in range(100):
        await studio.says(studio.member, b"%d " % number + bytes(1000))
    await studio.told("paused", "disk_full")
    missed = studio.recorder.figures()["recording_packets_missed"]
    await studio.says(studio.member, b"lost")
    assert studio.recorder.figures()["recording_packets_missed"] == missed + 1
    release.set()
    await studio.told("recording")
    await studio.says(studio.member, b"after")
    await studio.stop()
    words = studio.words()
    assert words[-1] == b"after"
    assert b"lost" not in words
    assert len(words) >= 65


async def test_video_is_recorded_with_its_marks(studio: Studio) -> None:
    studio.lease("member")
    for sequence, payload in ((1, VP8_KEYFRAME), (2, VP8_DELTA)):
        studio.member.send(studio.member.protected(sequence, payload, ssrc=2001, type_=120, timestamp=9))
    await studio.clinician.received(2)
    await studio.stop()
    assert studio.words() == [VP8_KEYFRAME, VP8_DELTA]
