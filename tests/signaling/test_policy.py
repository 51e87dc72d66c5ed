"""One table says who may do what; nothing is served that it does not name."""

import itertools
from typing import Any

import pytest
from aiohttp import web

from signaling.http.errors import CodedError
from signaling.http.origin import Surroundings
from signaling.http.routing import Doorkeeper, Route, add_routes
from signaling.policy import EVENTS, ROUTES, Audience, Sender
from tests.signaling.house import World
from waiting_room.core.grants import GRANTS
from waiting_room.core.model import Role

OUTSIDE_THE_TABLE = {(method, "/socket.io/") for method in ("GET", "POST", "OPTIONS")}
"""Socket.IO: each of its events has a row of its own."""


@pytest.mark.sockets
async def test_every_served_route_has_a_row_and_every_row_a_route(world: World) -> None:
    served = {
        (route.method, route.resource.canonical)
        for route in world.house.app.router.routes()
        if route.resource
    }
    served = {row for row in served if row[0] != "HEAD"}
    assert served - OUTSIDE_THE_TABLE == set(ROUTES)


def test_a_route_without_a_row_is_not_served() -> None:
    async def answer(_request: web.Request, _principal: Any) -> web.Response:
        return web.Response()

    keeper = Doorkeeper(Surroundings(origins=("http://x",)), {})
    with pytest.raises(KeyError):
        add_routes(web.Application(), [Route("GET", "/new", answer)], keeper)


def test_only_reading_routes_may_be_asked_for_by_links() -> None:
    for (method, _), row in ROUTES.items():
        assert (method == "GET") == (row.sender is Sender.reads)


def test_every_event_of_a_page_is_granted_to_its_role() -> None:
    granted = {command.__name__.lower(): roles for command, roles in GRANTS.items()}
    for row in EVENTS:
        if row.command is not None:
            name = row.command.replace("_", "")
            assert row.role in granted[name], row


def test_no_event_is_named_twice() -> None:
    keys = [(row.namespace, row.event, row.command) for row in EVENTS]
    assert len(keys) == len(set(keys))


def test_a_role_has_its_own_namespace() -> None:
    assert {(row.namespace, row.role) for row in EVENTS} == {
        ("/member", Role.member),
        ("/guest", Role.guest),
        ("/clinician", Role.clinician),
        ("/support", Role.support),
    }


WHO = ("nobody", "member", "clinician", "support", "privacy", "program")
ALLOWED = {
    "nobody": {Audience.anyone, Audience.operator},
    "member": {Audience.anyone, Audience.operator, Audience.member},
    "clinician": {Audience.anyone, Audience.operator, Audience.clinician},
    "support": {Audience.anyone, Audience.operator, Audience.support},
    "privacy": {Audience.anyone, Audience.operator, Audience.privacy},
    "program": {Audience.anyone, Audience.operator, Audience.booking},
}
"""The tests ask from loopback, so everybody here may also see the figures."""

LOG_INS = {"clinician": "okafor", "support": "desk", "privacy": "privacy"}


def filled(path: str, visit: str) -> str:
    """An address somebody could ask for."""
    return (
        path.replace("{visit}", visit)
        .replace("{name}", "none")
        .replace("{recording}", "none")
        .replace("{file}", "none")
    )


REFUSED = {"no_visit", "not_signed_in", "not_permitted", "api_key_needed", "metrics_refused"}


@pytest.mark.sockets
async def test_every_route_times_every_role(world: World) -> None:
    visit, token = await world.books()
    for who, (method, path) in itertools.product(WHO, ROUTES):
        asker = world.program() if who == "program" else world.browser()
        if who == "member":
            await asker.redeem(await world.links(visit))
        if who in LOG_INS:
            await asker.sign_in(LOG_INS[who])
        real = filled(path, visit)
        headers = {"Content-Type": "application/json"} if method == "POST" else {}
        answer = await asker.ask(method, real, headers=headers)
        may = bool(ROUTES[method, path].audiences & ALLOWED[who])
        code = answer.code if answer.status >= 400 and answer.text.startswith('{"error"') else ""
        if may:
            assert code not in REFUSED, (who, method, path, code)
        else:
            assert code in REFUSED | {"wrong_origin"}, (who, method, path, answer.status)
    assert token


@pytest.mark.sockets
@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", "http://127.0.0.1", "http://localhost"]
)
async def test_every_change_by_cookie_comes_from_our_own_page(world: World, origin: str | None) -> None:
    changing = [key for key, row in ROUTES.items() if row.sender is Sender.page]
    assert changing
    maya = world.browser()
    await maya.sign_in("okafor")
    maya.headers = {"Origin": origin} if origin else {}
    for method, path in changing:
        answer = await maya.ask(method, filled(path, "none"), {})
        assert (answer.status, answer.code) == (403, "wrong_origin"), path


@pytest.mark.sockets
async def test_the_wrong_role_is_told_so_and_a_stranger_to_sign_in(world: World) -> None:
    desk = world.browser()
    await desk.sign_in("desk")
    assert (await desk.get("/api/member/visit")).code == "no_visit"
    assert (await world.stranger().get("/api/staff/me")).code == "not_signed_in"


def test_coded_errors_know_their_status() -> None:
    assert CodedError("not_permitted").status == 403
