"""The door between two devices of one member: “continue on my phone”.

A device that is in asks for a link that lets one other device in, once, within ten minutes, without the birth
date: the session that asks has proven it. Opening the link shows a button; pressing it spends the link. The
place is the visit's, so nothing moves; the first device is told that it was superseded, as by any other page.
"""

from datetime import datetime
from typing import Final

from aiohttp import web
from pydantic import Field

from signaling.clock import Clock
from signaling.doors.principal import Principal
from signaling.http.body import Body, read
from signaling.http.errors import CodedError
from signaling.http.origin import Surroundings
from signaling.http.routing import Route
from signaling.ids import Ids
from signaling.qr import drawn
from signaling.sessions import HANDOVER, MEMBER_COOKIE, MEMBER_SESSION, MemberSession, Sessions, set_cookie
from signaling.throttle import HANDOVERS_BY_VISIT, REDEEM_BY_ADDRESS, Throttle
from waiting_room.core import commands as c
from waiting_room.core.ids import CommandId, DeviceId, VisitId
from waiting_room.core.model import Actor, Role
from waiting_room.core.moments import to_iso
from waiting_room.core.refusals import Refusal, Refused
from waiting_room.desk import Desk

MARK: Final = "go."
"""Begins the fragment of a hand-over link; no join token has a full stop."""


class Ask(Body):
    """What a page sends to get a link for another device: nothing, the cookie says it all."""


class Continue(Body):
    """What the button of the other device's page sends."""

    token: str = Field(min_length=1, max_length=128)


class HandoverDoor:
    """Makes hand-over links, and lets in whoever spends one."""

    def __init__(
        self,
        *,
        desk: Desk,
        sessions: Sessions,
        throttle: Throttle,
        surroundings: Surroundings,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._desk = desk
        self._sessions = sessions
        self._throttle = throttle
        self._surroundings = surroundings
        self._clock = clock
        self._ids = ids

    def routes(self) -> tuple[Route, ...]:
        """The addresses of this module."""
        return (
            Route("POST", "/api/member/handovers", self._make),
            Route("POST", "/api/member/continue", self._continue),
        )

    async def _make(self, request: web.Request, principal: Principal) -> web.Response:
        """A link for one other device, and its QR code; the one before no longer works."""
        await read(request, Ask)
        visit = principal.visit
        assert visit is not None, "members have one"
        await self._throttle.check(HANDOVERS_BY_VISIT, visit)
        await self._throttle.spend(HANDOVERS_BY_VISIT, visit)
        secret = await self._sessions.open_handover(visit, DeviceId(principal.id))
        url = f"{self._surroundings.public}/visit#{MARK}{secret}"
        code = drawn(url)
        until: datetime = self._clock.now() + HANDOVER
        return web.json_response(
            {"url": url, "expires_at": to_iso(until), "qr": {"size": code.size, "path": code.path}}
        )

    async def _continue(self, request: web.Request, _principal: Principal) -> web.Response:
        body, _ = await read(request, Continue)
        address = self._surroundings.address(request)
        await self._throttle.check(REDEEM_BY_ADDRESS, address)
        handed = await self._sessions.spend_handover(body.token)
        if handed is None:
            await self._throttle.spend(REDEEM_BY_ADDRESS, address)
            raise CodedError("code_used")
        before = await self._sessions.member(request)
        device = self._device(before, handed.visit)
        answer = await self._desk.execute(
            handed.visit,
            c.HandOver(device=device, by=handed.device),
            Actor(Role.member, device),
            self._clock.now(),
            CommandId(self._ids.new()),
        )
        if isinstance(answer, Refused):
            raise CodedError("code_used" if answer.code is Refusal.not_recognised else answer.code.value)
        if before is not None:
            await self._sessions.end(before.key)
        secret = await self._sessions.open_member(handed.visit, device)
        response = web.json_response({"visit": handed.visit})
        set_cookie(response, MEMBER_COOKIE, secret, MEMBER_SESSION)
        return response

    def _device(self, session: MemberSession | None, visit: VisitId) -> DeviceId:
        """This browser's id for the visit, if it has been in before."""
        known = session is not None and session.visit == visit
        return session.device if session is not None and known else DeviceId(self._ids.new())
