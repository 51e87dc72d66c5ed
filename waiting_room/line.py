"""Everybody who has not been seen yet, in memory: the order, how many are ahead of whom, and who is next.

A projection of a projection. It hears of changes from the desk, and is read anew from the store at the
start and now and then, so that what another process did, or what was missed, heals. A line that is behind
costs a try: the claim decides.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from waiting_room.core.commands import Claim
from waiting_room.core.ids import ClinicId, CommandId, StaffId, VisitId
from waiting_room.core.model import Actor, Role, State, Visit
from waiting_room.core.pairing import Entry, ahead, entry_of, in_order, next_for, nobody
from waiting_room.core.refusals import Refusal, Refused
from waiting_room.desk import Change, Desk, Done
from waiting_room.people import People

PICKS = 5
"""How many entries “next patient” tries when others take them first."""

_TRY_THE_NEXT = frozenset({
    Refusal.claimed_by_other,
    Refusal.offered_to_other,
    Refusal.not_waiting,
    Refusal.member_away,
    Refusal.member_left,
    Refusal.visit_held,
    Refusal.visit_ended,
    Refusal.visit_cancelled,
    Refusal.named_for_other,
    Refusal.wrong_state,
    Refusal.conflict,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """A member's place.

    How many the same clinicians would take first, and whether there is any clinician at all.
    """

    ahead: int
    nobody: bool


class Line:
    """The open visits of every clinic. Belongs to one desk, and is told by it."""

    def __init__(self, desk: Desk, people: People) -> None:
        """Empty until `load`."""
        self._desk = desk
        self._people = people
        self._visits: dict[VisitId, Visit] = {}
        self._standings: dict[VisitId, Standing] | None = None
        self._stop = desk.subscribe(self._hear)

    def close(self) -> None:
        """Hear nothing more."""
        self._stop()

    async def load(self) -> None:
        """Read every open visit anew. What was heard meanwhile and is newer stays."""
        started_with = dict(self._visits)
        found = {visit.id: visit for visit in await self._desk.open_visits()}
        for visit in found.values():
            self._take(visit)
        for visit in started_with.values():
            if visit.id not in found and self._visits.get(visit.id) is visit:
                del self._visits[visit.id]
        self._standings = None

    def visits(self, clinics: Collection[ClinicId] | None = None) -> tuple[Visit, ...]:
        """The open visits of those clinics, or of all."""
        return tuple(visit for visit in self._visits.values() if clinics is None or visit.clinic in clinics)

    def order(self, clinics: Collection[ClinicId] | None = None) -> tuple[VisitId, ...]:
        """Those with a place, first to be seen first; then the rest by appointment."""
        visits = self.visits(clinics)
        placed = [entry.visit for entry in in_order(_entries(visits))]
        rest = sorted(
            (visit for visit in visits if visit.id not in set(placed)), key=lambda one: (one.start, one.id)
        )
        return (*placed, *(visit.id for visit in rest))

    def standings(self) -> Mapping[VisitId, Standing]:
        """The place of everybody who has one. Counted at most once per change."""
        if self._standings is None:
            entries = _entries(self._visits.values())
            rosters = self._people.rosters
            counts = ahead(entries, rosters)
            self._standings = {
                entry.visit: Standing(counts[entry.visit], nobody(entry, rosters)) for entry in entries
            }
        return self._standings

    def held_by(self, clinician: StaffId) -> Visit | None:
        """The visit this clinician has claimed or is in."""
        busy = (State.claimed, State.in_visit)
        return next(
            (one for one in self._visits.values() if one.claimed_by == clinician and one.state in busy), None
        )

    async def take_next(self, clinician: StaffId, at: datetime, command_id: CommandId) -> Done | Refused:
        """Claim whoever is next for this clinician.

        Asked again while the claim holds, it answers the same visit.

        Returns:
            The claimed visit, or Refused: `nobody_waiting`, or `clinician_busy` when one is running.
        """
        held = self.held_by(clinician)
        if held is not None and held.state is State.in_visit:
            return Refused(Refusal.clinician_busy)
        if held is not None:
            return Done(held, ())
        entries = _entries(self._visits.values())
        for _ in range(PICKS):
            picked = next_for(clinician, entries, self._people.rosters)
            if picked is None:
                break
            actor = Actor(Role.clinician, clinician)
            answer = await self._desk.execute(picked.visit, Claim(), actor, at, command_id)
            if isinstance(answer, Done) or answer.code not in _TRY_THE_NEXT:
                return answer
            entries = [entry for entry in entries if entry.visit != picked.visit]
        return Refused(Refusal.nobody_waiting)

    def _hear(self, change: Change) -> None:
        self._take(change.after)

    def _take(self, visit: Visit) -> None:
        known = self._visits.get(visit.id)
        if known is not None and known.seq >= visit.seq:
            return
        self._standings = None
        if visit.ended_at is not None:
            self._visits.pop(visit.id, None)
        else:
            self._visits[visit.id] = visit


def _entries(visits: Collection[Visit]) -> list[Entry]:
    return [entry for visit in visits if (entry := entry_of(visit)) is not None]
