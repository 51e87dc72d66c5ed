"""A small world to act in.

A store or a desk, one clinic, a member, two clinicians, and a clock that is told the time.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from waiting_room.accounts import Clinic, MemoryAccounts, Staff
from waiting_room.core import commands as c
from waiting_room.core.commands import Command
from waiting_room.core.deadlines import next_deadline
from waiting_room.core.ids import ClinicId, CommandId, DeviceId, LinkId, StaffId, TextId, VisitId
from waiting_room.core.model import Actor, Facing, Finding, Mode, Role
from waiting_room.core.records import Recorded, handle
from waiting_room.core.refusals import Refused
from waiting_room.desk import Desk, Done
from waiting_room.people import People
from waiting_room.store import Append, NewLink, Store, Stored
from waiting_room.texts import NewText, TextKey, Vault

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning; the visits of these tests start at nine."""

NORTH = ClinicId("north")
LEE = Actor(Role.clinician, "lee")
ORTIZ = Actor(Role.clinician, "ortiz")
DESK = Actor(Role.support, "sam")
BOOKING = Actor(Role.booking, "key-1")
MEMBER = Actor(Role.member, "phone")
CLOCK = Actor(Role.system, "timekeeper")
ANA = VisitId("ana")
BEN = VisitId("ben")

PERSON = json.dumps({"name": "Ana Ruiz", "birth_date": "1961-04-05"})

_numbers = itertools.count(1)


def vault() -> Vault:
    return Vault(TextKey("test", bytes(range(32))))


def command_id() -> CommandId:
    return CommandId(f"c{next(_numbers)}")


def text_id() -> TextId:
    return TextId(f"t{next(_numbers)}")


def book(visit: VisitId, **changes: object) -> c.BookVisit:
    given: dict[str, object] = {
        "visit": visit,
        "clinic": NORTH,
        "mode": Mode.video,
        "start": NINE,
        "minutes": 20,
        "person": TextId(f"person-{visit}"),
    }
    return c.BookVisit(**(given | changes))  # type: ignore[arg-type]


def device_check() -> c.CheckDevices:
    return c.CheckDevices(camera=Finding.ok, microphone=Finding.ok, facing=Facing.user, seen=True)


@dataclass
class Journaled:
    """Appends to a store directly, the way a desk would, without one."""

    store: Store
    at: datetime = NINE

    async def act(
        self,
        visit: VisitId,
        command: Command,
        actor: Actor,
        *,
        texts: dict[TextId, str] | None = None,
        links: tuple[NewLink, ...] = (),
        before: Stored | str | None = "now",
        command_id: CommandId | None = None,
        kind: str = "line",
    ) -> Stored:
        position = await self.store.load(visit) if isinstance(before, str) else before
        new = self.decided(position, visit, command, actor, texts or {}, links, command_id, kind)
        return await self.store.append(new)

    def decided(
        self,
        position: Stored | None,
        visit: VisitId,
        command: Command,
        actor: Actor,
        texts: dict[TextId, str] | None = None,
        links: tuple[NewLink, ...] = (),
        same_as: CommandId | None = None,
        kind: str = "line",
    ) -> Append:
        answer = handle(
            position.visit if position else None, command, actor, self.at, same_as or command_id()
        )
        assert isinstance(answer, Recorded), answer
        sealed = [
            vault().seal(visit, text, NewText(kind=kind, body=body), self.at)
            for text, body in (texts or {}).items()
        ]
        return Append(
            before=position,
            after=answer.visit,
            records=answer.records,
            deadline=next_deadline(answer.visit),
            texts=sealed,
            links=links,
        )

    async def booked(self, visit: VisitId = ANA, **changes: object) -> Stored:
        command = book(visit, **changes)
        return await self.act(visit, command, BOOKING, texts={command.person: PERSON})

    async def waiting(self, visit: VisitId = ANA) -> Stored:
        await self.booked(visit)
        link = LinkId(f"link-{visit}")
        await self.act(visit, c.IssueLink(link=link), DESK)
        for command in _until_waiting(visit, link):
            await self.act(visit, command, MEMBER)
        stored = await self.store.load(visit)
        assert stored is not None
        return stored


def _until_waiting(visit: VisitId, link: LinkId) -> list[Command]:
    return [
        c.Redeem(link=link, device=DeviceId("phone"), birth_date_matches=True),
        c.GiveLocation(text=TextId(f"location-{visit}")),
        c.GiveCallback(text=TextId(f"callback-{visit}")),
        c.GivePresent(text=TextId(f"present-{visit}"), others=1),
        c.GiveConsent(consent="telehealth-1", language="en"),
        device_check(),
        c.CheckIn(),
    ]


@dataclass
class Clock:
    """Tells the time it was told."""

    at: datetime = NINE

    def now(self) -> datetime:
        return self.at

    def passes(self, **amount: float) -> datetime:
        self.at += timedelta(**amount)
        return self.at


class Ids:
    """Numbers."""

    def new(self) -> str:
        return f"id{next(_numbers)}"


@dataclass
class Scene:
    """A desk with people around it."""

    store: Store
    desk: Desk
    people: People
    clock: Clock = field(default_factory=Clock)

    @staticmethod
    async def on(store: Store, make: Callable[[Store, Vault, People], Desk] = Desk) -> Scene:
        accounts = MemoryAccounts()
        await accounts.save_clinic(
            Clinic(
                id=NORTH, name="North", tz="America/Denver", phone="1", desk_phone="2", urgent_care="Main St"
            )
        )
        for who, roles in (("lee", {Role.clinician}), ("ortiz", {Role.clinician}), ("sam", {Role.support})):
            await accounts.save_staff(
                Staff(
                    id=StaffId(who),
                    login=who,
                    name=f"Dr. {who.title()}",
                    credentials="MD",
                    roles=frozenset(roles),
                    clinics=frozenset({NORTH}),
                    password_hash="x",
                )
            )
        people = People(accounts)
        await people.refresh()
        return Scene(store, make(store, vault(), people), people)

    async def asks(
        self,
        actor: Actor,
        command: Command,
        visit: VisitId = ANA,
        *,
        same_as: CommandId | None = None,
        texts: dict[TextId, str] | None = None,
        links: tuple[NewLink, ...] = (),
    ) -> Done | Refused:
        new = {text: NewText(kind="line", body=body) for text, body in (texts or {}).items()}
        return await self.desk.execute(
            visit, command, actor, self.clock.now(), same_as or command_id(), new, links=links
        )

    async def booked(self, visit: VisitId = ANA, **changes: object) -> None:
        command = book(visit, **changes)
        self.done(await self.asks(BOOKING, command, visit, texts={command.person: PERSON}))

    async def waiting(self, visit: VisitId = ANA, **changes: object) -> None:
        await self.booked(visit, **changes)
        link = LinkId(f"link-{visit}")
        self.done(
            await self.asks(DESK, c.IssueLink(link=link), visit, links=(NewLink(id=link, token_sha256=link),))
        )
        for command in _until_waiting(visit, link):
            text = getattr(command, "text", None)
            said = {text: f"{type(command).__name__} of {visit}"} if text else {}
            self.done(await self.asks(MEMBER, command, visit, texts=said))

    @staticmethod
    def done(answer: Done | Refused) -> Done:
        assert isinstance(answer, Done), answer
        return answer
