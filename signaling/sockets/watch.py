"""The watch: keeps presence from the sockets, tells it to the boards, and notes absences with the desk.

Several processes watch the same people. Each notes what it sees, which is the same and recorded once; whoever
has somebody's page open objects when their absence is noted all the same.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog

from signaling.clock import Clock
from signaling.ids import Ids
from signaling.presence import Attendance, Change, Person
from signaling.sockets.board import Board
from signaling.sockets.feed import Feed
from waiting_room.core.commands import NotePresence
from waiting_room.core.guests import at_device, joined
from waiting_room.core.ids import CommandId, StaffId, VisitId
from waiting_room.core.lifecycle import TERMINAL
from waiting_room.core.model import Actor, Guest, Presence, Role, Visit
from waiting_room.core.refusals import Refusal, Refused
from waiting_room.database import Unavailable
from waiting_room.desk import Change as VisitChange
from waiting_room.desk import Desk

LONGEST_SLEEP_SECONDS = 5.0
"""A clock that was set forward, or a laptop that slept, is noticed after this."""

NOTE_TRIES = 60
NOTE_AGAIN_SECONDS = 1.0
"""While the store cannot be reached; nobody is told wrong meanwhile, only late."""

NOTED = frozenset({Role.member, Role.clinician})
"""Whose absence is history: deadlines follow from it. A guest's is told to the others, no more."""

ACTOR = Actor(Role.system, "presence")
log = structlog.get_logger("presence")


class Watch:
    """Presence of everybody in a visit. One task; everything else happens when a socket comes or goes."""

    def __init__(
        self,
        *,
        attendance: Attendance,
        board: Board,
        feed: Feed,
        desk: Desk,
        clock: Clock,
        ids: Ids,
        in_contact: Callable[[], bool],
    ) -> None:
        """`in_contact`: whether this process can hear its neighbours, who may have whom it does not have."""
        self._attendance = attendance
        self._board = board
        self._feed = feed
        self._desk = desk
        self._clock = clock
        self._ids = ids
        self._in_contact = in_contact
        self._whereabouts: list[Callable[[Person, int | None], None]] = []
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._notes: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Expect everybody who has a visit open, and begin to watch."""
        self.expect_all()
        self._task = asyncio.create_task(self._run(), name="watch presence")

    async def stop(self) -> None:
        """Stop watching. Absences of this moment are noted after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.noted()

    async def noted(self) -> None:
        """Come back when everything seen so far is with the desk."""
        while self._notes:
            await asyncio.wait(self._notes)

    def on_whereabouts(self, listener: Callable[[Person, int | None], None]) -> None:
        """Call `listener` when somebody has a page here, with its stamp, and with None when no more."""
        self._whereabouts.append(listener)

    # --- who comes and goes ------------------------------------------------------------------------------

    def change(self, change: VisitChange) -> None:
        """A visit has changed: watch its people, or stop watching them."""
        over = change.after.state in TERMINAL
        still = () if over else joined(change.after.guests)
        for guest in joined(change.before.guests) if change.before else ():
            if guest not in still:
                self._attendance.forget(_guest(change.after, guest))
        if over:
            self._attendance.forget(Person(Role.member, change.after.id))
            return
        self.expect(change.after)
        if change.elsewhere:
            self._object(change.after)

    def _object(self, visit: Visit) -> None:
        """Another process took somebody for gone whose page is open here."""
        if visit.member_gone_since is not None:
            person = Person(Role.member, visit.id)
            if self._attendance.here(person) is not None:
                self._note(visit.id, person, Presence.here, 0.0)
        if visit.clinician_gone_since is not None and visit.claimed_by is not None:
            person = Person(Role.clinician, visit.claimed_by)
            if self._attendance.here(person) is not None:
                self._note(visit.id, person, Presence.here, 0.0)

    def expect_all(self) -> None:
        """Everybody who has a visit open."""
        for visit in self._board:
            self.expect(visit)

    def expect(self, visit: Visit) -> None:
        """Take the people of a visit for present, with a gap that begins now if they are not.

        Out of contact nobody is expected: whoever was never here may be with a neighbour.
        """
        if not self._in_contact():
            return
        now = self._clock.monotonic()
        if visit.redeemed_at is not None:
            self._seen(self._attendance.expect(Person(Role.member, visit.id), now))
        if visit.claimed_by is not None:
            self._seen(self._attendance.expect(Person(Role.clinician, visit.claimed_by), now))
        for guest in joined(visit.guests):
            self._seen(self._attendance.expect(_guest(visit, guest), now))

    def arrived(self, person: Person, socket: str) -> tuple[str, ...]:
        """A socket of the person is open; answers those it supersedes."""
        arrival = self._attendance.arrive(person, socket)
        self._seen(arrival.change)
        self._tell_where(person)
        for visit in self._visits_of(person) if person.role in NOTED else ():
            gone_since = visit.member_gone_since if person.role is Role.member else visit.clinician_gone_since
            if gone_since is not None:
                self._note(visit.id, person, Presence.here, 0.0)
        return arrival.superseded

    def departed(self, person: Person, socket: str) -> None:
        """A socket of the person is closed."""
        self._seen(self._attendance.depart(person, socket, self._clock.monotonic()))
        if self._attendance.here(person) is None:
            self._tell_where(person)
        self._forget_if_over(person)

    def arrived_at(self, neighbour: str, person: Person, stamp: int) -> tuple[str, ...]:
        """A neighbour has a page of the person; answers the sockets it supersedes here."""
        arrival = self._attendance.arrive_at(neighbour, person, stamp)
        self._seen(arrival.change)
        return arrival.superseded

    def departed_from(self, neighbour: str, person: Person) -> None:
        """A neighbour has no page of the person any more."""
        self._seen(self._attendance.depart_from(neighbour, person, self._clock.monotonic()))
        self._forget_if_over(person)

    def _tell_where(self, person: Person) -> None:
        stamp = self._attendance.here(person)
        for listener in self._whereabouts:
            listener(person, stamp)

    def _forget_if_over(self, person: Person) -> None:
        if person.role is not Role.clinician and not self._expected(person):
            self._attendance.forget(person)

    def pass_time(self) -> None:
        """Tell and note whatever has become so by now."""
        now = self._clock.monotonic()
        for absence in self._attendance.absences(now):
            for visit in self._visits_of(absence.person) if absence.person.role in NOTED else ():
                self._note(visit.id, absence.person, Presence.gone, now - absence.since)
        for change in self._attendance.pass_time(now):
            self._seen(change)

    # --- what follows ------------------------------------------------------------------------------------

    def _visits_of(self, person: Person) -> tuple[Visit, ...]:
        if person.role is Role.clinician:
            return self._board.held_by(StaffId(person.id))
        visit = self._board.get(VisitId(person.visit or person.id))
        return () if visit is None else (visit,)

    def _expected(self, person: Person) -> bool:
        """Whether somebody of a visit who is not here still belongs to it."""
        (visit,) = self._visits_of(person) or (None,)
        if visit is None or person.role is Role.member:
            return visit is not None
        return at_device(joined(visit.guests), person.id) is not None

    def _seen(self, change: Change | None) -> None:
        self._woken.set()
        if change is None:
            return
        for visit in self._visits_of(change.person):
            self._feed.presence_of(visit)
        if change.person.role is Role.clinician:
            self._feed.sums_changed()

    def _note(self, visit: VisitId, person: Person, presence: Presence, seconds_ago: float) -> None:
        note = asyncio.create_task(self._say(visit, person, presence, seconds_ago))
        self._notes.add(note)
        note.add_done_callback(self._notes.discard)

    async def _say(self, visit: VisitId, person: Person, presence: Presence, seconds_ago: float) -> None:
        since = self._clock.now() - timedelta(seconds=seconds_ago)
        for _ in range(NOTE_TRIES):
            command = NotePresence(
                who=person.role,
                presence=presence,
                since=since,
                staff=StaffId(person.id) if person.role is Role.clinician else None,
            )
            if not await self._told(visit, command):
                await asyncio.sleep(NOTE_AGAIN_SECONDS)
                continue
            here = self._attendance.presence(person) == "here"
            if here == (presence is Presence.here) or not here:
                return
            presence = Presence.here  # they came back while their absence was being written down
        log.warning("presence_not_noted", visit=visit, role=person.role.value)

    async def _told(self, visit: VisitId, command: NotePresence) -> bool:
        """Whether the desk has heard it; not, while the store is away or others are always faster."""
        try:
            answer = await self._desk.execute(
                visit, command, ACTOR, self._clock.now(), CommandId(self._ids.new())
            )
        except Unavailable:
            return False
        return not (isinstance(answer, Refused) and answer.code is Refusal.conflict)

    async def _run(self) -> None:
        while True:
            self.pass_time()
            due = self._attendance.next_deadline()
            pause = LONGEST_SLEEP_SECONDS if due is None else due - self._clock.monotonic()
            self._woken.clear()
            try:
                async with asyncio.timeout(min(max(pause, 0.001), LONGEST_SLEEP_SECONDS)):
                    await self._woken.wait()
            except TimeoutError:
                pass


def _guest(visit: Visit, guest: Guest) -> Person:
    return Person(Role.guest, str(guest.device), visit.id)
