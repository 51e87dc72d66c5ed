"""The guests' door: a link's secret, and a person's press on “Join as Maria”.

Looking changes nothing and says the guest's own name, the clinic's, and whether the visit is still open:
nothing of the member. Unknown, replaced and ended invitations are one answer.
"""

from collections.abc import Mapping

from aiohttp import web
from pydantic import Field

from signaling.clock import Clock
from signaling.directory import Directory
from signaling.doors.principal import Principal
from signaling.http.body import Body, read
from signaling.http.errors import CodedError, refused
from signaling.http.origin import Surroundings
from signaling.http.routing import Route
from signaling.ids import Ids, sha256_of
from signaling.sessions import GUEST_COOKIE, GUEST_SESSION, Sessions, set_cookie
from signaling.throttle import GUEST_BY_ADDRESS, Throttle
from waiting_room.core.commands_guests import JoinAsGuest
from waiting_room.core.guests import at_device, live
from waiting_room.core.ids import CommandId, DeviceId
from waiting_room.core.lifecycle import TERMINAL
from waiting_room.core.model import Actor, Guest, Role, Visit
from waiting_room.core.refusals import Refusal, Refused
from waiting_room.desk import Desk
from waiting_room.store import Store

Json = Mapping[str, object]


class Token(Body):
    """What the guest's page sends, to look and to join."""

    token: str = Field(min_length=1, max_length=128)


class GuestDoor:
    """Tells a guest whose link this is, and lets one device in by it."""

    def __init__(
        self,
        *,
        desk: Desk,
        store: Store,
        directory: Directory,
        sessions: Sessions,
        throttle: Throttle,
        surroundings: Surroundings,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._desk = desk
        self._store = store
        self._directory = directory
        self._sessions = sessions
        self._throttle = throttle
        self._surroundings = surroundings
        self._clock = clock
        self._ids = ids

    def routes(self) -> tuple[Route, ...]:
        """The addresses of this module."""
        return (
            Route("POST", "/api/guest/look", self._look),
            Route("POST", "/api/guest/join", self._join),
        )

    async def _look(self, request: web.Request, _principal: Principal) -> web.Response:
        visit, guest = await self._invitation(request)
        clinic = await self._directory.clinic(visit.clinic)
        texts = await self._desk.texts(visit.id)
        page: dict[str, object] = {
            "name": texts.get(guest.name, ""),
            "kind": guest.kind.value,
            "signs": guest.signs,
            "ended": visit.state in TERMINAL,
        }
        if clinic is not None:
            page["clinic"] = {"name": clinic.name, "desk_phone": clinic.desk_phone}
        return web.json_response(page)

    async def _join(self, request: web.Request, _principal: Principal) -> web.Response:
        visit, guest = await self._invitation(request)
        device = await self._device(request, visit, guest)
        command = JoinAsGuest(link=guest.link, device=device)
        answer = await self._desk.execute(
            visit.id, command, Actor(Role.guest, device), self._clock.now(), CommandId(self._ids.new())
        )
        if isinstance(answer, Refused):
            # Replaced or removed since it was looked up a moment ago.
            unknown = answer.code is Refusal.not_recognised
            raise CodedError("guest_link_unknown") if unknown else refused(answer)
        response = web.json_response({"visit": visit.id})
        secret = await self._sessions.open_guest(visit.id, device)
        set_cookie(response, GUEST_COOKIE, secret, GUEST_SESSION)
        return response

    async def _invitation(self, request: web.Request) -> tuple[Visit, Guest]:
        """Whose link this is.

        Raises:
            CodedError: nobody's, or it was replaced, or the invitation has ended.
        """
        body, _ = await read(request, Token)
        address = self._surroundings.address(request)
        await self._throttle.check(GUEST_BY_ADDRESS, address)
        link = await self._store.link(sha256_of(body.token))
        visit = None if link is None else await self._desk.visit(link.visit)
        if link is not None and visit is not None:
            for guest in live(visit.guests):
                if guest.link == link.id:
                    return visit, guest
        await self._throttle.spend(GUEST_BY_ADDRESS, address)
        raise CodedError("guest_link_unknown")

    async def _device(self, request: web.Request, visit: Visit, guest: Guest) -> DeviceId:
        """The browser's device id: the one it has, unless somebody else came into this visit with it."""
        session = await self._sessions.guest(request)
        if session is not None and at_device(visit.guests, session.device) in {None, guest}:
            return session.device
        return DeviceId(self._ids.new())
