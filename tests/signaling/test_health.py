"""Alive, ready, draining, and the figures."""

import re
from typing import Any

import pytest

from signaling.http import app as http_app
from signaling.http.figures import Figures
from signaling.http.health import Health, operators
from signaling.http.origin import Surroundings
from signaling.http.routing import Doorkeeper
from signaling.ids import SystemIds
from signaling.policy import Audience
from tests.signaling.house import Clock, World

pytestmark = pytest.mark.sockets


async def test_a_house_that_runs_is_ready(world: World) -> None:
    alive = (await world.stranger().get("/healthz")).json
    assert alive["ok"] is True
    assert re.fullmatch(r"[0-9a-f]{32}", alive["installation"])
    ready = await world.stranger().get("/readyz")
    assert ready.status == 200
    assert ready.json == {"ready": True, "draining": False, "parts": {"records": True, "media": True}}


async def test_a_draining_house_is_alive_and_not_ready(world: World) -> None:
    world.house.health.drain()
    answer = await world.stranger().get("/readyz")
    assert (answer.status, answer.json["draining"]) == (503, True)
    assert (await world.stranger().get("/healthz")).status == 200


@pytest.mark.parametrize("part", ["records", "media"])
async def test_a_part_that_does_not_answer_is_named(part: str, aiohttp_client: Any) -> None:
    async def answers() -> bool:
        return True

    async def does_not() -> bool:
        return False

    surroundings = Surroundings(origins=("http://x",))
    health = Health({"records": answers, "media": answers, part: does_not}, Figures())
    app = http_app.create(
        routes=health.routes(),
        keeper=Doorkeeper(surroundings, {Audience.operator: operators(surroundings, None)}),
        figures=Figures(),
        clock=Clock(),
        ids=SystemIds(),
    )
    answer = await (await aiohttp_client(app)).get("/readyz")
    assert answer.status == 503
    assert (await answer.json())["parts"][part] is False


async def test_figures_count_by_route_and_never_by_path(world: World) -> None:
    visit, token = await world.books()
    await world.program().get(f"/api/v1/visits/{visit}")
    await world.browser().redeem(token)
    await world.browser().redeem("no-such-token")
    await world.browser().sign_in("okafor", "wrong")
    await world.stranger().get("/some/strange/path")
    figures = (await world.stranger().get("/metrics")).text
    assert (
        'videovisit_http_requests_total{method="GET",route="/api/v1/visits/{visit}",status="200"} 1.0'
        in figures
    )
    assert 'videovisit_http_requests_total{method="GET",route="unknown",status="404"} 1.0' in figures
    assert 'videovisit_redemptions_total{outcome="ready"} 1.0' in figures
    assert 'videovisit_redemptions_total{outcome="not_recognised"} 1.0' in figures
    assert 'videovisit_sign_ins_total{outcome="refused"} 1.0' in figures
    assert 'videovisit_visit_events_total{type="booked"} 1.0' in figures
    assert 'videovisit_visit_events_total{type="redeemed"} 1.0' in figures
    assert 'code="not_recognised"' in figures
    for secret in (visit, token, "strange", "127.0.0.1", "okafor"):
        assert secret not in figures
