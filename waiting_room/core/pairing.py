"""Pairing: who is next, and how many are before me.

One order for everybody: by `due`, then by redemption, then by id, so that two clinicians never disagree.
Every pick goes through `next_for`; nobody is handed a visit past it. Counting and picking are separate: a
member who is away, held, offered or claimed keeps counting as ahead, but only a waiting one is picked.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from waiting_room.core.ids import ClinicId, StaffId, VisitId
from waiting_room.core.lifecycle import IN_LINE
from waiting_room.core.model import State, Visit

Rosters = Mapping[ClinicId, Set[StaffId]]
"""Clinic → the clinicians who take its pool today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A visit as the line sees it; derived from the visit, never stored."""

    visit: VisitId
    clinic: ClinicId
    clinician: StaffId | None
    state: State
    due: datetime
    redeemed_at: datetime
    declined_by: tuple[StaffId, ...] = ()

    @property
    def place(self) -> tuple[datetime, datetime, VisitId]:
        """What the line is ordered by."""
        return (self.due, self.redeemed_at, self.visit)


def entry_of(visit: Visit) -> Entry | None:
    """The visit's entry; None while it has no place, or when it is not before the visit any more."""
    if visit.due is None or visit.redeemed_at is None:
        return None
    if visit.state not in IN_LINE | {State.preparing}:
        return None
    return Entry(
        visit=visit.id,
        clinic=visit.clinic,
        clinician=visit.clinician,
        state=visit.state,
        due=visit.due,
        redeemed_at=visit.redeemed_at,
        declined_by=visit.declined_by,
    )


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """By place, first to be seen first."""
    return sorted(entries, key=lambda entry: entry.place)


def may_take(entry: Entry, clinician: StaffId, rosters: Rosters) -> bool:
    """Whether this clinician is one of those the member waits for."""
    if entry.clinician is not None:
        return entry.clinician == clinician
    return clinician in rosters.get(entry.clinic, frozenset())


def nobody(entry: Entry, rosters: Rosters) -> bool:
    """Whether the pool the member waits for has no clinician today; a named clinician is always somebody."""
    return entry.clinician is None and not rosters.get(entry.clinic)


def next_for(clinician: StaffId, entries: Iterable[Entry], rosters: Rosters) -> Entry | None:
    """The first waiting entry that this clinician may take and has not declined."""
    return min(
        (
            entry
            for entry in entries
            if entry.state is State.waiting
            and may_take(entry, clinician, rosters)
            and clinician not in entry.declined_by
        ),
        key=lambda entry: entry.place,
        default=None,
    )


def ahead(entries: Iterable[Entry], rosters: Rosters) -> dict[VisitId, int]:
    """For each entry, how many in line the same clinicians would take before it.

    Somebody counts as ahead if they are earlier in order and at least one clinician may take both. Entries
    that are still preparing get a number but do not count for others.

    One sorted pass, O(N log N), with a counter per pool and per named clinician; each step looks only at the
    clinics that share a clinician.
    """
    clinics_of: dict[StaffId, list[ClinicId]] = {}
    for clinic, clinicians in rosters.items():
        for clinician in clinicians:
            clinics_of.setdefault(clinician, []).append(clinic)
    sharing: dict[ClinicId, set[ClinicId]] = {}
    for clinics in clinics_of.values():
        for clinic in clinics:
            sharing.setdefault(clinic, set()).update(clinics)

    pool: Counter[ClinicId] = Counter()
    """Entries so far for anybody of the clinic."""
    named: Counter[StaffId] = Counter()
    """Entries so far for one clinician."""
    named_in: Counter[ClinicId] = Counter()
    """Entries so far for one clinician who takes this clinic's pool too."""
    counts: dict[VisitId, int] = {}
    for entry in in_order(entries):
        counted = 1 if entry.state in IN_LINE else 0
        if entry.clinician is None:
            neighbours = sharing.get(entry.clinic, {entry.clinic})
            counts[entry.visit] = sum(pool[clinic] for clinic in neighbours) + named_in[entry.clinic]
            pool[entry.clinic] += counted
        else:
            mine = clinics_of.get(entry.clinician, [])
            counts[entry.visit] = sum(pool[clinic] for clinic in mine) + named[entry.clinician]
            named[entry.clinician] += counted
            for clinic in mine:
                named_in[clinic] += counted
    return counts
