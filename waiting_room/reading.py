"""What a page may read: one visit as a role sees it, what it missed, and a whole board in two queries."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from waiting_room.core import public
from waiting_room.core.ids import ClinicId, TextId, VisitId
from waiting_room.core.model import Visit
from waiting_room.core.patch import Json
from waiting_room.core.views import ViewRole, texts_needed, view
from waiting_room.people import People
from waiting_room.store import Store
from waiting_room.texts import Vault

CATCH_UP_AT_MOST = 100
"""Records sent one by one to a page that was away; beyond it a snapshot is smaller and quicker."""

AT_A_STRETCH = 100
"""Views rendered before others have their turn. Higher: they wait longer; lower: the board does."""


@dataclass(frozen=True, slots=True)
class Missed:
    """The public records after the one the page knew, in order; none when it was up to date."""

    records: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole view, for a page that knows nothing, too little, or something that never was."""

    seq: int
    view: Json


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A visit of a board, and how the role sees it."""

    visit: Visit
    view: Json


class Reading:
    """Reads the store for pages. Never writes, never remembers."""

    def __init__(self, store: Store, vault: Vault, people: People) -> None:
        self._store = store
        self._vault = vault
        self._people = people

    async def visit(self, visit: VisitId) -> Visit | None:
        """The visit as it is now."""
        stored = await self._store.load(visit)
        return stored.visit if stored else None

    async def texts(self, visits: Collection[VisitId]) -> dict[TextId, str]:
        """Every text of those visits that can be opened."""
        return dict(self._vault.open_all(await self._store.texts(visits)))

    async def view(self, visit: VisitId, role: ViewRole, viewer: str = "") -> Snapshot | None:
        """The visit as that role sees it; `viewer` is the clinician's staff id.

        None: there is no such visit.
        """
        found = await self.visit(visit)
        if found is None:
            return None
        return Snapshot(found.seq, (await self._views([found], role, viewer))[visit])

    async def catch_up(
        self, visit: VisitId, since: int, role: ViewRole, viewer: str = ""
    ) -> Missed | Snapshot | None:
        """What a page that last folded record `since` (0: nothing) needs to stand where the visit is now."""
        found = await self.visit(visit)
        if found is None:
            return None
        if since == found.seq:
            return Missed(())
        if not 0 < since < found.seq or found.seq - since > CATCH_UP_AT_MOST:
            return Snapshot(found.seq, (await self._views([found], role, viewer))[visit])
        journal = await self._store.records(visit)
        texts = await self.texts([visit])
        directory = self._people.directory
        missed = public.catch_up(journal, since, role, texts, directory, viewer=viewer, until=found.seq)
        return Missed(tuple(missed))

    async def board(
        self, clinics: Collection[ClinicId] | None, role: ViewRole, viewer: str = ""
    ) -> tuple[BoardRow, ...]:
        """The open visits of those clinics, or of all, by due time, as that role sees them."""
        visits = [stored.visit for stored in await self._store.open_visits(clinics)]
        views = await self._views(visits, role, viewer)
        return tuple(BoardRow(visit, views[visit.id]) for visit in visits)

    async def _views(self, visits: list[Visit], role: ViewRole, viewer: str) -> Mapping[VisitId, Json]:
        needed = {visit.id: texts_needed(visit, role, viewer) for visit in visits}
        sealed = await self._store.texts(list(needed))
        texts = self._vault.open_all([text for text in sealed if text.id in needed[text.visit]])
        directory = self._people.directory
        views: dict[VisitId, Json] = {}
        for number, visit in enumerate(visits, start=1):
            views[visit.id] = view(visit, role, texts, directory, viewer)
            if number % AT_A_STRETCH == 0:
                await asyncio.sleep(0)  # a large board must not hold up everybody else's answer
        return views
