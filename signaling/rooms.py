"""Media rooms as the visits want them, and the workers that hold them.

Visits are history, rooms are weather: this module knows for every visit which gate it wants (none, closed,
open), asks a worker for it until it is so, and starts over on another worker, or on the same one started
again, when a worker dies.

Rules:

* A room begins closed and is made by its first offer; it is opened only while its visit is in_visit.
* `want` never waits: the worker is told concurrently with everything else that follows a commit.
* A lost worker costs its rooms, not their visits: whoever was connected is told `MediaLost` at once, and an
  offer that comes before a worker is back waits for it.
* Several web processes may ask for one room. Which worker has it is written down (`Placements`). Every wish
  names the version of the history it was decided on, and a room that knows a newer one refuses it: a process
  that is behind can open nothing that was closed and let nobody in who was put out.
* What is so now, the workers themselves tell, whoever asked for it.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any

import structlog

from signaling import media_said as media
from signaling.clock import Clock
from signaling.gates import Gate, MediaLost, MediaNews, MediaNow, NotWantedError, RecorderSaid
from signaling.media_client import STALE, MediaClient, MediaRefusedError, MediaUnavailableError
from signaling.reach import FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS, Reach, Worker
from signaling.room import Room, Seen
from signaling.workers import Workers
from waiting_room.core.ids import RecordingId, VisitId
from waiting_room.placements import Placements

WORKER_WITHIN_SECONDS = 6.0
"""How long an offer waits for a worker; shorter than the 8 s that a page waits for its answer."""

LOST = frozenset({"silence", "handshake_failed", "handshake_timeout", "worker_stopped"})
"""Reasons for which an endpoint is gone although its page may want it; the others are somebody's wish."""

_OfARoom = media.RoomThere | media.GateNow | media.Connected | media.Gone | Seen

log = structlog.get_logger("rooms")


class Rooms:
    """The rooms of all visits over all workers."""

    def __init__(self, workers: Workers, placements: Placements, clock: Clock) -> None:
        self._rooms: dict[VisitId, Room] = {}
        self._listeners: list[Callable[[MediaNews], None]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._greetings: dict[str, set[VisitId]] = {}
        """Of workers that are telling what they have: the rooms told so far."""
        self._reach = Reach(workers, placements, clock, self._heard, self._empty)

    def on_news(self, listener: Callable[[MediaNews], None]) -> None:
        """Call `listener` with every `MediaLost` and `MediaNow`. It must not block."""
        self._listeners.append(listener)

    def want(self, visit: VisitId, gate: Gate, version: int = 0) -> None:
        """From now on the visit's room should be so. Returns at once; repeats until it is.

        `version`: how far the history had got on which this was decided.
        """
        room = self._rooms.get(visit)
        if room is None:
            if gate is Gate.ABSENT:
                return
            room = self._rooms[visit] = Room(visit)
        room.version = max(room.version, version)
        if room.wanted is gate:
            return
        was_open = room.wanted is Gate.OPEN
        room.wanted = gate
        self._settle(room)
        if was_open or gate is Gate.OPEN:
            self._tell_all(room)

    def now(self, visit: VisitId, endpoint: str) -> MediaNow:
        """What a page that has just connected should know."""
        room = self._rooms.get(visit)
        return MediaNow(visit, endpoint, False, ()) if room is None else room.now(endpoint)

    async def show(self, visit: VisitId, endpoint: str, wish: media.Wish, large: Sequence[str] = ()) -> None:
        """Show an endpoint the others' cameras as it wishes, for as long as its connection lasts.

        Raises:
            MediaUnavailableError: no worker has the room, or it did not answer.
        """
        client = self.client_of(visit)
        if client is None:
            raise MediaUnavailableError("no worker has the room")
        await client.show(visit, endpoint, wish, large)

    def has(self, visit: VisitId, endpoint: str) -> bool:
        """Whether the endpoint has a media connection that is not known to be dead."""
        room = self._rooms.get(visit)
        return room is not None and endpoint in room.slots

    def froze(self, visit: VisitId, seconds: float) -> None:
        """Somebody's picture of the visit stood still for so long."""
        room = self._rooms.get(visit)
        if room is not None and room.worker is not None:
            room.worker.frozen_seconds += seconds

    def client_of(self, visit: VisitId) -> MediaClient | None:
        """Whoever has the visit's room now; None while nobody has it."""
        room = self._rooms.get(visit)
        return None if room is None or room.worker is None else room.worker.client

    def figures(self) -> dict[str, int]:
        """Counts for the metrics page."""
        return {
            "rooms": len(self._rooms),
            "workers_in_reach": len(self._reach),
            "rooms_open": sum(room.actual is Gate.OPEN for room in self._rooms.values()),
            "rooms_unsettled": sum(not room.is_settled for room in self._rooms.values()),
        }

    def worker_figures(self) -> dict[str, Mapping[str, float]]:
        """What each worker last told of itself, by the worker's name."""
        return self._reach.figures()

    async def offer(
        self,
        visit: VisitId,
        endpoint: str,
        sdp: str,
        still: Callable[[], bool] = lambda: True,
        *,
        version: int = 0,
        needs_h264: bool = False,
    ) -> media.Answer:
        """Answer an endpoint's offer, waiting for a worker if there is none just now.

        Offers for one endpoint take turns. `still` is asked when the answer is there: if the person may not
        be in the room any more, the endpoint is evicted again before anybody else's turn. `version`: how far
        the history had got on which it was allowed. `needs_h264`: its device is spared by H.264.

        Raises:
            MediaRefusedError: the offer cannot be answered; `stale`: read the history anew.
            MediaUnavailableError: no worker could take it in time.
            NotWantedError: `still` said no.
        """
        room = self._rooms.setdefault(visit, Room(visit))
        room.wanted = room.wanted or Gate.CLOSED
        try:
            async with (
                asyncio.timeout(WORKER_WITHIN_SECONDS),
                room.turns.setdefault(endpoint, asyncio.Lock()),
            ):
                worker, answer = await self._answered(
                    room,
                    endpoint,
                    lambda client: client.offer(visit, endpoint, sdp, version=version, needs_h264=needs_h264),
                )
                if not still():
                    room.slots[endpoint] = ()
                    self.evict(visit, endpoint)
                    raise NotWantedError
        except TimeoutError:
            raise MediaUnavailableError("no worker in time") from None
        if room.worker is not worker:  # it died between its answer and now
            self._tell(MediaLost(visit, (endpoint,)))
            return answer
        # The worker tells of slots that change: of a new session, before or after this; not of the same one.
        room.slots.setdefault(endpoint, ())
        if room.actual is Gate.ABSENT:
            room.actual = Gate.CLOSED
        self._settle(room)
        return answer

    async def _answered(
        self, room: Room, endpoint: str, ask: Callable[[MediaClient], Awaitable[media.Answer]]
    ) -> tuple[Worker, media.Answer]:
        while True:
            while endpoint in room.evicted and room.settling is not None:
                await asyncio.wait([room.settling])
            worker = await self._worker_of(room, written=True)
            try:
                return worker, await ask(worker.client)
            except MediaUnavailableError:
                if room.worker is worker:  # it lives and did not answer: trying again may not help
                    await asyncio.sleep(FIRST_RETRY_SECONDS)

    def evict(self, visit: VisitId, endpoint: str, *, offered: int = 0, version: int = 0) -> None:
        """End an endpoint whose person may not be in the room any more. Returns at once.

        Until it has ended the room is not opened, and a new offer for the endpoint waits: nobody sees or
        hears a visit that was given to somebody else. With `offered`, one that was allowed later stays.
        """
        room = self._rooms.get(visit)
        if room is not None and room.worker is not None:
            if not offered:
                room.slots.pop(endpoint, None)
            room.evicted[endpoint] = (offered, version)
            self._settle(room)

    def strays(self) -> tuple[VisitId, ...]:
        """Rooms that a worker has and nobody here has spoken of."""
        return tuple(room.visit for room in self._rooms.values() if room.wanted is None)

    async def settled(self) -> None:
        """Come back when every room is as it is wanted."""
        while tasks := [room.settling for room in self._rooms.values() if room.settling is not None]:
            await asyncio.wait(tasks)

    async def stop(self) -> None:
        """Stop asking. The rooms stay as they are until their workers stop."""
        tasks = [room.settling for room in self._rooms.values() if room.settling is not None]
        tasks += self._tasks
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._reach.stop()
        self._rooms.clear()

    def _hold(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # --- what workers tell -------------------------------------------------------------------------------

    def _empty(self, worker: Worker) -> None:
        """The rooms of a process that is no more: placed again, and those in them told."""
        lost = [room for room in self._rooms.values() if room.worker is worker]
        for room in lost:
            self._take_away(room)
            self._settle(room)
        if lost:
            log.warning("rooms_lost", worker=worker.name, count=len(lost))

    def _take_away(self, room: Room) -> None:
        """The room is with no worker any more; whoever was in it is told."""
        connected = room.leave_worker()
        if connected:
            self._tell(MediaLost(room.visit, connected))

    def _heard(self, worker: Worker, event: media.MediaEvent) -> None:
        match event:
            case media.Hello():
                self._greetings[worker.name] = set()
            case media.Greeted():
                self._missed(worker, self._greetings.pop(worker.name, set()))
            case _ if isinstance(event, _OfARoom):
                self._heard_of(worker, event)
            case media.Recording(room=name, recording=recording, state=state, reason=reason):
                room = self._rooms.get(VisitId(name))
                if room is not None and room.worker is worker:
                    self._tell(RecorderSaid(room.visit, RecordingId(recording), state, reason))
            case _:
                pass

    def _missed(self, worker: Worker, there: set[VisitId]) -> None:
        """The worker has told all it has: what else was thought to be there ended while nobody listened."""
        for room in [one for one in self._rooms.values() if one.worker is worker]:
            if room.visit not in there and (room.slots or room.actual is not Gate.ABSENT):
                self._hold(self._ask_for(room, worker))

    async def _ask_for(self, room: Room, worker: Worker) -> None:
        """It may have been made since the worker told."""
        try:
            there = await worker.client.room(room.visit)
        except (MediaUnavailableError, MediaRefusedError):
            return
        if not there and room.worker is worker:
            self._take_away(room)
            self._settle(room)

    def _heard_of(self, worker: Worker, event: _OfARoom) -> None:
        visit = VisitId(event.room)
        if isinstance(event, media.RoomThere) and worker.name in self._greetings:
            self._greetings[worker.name].add(visit)
        room = self._rooms.get(visit)
        if room is None:
            if isinstance(event, media.Gone):
                return
            room = self._rooms[visit] = Room(visit)  # of a visit that was not heard of here yet
        if room.worker is None:
            self._put(room, worker)
            room.actual = Gate.CLOSED
        if room.worker is not worker:
            self._check_place(room)
        else:
            self._take_in(room, event)

    def _take_in(self, room: Room, event: _OfARoom) -> None:
        match event:
            case media.RoomThere():
                self._take_all_in(room, event)
            case media.GateNow(open=is_open, version=version):
                self._gate(room, version, is_open=is_open)
            case media.Connected(endpoint=endpoint):
                room.slots.setdefault(endpoint, ())
                room.pictures.pop(endpoint, None)
            case media.Gone(endpoint=endpoint, reason=reason):
                if reason != "replaced":
                    room.layers.pop(endpoint, None)
                if reason in LOST:
                    self._gone(room, endpoint)
                elif reason != "replaced":
                    room.slots.pop(endpoint, None)
            case _:
                for endpoint in room.take_in(event):
                    self._tell(room.now(endpoint))

    def _take_all_in(self, room: Room, there: media.RoomThere) -> None:
        self._gate(room, there.version, is_open=there.open)
        for endpoint in room.take_all_in(there):
            self._gone(room, endpoint)

    def _gate(self, room: Room, version: int, *, is_open: bool) -> None:
        room.actual, room.told = Gate.OPEN if is_open else Gate.CLOSED, version
        self._settle(room)

    def _gone(self, room: Room, endpoint: str) -> None:
        known = room.slots.pop(endpoint, None) is not None
        if known and room.wanted not in {Gate.ABSENT, None}:
            self._tell(MediaLost(room.visit, (endpoint,)))

    # --- rooms -------------------------------------------------------------------------------------------

    async def _worker_of(self, room: Room, *, written: bool = False) -> Worker:
        """The room's worker: as remembered here, or as it is written down where all look."""
        while True:
            change = self._reach.change
            if not written and room.worker is not None and self._reach.has(room.worker):
                return room.worker
            worker = await self._reach.place(room.visit, room.worker)
            if worker is not None:
                self._put(room, worker)
                return worker
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_RETRY_SECONDS):
                    await change.wait()

    def _put(self, room: Room, worker: Worker) -> None:
        if room.worker is worker:
            return
        if room.worker is not None:  # somebody moved it: nobody is to be left behind
            former = room.worker
            log.warning("room_moved", visit=room.visit)
            self._take_away(room)
            self._hold(_remove(former, room.visit))
        room.worker = worker
        worker.rooms += 1

    def _check_place(self, room: Room) -> None:
        """Two workers speak of one room: what is written down says which of them has it."""
        if room.checking is None:
            room.checking = self._hold(self._read_place(room))

    async def _read_place(self, room: Room) -> None:
        try:
            async with asyncio.timeout(WORKER_WITHIN_SECONDS):
                await self._worker_of(room, written=True)
        except TimeoutError:
            log.warning("room_not_placed", visit=room.visit)
        finally:
            room.checking = None
        self._settle(room)

    def _settle(self, room: Room) -> None:
        if room.settling is None and not room.is_settled:
            room.settling = asyncio.create_task(self._ask(room), name="settle a room")
            room.settling.add_done_callback(lambda _: self._settled(room))

    def _settled(self, room: Room) -> None:
        room.settling = None
        if room.wanted is Gate.ABSENT and room.actual is Gate.ABSENT and self._rooms.get(room.visit) is room:
            if room.worker is not None:
                room.worker.rooms -= 1
            del self._rooms[room.visit]

    async def _ask(self, room: Room) -> None:
        pause = FIRST_RETRY_SECONDS
        while not room.is_settled and room.wanted is not None:
            worker = await self._worker_of(room)
            gate, version = room.wanted, room.version
            try:
                await self._make_so(room, worker, gate, version)
            except MediaRefusedError as error:
                log.warning("room_refused", code=error.code, state=gate)
                await asyncio.sleep(pause if error.code == STALE else LONGEST_RETRY_SECONDS)
                pause = min(LONGEST_RETRY_SECONDS, pause * 2)
            except MediaUnavailableError:
                await asyncio.sleep(pause)
                pause = min(LONGEST_RETRY_SECONDS, pause * 2)
            else:
                pause = FIRST_RETRY_SECONDS
                if room.worker is worker and version >= room.told:
                    room.actual = gate
                    if gate is Gate.ABSENT:
                        room.slots.clear()
                        await self._reach.forget(room.visit)

    async def _make_so(self, room: Room, worker: Worker, gate: Gate, version: int) -> None:
        """One gate, and nobody behind it who was evicted: closed before they go, open only after."""
        if gate is Gate.ABSENT:
            await worker.client.remove(room.visit)
            room.evicted.clear()
            return
        if gate is Gate.CLOSED and room.actual is Gate.OPEN:
            await worker.client.close(room.visit, version=version)
        for endpoint, (offered, decided) in tuple(room.evicted.items()):
            await worker.client.leave(room.visit, endpoint, offered=offered, version=decided)
            if room.evicted.get(endpoint) == (offered, decided):
                del room.evicted[endpoint]
        if gate is Gate.OPEN:
            await worker.client.open(room.visit, version=version)

    def _tell_all(self, room: Room) -> None:
        for endpoint in room.slots:
            self._tell(room.now(endpoint))

    def _tell(self, news: MediaNews) -> None:
        for listener in self._listeners:
            listener(news)


async def _remove(worker: Worker, visit: VisitId) -> None:
    try:
        await worker.client.remove(visit)
    except (MediaUnavailableError, MediaRefusedError):
        log.warning("room_left_behind", worker=worker.name)
