"""Who is here: presence of people, derived from their sockets and from nothing else.

Rules:

* A person with at least one open socket is `here`.
* A person without one is in a `gap`, and `gone` once the gap is as long as their role allows.
* A gap of some seconds is noted in the visit's history with the moment it began; a reload is not.
* The socket that came last is the active one; older ones are told so and send no media.
* A neighbour (another web process) that has somebody counts as one socket of theirs, named after it. Stamps
  say which came last, across processes too; of two that came together the greater name wins, everywhere.
* Presence is not place: this module tells what it sees, the waiting room decides what that means.
* After a restart everybody who was here is in a gap that starts at the restart, so nobody is moved for it.

No I/O and no clock in here: `now` is monotonic seconds, given by the caller.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from waiting_room.core.model import Role

MEMBER_GONE_AFTER_SECONDS = 45.0
"""Longer keeps a ghost in the line; shorter moves people whose lift has no signal."""
GUEST_GONE_AFTER_SECONDS = MEMBER_GONE_AFTER_SECONDS
CLINICIAN_GONE_AFTER_SECONDS = 20.0
"""A clinician sits at a desk: a reload takes two seconds, a claim is held for sixty."""

NOTED_AFTER_SECONDS = 8.0
"""Shorter fills the journal with reloads; longer lets the visit's own deadlines, which count from the
beginning of the gap, come late: the shortest of them is a lapsing claim's twenty seconds."""


class Presence(StrEnum):
    """What the others are told about a person."""

    HERE = "here"
    GAP = "gap"
    GONE = "gone"


class Person(NamedTuple):
    """A member (by visit id), a clinician (by staff id), or a guest (by device) of a visit."""

    role: Role
    id: str
    visit: str = ""


class Change(NamedTuple):
    """A person's presence became `presence`."""

    person: Person
    presence: Presence


class Absence(NamedTuple):
    """A person has been away since `since` for long enough to be noted."""

    person: Person
    since: float


GONE_AFTER_SECONDS = {
    Role.member: MEMBER_GONE_AFTER_SECONDS,
    Role.clinician: CLINICIAN_GONE_AFTER_SECONDS,
    Role.guest: GUEST_GONE_AFTER_SECONDS,
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a new socket changed: the person's presence, if it did, and the sockets it superseded."""

    change: Change | None
    superseded: tuple[str, ...]


class _Stamp(NamedTuple):
    """Which socket came later: by number, and by the name of its process where the numbers are equal."""

    number: int
    process: str


class Attendance:
    """The presence of everybody this process knows of. Every step is O(1) but for what it returns.

    `me` is this process's name among its neighbours.
    """

    def __init__(self, me: str = "") -> None:
        self._me = me
        self._at: dict[str, set[Person]] = {}
        self._sockets: dict[Person, dict[str, _Stamp]] = {}
        # A role's gaps all last equally long and `now` never goes back: insertion order is deadline order.
        self._gaps: dict[Role, dict[Person, float]] = {role: {} for role in GONE_AFTER_SECONDS}
        self._unnoted: dict[Person, float] = {}
        self._gone: set[Person] = set()

    def presence(self, person: Person) -> Presence:
        """What the others are told now; somebody never heard of is gone."""
        if person in self._sockets:
            return Presence.HERE
        return Presence.GAP if person in self._gaps[person.role] else Presence.GONE

    def knows(self, person: Person) -> bool:
        """Whether the person was ever expected or here, and not forgotten since."""
        return person in self._sockets or person in self._gaps[person.role] or person in self._gone

    def active(self, person: Person) -> str | None:
        """The socket that came last; a neighbour's name, if it came there."""
        sockets = self._sockets.get(person, {})
        return max(sockets, key=lambda socket: sockets[socket], default=None)

    def sockets(self, person: Person) -> tuple[str, ...]:
        """The person's open sockets, oldest first."""
        return tuple(self._sockets.get(person, ()))

    def here(self, person: Person) -> int | None:
        """The stamp of the newest socket that the person has in this process; None if there is none."""
        mine = [stamp.number for stamp in self._sockets.get(person, {}).values() if stamp.process == self._me]
        return max(mine, default=None)

    def all_here(self) -> list[tuple[Person, int]]:
        """Everybody with a socket in this process, with their stamps."""
        return [(person, stamp) for person in self._sockets if (stamp := self.here(person)) is not None]

    def at(self, neighbour: str) -> frozenset[Person]:
        """Everybody a neighbour has."""
        return frozenset(self._at.get(neighbour, ()))

    def expect(self, person: Person, now: float) -> Change | None:
        """Take somebody for present who has not connected yet: their gap starts now."""
        if self.knows(person):
            return None
        self._gaps[person.role][person] = self._unnoted[person] = now
        return Change(person, Presence.GAP)

    def arrive(self, person: Person, socket: str) -> Arrival:
        """A socket of the person is open; those that were open before are superseded by it."""
        newest = max((stamp.number for stamp in self._sockets.get(person, {}).values()), default=0)
        return self._arrive(person, socket, _Stamp(newest + 1, self._me))

    def arrive_at(self, neighbour: str, person: Person, stamp: int) -> Arrival:
        """A neighbour has a socket of the person; older ones here are superseded by it."""
        self._at.setdefault(neighbour, set()).add(person)
        return self._arrive(person, neighbour, _Stamp(stamp, neighbour))

    def _arrive(self, person: Person, socket: str, stamp: _Stamp) -> Arrival:
        before = self.presence(person)
        sockets = self._sockets.setdefault(person, {})
        superseded = tuple(other for other, its in sockets.items() if other != socket and its < stamp)
        sockets.pop(socket, None)
        sockets[socket] = stamp
        self._gaps[person.role].pop(person, None)
        self._unnoted.pop(person, None)
        self._gone.discard(person)
        return Arrival(Change(person, Presence.HERE) if before is not Presence.HERE else None, superseded)

    def depart(self, person: Person, socket: str, now: float) -> Change | None:
        """A socket is closed; the last one of a person starts a gap."""
        sockets = self._sockets.get(person)
        if sockets is None or socket not in sockets:
            return None
        del sockets[socket]
        if sockets:
            return None
        del self._sockets[person]
        self._gaps[person.role][person] = self._unnoted[person] = now
        return Change(person, Presence.GAP)

    def depart_from(self, neighbour: str, person: Person, now: float) -> Change | None:
        """A neighbour has nobody's socket of that person any more."""
        people = self._at.get(neighbour, set())
        people.discard(person)
        if not people:
            self._at.pop(neighbour, None)
        return self.depart(person, neighbour, now)

    def forget(self, person: Person) -> None:
        """Stop keeping a person who has no open socket, as when their visit has ended."""
        self._gaps[person.role].pop(person, None)
        self._unnoted.pop(person, None)
        self._gone.discard(person)

    def pass_time(self, now: float) -> list[Change]:
        """Everybody whose gap has become too long by `now`. Each is told once."""
        changes = []
        for role, gaps in self._gaps.items():
            while gaps:
                person, since = next(iter(gaps.items()))
                if now - since < GONE_AFTER_SECONDS[role]:
                    break
                del gaps[person]
                self._gone.add(person)
                changes.append(Change(person, Presence.GONE))
        return changes

    def absences(self, now: float) -> list[Absence]:
        """Everybody whose gap should be noted by `now`. Each is told once."""
        noted = []
        while self._unnoted:
            person, since = next(iter(self._unnoted.items()))
            if now - since < NOTED_AFTER_SECONDS:
                break
            del self._unnoted[person]
            noted.append(Absence(person, since))
        return noted

    def next_deadline(self) -> float | None:
        """When `pass_time` or `absences` will next have something to say, if nobody moves until then."""
        due = [
            next(iter(gaps.values())) + GONE_AFTER_SECONDS[role] for role, gaps in self._gaps.items() if gaps
        ]
        due += [since + NOTED_AFTER_SECONDS for since in islice(self._unnoted.values(), 1)]
        return min(due, default=None)
