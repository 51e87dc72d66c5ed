"""The description is valid, complete, and made from what is served."""

import pytest
from openapi_spec_validator import validate

from signaling.http.errors import SENTENCES
from signaling.openapi import OPERATIONS, describe
from signaling.policy import ROUTES, Audience
from tests.signaling.house import World


def test_it_is_valid_openapi() -> None:
    validate(describe("1.2.3", "https://visits.example.org"))


def test_every_booking_route_is_described() -> None:
    booking = {key for key, row in ROUTES.items() if Audience.booking in row.audiences}
    assert {(one.method, one.path) for one in OPERATIONS} == booking


def test_every_refusal_that_is_named_exists() -> None:
    assert {code for one in OPERATIONS for code in one.refusals} <= set(SENTENCES)


def test_the_link_is_in_two_answers_only() -> None:
    schemas = describe("1", "https://x")["components"]["schemas"]
    assert {name for name, schema in schemas.items() if "join_url" in schema.get("properties", {})} == {
        "BookedAnswer",
        "LinkAnswer",
    }


def test_operation_ids_are_unique() -> None:
    paths = describe("1", "https://x")["paths"]
    ids = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert len(ids) == len(set(ids))


@pytest.mark.sockets
async def test_it_is_served_with_our_own_address(world: World) -> None:
    answer = await world.stranger().get("/api/v1/openapi.json")
    assert answer.json["openapi"] == "3.1.0"
    assert answer.json["servers"] == [{"url": world.base}]
