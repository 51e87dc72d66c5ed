"""The media workers that this process can talk to: what they tell, and which of them takes a room.

A worker takes rooms once it is written down that it lives (`Placements`). Its heartbeats are written down by
every web process that hears them.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from signaling import media_said as media
from signaling.clock import Clock
from signaling.media_client import MediaClient, MediaUnavailableError
from signaling.workers import WorkerLost, WorkerNews, WorkerReady, Workers
from waiting_room.core.ids import VisitId
from waiting_room.database import Unavailable
from waiting_room.placements import Heard, Placements

FIRST_RETRY_SECONDS = 0.05
LONGEST_RETRY_SECONDS = 1.0
HUNG_AT = 10
"""A worker that runs but cannot be talked to is hung. A failure counts two; three where nobody listens."""

log = structlog.get_logger("rooms")


@dataclass(slots=True)
class Worker:
    """A worker in reach."""

    name: str
    client: MediaClient
    spare: bool = False
    follower: asyncio.Task[None] | None = None
    started: str | None = None
    draining: bool = False
    rooms: int = 0
    """Rooms that this process knows there."""
    heard: bool = False
    """Whether it is written down that it lives: only then a room can be placed there."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """What its last heartbeat told."""
    frozen_seconds: float = 0.0
    """For so long pictures from there stood still at the browsers of this process, as they tell."""
    noting: asyncio.Task[None] | None = None


class Reach:
    """Workers by name, for as long as they answer.

    `heard(worker, event)` is called with everything they tell; `emptied(worker)` when the rooms of one are no
    more: it is lost, or another process under the same name.
    """

    def __init__(
        self,
        fleet: Workers,
        placements: Placements,
        clock: Clock,
        heard: Callable[[Worker, media.MediaEvent], None],
        emptied: Callable[[Worker], None],
    ) -> None:
        self._fleet = fleet
        self._placements = placements
        self._clock = clock
        self._tell = heard
        self._emptied = emptied
        self._workers: dict[str, Worker] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.change = asyncio.Event()
        """Set, and a new one made, when a room may find a place that it did not find before."""
        fleet.on_news(self._news)

    def has(self, worker: Worker | None) -> bool:
        """Whether this very worker is in reach."""
        return worker is not None and self._workers.get(worker.name) is worker

    def __len__(self) -> int:
        """How many workers can be given rooms."""
        return sum(one.heard for one in self._workers.values())

    def figures(self) -> dict[str, Mapping[str, float]]:
        """Each worker's own figures, as it told them last, and what the pages here told of it."""
        return {
            worker.name: {**worker.figures, "frozen_seconds": round(worker.frozen_seconds, 2)}
            for worker in self._workers.values()
            if worker.figures
        }

    async def place(self, visit: VisitId, fallback: Worker | None) -> Worker | None:
        """The worker that has the visit's room, or shall have it: the same one for every process that asks.

        None: there is none in reach; `fallback` while nobody can say because the database is away.
        """
        up = [one for one in self._workers.values() if one.heard]
        if not up:
            return None
        taking = [one for one in up if not one.draining] or up
        taking = [one for one in taking if not one.spare] or taking
        taking.sort(key=lambda one: one.rooms)
        try:
            name = await self._placements.place(visit, [one.name for one in taking], self._clock.now())
        except Unavailable:
            log.warning("placements_unavailable", visit=visit)
            return fallback
        return self._workers.get(name or "")

    async def forget(self, visit: VisitId) -> None:
        """The visit's room is no more."""
        try:
            await self._placements.forget(visit)
        except Unavailable:
            log.warning("placements_unavailable", visit=visit)  # purged later

    async def stop(self) -> None:
        """Listen no more and let every connection go."""
        tasks = [worker.follower for worker in self._workers.values() if worker.follower is not None]
        tasks += self._tasks
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for worker in self._workers.values():
            await worker.client.aclose()
        self._workers.clear()

    def _changed(self) -> None:
        change, self.change = self.change, asyncio.Event()
        change.set()

    def _hold(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # --- who comes and goes ------------------------------------------------------------------------------

    def _news(self, news: WorkerNews) -> None:
        match news:
            case WorkerReady():
                self._lose(news.name, surely=True)
                worker = Worker(news.name, MediaClient(news.address, news.key, news.authority), news.spare)
                self._workers[news.name] = worker
                worker.follower = asyncio.create_task(self._follow(worker), name=f"follow {news.name}")
            case WorkerLost():
                self._lose(news.name, surely=news.surely)

    def _lose(self, name: str, *, surely: bool) -> None:
        worker = self._workers.pop(name, None)
        if worker is None:
            return
        if worker.follower is not None:
            worker.follower.cancel()
        self._hold(self._let_go(worker, surely=surely))
        self._emptied(worker)

    async def _let_go(self, worker: Worker, *, surely: bool) -> None:
        if surely and worker.started is not None:
            try:
                await self._placements.lost(worker.name, worker.started)
            except Unavailable:
                log.warning("placements_unavailable", worker=worker.name)
        self._changed()
        await worker.client.aclose()

    # --- what they tell ----------------------------------------------------------------------------------

    async def _follow(self, worker: Worker) -> None:
        """Read the worker's events for as long as it lives; have one started again that cannot be read."""
        failures, pause = 0, FIRST_RETRY_SECONDS
        while failures < HUNG_AT:
            try:
                async for event in worker.client.events():
                    failures, pause = 0, FIRST_RETRY_SECONDS
                    self._heard(worker, event)
                failures += 2
            except MediaUnavailableError as error:
                failures += 3 if error.nobody else 2
            pause = min(LONGEST_RETRY_SECONDS, pause * 2)
            await asyncio.sleep(pause)
        log.warning("worker_hung", worker=worker.name)
        worker.follower = None
        await self._fleet.restart(worker.name)

    def _heard(self, worker: Worker, event: media.MediaEvent) -> None:
        if isinstance(event, media.Hello):
            if worker.started is not None and worker.started != str(event.started):
                worker.heard = False
                self._emptied(worker)
            worker.started = str(event.started)
        if isinstance(event, media.Hello | media.Heartbeat):
            worker.draining = event.draining
        if isinstance(event, media.Heartbeat):
            worker.figures = event.figures
        if isinstance(event, media.Hello | media.Heartbeat):
            self._note(worker)
        self._tell(worker, event)

    def _note(self, worker: Worker) -> None:
        if worker.noting is None or worker.noting.done():
            worker.noting = self._hold(self._write_down(worker))

    async def _write_down(self, worker: Worker) -> None:
        heard = Heard(
            address=worker.name,
            started=worker.started or "",
            packets=int(worker.figures.get("packets_per_second", 0)),
            draining=worker.draining,
        )
        try:
            await self._placements.heard(heard, self._clock.now())
        except Unavailable:
            return  # the next heartbeat tries again
        if not worker.heard and worker.started == heard.started:
            worker.heard = True
            self._changed()
