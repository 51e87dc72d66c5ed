"""The aiohttp application: what happens around every request."""

from collections.abc import Awaitable, Callable, Iterable

import structlog
from aiohttp import web

from signaling.clock import Clock
from signaling.http import security
from signaling.http.body import MAX_BODY_BYTES
from signaling.http.errors import CodedError
from signaling.http.figures import Figures
from signaling.http.routing import ANY_HOST, SURROUNDINGS, Doorkeeper, Route, add_routes
from signaling.ids import Ids
from waiting_room.database import Unavailable

Next = Callable[[web.Request], Awaitable[web.StreamResponse]]

STATUS_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}

log = structlog.get_logger("http")


def create(
    *,
    routes: Iterable[Route],
    keeper: Doorkeeper,
    figures: Figures,
    clock: Clock,
    ids: Ids,
) -> web.Application:
    """An application that serves the routes; its lifetime is the composer's business."""
    surroundings = keeper.surroundings

    @web.middleware
    async def measured(request: web.Request, handler: Next) -> web.StreamResponse:
        began = clock.monotonic()
        route, method = _route_of(request), _method_of(request)
        status = 500
        try:
            response = await handler(request)
            status = response.status
        finally:
            seconds = clock.monotonic() - began
            figures.answered(route, method, status, seconds)
            log.info(
                "request",
                method=method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 1),
                request_id=ids.new(),
            )
        return response

    @web.middleware
    async def coded(request: web.Request, handler: Next) -> web.StreamResponse:
        try:
            return await handler(request)
        except CodedError as error:
            refusal = error
        except web.HTTPException as error:
            headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
            refusal = CodedError(STATUS_CODES.get(error.status, "bad_request"), headers=headers)
        except Unavailable:
            log.warning("records_unavailable", route=_route_of(request))
            refusal = CodedError("unavailable", headers={"Retry-After": "2"})
        except Exception:
            log.error("request_failed", route=_route_of(request), exc_info=True)  # noqa: G201 - no text of it is logged
            refusal = CodedError("unexpected")
        figures.refused(_route_of(request), refusal.code)
        return refusal.response()

    @web.middleware
    async def meant_for_us(request: web.Request, handler: Next) -> web.StreamResponse:
        if not surroundings.may_speak(request):
            raise CodedError("https_required")
        if request.path not in ANY_HOST and not surroundings.knows_host(request):
            raise CodedError("wrong_host")
        return await handler(request)

    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[measured, coded, meant_for_us])
    app[SURROUNDINGS] = surroundings
    security.protect(app, surroundings.public)
    add_routes(app, routes, keeper)
    return app


def _route_of(request: web.Request) -> str:
    """The route's pattern: never the path, which may hold an id."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"


def _method_of(request: web.Request) -> str:
    return request.method if request.method in ("GET", "HEAD", "POST", "OPTIONS") else "other"
