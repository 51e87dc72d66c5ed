"""The addresses of the reference pages, made when somebody first asks; they hold nothing of a visit."""

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from signaling.doors.principal import Principal
from signaling.http.pages import Asset
from signaling.http.routing import Handler, Route
from signaling.reference import api
from signaling.reference.markdown import rendered
from signaling.reference.markup import page

STYLE, ICON = Path(__file__).with_name("reference.css"), Path(__file__).with_name("reference.svg")
PACKED, IN_CHECKOUT = Path(__file__).with_name("events.md"), Path(__file__).parents[2] / "docs" / "events.md"
"""The protocol's description: a wheel carries a copy (web_client/build_hook.py), a checkout the page."""

EVENTS: Final = "/api/v1/events"


def protocol() -> str:
    """docs/events.md, wherever this is installed."""
    return (PACKED if PACKED.is_file() else IN_CHECKOUT).read_text(encoding="utf-8")


class Reference:
    """Pages made from what the server itself is made from."""

    def __init__(self, description: Callable[[], Mapping[str, Any]]) -> None:
        """`description` is the OpenAPI description that is served as a file."""
        self._description = description

    def routes(self) -> tuple[Route, ...]:
        """The addresses of this module."""
        return (
            Route("GET", api.HERE, self._answers("_api")),
            Route("GET", EVENTS, self._answers("_events")),
            Route("GET", "/api/v1/reference.css", self._answers("_style")),
            Route("GET", "/api/v1/reference.svg", self._answers("_icon")),
        )

    def _answers(self, which: str) -> Handler:
        async def answer(request: web.Request, _principal: Principal) -> web.StreamResponse:
            asset: Asset = getattr(self, which)
            return asset.answer(request, "no-cache")

        return answer

    @cached_property
    def _api(self) -> Asset:
        return _asset("text/html", api.reference(self._description()))

    @cached_property
    def _events(self) -> Asset:
        return _asset("text/html", page("Socket events", EVENTS, rendered(protocol())))

    @cached_property
    def _style(self) -> Asset:
        return _asset("text/css", STYLE.read_text(encoding="utf-8"))

    @cached_property
    def _icon(self) -> Asset:
        return _asset("image/svg+xml", ICON.read_text(encoding="utf-8"))


def _asset(kind: str, text: str) -> Asset:
    plain = text.encode()
    digest = hashlib.sha256(plain).hexdigest()[:32]
    return Asset(content_type=f"{kind}; charset=utf-8", etag=f'W/"{digest}"', plain=plain)
