"""The desk: the one place where commands become history.

Load → decide → append → publish. The append is conditional on the position the decision was made on, so of
two who decide at once one wins; the other reads again and decides anew, and is told who won. Nothing is
locked across processes.

Within this process the commands of one visit take turns, which makes "published in order" a plain fact:
subscribers hear of a visit's records after their commit, in `seq` order, each once. What other processes
record is told in its place as well, once somebody has the desk `look`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import structlog

from waiting_room.core.commands import Command
from waiting_room.core.deadlines import next_deadline
from waiting_room.core.events import BirthDateRefused
from waiting_room.core.ids import ClinicId, CommandId, FileId, TextId, VisitId
from waiting_room.core.lifecycle import TERMINAL
from waiting_room.core.model import Actor, Visit
from waiting_room.core.patch import Json
from waiting_room.core.public import publish
from waiting_room.core.records import Record, Recorded, handle
from waiting_room.core.refusals import Refusal, Refused
from waiting_room.core.views import Directory, ViewRole
from waiting_room.database import Unavailable
from waiting_room.people import People
from waiting_room.positions import Known, Positions
from waiting_room.reading import BoardRow, Missed, Reading, Snapshot
from waiting_room.store import Append, ClinicianBusy, Conflict, NewLink, Store, Stored
from waiting_room.texts import NewText, Vault

TRIES = 6
"""The first and five more.

A visit has a handful of people: losing this often means something is wrong, not busy.
"""

_log = structlog.get_logger("waiting_room")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done:
    """The command is recorded, durably; `records` is what it added, empty when it was so already."""

    visit: Visit
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What subscribers hear. `records` lead from `before` to `after` without a gap; `texts` are open.

    `elsewhere`: another process recorded it (or an append of ours whose answer was lost).
    """

    before: Visit | None
    after: Visit
    records: tuple[Record, ...]
    texts: Mapping[TextId, str]
    directory: Directory
    elsewhere: bool = False

    def public(self, role: ViewRole, viewer: str = "") -> list[Json]:
        """The records as pages of that role get them; `viewer` is a clinician's staff id.

        See `core.public`.
        """
        return publish(self.before, self.records, role, self.texts, self.directory, viewer=viewer)


Subscriber = Callable[[Change], None]
"""Called on the event loop, in order; it must not block.

What takes time goes into a queue of the subscriber's own.
"""


class Desk:
    """Executes commands and tells subscribers. One per process; any number of processes."""

    def __init__(self, store: Store, vault: Vault, people: People) -> None:
        """The store stays the caller's to close, after `close`."""
        self._store = store
        self._vault = vault
        self._people = people
        self._reading = Reading(store, vault, people)
        self._positions = Positions()
        self._turns: WeakValueDictionary[VisitId, asyncio.Lock] = WeakValueDictionary()
        self._subscribers: list[Subscriber] = []
        self._running: set[asyncio.Task[Any]] = set()

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """From now on `subscriber` hears every change this process makes or meets.

        Call the answer to end that.
        """
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    async def execute(  # noqa: PLR0917 - a command is these, in this order, wherever one is given
        self,
        visit: VisitId,
        command: Command,
        actor: Actor,
        at: datetime,
        command_id: CommandId,
        texts: Mapping[TextId, NewText] | None = None,
        *,
        links: Sequence[NewLink] = (),
        files: Sequence[FileId] = (),
    ) -> Done | Refused:
        """Do what the command asks, once. The same `command_id` again gives the same answer and adds nothing.

        After this returns `Done`, its records survive a crash and subscribers have heard them. When the
        caller is cancelled the command goes on to its end, published or refused.

        Args:
            visit: the visit; for `BookVisit` the one to make.
            command: what to do.
            actor: who asks, as the door has proven.
            at: when it was asked, aware.
            command_id: made by whoever asks, new for each wish and the same for each repetition of it.
            texts: the bodies of the texts the command names, sealed and stored with its records.
            links: the digest of the link that `IssueLink` names.
            files: the file that `ShareFile` names; its parts are in the store.

        Raises:
            FileGone: its parts are not in the store any more.
            Unavailable: the store cannot be reached; ask again with the same `command_id`.
        """
        wish = _Wish(visit, command, actor, at, command_id, dict(texts or {}), tuple(links), tuple(files))
        return await self._to_its_end(self._in_turn(wish))

    async def visit(self, visit: VisitId) -> Visit | None:
        """The visit as it is now."""
        return await self._reading.visit(visit)

    async def open_visits(self, clinics: Collection[ClinicId] | None = None) -> tuple[Visit, ...]:
        """The visits of those clinics, or of all, that have not ended, by due time."""
        return tuple(stored.visit for stored in await self._store.open_visits(clinics))

    async def follow(self) -> tuple[Visit, ...]:
        """Every open visit, by due time. From now on subscribers hear what any process records of them.

        As soon, that is, as `look` or `look_around` is called.
        """
        self._positions.following = True
        found = await self._store.open_visits(None)
        for stored in found:
            if self._positions.get(stored.visit.id) is None:
                self._positions.keep(stored)
            else:
                await self.look(stored.visit.id)
        return tuple(stored.visit for stored in found)

    async def look(self, visit: VisitId) -> None:
        """Tell subscribers what other processes have recorded of a visit since they were last told.

        Raises:
            Unavailable: the store cannot be reached; nothing is lost, look again.
        """
        await self._to_its_end(self._look(visit))

    async def _look(self, visit: VisitId) -> None:
        async with self._turn(visit):
            await self._read(visit)

    async def look_around(self) -> int:
        """The same for every open visit, in one question to the store; how many had moved on.

        Raises:
            Unavailable: the store cannot be reached.
        """
        now = await self._store.positions()
        told = dict(self._positions.followed())
        behind = [visit for visit, seq in now.items() if told.get(visit, 0) < seq]
        behind += [visit for visit in told if visit not in now]  # it has ended
        for visit in behind:
            await self.look(visit)
        return len(behind)

    async def view(self, visit: VisitId, role: ViewRole, viewer: str = "") -> Snapshot | None:
        """The visit as that role sees it now; see `Reading.view`."""
        return await self._reading.view(visit, role, viewer)

    async def catch_up(
        self, visit: VisitId, since: int, role: ViewRole, viewer: str = ""
    ) -> Missed | Snapshot | None:
        """What a page that last folded record `since` has missed; see `Reading.catch_up`."""
        return await self._reading.catch_up(visit, since, role, viewer)

    async def board(
        self, clinics: Collection[ClinicId] | None, role: ViewRole, viewer: str = ""
    ) -> tuple[BoardRow, ...]:
        """The open visits of those clinics as that role sees them; see `Reading.board`."""
        return await self._reading.board(clinics, role, viewer)

    async def texts(self, visit: VisitId) -> Mapping[TextId, str]:
        """The visit's texts, open: for the birth-date check and the like. Purged ones are absent."""
        return await self._reading.texts([visit])

    async def close(self) -> None:
        """Let running commands end. Nobody may ask anything after this."""
        while self._running:
            await asyncio.wait(self._running)

    async def _to_its_end(self, work: Coroutine[Any, Any, T]) -> T:
        """Whoever waits may be cancelled; what is committed is told all the same."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked may be gone; then nobody else would look at it

    def _turn(self, visit: VisitId) -> asyncio.Lock:
        turn = self._turns.get(visit)
        if turn is None:
            turn = self._turns[visit] = asyncio.Lock()
        return turn

    async def _in_turn(self, wish: _Wish) -> Done | Refused:
        async with self._turn(wish.visit):
            return await self._execute(wish)

    async def _execute(self, wish: _Wish) -> Done | Refused:
        known = self._positions.get(wish.visit)
        stored = known.stored if known else await self._read(wish.visit)
        for _ in range(TRIES):
            before = stored
            answer = handle(
                before.visit if before else None, wish.command, wish.actor, wish.at, wish.command_id
            )
            refused: Refused | None = answer if isinstance(answer, Refused) else None
            if isinstance(answer, Recorded) and answer.records:
                try:
                    return await self._append(wish, before, answer)
                except ClinicianBusy:
                    refused = Refused(Refusal.clinician_busy)
                except Conflict:
                    pass
                except Unavailable:
                    _log.warning("append_uncertain", visit=wish.visit)
            # Refused, lost, uncertain or nothing to do: true only of what is stored now, and only if this
            # very command is not what made it so.
            stored = await self._read(wish.visit)
            if stored and (earlier := await self._store.recorded(wish.visit, wish.command_id)):
                return _done(stored.visit, earlier)
            if stored == before:
                if refused is not None:
                    return refused
                if isinstance(answer, Recorded) and not answer.records:
                    return Done(answer.visit, ())
        _log.warning("gave_up", visit=wish.visit, tries=TRIES)
        return Refused(Refusal.conflict)

    async def _append(self, wish: _Wish, before: Stored | None, answer: Recorded) -> Done | Refused:
        at = answer.records[-1].at
        sealed = [self._vault.seal(wish.visit, text, new, at) for text, new in wish.texts.items()]
        stored = await self._store.append(
            Append(
                before=before,
                after=answer.visit,
                records=answer.records,
                deadline=next_deadline(answer.visit),
                texts=sealed,
                links=wish.links,
                files=wish.files,
            )
        )
        known = self._positions.get(wish.visit)
        if known is not None and known.texts is not None:
            known.texts.update({text: new.body for text, new in wish.texts.items()})
        await self._tell(before, stored, answer.records)
        return _done(stored.visit, answer.records)

    async def _read(self, visit: VisitId) -> Stored | None:
        """The visit as it is now.

        Records of other processes, or of an append that seemed to fail, are told first.
        """
        stored = await self._store.load(visit)
        known = self._positions.get(visit)
        if stored is None:
            return None
        if known is None and not (self._positions.following and stored.visit.state not in TERMINAL):
            self._positions.keep(stored)
            return stored
        told = known.stored.visit.seq if known else 0
        if told < stored.visit.seq:
            missed = await self._store.records(visit, since=told)
            records = tuple(one for one in missed if one.seq <= stored.visit.seq)
            await self._tell(known.stored if known else None, stored, records, elsewhere=True)
        return stored

    async def _tell(
        self,
        before: Stored | None,
        stored: Stored,
        records: tuple[Record, ...],
        *,
        elsewhere: bool = False,
    ) -> None:
        visit = stored.visit
        known = self._positions.keep(stored)
        if self._subscribers:
            change = Change(
                before=before.visit if before else None,
                after=visit,
                records=records,
                texts=await self._texts_for(known, records),
                directory=self._people.directory,
                elsewhere=elsewhere,
            )
            for subscriber in tuple(self._subscribers):
                _call(subscriber, change)
        if visit.state in TERMINAL:
            known.texts = None  # they are to be forgotten, here as well

    async def _texts_for(self, known: Known, records: tuple[Record, ...]) -> Mapping[TextId, str]:
        named = {getattr(record.event, "text", None) for record in records} - {None}
        if known.texts is None or not named <= known.texts.keys():
            try:
                known.texts = await self._reading.texts([known.stored.visit.id])
            except Unavailable:
                # The records are committed and must be told; a page that misses a text asks for a snapshot.
                _log.warning("texts_unavailable", visit=known.stored.visit.id)
                return {}
        return dict(known.texts)


@dataclass(frozen=True, slots=True)
class _Wish:
    visit: VisitId
    command: Command
    actor: Actor
    at: datetime
    id: CommandId
    texts: Mapping[TextId, NewText]
    links: tuple[NewLink, ...]
    files: tuple[FileId, ...]

    @property
    def command_id(self) -> CommandId:
        return self.id


def _done(visit: Visit, records: tuple[Record, ...]) -> Done | Refused:
    """A wrong birth date is recorded, and refused to whoever gave it."""
    if any(isinstance(record.event, BirthDateRefused) for record in records):
        return Refused(Refusal.not_recognised)
    return Done(visit, records)


def _call(subscriber: Subscriber, change: Change) -> None:
    try:
        subscriber(change)
    except Exception as error:  # noqa: BLE001 - what is committed must be told to the others
        _log.error(
            "subscriber_failed", visit=change.after.id, seq=change.after.seq, error=type(error).__name__
        )
