"""Routes behind the policy: a handler runs after host, origin, audience and method were found right."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from signaling.doors.principal import STRANGER, Principal
from signaling.http.errors import CodedError
from signaling.http.origin import Surroundings
from signaling.policy import ROUTES, Audience, RouteRow, Sender

Handler = Callable[[web.Request, Principal], Awaitable[web.StreamResponse]]
Admit = Callable[[web.Request], Awaitable[Principal | None]]

SURROUNDINGS: Final = web.AppKey("surroundings", Surroundings)

ANY_HOST: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""A load balancer and a scraper ask by address."""

NOBODY_IS: Final[Mapping[Audience, str]] = {
    Audience.member: "no_visit",
    Audience.clinician: "not_signed_in",
    Audience.support: "not_signed_in",
    Audience.privacy: "not_signed_in",
    Audience.booking: "api_key_needed",
    Audience.operator: "metrics_refused",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One address and who answers it."""

    method: str
    path: str
    handler: Handler


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Applies a route's row to a request."""

    surroundings: Surroundings
    admits: Mapping[Audience, Admit]

    async def principal(self, request: web.Request, row: RouteRow) -> Principal:
        """Who asks, if they may.

        Raises:
            CodedError: they may not.
        """
        self._check_sender(request, row)
        if Audience.anyone in row.audiences:
            return STRANGER
        known = None
        for admit in dict.fromkeys(self.admits[audience] for audience in sorted(row.audiences)):
            known = await admit(request)
            if known is not None and known.audiences & row.audiences:
                return known
        if known is not None:
            raise CodedError("not_permitted")
        code = NOBODY_IS[min(row.audiences)]
        challenge = {"WWW-Authenticate": "Bearer"} if code == "api_key_needed" else {}
        raise CodedError(code, headers=challenge)

    def _check_sender(self, request: web.Request, row: RouteRow) -> None:
        if row.sender is Sender.reads:
            return
        own = self.surroundings.is_own_page(request)
        if row.sender is Sender.page and not own:
            raise CodedError("wrong_origin")
        if row.sender is Sender.program and "Origin" in request.headers and not own:
            raise CodedError("wrong_origin")


def add_routes(app: web.Application, routes: Iterable[Route], keeper: Doorkeeper) -> None:
    """Serve the routes, each behind its row of the policy.

    Raises:
        KeyError: a route has no row.
    """
    for route in routes:
        row = ROUTES[route.method, route.path]

        def guarded(
            handler: Handler, row: RouteRow
        ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
            async def guard(request: web.Request) -> web.StreamResponse:
                return await handler(request, await keeper.principal(request, row))

            return guard

        if route.method == "GET":
            app.router.add_get(route.path, guarded(route.handler, row))
        else:
            app.router.add_route(route.method, route.path, guarded(route.handler, row))
