"""Staff sign-in with local accounts: throttled by user and by address, equal work for unknown users."""

from aiohttp import web
from pydantic import Field

from signaling.directory import Directory
from signaling.doors.principal import Principal
from signaling.http.body import Body, read
from signaling.http.errors import CodedError
from signaling.http.figures import Figures
from signaling.http.origin import Surroundings
from signaling.http.routing import Route
from signaling.passwords import MAX_PASSWORD_CHARS, Passwords
from signaling.sessions import STAFF_COOKIE, STAFF_SESSION, Sessions, drop_cookie, set_cookie
from signaling.throttle import (
    SIGN_IN_BY_ADDRESS,
    SIGN_IN_BY_USER,
    SIGN_IN_BY_USER_AND_ADDRESS,
    Budget,
    Throttle,
)
from signaling.turns import Turns
from waiting_room.accounts import Staff
from waiting_room.core.ids import StaffId


class SignIn(Body):
    """What the sign-in form sends."""

    user: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=MAX_PASSWORD_CHARS)


class SignInDesk:
    """Signs staff in and out and says who they are."""

    def __init__(
        self,
        *,
        directory: Directory,
        sessions: Sessions,
        passwords: Passwords,
        throttle: Throttle,
        surroundings: Surroundings,
        figures: Figures,
        recording: bool = False,
    ) -> None:
        """`recording`: visits can be recorded here; consoles offer it only then."""
        self._directory = directory
        self._sessions = sessions
        self._passwords = passwords
        self._throttle = throttle
        self._surroundings = surroundings
        self._figures = figures
        self._recording = recording
        self._turns = Turns()

    def routes(self) -> tuple[Route, ...]:
        """The addresses of this module."""
        return (
            Route("POST", "/api/staff/sign-in", self._sign_in),
            Route("POST", "/api/staff/sign-out", self._sign_out),
            Route("GET", "/api/staff/me", self._me),
        )

    async def _sign_in(self, request: web.Request, _principal: Principal) -> web.Response:
        form, _ = await read(request, SignIn)
        user, address = form.user.casefold(), self._surroundings.address(request)
        budgets: tuple[tuple[Budget, str], ...] = (
            (SIGN_IN_BY_ADDRESS, address),
            (SIGN_IN_BY_USER, user),
            (SIGN_IN_BY_USER_AND_ADDRESS, f"{user} {address}"),
        )
        try:
            async with self._turns.turn(address):
                for budget, what in budgets:
                    await self._throttle.check(budget, what)
                person = await self._matched(user, form.password, budgets)
        except CodedError as no:
            self._figures.signed_in("refused" if no.code == "sign_in_failed" else "throttled")
            raise
        await self._throttle.refill(*budgets[-1])
        before = await self._sessions.staff(request)
        if before is not None:
            await self._sessions.end(before.key)
        secret = await self._sessions.open_staff(person.id)
        self._figures.signed_in("accepted")
        response = web.json_response({"name": person.name, "roles": sorted(person.roles)})
        set_cookie(response, STAFF_COOKIE, secret, STAFF_SESSION)
        return response

    async def _matched(self, user: str, password: str, budgets: tuple[tuple[Budget, str], ...]) -> Staff:
        person = await self._directory.by_login(user)
        active = person is not None and person.active
        stored = person.password_hash if person is not None and active else None
        if not await self._passwords.verify(stored, password) or person is None:
            for budget, what in budgets:
                await self._throttle.spend(budget, what)
            raise CodedError("sign_in_failed")
        return person

    async def _sign_out(self, _request: web.Request, principal: Principal) -> web.Response:
        await self._sessions.end(principal.key)
        response = web.json_response({"ok": True})
        drop_cookie(response, STAFF_COOKIE)
        return response

    async def _me(self, _request: web.Request, principal: Principal) -> web.Response:
        person = await self._directory.person(StaffId(principal.id))
        if person is None:
            raise CodedError("not_signed_in")
        clinics = [
            {
                "id": clinic.id,
                "name": clinic.name,
                "tz": clinic.tz,
                "phone": clinic.phone,
                "desk_phone": clinic.desk_phone,
                "urgent_care": clinic.urgent_care,
            }
            for clinic in await self._directory.clinics()
            if clinic.id in person.clinics
        ]
        return web.json_response(
            {
                "id": person.id,
                "name": person.name,
                "credentials": person.credentials,
                "roles": sorted(person.roles),
                "clinics": clinics,
                "recording": self._recording,
            }
        )
