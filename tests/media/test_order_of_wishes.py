"""Several web processes ask one worker: what was decided on an older history changes nothing."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from offering import typical
from raw_client import RawClient
from running import Running

from media.api import Api

pytestmark = pytest.mark.sockets

Client = TestClient[Any, Any]


@pytest.fixture
async def client(running: Running) -> AsyncIterator[Client]:
    async with TestClient(TestServer(Api(running.worker, None).application())) as made:
        yield made


async def state(client: Client) -> tuple[bool, int]:
    said = await (await client.get("/rooms/visit")).json()
    return said["open"], said["version"]


async def test_an_older_wish_than_the_room_has_heard_is_refused(client: Client) -> None:
    assert (await client.post("/rooms/visit/open?version=12")).status == 204
    assert (await client.post("/rooms/visit/close?version=13")).status == 204
    late = await client.post("/rooms/visit/open?version=12")
    assert late.status == 409
    assert (await late.json())["error"]["code"] == "stale"
    assert await state(client) == (False, 13)


async def test_the_same_wish_again_is_in_order(client: Client) -> None:
    for _ in range(2):
        assert (await client.post("/rooms/visit/open?version=12")).status == 204
    assert await state(client) == (True, 12)


async def test_a_late_close_does_not_close_what_was_opened_since(client: Client) -> None:
    await client.post("/rooms/visit/open?version=14")
    assert (await client.post("/rooms/visit/close?version=13")).status == 409
    assert await state(client) == (True, 14)


async def test_without_a_version_a_wish_is_always_in_order(client: Client) -> None:
    await client.post("/rooms/visit/open?version=14")
    assert (await client.post("/rooms/visit/close")).status == 204
    assert await state(client) == (False, 14)


async def test_an_offer_that_was_allowed_before_is_refused(client: Client) -> None:
    await client.post("/rooms/visit/open?version=12")
    path = "/rooms/visit/endpoints/clinician"
    late = await client.post(f"{path}?version=11", json={"sdp": typical()})
    assert (late.status, (await late.json())["error"]["code"]) == (409, "stale")
    assert (await client.post(f"{path}?version=12", json={"sdp": typical()})).status == 200


async def test_who_was_let_in_later_is_not_put_out_by_an_older_wish(client: Client) -> None:
    path = "/rooms/visit/endpoints/clinician"
    assert (await client.post(f"{path}?version=14", json={"sdp": typical()})).status == 200
    assert (await client.delete(f"{path}?version=13&offered=12")).status == 404
    assert (await client.delete(f"{path}?version=15&offered=14")).status == 204
    assert await state(client) == (False, 15)


async def test_an_unlimited_wish_puts_out_whoever_is_there(client: Client) -> None:
    path = "/rooms/visit/endpoints/clinician"
    await client.post(f"{path}?version=14", json={"sdp": typical()})
    assert (await client.delete(path)).status == 204


@pytest.mark.parametrize("number", ["-1", "1.5", "x", "1" * 16, "١"])
async def test_a_version_that_is_no_number_is_refused(client: Client, number: str) -> None:
    refused = await client.post("/rooms/visit/open", params={"version": number})
    assert (refused.status, (await refused.json())["error"]["code"]) == (400, "bad_request")
    assert (await client.get("/rooms/visit")).status == 404


async def test_a_listener_that_comes_later_is_told_every_room_before_the_news(
    client: Client, running: Running
) -> None:
    await client.post("/rooms/visit/open?version=12")
    await running.raw("visit", "member", RawClient())
    async with client.ws_connect("/events") as socket:
        said = [await socket.receive_json(timeout=5) for _ in range(3)]
    assert [event["event"] for event in said] == ["hello", "room", "greeted"]
    room = said[1]
    assert (room["room"], room["open"], room["version"]) == ("visit", True, 12)
    assert [one["endpoint"] for one in room["endpoints"]] == ["member"]


async def test_every_listener_is_told_of_a_gate_whoever_moved_it(client: Client) -> None:
    async with client.ws_connect("/events") as socket:
        await client.post("/rooms/visit/open?version=12")
        said = await socket.receive_json(timeout=5)
        while said["event"] != "gate":
            said = await socket.receive_json(timeout=5)
    assert said == {"event": "gate", "room": "visit", "open": True, "version": 12}


async def test_a_worker_that_drains_says_so_at_once_and_lets_its_rooms_go_on(
    client: Client, running: Running
) -> None:
    await running.raw("visit", "member", RawClient())
    running.worker.drain()
    beat = await running.event("heartbeat", draining=True)
    assert beat["rooms"] == 1
    assert not running.worker.is_empty
    async with client.ws_connect("/events") as socket:
        assert (await socket.receive_json(timeout=5))["draining"] is True
    running.worker.leave("visit", "member")
    assert running.worker.is_empty
