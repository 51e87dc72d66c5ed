"""Where a desk's subscribers stand: the place in each visit's history that they were last told of."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from waiting_room.core.ids import TextId, VisitId
from waiting_room.core.lifecycle import TERMINAL
from waiting_room.store import Stored

VISITS_KEPT = 4_096
"""Positions remembered beyond those of the open visits that are followed, to save a read per command.

Validated by every append, so being old costs a try, no more.
"""


@dataclass(slots=True)
class Known:
    """What subscribers know of a visit. `texts` is None until it is needed."""

    stored: Stored
    texts: dict[TextId, str] | None = None


class Positions:
    """Positions by visit.

    Once `following`, an open visit's position is kept for as long as it is open: only from there can it be
    told, without a gap, what another process has recorded. The rest are remembered as far as they fit.
    """

    def __init__(self) -> None:
        self.following = False
        self._open: dict[VisitId, Known] = {}
        self._others: OrderedDict[VisitId, Known] = OrderedDict()

    def get(self, visit: VisitId) -> Known | None:
        """What subscribers know of it, if that is remembered."""
        return self._open.get(visit) or self._others.get(visit)

    def followed(self) -> Iterator[tuple[VisitId, int]]:
        """Every open visit that is followed, with the number of the last record told."""
        return iter([(visit, known.stored.visit.seq) for visit, known in self._open.items()])

    def keep(self, stored: Stored) -> Known:
        """From now on this is what they know."""
        visit = stored.visit.id
        known = self._open.pop(visit, None) or self._others.pop(visit, None)
        if known is None:
            known = Known(stored)
        known.stored = stored
        if self.following and stored.visit.state not in TERMINAL:
            self._open[visit] = known
            return known
        self._others[visit] = known
        while len(self._others) > VISITS_KEPT:
            self._others.popitem(last=False)
        return known
