"""From what has happened to what every page is told, in order and without waiting for any of them.

A change comes straight from its commit, on the event loop. In one synchronous step it is given to the media
rooms, the member's pages and the boards; everything that is a sum over many visits (standings, orders) is
marked and told a moment later, once for all changes of that moment.
"""

import asyncio
from typing import Any

from signaling.gates import MediaLost, MediaNews, MediaNow, vacated, wanted
from signaling.presence import Attendance, Person
from signaling.rooms import Rooms
from signaling.sessions import GuestSession, MemberSession, StaffSession
from signaling.sockets.board import Board, board_order, shown_to
from signaling.sockets.namespace import Connection
from signaling.sockets.pipe import Pipe
from signaling.sockets.reports import Reports
from signaling.sockets.standing import Standing, standings
from waiting_room.core.guests import at_device, joined, live, named
from waiting_room.core.ids import ClinicId, GuestId, StaffId, VisitId
from waiting_room.core.lifecycle import TERMINAL
from waiting_room.core.model import Role, Visit
from waiting_room.core.pairing import entry_of
from waiting_room.core.patch import Json
from waiting_room.core.records import apply
from waiting_room.core.views import ViewRole, view
from waiting_room.desk import Change
from waiting_room.line import Line
from waiting_room.people import People

MEMBER, GUEST, CLINICIAN, SUPPORT = "/member", "/guest", "/clinician", "/support"
OWN: tuple[tuple[str, ViewRole], ...] = ((MEMBER, Role.member), (GUEST, Role.guest))
BOARDS: tuple[tuple[str, ViewRole], ...] = ((CLINICIAN, Role.clinician), (SUPPORT, Role.support))
SUMS_AFTER_SECONDS = 0.05
"""Longer lets numbers lag behind names; shorter counts everybody again for every record of a busy moment."""
SUMS_SHARE = 0.1
"""Of the process's time at most this much goes into counting: a bigger crowd is counted less often."""

StaffConnection = Connection[StaffSession]
MemberConnection = Connection[MemberSession]
GuestConnection = Connection[GuestSession]
OUT_AFTER_SECONDS = 1.0
"""How long the page of somebody who was sent away may read that it was."""


class Feed:
    """Tells pages what happens."""

    def __init__(
        self, *, board: Board, line: Line, attendance: Attendance, people: People, pipe: Pipe, rooms: Rooms
    ) -> None:
        self.board = board
        self.line = line
        self.attendance = attendance
        self.people = people
        self.pipe = pipe
        self.rooms = rooms
        self.own: dict[str, dict[VisitId, dict[str, MemberConnection | GuestConnection]]] = {
            MEMBER: {},
            GUEST: {},
        }
        """Pages that have one visit, by namespace, visit and socket."""
        self.staff: dict[str, dict[str, StaffConnection]] = {CLINICIAN: {}, SUPPORT: {}}
        self.reports = Reports(pipe, SUPPORT, self.staff[SUPPORT])
        self._standings: dict[VisitId, Standing] = {}
        self._presence: dict[VisitId, Json] = {}
        self._sums_due: asyncio.TimerHandle | None = None
        self._sums_took = 0.0
        self._changed_clinics: set[ClinicId] = set()

    # --- changes -----------------------------------------------------------------------------------------

    def change(self, change: Change) -> None:
        """A visit has changed: tell everybody who may know, now."""
        after = change.after
        for endpoint, at in vacated_at(change).items():
            self.rooms.evict(after.id, endpoint, offered=at - 1, version=after.seq)
        self.rooms.want(after.id, wanted(after.state, after.mode), after.seq)
        if after.state in TERMINAL:
            self.reports.forget(after.id)
        if not self.board.put(after, change.texts):
            return
        for namespace, role in OWN:
            self._tell_own(namespace, role, change)
        for namespace, role in BOARDS:
            self._tell_staff(namespace, role, change)
        self.presence_of(after)
        self._changed_clinics.add(after.clinic)
        self.sums_changed()

    def _tell_own(self, namespace: str, role: ViewRole, change: Change) -> None:
        told: dict[str, list[tuple[int, str]]] = {}
        for connection in self.own[namespace].get(change.after.id, {}).values():
            if not connection.greeted:
                continue
            viewer = connection.session.device if role is Role.guest else ""
            if viewer not in told:
                told[viewer] = [
                    (record["seq"], self.pipe.encode(namespace, "record", record))
                    for record in change.public(role, viewer)
                ]
            for seq, encoded in told[viewer]:
                if seq > connection.sent:
                    self.pipe.post_encoded(connection.id, namespace, encoded)
            if role is Role.guest and at_device(live(change.after.guests), viewer) is None:
                self.pipe.close(namespace, connection.id, after_seconds=OUT_AFTER_SECONDS)

    def _tell_staff(self, namespace: str, role: ViewRole, change: Change) -> None:
        before, after = change.before, change.after
        special = {after.clinician, after.claimed_by, before.claimed_by if before else None}
        special |= {getattr(record.event, "clinician", None) for record in change.records}
        encoded: dict[tuple[str, bool, bool], list[str]] = {}
        for connection in self.staff[namespace].values():
            if not connection.greeted:
                continue
            staff, clinics = connection.session.staff, connection.session.clinics
            was = (
                before is not None and before.state not in TERMINAL and shown_to(before, role, staff, clinics)
            )
            ends = after.state in TERMINAL
            now = not ends and shown_to(after, role, staff, clinics)
            if not was and not now:
                continue
            viewer = staff if role is Role.clinician and staff in special else ""
            key = (viewer, was, now)
            if key not in encoded:
                rows = self._rows(change, role, viewer, was=was, now=now)
                encoded[key] = [self.pipe.encode(namespace, "row", row) for row in rows]
            for row in encoded[key]:
                self.pipe.post_encoded(connection.id, namespace, row)

    def _rows(self, change: Change, role: ViewRole, viewer: str, *, was: bool, now: bool) -> list[Json]:
        after = change.after
        public = change.public(role, viewer)
        if not was and public:
            # New on this board: the last record brings the whole row.
            public = [public[-1] | {"patch": view(after, role, change.texts, change.directory, viewer)}]
        rows: list[Json] = [{"visit": after.id, **record} for record in public]
        if not now and rows:
            rows[-1]["removed"] = True
        return rows

    # --- presence ----------------------------------------------------------------------------------------

    def presence_seen(self, visit: Visit) -> Json:
        """Who of a visit is here."""
        seen: Json = {}
        if visit.redeemed_at is not None:
            seen["member"] = self.attendance.presence(Person(Role.member, visit.id)).value
        if visit.claimed_by is not None:
            seen["clinician"] = self.attendance.presence(Person(Role.clinician, visit.claimed_by)).value
        for guest in joined(visit.guests):
            person = Person(Role.guest, str(guest.device), visit.id)
            seen.setdefault("guests", {})[guest.id] = self.attendance.presence(person).value
        return seen

    def presence_of(self, visit: Visit) -> None:
        """Tell the boards, and the visit's own pages, who of it is here, if that is news."""
        seen = self.presence_seen(visit) if visit.state not in TERMINAL else {}
        if self._presence.get(visit.id, {}) == seen:
            return
        if not seen:
            self._presence.pop(visit.id, None)
            return
        self._presence[visit.id] = seen
        for namespace, _ in OWN:
            for page in self.own[namespace].get(visit.id, {}).values():
                if page.greeted:
                    self.pipe.post(namespace, page.id, "presence", seen)
        said = {"visit": visit.id, **seen}
        for namespace, role in BOARDS:
            encoded = self.pipe.encode(namespace, "presence", said)
            for connection in self.staff[namespace].values():
                session = connection.session
                if connection.greeted and shown_to(visit, role, session.staff, session.clinics):
                    self.pipe.post_encoded(connection.id, namespace, encoded)

    # --- sums over many visits -----------------------------------------------------------------------------

    def sums_changed(self) -> None:
        """Standings and orders may have changed: they are told soon, once for everything until then."""
        if self._sums_due is None:
            pause = max(SUMS_AFTER_SECONDS, self._sums_took / SUMS_SHARE)
            self._sums_due = asyncio.get_running_loop().call_later(pause, self.tell_sums)

    def tell_sums(self) -> None:
        """Work out standings and orders, and tell every page what is new to it."""
        if self._sums_due is not None:
            self._sums_due.cancel()
            self._sums_due = None
        began = asyncio.get_running_loop().time()
        before, self._standings = self._standings, self._standings_now()
        for visit, connections in self.own[MEMBER].items():
            standing = self._standings.get(visit)
            if standing is not None and before.get(visit) != standing:
                for connection in connections.values():
                    if connection.greeted:
                        self.pipe.post(MEMBER, connection.id, "standing", standing._asdict())
        self._tell_orders()
        self._sums_took = asyncio.get_running_loop().time() - began

    def _tell_orders(self) -> None:
        changed, self._changed_clinics = self._changed_clinics, set()
        for namespace, role in BOARDS:
            orders: dict[tuple[str, frozenset[ClinicId]], tuple[VisitId, ...]] = {}
            for connection in self.staff[namespace].values():
                session = connection.session
                if not connection.greeted or changed.isdisjoint(session.clinics):
                    continue
                key = (session.staff if role is Role.clinician else "", session.clinics)
                if key not in orders:
                    orders[key] = tuple(board_order(self.shown(connection, role)))
                if orders[key] != connection.ordered:
                    connection.ordered = orders[key]
                    self.pipe.post(namespace, connection.id, "order", {"order": orders[key]})

    def _standings_now(self) -> dict[VisitId, Standing]:
        rosters = self.people.rosters
        everybody = frozenset[StaffId]().union(*rosters.values())
        here = {staff for staff in everybody if self.attendance.knows(Person(Role.clinician, staff))}
        gone = {staff for staff in here if self.attendance.presence(Person(Role.clinician, staff)) == "gone"}
        return standings(self.board.entries(), self.line.standings(), rosters, here - gone)

    def standing_of(self, visit: VisitId) -> Standing | None:
        """A visit's standing as it is now; None while it has no place."""
        known = self.board.get(visit)
        if known is None or entry_of(known) is None:
            return None
        if visit not in self._standings:
            self._standings = self._standings_now()
        return self._standings.get(visit)

    # --- snapshots ---------------------------------------------------------------------------------------

    def shown(self, connection: StaffConnection, role: ViewRole) -> list[Visit]:
        """The visits on somebody's board."""
        session = connection.session
        mine = self.board.of(session.clinics)
        return [one for one in mine if shown_to(one, role, session.staff, session.clinics)]

    def greet_staff(self, namespace: str, role: ViewRole, connection: StaffConnection) -> None:
        """Send the whole board, and count the page in for every change from now on."""
        visits, directory = self.shown(connection, role), self.people.directory
        viewer = connection.session.staff if role is Role.clinician else ""
        order = board_order(visits)
        connection.ordered = tuple(order)
        connection.greeted = True
        board: dict[str, Any] = {
            "visits": {
                one.id: view(one, role, self.board.texts(one.id), directory, viewer) for one in visits
            },
            "order": order,
            "presence": {one.id: seen for one in visits if (seen := self.presence_seen(one))},
            **self.reports.of(visits, role),
        }
        self.pipe.post(namespace, connection.id, "board", board)

    # --- media -------------------------------------------------------------------------------------------

    def media(self, news: MediaNews) -> None:
        """The media rooms have news for the pages of a visit."""
        match news:
            case MediaLost(visit=visit, endpoints=endpoints):
                for endpoint in endpoints:
                    self.tell_endpoint(visit, endpoint, "media_lost", {})
            case MediaNow(visit=visit, endpoint=endpoint):
                self.tell_endpoint(visit, endpoint, "media", media_said(news))

    def tell_endpoint(self, visit: VisitId, endpoint: str, event: str, said: Json) -> None:
        """Tell the page that has, or would make, an endpoint's media connection."""
        known = self.board.get(visit)
        if endpoint == "member":
            for connection in self._active(MEMBER, visit):
                self.pipe.post(MEMBER, connection.id, event, said)
        elif known is not None and endpoint == "clinician":
            for console in self._consoles(known):
                self.pipe.post(CLINICIAN, console.id, event, {"visit": visit, **said})
        elif known is not None and (guest := named(known.guests, GuestId(endpoint))) is not None:
            for page in self._active(GUEST, visit):
                if page.session.device == guest.device:
                    self.pipe.post(GUEST, page.id, event, said)

    def _consoles(self, visit: Visit) -> list[StaffConnection]:
        """Of several pages of the holder, the one that made the connection; all of them if none did."""
        holders = [
            one
            for one in self.staff[CLINICIAN].values()
            if one.greeted and one.session.staff == visit.claimed_by
        ]
        return [one for one in holders if one.media_of == visit.id] or holders

    def tell_desk(self, visit: Visit, event: str, said: Json) -> None:
        """Tell every page of the desk that shows the visit."""
        encoded = self.pipe.encode(SUPPORT, event, said)
        for connection in self.staff[SUPPORT].values():
            session = connection.session
            if connection.greeted and shown_to(visit, Role.support, session.staff, session.clinics):
                self.pipe.post_encoded(connection.id, SUPPORT, encoded)

    def _active(self, namespace: str, visit: VisitId) -> list[MemberConnection | GuestConnection]:
        pages = self.own[namespace].get(visit, {}).values()
        return [one for one in pages if one.greeted and not one.superseded]

    def stop(self) -> None:
        """Tell nobody anything more."""
        if self._sums_due is not None:
            self._sums_due.cancel()


def vacated_at(change: Change) -> dict[str, int]:
    """Endpoints that somebody had to leave, with the last record by which that came about."""
    seen, at = change.before, dict[str, int]()
    for record in change.records:
        before, seen = seen, apply(seen, record)
        for endpoint in vacated(before, seen) if before is not None else ():
            at[endpoint] = record.seq
    return at


def media_said(now: MediaNow) -> Json:
    """What a page is told of its room: `{"open", "slots", "picture", "codec", "layers", "speaker"}`."""
    return {
        "open": now.open,
        "codec": now.codec,
        "picture": now.picture,
        "layers": now.layers,
        "speaker": now.speaker,
        "slots": [slot.model_dump(by_alias=True, exclude_none=True) for slot in now.slots],
    }
