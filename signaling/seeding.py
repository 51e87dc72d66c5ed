"""Puts the demo's day into a house, through the same desk that everything else goes through."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from signaling import seed
from signaling.clock import Clock
from signaling.compose import House
from signaling.ids import Ids, sha256_of
from waiting_room.core import commands as c
from waiting_room.core.ids import CommandId, TextId, VisitId
from waiting_room.core.model import Actor, Role
from waiting_room.core.refusals import Refused
from waiting_room.keys import ApiKey
from waiting_room.texts import NewText

API_KEY_PREFIX = "vv_"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededMember:
    """A member who can come in now."""

    link: str
    birth_date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What the demo tells about the day it made."""

    first: SeededMember
    second: SeededMember
    api_key: str


class Seeder:
    """Makes the demo's day."""

    def __init__(self, house: House, clock: Clock, ids: Ids) -> None:
        self._house = house
        self._clock = clock
        self._ids = ids

    async def day(self) -> Day:
        """Accounts, an API key and a dozen visits around now; a kept database gets them in addition."""
        await self.accounts()
        at = self._clock.now()
        api_key = API_KEY_PREFIX + self._ids.token()
        key = ApiKey(id=self._ids.new(), name="demo", scopes=frozenset({"booking"}))
        await self._house.keys.add(key, sha256_of(api_key), at)
        booker = Actor(Role.booking, key.id)
        bookings = self.bookings()
        visits = [await self._book(booking, booker, at) for booking in bookings]
        first, second = [
            SeededMember(link=await self._link(visit, booker, at), birth_date=booking.born.isoformat())
            for visit, booking in zip(visits[:2], bookings[:2], strict=True)
        ]
        return Day(first=first, second=second, api_key=api_key)

    async def accounts(self) -> None:
        """The clinics and who works there."""
        for clinic in seed.CLINICS:
            await self._house.accounts.save_clinic(clinic)
        for person in seed.STAFF:
            await self._house.accounts.save_staff(person)

    def bookings(self) -> Sequence[seed.Booking]:
        """The visits, those of the demo's two members first."""
        return seed.bookings()

    async def _book(self, booking: seed.Booking, booker: Actor, at: datetime) -> VisitId:
        visit, person = VisitId(self._ids.new()), TextId(self._ids.new())
        done = await self._house.desk.execute(
            visit,
            c.BookVisit(
                visit=visit,
                clinic=booking.clinic,
                mode=booking.mode,
                start=booking.start(at),
                minutes=booking.minutes,
                clinician=booking.clinician,
                ref=booking.ref,
                person=person,
                language=booking.language,
                interpreter=booking.interpreter,
                proxy=booking.proxy,
            ),
            booker,
            at,
            CommandId(self._ids.new()),
            texts={person: NewText(kind="person", body=json.dumps(booking.person(), ensure_ascii=False))},
        )
        assert not isinstance(done, Refused), "the demo books what can be booked"
        return visit

    async def _link(self, visit: VisitId, booker: Actor, at: datetime) -> str:
        issued = await self._house.links.issue(visit, booker, CommandId(self._ids.new()), at)
        assert not isinstance(issued, Refused), "a visit that was just booked takes a link"
        return issued
