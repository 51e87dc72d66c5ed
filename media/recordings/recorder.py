"""The recordings of one worker: leases come in, chunks go to the writer, changes are told.

Everything but the writer's thread runs on the worker's loop. A recording stops with its room, by a request,
or with the worker; the same id begun again, here or in another worker, is another segment of the recording.
"""

import asyncio
import hmac
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from media.core.tape import State, Tape
from media.news import News
from media.recordings.order import LeaseBody
from media.recordings.sealing import Header
from media.recordings.segment import Segment
from media.recordings.writer import Spool, Writer
from media.refused import RefusedError
from media.rooms import LiveRoom, Rooms
from media.surroundings import Surroundings

BACKLOG_MAX: Final = 2 << 20
"""Bytes of one recording that may wait for the disk, about five seconds of a visit: then it pauses."""
BACKLOG_LOW: Final = 1 << 20
"""Where it goes on."""
TOTAL_MAX: Final = 64 << 20
"""Bytes of all recordings that may wait."""
LOOK_EVERY: Final = 0.01
"""Seconds between two looks at what still has to reach the disk when the worker ends."""


@dataclass(eq=False, slots=True)
class Recording:
    """One segment in the making."""

    room: str
    name: str
    key: bytes = field(repr=False)
    tape: Tape = field(repr=False)
    spool: Spool = field(repr=False)
    told: State | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    """Set when nothing more will be written."""


class Recorder:
    """`directory` has a folder for each recording; without one there are none.

    The thread that writes starts with the first recording.
    """

    def __init__(self, directory: Path | None, rooms: Rooms, news: News, surroundings: Surroundings) -> None:
        self._directory = directory
        self._rooms = rooms
        self._news = news
        self._clock = surroundings.clock
        self._wall = surroundings.wall
        self._entropy = surroundings.entropy
        self._writer: Writer | None = None
        self._active: dict[str, Recording] = {}  # by room
        self._ending: list[Recording] = []
        self._missed = 0  # by recordings that are over

    def figures(self) -> dict[str, int]:
        """Counts for `/healthz`."""
        return {
            "recordings": len(self._active),
            "recording_packets_missed": self._missed + sum(one.tape.missed for one in self._active.values()),
        }

    def state(self, room: str) -> dict[str, object]:
        """What the API tells of a room: its recording, if it has one."""
        recording = self._active.get(room)
        if recording is None:
            return {}
        return {"recording": {"recording": recording.name, **_said(recording.tape.state)}}

    def lease(self, name: str, order: LeaseBody, version: int = 0) -> State:
        """Start or renew a room's recording; from the next packet on it has who is named, and nobody else.

        `version`: how far the history had got on which this was agreed; 0: nobody says.

        Raises:
            RefusedError: this worker keeps no recordings, or the room is not there, or has another one, or
                something newer than `version` was said of it.
        """
        if self._directory is None:
            raise RefusedError("recording_off", "This worker keeps no recordings.", 409)
        room = self._rooms.get(name)
        if room is None:
            raise RefusedError("not_found", "There is nothing of that name here.", 404)
        _in_order(room, version)
        now = self._clock()
        recording = self._active.get(name)
        if recording is None:
            recording = self._begin(self._directory, room, order, now)
        elif recording.name != order.recording or not hmac.compare_digest(recording.key, order.key):
            raise RefusedError("recording_other", "The room has another recording.", 409)
        room.leased = max(room.leased, version)
        room.core.lease(order.endpoints, now + order.seconds, now)
        self._tell(recording)
        return recording.tape.state

    def stop(self, name: str, version: int = 0) -> Recording | None:
        """End a room's recording, if it has one: no later packet is written, and what was gathered is.

        Its end is on the disk when it is `over`. No lease of an older `version` begins it again.

        Raises:
            RefusedError: something newer than `version` was said of it.
        """
        room = self._rooms.get(name)
        if room is not None:
            _in_order(room, version)
            room.leased = max(room.leased, version)
        recording = self._active.pop(name, None)
        if recording is None:
            return None
        tape, spool = recording.tape, recording.spool
        tape.end(self._clock())
        if room is not None:
            room.core.record(None)
        self._missed += tape.missed
        *before, last = tape.take() or [[]]
        for chunk in before:
            spool.put(chunk)
        spool.put(last, last=True)
        self._ending.append(recording)
        return recording

    def tick(self, now: float) -> None:
        """Every 50 ms: pass chunks on, pause for a disk that does not keep up, tell what changed."""
        total = self._writer.backlog if self._writer is not None else 0
        for recording in self._active.values():
            tape, spool = recording.tape, recording.spool
            tape.tick(now)
            for chunk in tape.take():
                spool.put(chunk)
            most = BACKLOG_LOW if tape.halted else BACKLOG_MAX
            takes = not spool.failing and spool.backlog <= most and total <= TOTAL_MAX
            if takes and tape.halted:
                tape.go_on(now)
            elif not takes and not tape.halted:
                tape.halt(now)
            if tape.state != recording.told:
                self._tell(recording)
        if self._ending:
            self._look_after_endings()

    async def close(self, within: float) -> None:
        """Wait until what was stopped is on the disk, at most so long. Every room is gone by now."""
        deadline = self._clock() + within
        while self._ending and self._clock() < deadline:
            await asyncio.sleep(LOOK_EVERY)
            self._look_after_endings()
        if self._writer is not None:
            self._writer.end()

    def _begin(self, directory: Path, room: LiveRoom, order: LeaseBody, now: float) -> Recording:
        if self._writer is None:
            self._writer = Writer(self._clock)
        started = int(self._wall() * 1000)
        name = f"{started:014d}-{self._entropy(8).hex()}"  # names sort as the segments follow each other
        segment = Segment(directory, Header(order.recording, name, order.wrapped, started), order.key)
        tape = Tape(now)
        recording = Recording(room.name, order.recording, order.key, tape, self._writer.spool(segment))
        room.core.record(tape)
        self._active[room.name] = recording
        return recording

    def _look_after_endings(self) -> None:
        for recording in [one for one in self._ending if one.spool.over]:
            self._ending.remove(recording)
            self._tell(recording)
            recording.over.set()

    def _tell(self, recording: Recording) -> None:
        state = recording.tape.state
        if recording.spool.unfinished:
            state = State("stopped", "disk_full")
        if state != recording.told:
            recording.told = state
            self._news.tell("recording", room=recording.room, recording=recording.name, **_said(state))


def _in_order(room: LiveRoom, version: int) -> None:
    """A process that is behind must not record what somebody has meanwhile said no to.

    Raises:
        RefusedError: `stale`; nothing changed.
    """
    if version and version < max(room.leased, room.version):
        raise RefusedError("stale", "This was agreed before something that the room knows already.", 409)


def _said(state: State) -> dict[str, str]:
    return {"state": state.name, "reason": state.reason} if state.reason else {"state": state.name}
