"""The members' door: a link's secret and the patient's birth date, pressed for by a person.

Opening a link changes nothing and shows nothing of the visit. Unknown, revoked and resting links and wrong
dates are one answer: the same status, the same body, and the same time, because every refusal leaves at the
next full beat of a slow clock.
"""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Final

from aiohttp import web
from pydantic import Field

from signaling.clock import Clock
from signaling.directory import Directory
from signaling.doors.booking_models import Language
from signaling.doors.principal import Principal
from signaling.http.body import Body, read
from signaling.http.errors import CodedError
from signaling.http.figures import Figures
from signaling.http.origin import Surroundings
from signaling.http.routing import Route
from signaling.ids import Ids, sha256_of
from signaling.sessions import MEMBER_COOKIE, MEMBER_SESSION, Sessions, member_principal, set_cookie
from signaling.throttle import REDEEM_BY_ADDRESS, REDEEM_BY_TOKEN, Throttle
from waiting_room.core import commands as c
from waiting_room.core.ids import CommandId, DeviceId, TextId, VisitId
from waiting_room.core.model import Actor, Role, Visit
from waiting_room.core.refusals import Refusal, Refused
from waiting_room.desk import Desk, Done
from waiting_room.store import Link, Store

REFUSAL_BEAT_SECONDS: Final = 0.25
"""Refusals leave at multiples of this. Longer hides more; shorter is kinder to typing errors."""

NOBODY_BORN: Final = "0000-00-00"

KIND: Final[Mapping[Refusal, str]] = {
    Refusal.too_early: "too_early",
    Refusal.visit_ended: "ended",
    Refusal.visit_cancelled: "cancelled",
}
"""After the right date, what a visit that cannot be joined says."""

Json = Mapping[str, object]
Snapshot = Callable[[VisitId], Awaitable[Json | None]]
Sleep = Callable[[float], Awaitable[None]]


class Redeem(Body):
    """What the button of the link's page sends."""

    token: str = Field(min_length=1, max_length=128)
    birth_date: date
    on_behalf: bool = False
    language: Language = Language.en


class MemberDoor:
    """Redeems links, admits who did, and shows them their visit."""

    def __init__(
        self,
        *,
        desk: Desk,
        store: Store,
        directory: Directory,
        sessions: Sessions,
        throttle: Throttle,
        surroundings: Surroundings,
        figures: Figures,
        clock: Clock,
        ids: Ids,
        brand: Json,
        snapshot: Snapshot,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._desk = desk
        self._store = store
        self._directory = directory
        self._sessions = sessions
        self._throttle = throttle
        self._surroundings = surroundings
        self._figures = figures
        self._clock = clock
        self._ids = ids
        self._brand = brand
        self._snapshot = snapshot
        self._sleep = sleep

    def routes(self) -> tuple[Route, ...]:
        """The addresses of this module."""
        return (
            Route("GET", "/api/member/brand", self._show_brand),
            Route("POST", "/api/member/redeem", self._redeem),
            Route("GET", "/api/member/visit", self._show_visit),
        )

    async def admit(self, request: web.Request) -> Principal | None:
        """The member whose browser this is."""
        session = await self._sessions.member(request)
        return None if session is None else member_principal(session)

    async def _show_brand(self, _request: web.Request, _principal: Principal) -> web.Response:
        """For the first page of every link, good or not: nothing of any visit."""
        return web.json_response(self._brand)

    async def _show_visit(self, _request: web.Request, principal: Principal) -> web.Response:
        snapshot = None if principal.visit is None else await self._snapshot(principal.visit)
        if snapshot is None:
            raise CodedError("no_visit")
        return web.json_response(snapshot)

    async def _redeem(self, request: web.Request, _principal: Principal) -> web.Response:
        began = self._clock.monotonic()
        body, _ = await read(request, Redeem)
        address, digest = self._surroundings.address(request), sha256_of(body.token)
        await self._throttle.check(REDEEM_BY_ADDRESS, address)
        guessed_out = await self._throttle.is_spent(REDEEM_BY_TOKEN, digest)
        link = await self._store.link(digest)
        visit = None if link is None else await self._desk.visit(link.visit)
        if guessed_out and visit is not None and not self._is_passed(visit):
            visit = None
        matches = await self._is_birth_date(visit, body.birth_date)
        answer: Done | Refused = Refused(Refusal.not_recognised)
        device = await self._device(request, visit)
        if link is not None and visit is not None:
            answer = await self._ask(link, device, matches=matches, on_behalf=body.on_behalf)
        if isinstance(answer, Done):
            return await self._let_in(request, answer.visit, device)
        if visit is not None and answer.code in KIND:
            self._figures.redeemed(KIND[answer.code])
            return web.json_response(await self._kind_page(visit, KIND[answer.code]))
        if answer.code is Refusal.conflict:
            raise CodedError("conflict")
        await self._throttle.spend(REDEEM_BY_ADDRESS, address)
        await self._throttle.spend(REDEEM_BY_TOKEN, digest)
        self._figures.redeemed("not_recognised")
        await self._until_the_next_beat(began)
        raise CodedError("not_recognised")

    async def _ask(self, link: Link, device: DeviceId, *, matches: bool, on_behalf: bool) -> Done | Refused:
        command = c.Redeem(link=link.id, device=device, birth_date_matches=matches, on_behalf=on_behalf)
        actor, command_id = Actor(Role.member, device), CommandId(self._ids.new())
        return await self._desk.execute(link.visit, command, actor, self._clock.now(), command_id)

    def _is_passed(self, visit: Visit) -> bool:
        """Whether the desk has just vouched for the member."""
        until = visit.link_passed_until
        return until is not None and self._clock.now() < until

    async def _is_birth_date(self, visit: Visit | None, given: date) -> bool:
        """Whether the date is the patient's; as much work when there is no visit."""
        stored = NOBODY_BORN
        if visit is not None:
            stored = _birth_date(await self._desk.texts(visit.id), visit.person)
        same = hmac.compare_digest(stored.encode(), given.isoformat().encode())
        return same and visit is not None

    async def _device(self, request: web.Request, visit: Visit | None) -> DeviceId:
        """The browser's device id: the one it has for this visit, or a new one."""
        session = await self._sessions.member(request)
        known = session is not None and visit is not None and session.visit == visit.id
        return session.device if session is not None and known else DeviceId(self._ids.new())

    async def _let_in(self, request: web.Request, visit: Visit, device: DeviceId) -> web.Response:
        before = await self._sessions.member(request)
        if before is not None:
            await self._sessions.end(before.key)
        secret = await self._sessions.open_member(visit.id, device)
        late = visit.redeemed_at is not None and visit.redeemed_at > visit.start
        self._figures.redeemed("late" if late else "ready")
        response = web.json_response({"visit": visit.id, "outcome": "late" if late else "ready"})
        set_cookie(response, MEMBER_COOKIE, secret, MEMBER_SESSION)
        return response

    async def _kind_page(self, visit: Visit, outcome: str) -> Json:
        """What is said, after the right date, of a visit that cannot be joined now."""
        page: dict[str, object] = {"outcome": outcome, "mode": visit.mode.value}
        clinic = await self._directory.clinic(visit.clinic)
        if clinic is not None:
            page["clinic"] = {
                "name": clinic.name,
                "tz": clinic.tz,
                "phone": clinic.phone,
                "desk_phone": clinic.desk_phone,
                "urgent_care": clinic.urgent_care,
            }
            page["tz"] = clinic.tz
        page["start"] = visit.start.isoformat().replace("+00:00", "Z")
        page["minutes"] = visit.minutes
        return page

    async def _until_the_next_beat(self, began: float) -> None:
        spent = self._clock.monotonic() - began
        await self._sleep(REFUSAL_BEAT_SECONDS - spent % REFUSAL_BEAT_SECONDS)


def _birth_date(texts: Mapping[TextId, str], person: TextId) -> str:
    """The date in the sealed text; none when the text was purged."""
    known = json.loads(texts.get(person, "{}"))
    return str(known.get("birth_date", NOBODY_BORN))
