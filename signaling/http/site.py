"""The addresses of the pages, of their assets, and of the API's description."""

import json
from collections.abc import Callable, Mapping

from aiohttp import web

from signaling.doors.principal import Principal
from signaling.http.pages import Pages
from signaling.http.routing import Handler, Route

DOORS: Mapping[str, str] = {
    "/visit": "member",
    "/guest": "guest",
    "/clinician": "clinician",
    "/support": "support",
    "/privacy": "privacy",
}

Index = Callable[[], str]


class Site:
    """Pages that are the same for everybody: who may see more is asked by their scripts."""

    def __init__(
        self, pages: Pages, description: Callable[[], Mapping[str, object]], index: Index | None = None
    ) -> None:
        """`index` makes the HTML of `/`; without it, the built page is sent."""
        self._pages = pages
        self._description = description
        self._index = index

    def routes(self) -> tuple[Route, ...]:
        """The addresses of this module."""
        return (
            Route("GET", "/", self._front),
            *(Route("GET", path, self._page(name)) for path, name in DOORS.items()),
            Route("GET", "/assets/{name}", self._asset),
            Route("GET", "/api/v1/openapi.json", self._openapi),
        )

    def _page(self, name: str) -> Handler:
        async def answer(request: web.Request, _principal: Principal) -> web.StreamResponse:
            return self._pages.page(name, request)

        return answer

    async def _front(self, request: web.Request, _principal: Principal) -> web.StreamResponse:
        if self._index is None:
            return self._pages.page("index", request)
        return web.Response(
            text=self._index(), content_type="text/html", headers={"Cache-Control": "no-store"}
        )

    async def _asset(self, request: web.Request, _principal: Principal) -> web.StreamResponse:
        return self._pages.asset(request)

    async def _openapi(self, _request: web.Request, _principal: Principal) -> web.StreamResponse:
        return web.Response(
            text=json.dumps(self._description(), ensure_ascii=False),
            content_type="application/json",
            headers={"Cache-Control": "no-cache"},
        )
