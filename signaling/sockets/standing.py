"""Where a waiting member stands: how many would be seen first, and whether anybody is there to see them."""

from collections.abc import Iterable, Mapping, Set
from typing import NamedTuple

from waiting_room.core.ids import StaffId, VisitId
from waiting_room.core.pairing import Entry, Rosters, nobody
from waiting_room.line import Standing as Place


class Standing(NamedTuple):
    """`ahead`: members whom the same clinicians would take first. `nobody`: none of these is here now."""

    ahead: int
    nobody: bool


def standings(
    entries: Iterable[Entry], places: Mapping[VisitId, Place], rosters: Rosters, here: Set[StaffId]
) -> dict[VisitId, Standing]:
    """Everybody's standing: their place as the line counts it, and who of their clinicians is connected.

    A named clinician who is not here yet is not nobody: the appointment is with them.
    """
    present: Rosters = {clinic: clinicians & here for clinic, clinicians in rosters.items()}
    return {
        entry.visit: Standing(places[entry.visit].ahead, nobody(entry, present))
        for entry in entries
        if entry.visit in places
    }
