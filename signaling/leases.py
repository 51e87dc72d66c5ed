"""Leases: what the recorder may have of each visit, said again and again for as long as it holds.

Consent is history (`waiting_room.core.agreement`); the recorder knows nothing of it and keeps only what a
lease names, for seconds. Here the one becomes the other.

Rules:

* A change is told at once, and before it is told nothing else is: a withdrawal does not wait for a timer.
* Each renewal is preceded by a look at the stored visit. A database that cannot be asked, and a process that
  is dead, both let the lease lapse: what is not known to be agreed is not recorded.
* A lease is for whichever worker has the visit's room. A worker that is started anew gets it anew.
* Every web process renews. A lease names the version of the history it rests on, and a recorder that has
  heard a newer one refuses it: a process that is behind overrides nobody's no. A no that is not written down
  yet counts as the record it is going to be.
* A recording that is over is said to be over, to the worker and to the shelf, whose job makes the files.
* What the recorder cannot do is told to the visit (`recording_failing`), where clinician and desk see it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog

from signaling.clock import Clock
from signaling.gates import MediaNews, RecorderSaid
from signaling.ids import Ids
from signaling.media_client import STALE, MediaRefusedError, MediaUnavailableError
from signaling.recording_keys import RecordingKeys, WrongKeyError
from signaling.rooms import Rooms
from waiting_room.core import commands as c
from waiting_room.core.agreement import RUNNING, lease_of
from waiting_room.core.ids import CommandId, RecordingId, VisitId
from waiting_room.core.model import Actor, Role, Visit
from waiting_room.database import Unavailable
from waiting_room.desk import Change, Desk
from waiting_room.recordings import Recordings, Shelved

LEASE_SECONDS: Final = 4.0
"""How long the recorder goes on when nobody says anything. Longer records past a crash; shorter has gaps."""
RENEW_EVERY_SECONDS: Final = 1.5
"""Two renewals may be lost before a lease lapses."""
RETRY_AFTER_SECONDS: Final = 0.25
TROUBLE_AFTER_SECONDS: Final = 2.5
"""A recorder that takes no lease for so long is told as trouble; a restart of a worker is shorter."""
CONTRADICTED_SECONDS: Final = 30.0
"""How long a process that cannot reach a recorder keeps silent when another one can."""
END_WITHIN_SECONDS: Final = 5.0
"""How long a worker may take to say that all is written; then the lease has lapsed anyhow."""

_RECORDER: Final = Actor(Role.system, "recorder")

log = structlog.get_logger("leases")


@dataclass(slots=True)
class _Lease:
    """One recording of a visit, as it is to be."""

    shelved: Shelved
    seq: int
    endpoints: tuple[str, ...] | None
    """None: it is over."""
    forbidden: bool = False
    reason: str | None = None
    """What the worker said last about why it does not write."""
    trouble: str | None = None
    """What is wrong, if it is worth telling."""
    told: str | None = None
    """The trouble that the visit knows of."""
    failing_since: float | None = None
    quiet_until: float = 0.0
    """Until then no trouble is told: another process has said that there is none."""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    @property
    def wanted(self) -> tuple[str, ...] | None:
        return () if self.forbidden and self.endpoints else self.endpoints

    @property
    def version(self) -> int:
        return self.seq + 1 if self.forbidden else self.seq


class Leases:
    """Renews the leases of every visit that is being recorded."""

    def __init__(
        self, *, desk: Desk, rooms: Rooms, shelf: Recordings, keys: RecordingKeys, clock: Clock, ids: Ids
    ) -> None:
        self._desk = desk
        self._rooms = rooms
        self._shelf = shelf
        self._keys = keys
        self._clock = clock
        self._ids = ids
        self._leases: dict[RecordingId, _Lease] = {}
        self._of: dict[VisitId, RecordingId] = {}
        self._on_end: list[Callable[[], None]] = []
        self._unsubscribe = desk.subscribe(self._change)
        rooms.on_news(self._heard)

    def on_end(self, listener: Callable[[], None]) -> None:
        """Call `listener` when a recording has ended and its files may be made."""
        self._on_end.append(listener)

    async def start(self) -> None:
        """Take up the recordings of visits that run already."""
        for visit in await self._desk.open_visits():
            self._see(visit)

    async def stop(self) -> None:
        """Say nothing more: what is recorded now lapses."""
        self._unsubscribe()
        tasks = [lease.task for lease in self._leases.values() if lease.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._leases.clear()

    def forbid(self, visit: VisitId) -> None:
        """Somebody has said no: pause now, whether or not it can be written down at once."""
        lease = self._leases.get(self._of.get(visit, RecordingId("")))
        if lease is not None:
            lease.forbidden = True
            lease.news.set()

    def figures(self) -> dict[str, int]:
        """Counts for the metrics page."""
        leases = self._leases.values()
        return {
            "recording": sum(bool(lease.wanted) for lease in leases),
            "recordings_paused": sum(lease.wanted == () for lease in leases),
            "recordings_failing": sum(lease.told is not None for lease in leases),
        }

    async def sweep(self) -> None:
        """End what nobody has ended: a process may have died between a visit's change and the shelf's."""
        for shelved in await self._shelf.running():
            if shelved.id in self._leases:
                continue
            visit = await self._desk.visit(shelved.visit)
            if visit is not None and _is_on(visit, shelved.id):
                self._see(visit)
            else:
                await self._end_on_shelf(shelved.id, LEASE_SECONDS)

    # --- what is wanted ----------------------------------------------------------------------------------

    def _change(self, change: Change) -> None:
        self._see(change.after)

    def _see(self, visit: Visit) -> None:
        """The visit is so now: begin, change or end its lease."""
        recording = visit.recording
        former = self._leases.get(self._of.get(visit.id, RecordingId("")))
        if former is not None:
            if former.seq > visit.seq:
                return
            on = _is_on(visit, former.shelved.id)
            wanted = lease_of(visit) if on else None
            former.seq = visit.seq
            if on and recording:
                self._heard_trouble(former, recording.trouble)
            if wanted != former.endpoints:
                former.endpoints = wanted
                former.news.set()
            if on:
                return
            del self._of[visit.id]
        if recording is not None and recording.started_at is not None and recording.state in RUNNING:
            shelved = Shelved(
                id=recording.id,
                visit=visit.id,
                clinic=visit.clinic,
                clinician=recording.by,
                wrapped_key=self._keys.new(recording.id),
                started_at=recording.started_at,
            )
            lease = _Lease(shelved, visit.seq, lease_of(visit), told=recording.trouble)
            self._leases[recording.id] = lease
            self._of[visit.id] = recording.id
            lease.task = asyncio.create_task(self._keep(lease), name="keep a lease")

    def _heard_trouble(self, lease: _Lease, trouble: str | None) -> None:
        """The visit knows of this trouble now, or of none: then whoever knows more than we do has said so."""
        if trouble is None and lease.told is not None and lease.trouble is not None:
            lease.quiet_until = asyncio.get_running_loop().time() + CONTRADICTED_SECONDS
        lease.told = trouble

    def _heard(self, news: MediaNews) -> None:
        if isinstance(news, RecorderSaid):
            lease = self._leases.get(news.recording)
            if lease is not None and news.state != "stopped":
                lease.reason = news.reason if news.state == "paused" else None
                lease.news.set()

    # --- saying it ---------------------------------------------------------------------------------------

    async def _keep(self, lease: _Lease) -> None:
        try:
            key = await self._begun(lease)
            while lease.wanted is not None:
                lease.news.clear()
                held = await self._say(lease, key)
                await self._tell_trouble(lease)
                await self._pause(lease, RENEW_EVERY_SECONDS if held else RETRY_AFTER_SECONDS)
            await self._end(lease)
        except WrongKeyError:
            log.warning("recording_key_missing", visit=lease.shelved.visit, recording=lease.shelved.id)
            lease.trouble = "key_missing"
            await self._tell_trouble(lease)
        finally:
            self._leases.pop(lease.shelved.id, None)

    async def _begun(self, lease: _Lease) -> bytes:
        """The recording's data key. There is none until the shelf has kept it, wrapped."""
        while True:
            try:
                kept = await self._shelf.begin(lease.shelved)
            except Unavailable:
                await asyncio.sleep(RETRY_AFTER_SECONDS)
            else:
                lease.shelved = kept
                return self._keys.open(kept.id, kept.wrapped_key)

    async def _say(self, lease: _Lease, key: bytes) -> bool:
        """Tell the worker what it may have; whether it has taken it, and does what it may."""
        endpoints, version = lease.wanted or (), lease.version
        client = self._rooms.client_of(lease.shelved.visit)
        trouble: str | None = None
        taken = False
        try:
            if client is not None:
                state = await client.record(
                    lease.shelved.visit,
                    lease.shelved.id,
                    key=key,
                    wrapped=lease.shelved.wrapped_key,
                    endpoints=endpoints,
                    seconds=LEASE_SECONDS,
                    version=version,
                )
                taken = True
                if endpoints and state != "recording":
                    trouble = lease.reason or "not_writing"
            else:
                trouble = "recorder_lost"
        except MediaRefusedError as refused:
            if refused.code == STALE:
                await self._look(lease)
                return False
            trouble = "recorder_lost" if refused.code == "not_found" else refused.code
        except MediaUnavailableError:
            trouble = "recorder_lost"
        self._judge(lease, trouble if endpoints else None)
        return taken and trouble is None

    def _judge(self, lease: _Lease, trouble: str | None) -> None:
        """What is wrong counts at once when the worker says so, and after a while when it says nothing."""
        now = asyncio.get_running_loop().time()
        if trouble is None:
            lease.failing_since, lease.trouble = None, None
            return
        lease.failing_since = lease.failing_since or now
        if trouble != "recorder_lost" or now - lease.failing_since >= TROUBLE_AFTER_SECONDS:
            lease.trouble = trouble

    async def _tell_trouble(self, lease: _Lease) -> None:
        """Have the visit know what the recorder cannot do, or can again."""
        if lease.trouble == lease.told or (lease.trouble is None and lease.failing_since is not None):
            return
        if lease.trouble is not None and asyncio.get_running_loop().time() < lease.quiet_until:
            return
        note = c.NoteRecording(recording=lease.shelved.id, trouble=lease.trouble)
        try:
            await self._desk.execute(
                lease.shelved.visit, note, _RECORDER, self._clock.now(), CommandId(self._ids.new())
            )
            lease.told = lease.trouble
        except Unavailable:
            pass  # said again with the next renewal

    async def _pause(self, lease: _Lease, seconds: float) -> None:
        """Until there is news, or it is time; then only what is still so in the store is said again."""
        try:
            async with asyncio.timeout(seconds):
                await lease.news.wait()
        except TimeoutError:
            await self._look(lease)

    async def _look(self, lease: _Lease) -> None:
        """Come back when the stored visit was seen, or when it has made an end."""
        while not lease.news.is_set():
            try:
                visit = await self._desk.visit(lease.shelved.visit)
            except Unavailable:
                await asyncio.sleep(RETRY_AFTER_SECONDS)
            else:
                if visit is not None:
                    self._see(visit)
                return

    async def _end(self, lease: _Lease) -> None:
        """Have the worker end it, and the shelf make its files."""
        client = self._rooms.client_of(lease.shelved.visit)
        wait = LEASE_SECONDS
        if client is not None:
            try:
                await client.stop_recording(
                    lease.shelved.visit, within=END_WITHIN_SECONDS, version=lease.version
                )
                wait = 0.0
            except (MediaRefusedError, MediaUnavailableError):
                log.warning("recording_lapses", visit=lease.shelved.visit, recording=lease.shelved.id)
        await self._end_on_shelf(lease.shelved.id, wait)

    async def _end_on_shelf(self, recording: RecordingId, wait: float) -> None:
        at = self._clock.now()
        try:
            await self._shelf.end(recording, at, at + timedelta(seconds=wait))
        except Unavailable:
            return  # the sweep ends it
        for listener in self._on_end:
            listener()


def _is_on(visit: Visit, recording: RecordingId) -> bool:
    """Whether this recording goes on in this visit, running or paused."""
    now = visit.recording
    return now is not None and now.id == recording and now.state in RUNNING
