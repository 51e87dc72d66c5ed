"""The timekeeper: has the desk pass time on each visit when its deadline comes.

Deadlines near by are kept in a heap, fed by what the desk tells; every few seconds the store is asked as
well, which is how a restart, another process and a failed try heal. Two timekeepers do no harm: what one
has settled, the other finds settled.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from waiting_room.core.commands import PassTime
from waiting_room.core.deadlines import next_deadline
from waiting_room.core.ids import CommandId, VisitId
from waiting_room.core.model import Actor, Role
from waiting_room.database import Unavailable
from waiting_room.desk import Change, Desk

SWEEP_EVERY = timedelta(seconds=5)
"""How often the store is asked for deadlines. Longer heals later; shorter asks for nothing new."""

AT_ONCE = 16
"""Visits settled side by side when many fall due together. More load the store; fewer settle late."""

_log = structlog.get_logger("waiting_room")
_ACTOR = Actor(Role.system, "timekeeper")


class Clock(Protocol):
    """The time of day."""

    def now(self) -> datetime:
        """Aware, UTC."""
        ...


class Ids(Protocol):
    """New ids."""

    def new(self) -> str:
        """Never the same twice."""
        ...


class Deadlines(Protocol):
    """Where deadlines are kept; a `store.Store` is one."""

    async def deadlines(self, until: datetime) -> tuple[tuple[VisitId, datetime], ...]:
        """Visits whose next deadline is at or before `until`, earliest first."""
        ...


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do every so often: purging, refreshing.

    A failure is logged, and it is tried again next time.
    """

    name: str
    every: timedelta
    run: Callable[[datetime], Awaitable[object]]


@dataclass(slots=True)
class _Sheet:
    """What is due when. `near` holds each visit's latest deadline; older ones in the heap are passed over."""

    heap: list[tuple[datetime, VisitId]] = field(default_factory=list)
    near: dict[VisitId, datetime] = field(default_factory=dict)

    def put(self, visit: VisitId, at: datetime) -> None:
        if self.near.get(visit) != at:
            self.near[visit] = at
            heapq.heappush(self.heap, (at, visit))

    def drop(self, visit: VisitId) -> None:
        self.near.pop(visit, None)

    def earliest(self) -> datetime | None:
        while self.heap and self.near.get(self.heap[0][1]) != self.heap[0][0]:
            heapq.heappop(self.heap)
        return self.heap[0][0] if self.heap else None

    def take(self, at: datetime) -> list[VisitId]:
        taken: list[VisitId] = []
        while (first := self.earliest()) is not None and first <= at:
            _, visit = heapq.heappop(self.heap)
            del self.near[visit]
            taken.append(visit)
        return taken


class Timekeeper:
    """Owns one task from `start` to `stop`. `tick` is one turn of it, for those who bring their own clock."""

    def __init__(
        self, desk: Desk, deadlines: Deadlines, clock: Clock, ids: Ids, *, chores: Sequence[Chore] = ()
    ) -> None:
        """Nothing happens before `start` or `tick`."""
        self._desk = desk
        self._deadlines = deadlines
        self._clock = clock
        self._ids = ids
        self._chores = tuple(chores)
        self._next_chore: dict[str, datetime] = {}
        self._next_sweep: datetime | None = None
        self._sheet = _Sheet()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._unsubscribe = desk.subscribe(self._hear)

    def start(self) -> None:
        """Begin. Once."""
        assert self._task is None, "a timekeeper is started once"
        self._task = asyncio.create_task(self._run(), name="timekeeper")

    async def stop(self, within: float = 5.0) -> None:
        """End within so many seconds: the turn that is running ends, or is cut and left to the next start."""
        self._unsubscribe()
        task, self._task = self._task, None
        if task is None:
            return
        self._stopping = True
        self._news.set()
        done, _ = await asyncio.wait({task}, timeout=within)
        if not done:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def tick(self) -> datetime:
        """Settle what is due now, sweep and do chores if it is time.

        Returns:
            When to come back at the latest.
        """
        now = self._clock.now()
        if self._next_sweep is None or now >= self._next_sweep or self._next_sweep - now > SWEEP_EVERY:
            await self._sweep(now)
        due = self._sheet.take(now)
        for start in range(0, len(due), AT_ONCE):
            await asyncio.gather(*(self._pass_time(visit, now) for visit in due[start : start + AT_ONCE]))
        for chore in self._chores:
            await self._do(chore, now)
        assert self._next_sweep is not None
        earliest = self._sheet.earliest()
        return self._next_sweep if earliest is None else min(earliest, self._next_sweep)

    async def _run(self) -> None:
        while not self._stopping:
            self._news.clear()
            try:
                wake = await self.tick()
                wait = (wake - self._clock.now()).total_seconds()
            except Exception as error:  # noqa: BLE001 - the clock must not stop for one turn's failure
                _log.error("timekeeper_failed", error=type(error).__name__)
                wait = SWEEP_EVERY.total_seconds()
            if wait > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), min(wait, SWEEP_EVERY.total_seconds()))

    async def _sweep(self, now: datetime) -> None:
        self._next_sweep = now + SWEEP_EVERY
        try:
            near = await self._deadlines.deadlines(now + 2 * SWEEP_EVERY)
        except Unavailable:
            _log.warning("sweep_unavailable")
            return
        for visit, at in near:
            self._sheet.put(visit, at)

    async def _pass_time(self, visit: VisitId, now: datetime) -> None:
        try:
            await self._desk.execute(visit, PassTime(), _ACTOR, now, CommandId(self._ids.new()))
        except Unavailable:
            _log.warning("pass_time_unavailable", visit=visit)
        except Exception as error:  # noqa: BLE001 - one broken visit must not stop the others' clocks
            _log.error("pass_time_failed", visit=visit, error=type(error).__name__)

    async def _do(self, chore: Chore, now: datetime) -> None:
        first = self._next_chore.setdefault(chore.name, now + chore.every)
        if now < first:
            return
        self._next_chore[chore.name] = now + chore.every
        try:
            await chore.run(now)
        except Exception as error:  # noqa: BLE001 - chores are tried again
            _log.warning("chore_failed", chore=chore.name, error=type(error).__name__)

    def _hear(self, change: Change) -> None:
        """Deadlines further away than a sweep or two are left to the store, so that the heap stays small."""
        deadline = next_deadline(change.after)
        if deadline is None or deadline > change.after.updated_at + 2 * SWEEP_EVERY:
            self._sheet.drop(change.after.id)
            return
        earliest = self._sheet.earliest()
        self._sheet.put(change.after.id, deadline)
        if earliest is None or deadline < earliest:
            self._news.set()
