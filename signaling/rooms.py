"""Media rooms as the visits want them, and the workers that hold them.

Visits are history, rooms are weather: this module knows for every visit which gate it wants (none, closed,
open), asks a worker for it until it is so, and starts over on another worker, or on the same one started
again, when a worker dies. Nothing here is stored.

Rules:

* A room begins closed and is made by its first offer; it is opened only while its visit is in_visit.
* `want` never waits: the worker is told concurrently with everything else that follows a commit.
* A lost worker costs its rooms, not their visits: whoever was connected is told `MediaLost` at once, and an
  offer that comes before a worker is back waits for it.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from signaling import media_client as media
from signaling.gates import ENDPOINTS, Gate, MediaLost, MediaNews, MediaNow, NotWantedError, RecorderSaid
from signaling.media_client import MediaClient, MediaUnavailableError
from signaling.workers import WorkerLost, WorkerNews, WorkerReady
from waiting_room.core.ids import RecordingId, VisitId

WORKER_WITHIN_SECONDS = 6.0
"""How long an offer waits for a worker; shorter than the 8 s that a page waits for its answer."""
LONGEST_RETRY_SECONDS = 1.0
FIRST_RETRY_SECONDS = 0.05
RECONNECTS_BEFORE_RESTART = 5
"""A worker that runs but cannot be talked to this often in a row is hung."""

LOST = frozenset({"silence", "handshake_failed", "handshake_timeout", "worker_stopped"})
"""Reasons for which an endpoint is gone although its page may want it; the others are somebody's wish."""

log = structlog.get_logger("rooms")


class Workers(Protocol):
    """What keeps media workers running."""

    def on_news(self, listener: Callable[[WorkerNews], None]) -> None:
        """Tell `listener` when a worker is ready or lost."""
        ...

    async def restart(self, name: str) -> None:
        """End a worker that does not answer, and start it again."""
        ...


@dataclass(slots=True)
class _Worker:
    name: str
    client: MediaClient
    spare: bool = False
    follower: asyncio.Task[None] | None = None
    started: str | None = None
    rooms: int = 0
    figures: Mapping[str, float] = field(default_factory=dict)
    """What its last heartbeat told."""


@dataclass(slots=True)
class _Room:
    visit: VisitId
    wanted: Gate = Gate.ABSENT
    actual: Gate = Gate.ABSENT
    worker: _Worker | None = None
    slots: dict[str, tuple[media.FilledSlot, ...]] = field(default_factory=dict)
    """Endpoints with a connection, and who is in their slots."""
    turns: dict[str, asyncio.Lock] = field(default_factory=dict)
    evicted: set[str] = field(default_factory=set)
    """Endpoints that must be gone before anything is opened or offered for them."""
    settling: asyncio.Task[None] | None = None


class Rooms:
    """The rooms of all visits over all workers of this host."""

    def __init__(self, workers: Workers) -> None:
        self._workers: dict[str, _Worker] = {}
        self._rooms: dict[VisitId, _Room] = {}
        self._listeners: list[Callable[[MediaNews], None]] = []
        self._fleet = workers
        self._someone_up = asyncio.Event()
        self._closing: set[asyncio.Task[None]] = set()
        workers.on_news(self._worker_news)

    def on_news(self, listener: Callable[[MediaNews], None]) -> None:
        """Call `listener` with every `MediaLost` and `MediaNow`. It must not block."""
        self._listeners.append(listener)

    def want(self, visit: VisitId, gate: Gate) -> None:
        """From now on the visit's room should be so. Returns at once; repeats until it is."""
        room = self._rooms.get(visit)
        if room is None:
            if gate is Gate.ABSENT:
                return
            room = self._rooms[visit] = _Room(visit)
        if room.wanted is gate:
            return
        was_open = room.wanted is Gate.OPEN
        room.wanted = gate
        self._settle(room)
        if was_open or gate is Gate.OPEN:
            for endpoint, slots in room.slots.items():
                self._tell(MediaNow(visit, endpoint, gate is Gate.OPEN, slots))

    def now(self, visit: VisitId, endpoint: str) -> MediaNow:
        """What a page that has just connected should know."""
        room = self._rooms.get(visit)
        if room is None:
            return MediaNow(visit, endpoint, False, ())
        return MediaNow(visit, endpoint, room.wanted is Gate.OPEN, room.slots.get(endpoint, ()))

    def has(self, visit: VisitId, endpoint: str) -> bool:
        """Whether the endpoint has a media connection that is not known to be dead."""
        room = self._rooms.get(visit)
        return room is not None and endpoint in room.slots

    def client_of(self, visit: VisitId) -> MediaClient | None:
        """Whoever has the visit's room now; None while nobody has it."""
        room = self._rooms.get(visit)
        return None if room is None or room.worker is None else room.worker.client

    def figures(self) -> dict[str, int]:
        """Counts for the metrics page."""
        return {
            "rooms": len(self._rooms),
            "rooms_open": sum(room.actual is Gate.OPEN for room in self._rooms.values()),
            "rooms_unsettled": sum(not _settled(room) for room in self._rooms.values()),
        }

    def worker_figures(self) -> dict[str, Mapping[str, float]]:
        """What each worker last told of itself, by the worker's name."""
        return {worker.name: worker.figures for worker in self._workers.values() if worker.figures}

    async def offer(
        self, visit: VisitId, endpoint: str, sdp: str, still: Callable[[], bool] = lambda: True
    ) -> media.Answer:
        """Answer an endpoint's offer, waiting for a worker if there is none just now.

        Offers for one endpoint take turns. `still` is asked when the answer is there: if the person may not
        be in the room any more, the endpoint is evicted again before anybody else's turn.

        Raises:
            MediaRefusedError: the offer cannot be answered.
            MediaUnavailableError: no worker could take it in time.
            NotWantedError: `still` said no.
        """
        room = self._rooms.setdefault(visit, _Room(visit, wanted=Gate.CLOSED))
        try:
            async with (
                asyncio.timeout(WORKER_WITHIN_SECONDS),
                room.turns.setdefault(endpoint, asyncio.Lock()),
            ):
                worker, answer = await self._answered(room, endpoint, sdp)
                if not still():
                    room.slots[endpoint] = ()
                    self.evict(visit, endpoint)
                    raise NotWantedError
        except TimeoutError:
            raise MediaUnavailableError("no worker in time") from None
        if room.worker is not worker:  # it died between its answer and now
            self._tell(MediaLost(visit, (endpoint,)))
            return answer
        room.slots[endpoint] = ()
        if room.actual is Gate.ABSENT:
            room.actual = Gate.CLOSED
        self._settle(room)
        return answer

    async def _answered(self, room: _Room, endpoint: str, sdp: str) -> tuple[_Worker, media.Answer]:
        while True:
            while endpoint in room.evicted and room.settling is not None:
                await asyncio.wait([room.settling])
            worker = await self._worker_of(room)
            try:
                return worker, await worker.client.offer(room.visit, endpoint, sdp)
            except MediaUnavailableError:
                if room.worker is worker:  # it lives and did not answer: trying again may not help
                    await asyncio.sleep(FIRST_RETRY_SECONDS)

    def evict(self, visit: VisitId, endpoint: str) -> None:
        """End an endpoint whose person may not be in the room any more. Returns at once.

        Until it has ended the room is not opened, and a new offer for the endpoint waits: nobody sees or
        hears a visit that was given to somebody else.
        """
        room = self._rooms.get(visit)
        if room is not None and room.worker is not None:
            room.slots.pop(endpoint, None)
            room.evicted.add(endpoint)
            self._settle(room)

    async def settled(self) -> None:
        """Come back when every room is as it is wanted."""
        while tasks := [room.settling for room in self._rooms.values() if room.settling is not None]:
            await asyncio.wait(tasks)

    async def stop(self) -> None:
        """Stop asking. The rooms stay as they are until their workers stop."""
        tasks = [room.settling for room in self._rooms.values() if room.settling is not None]
        tasks += [worker.follower for worker in self._workers.values() if worker.follower is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *self._closing, return_exceptions=True)
        for worker in self._workers.values():
            await worker.client.aclose()
        self._workers.clear()
        self._rooms.clear()

    # --- workers -----------------------------------------------------------------------------------------

    def _worker_news(self, news: WorkerNews) -> None:
        match news:
            case WorkerReady():
                self._lose(news.name)
                worker = _Worker(news.name, MediaClient(news.address, news.key), news.spare)
                self._workers[news.name] = worker
                worker.follower = asyncio.create_task(self._follow(worker), name=f"follow {news.name}")
                self._someone_up.set()
            case WorkerLost():
                self._lose(news.name)

    def _lose(self, name: str) -> None:
        worker = self._workers.pop(name, None)
        if worker is None:
            return
        if not self._workers:
            self._someone_up.clear()
        if worker.follower is not None:
            worker.follower.cancel()
        closing = asyncio.create_task(worker.client.aclose())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        self._empty(worker)

    def _empty(self, worker: _Worker) -> None:
        """The rooms of a process that is no more: placed again, and those in them told."""
        lost = [room for room in self._rooms.values() if room.worker is worker]
        worker.rooms = 0
        for room in lost:
            expected = ENDPOINTS if room.wanted is Gate.OPEN else ()
            connected = tuple(dict.fromkeys((*expected, *room.slots)))
            room.worker, room.actual = None, Gate.ABSENT
            room.slots.clear()
            room.evicted.clear()
            self._settle(room)
            if connected:
                self._tell(MediaLost(room.visit, connected))
        if lost:
            log.warning("rooms_lost", worker=worker.name, count=len(lost))

    async def _follow(self, worker: _Worker) -> None:
        """Read the worker's events for as long as it lives; have one started again that cannot be read."""
        failures = 0
        while failures < RECONNECTS_BEFORE_RESTART:
            try:
                async for event in worker.client.events():
                    failures = 0
                    self._heard(worker, event)
            except MediaUnavailableError:
                pass
            failures += 1
            await asyncio.sleep(min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0**failures))
        log.warning("worker_hung", worker=worker.name)
        worker.follower = None
        await self._fleet.restart(worker.name)

    def _heard(self, worker: _Worker, event: media.MediaEvent) -> None:
        match event:
            case media.Hello():
                if worker.started is not None and worker.started != str(event.started):
                    self._empty(worker)
                worker.started = str(event.started)
            case media.Heartbeat():
                worker.figures = event.figures
            case media.Slots(room=name, endpoint=endpoint, slots=slots):
                room = self._rooms.get(VisitId(name))
                if room is not None and room.worker is worker:
                    room.slots[endpoint] = slots
                    self._tell(MediaNow(room.visit, endpoint, room.wanted is Gate.OPEN, slots))
            case media.Gone(room=name, endpoint=endpoint, reason=reason):
                room = self._rooms.get(VisitId(name))
                if room is None or room.worker is not worker or reason == "replaced":
                    return
                known = room.slots.pop(endpoint, None) is not None
                if known and reason in LOST and room.wanted is not Gate.ABSENT:
                    self._tell(MediaLost(room.visit, (endpoint,)))
            case media.Recording(room=name, recording=recording, state=state, reason=reason):
                room = self._rooms.get(VisitId(name))
                if room is not None and room.worker is worker:
                    self._tell(RecorderSaid(room.visit, RecordingId(recording), state, reason))
            case _:
                pass

    # --- rooms -------------------------------------------------------------------------------------------

    async def _worker_of(self, room: _Room) -> _Worker:
        """The room's worker; the least busy one for a room that has none, the spare when it is alone."""
        while True:
            if room.worker is not None and self._workers.get(room.worker.name) is room.worker:
                return room.worker
            if self._workers:
                room.worker = min(self._workers.values(), key=lambda one: (one.spare, one.rooms))
                room.worker.rooms += 1
                return room.worker
            await self._someone_up.wait()

    def _settle(self, room: _Room) -> None:
        if room.settling is None and not _settled(room):
            room.settling = asyncio.create_task(self._ask(room), name="settle a room")
            room.settling.add_done_callback(lambda _: self._settled(room))

    def _settled(self, room: _Room) -> None:
        room.settling = None
        if room.wanted is Gate.ABSENT and room.actual is Gate.ABSENT and self._rooms.get(room.visit) is room:
            if room.worker is not None:
                room.worker.rooms -= 1
            del self._rooms[room.visit]

    async def _ask(self, room: _Room) -> None:
        pause = FIRST_RETRY_SECONDS
        while not _settled(room):
            worker = await self._worker_of(room)
            gate = room.wanted
            try:
                await self._make_so(room, worker, gate)
            except media.MediaRefusedError as error:
                log.warning("room_refused", code=error.code, state=gate)
                await asyncio.sleep(LONGEST_RETRY_SECONDS)
            except MediaUnavailableError:
                await asyncio.sleep(pause)
                pause = min(LONGEST_RETRY_SECONDS, pause * 2)
            else:
                pause = FIRST_RETRY_SECONDS
                if room.worker is worker:
                    room.actual = gate
                    if gate is Gate.ABSENT:
                        room.slots.clear()

    async def _make_so(self, room: _Room, worker: _Worker, gate: Gate) -> None:
        """One gate, and nobody behind it who was evicted: closed before they go, open only after."""
        if gate is Gate.ABSENT:
            await worker.client.remove(room.visit)
            room.evicted.clear()
            return
        if gate is Gate.CLOSED and room.actual is Gate.OPEN:
            await worker.client.close(room.visit)
        for endpoint in tuple(room.evicted):
            await worker.client.leave(room.visit, endpoint)
            room.evicted.discard(endpoint)
        if gate is Gate.OPEN:
            await worker.client.open(room.visit)

    def _tell(self, news: MediaNews) -> None:
        for listener in self._listeners:
            listener(news)


def _settled(room: _Room) -> bool:
    """Whether nothing has to be asked: a room that is not there is as closed as a room can be."""
    if room.evicted:
        return False
    return room.wanted is room.actual or (room.wanted is Gate.CLOSED and room.actual is Gate.ABSENT)
