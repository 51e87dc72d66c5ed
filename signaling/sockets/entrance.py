"""The entrance to `/socket.io/`: who may come in, and how long a request may take to say what it wants."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from aiohttp import web

from signaling.http.errors import CodedError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

BODY_WITHIN_SECONDS: Final = 10.0
"""For a page that posts because its network lets no WebSocket through."""


class Entrance:
    """A middleware. Only pages of our own come in, and nobody new once it is closed.

    A browser names the origin of a page with every WebSocket and every POST. With a GET to the page's own
    server it does not, and then it says by `Sec-Fetch-Site`, where it knows that header, whose page asks.
    """

    def __init__(self, origins: Sequence[str]) -> None:
        self._origins = origins
        self._closed = False

    def close(self) -> None:
        """Let nobody in from now on: a proxy takes the 503 to the next process."""
        self._closed = True

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Look at requests for `/socket.io/`.

        Raises:
            CodedError: `draining`, `wrong_origin`, `bad_request` or `too_slow`.
        """
        if not request.path.startswith("/socket.io/"):
            return await handler(request)
        if not self._is_of_our_page(request):
            raise CodedError("wrong_origin")
        if self._closed and "sid" not in request.query:
            raise CodedError("draining", headers={"Retry-After": "1", "Connection": "close"})
        if "j" in request.query:  # answers made into scripts, for browsers of long ago
            raise CodedError("bad_request")
        if request.method != "POST":
            return await handler(request)
        try:
            async with asyncio.timeout(BODY_WITHIN_SECONDS):
                return await handler(request)
        except TimeoutError:
            raise CodedError("too_slow") from None
        except (KeyError, UnboundLocalError):  # its connection ended while it came
            raise CodedError("bad_request") from None

    def _is_of_our_page(self, request: web.Request) -> bool:
        origin = request.headers.get("Origin")
        if origin is not None:
            return origin in self._origins
        polls = request.method == "GET" and "Upgrade" not in request.headers
        return polls and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
