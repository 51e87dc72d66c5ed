"""Whether we live, whether we are ready, and how much we did."""

import hmac
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from pydantic import SecretStr

from signaling.doors.principal import Principal
from signaling.http.figures import Figures
from signaling.http.origin import Surroundings
from signaling.http.routing import Route
from signaling.policy import Audience
from waiting_room.texts import Vault

Check = Callable[[], Awaitable[bool]]

OPERATOR = Principal(id="operator", key="", audiences=frozenset({Audience.operator}))


def mark_of(vault: Vault, public_url: str) -> str:
    """What only an installation with this key and address can say, so that the doctor knows its own by it.

    It opens nothing, and tells two installations apart, no more.
    """
    return vault.digest("installation", public_url)[:32]


class Health:
    """Readiness of the parts, and the wish to be left alone while we stop."""

    def __init__(self, checks: Mapping[str, Check], figures: Figures, mark: str | None = None) -> None:
        """`mark` is said to whoever asks whether we live; see `mark_of`."""
        self._checks = checks
        self._figures = figures
        self._mark = mark
        self._draining = False

    def drain(self) -> None:
        """From now on we are not ready: send people elsewhere."""
        self._draining = True

    def routes(self) -> tuple[Route, ...]:
        """The addresses of this module."""
        return (
            Route("GET", "/healthz", self._alive),
            Route("GET", "/readyz", self._ready),
            Route("GET", "/metrics", self._metrics),
        )

    async def _alive(self, _request: web.Request, _principal: Principal) -> web.Response:
        return web.json_response({"ok": True} | ({} if self._mark is None else {"installation": self._mark}))

    async def _ready(self, _request: web.Request, _principal: Principal) -> web.Response:
        parts = await self._parts()
        ready = all(parts.values()) and not self._draining
        answer = {"ready": ready, "draining": self._draining, "parts": parts}
        return web.json_response(answer, status=200 if ready else 503)

    async def _metrics(self, _request: web.Request, _principal: Principal) -> web.Response:
        figures = await self._figures.refreshed(await self._parts())
        return web.Response(
            body=figures, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        )

    async def _parts(self) -> dict[str, bool]:
        return {name: await check() for name, check in self._checks.items()}


def operators(
    surroundings: Surroundings, token: SecretStr | None
) -> Callable[[web.Request], Awaitable[Principal | None]]:
    """Admits who runs the machine: from loopback without a proxy between, or with the token."""

    async def admit(request: web.Request) -> Principal | None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if token is not None and scheme.lower() == "bearer":
            matches = hmac.compare_digest(given.strip().encode(), token.get_secret_value().encode())
            return OPERATOR if matches else None
        return OPERATOR if surroundings.is_on_loopback(request) else None

    return admit
