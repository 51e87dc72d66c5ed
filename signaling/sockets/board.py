"""The open visits as this process knows them: what every board, standing and pick is computed from.

A read model in memory, fed by the desk's changes in order and loaded once at the start. Truth stays with the
desk: whoever acts on what the board says goes through a command, which is decided on the stored visit.
"""

from collections.abc import Iterable, Iterator, Mapping

from waiting_room.core.ids import ClinicId, StaffId, TextId, VisitId
from waiting_room.core.lifecycle import HOLDING, TERMINAL
from waiting_room.core.model import Role, State, Visit
from waiting_room.core.pairing import Entry, entry_of, in_order

_BEFORE_THE_LINE = (State.preparing, State.booked)


class Board:
    """Open visits by id, with the texts that their views show."""

    def __init__(self) -> None:
        self._visits: dict[VisitId, Visit] = {}
        self._clinics: dict[ClinicId, dict[VisitId, Visit]] = {}
        self._texts: dict[VisitId, Mapping[TextId, str]] = {}
        self._holders: dict[StaffId, set[VisitId]] = {}

    def __iter__(self) -> Iterator[Visit]:
        return iter(self._visits.values())

    def __len__(self) -> int:
        return len(self._visits)

    def get(self, visit: VisitId) -> Visit | None:
        """The visit, if it is open."""
        return self._visits.get(visit)

    def put(self, visit: Visit, texts: Mapping[TextId, str]) -> bool:
        """Take over a visit as it is now; an older state than the one known is ignored."""
        known = self._visits.get(visit.id)
        if known is not None and known.seq >= visit.seq:
            return False
        self._unhold(known)
        if visit.state in TERMINAL:
            self._visits.pop(visit.id, None)
            self._texts.pop(visit.id, None)
            self._clinics.get(visit.clinic, {}).pop(visit.id, None)
            return True
        self._visits[visit.id] = visit
        self._clinics.setdefault(visit.clinic, {})[visit.id] = visit
        self._texts[visit.id] = texts
        if visit.state in HOLDING and visit.claimed_by is not None:
            self._holders.setdefault(visit.claimed_by, set()).add(visit.id)
        return True

    def _unhold(self, visit: Visit | None) -> None:
        if visit is not None and visit.claimed_by is not None:
            held = self._holders.get(visit.claimed_by, set())
            held.discard(visit.id)
            if not held:
                self._holders.pop(visit.claimed_by, None)

    def of(self, clinics: Iterable[ClinicId]) -> Iterator[Visit]:
        """The open visits of some clinics."""
        for clinic in clinics:
            yield from self._clinics.get(clinic, {}).values()

    def held_by(self, clinician: StaffId) -> tuple[Visit, ...]:
        """The visits that a clinician holds: claimed, in the visit or on hold."""
        return tuple(self._visits[visit] for visit in self._holders.get(clinician, ()))

    def entries(self) -> list[Entry]:
        """Everybody who has a place."""
        return [entry for visit in self._visits.values() if (entry := entry_of(visit)) is not None]

    def texts(self, visit: VisitId) -> Mapping[TextId, str]:
        """The opened texts of a visit, for as long as it is open."""
        return self._texts.get(visit, {})


def shown_to(visit: Visit, role: Role, viewer: StaffId, clinics: Iterable[ClinicId]) -> bool:
    """Whether a visit is on somebody's board: in their clinics, and not booked with another clinician."""
    if visit.clinic not in clinics:
        return False
    if role is Role.support:
        return True
    return visit.claimed_by == viewer or visit.clinician in {None, viewer}


def board_order(visits: Iterable[Visit]) -> list[VisitId]:
    """Whoever has a place by due time, then those who are held or in a visit, then who is still to come."""
    visits = list(visits)
    placed = [entry.visit for entry in in_order(filter(None, map(entry_of, visits)))]
    in_line = set(placed)
    rest = [visit for visit in visits if visit.id not in in_line]
    rest.sort(key=lambda visit: (visit.state in _BEFORE_THE_LINE, visit.start, visit.id))
    return placed + [visit.id for visit in rest]
