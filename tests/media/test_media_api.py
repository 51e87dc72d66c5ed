import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, WSMsgType
from aiohttp.test_utils import TestClient, TestServer
from offering import typical
from raw_client import RawClient
from running import Running

from media.api import Api
from media.news import BACKLOG, Listener

pytestmark = pytest.mark.sockets

KEY = "the-key-of-this-worker"
Client = TestClient[Any, Any]


@pytest.fixture
async def client(running: Running) -> AsyncIterator[Client]:
    made = TestClient(
        TestServer(Api(running.worker, KEY).application()), headers={"Authorization": f"Bearer {KEY}"}
    )
    async with made:
        yield made


async def error(response: Any) -> tuple[int, str]:
    said = await response.json()
    assert set(said) == {"error"}
    assert set(said["error"]) == {"code", "sentence"}
    return response.status, said["error"]["code"]


async def test_an_offer_is_answered_with_its_slots(client: Client) -> None:
    response = await client.post("/rooms/visit/endpoints/member", json={"sdp": typical()})
    assert response.status == 200
    said = await response.json()
    assert said["slots"] == [{"mid": "3", "kind": "audio"}, {"mid": "4", "kind": "video"}]
    assert said["sdp"].startswith("v=0\r\n")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "body_malformed"),
        (b"{", "body_malformed"),
        (b"[]", "body_malformed"),
        (b'{"sdp": 1}', "body_malformed"),
        (b'{"sdp": "v=0", "more": 1}', "body_malformed"),
        (b'{"sdp": "v=0", "needs_h264": 1}', "body_malformed"),
        (b'{"sdp": "\\ud800"}', "body_malformed"),
        (b"\xff\xfe", "body_malformed"),
        (json.dumps({"sdp": "v=0\n" + "x" * 70_000}).encode(), "sdp_too_long"),
        (json.dumps({"sdp": "hello"}).encode(), "sdp_malformed"),
        (json.dumps({"sdp": typical() + "m=application 9 UDP/DTLS/SCTP x\r\n"}).encode(), "sdp_data_channel"),
    ],
)
async def test_a_body_that_is_no_offer_is_refused(
    client: Client, running: Running, body: bytes, code: str
) -> None:
    response = await client.post("/rooms/visit/endpoints/member", data=body)
    assert await error(response) == (400, code)
    assert len(running.worker.rooms) == 0


async def test_a_huge_body_is_refused_unread(client: Client) -> None:
    response = await client.post("/rooms/visit/endpoints/member", data=b"x" * 200_000)
    assert await error(response) == (413, "body_too_large")


async def test_rooms_are_opened_closed_described_and_removed(client: Client) -> None:
    assert await error(await client.get("/rooms/visit")) == (404, "not_found")
    assert await error(await client.post("/rooms/visit/close")) == (404, "not_found")
    assert await error(await client.delete("/rooms/visit")) == (404, "not_found")
    for _ in range(2):
        assert (await client.post("/rooms/visit/open")).status == 204
    await client.post("/rooms/visit/endpoints/member", json={"sdp": typical()})
    said = await (await client.get("/rooms/visit")).json()
    assert said["open"] is True
    (member,) = said["endpoints"]
    assert (member["endpoint"], member["state"]) == ("member", "connecting")
    assert (await client.post("/rooms/visit/close")).status == 204
    assert (await (await client.get("/rooms/visit")).json())["open"] is False
    assert (await client.delete("/rooms/visit/endpoints/member")).status == 204
    assert await error(await client.delete("/rooms/visit/endpoints/member")) == (404, "not_found")
    assert (await client.delete("/rooms/visit")).status == 204


@pytest.mark.parametrize(
    "path", ["/", "/rooms", "/rooms/a%2Fb", "/rooms/" + "x" * 65, "/rooms/visit/endpoints/é"]
)
async def test_there_is_nothing_elsewhere(client: Client, path: str) -> None:
    assert await error(await client.get(path)) in {(404, "not_found"), (405, "method_not_allowed")}


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer wrong", f"bearer {KEY}", f"Bearer {KEY} ", KEY, "Bearer é"]
)
async def test_nobody_gets_in_without_the_key(running: Running, given: str | None) -> None:
    async with TestServer(Api(running.worker, KEY).application()) as server, ClientSession() as session:
        headers = {} if given is None else {"Authorization": given}
        for method, path in (
            ("POST", "/rooms/visit/endpoints/member"),
            ("POST", "/rooms/visit/open"),
            ("GET", "/events"),
            ("GET", "/healthz"),
            ("GET", "/nowhere"),
        ):
            async with session.request(method, server.make_url(path), headers=headers) as response:
                if given == f"Bearer {KEY} ":  # HTTP strips the space that ends a value
                    assert response.status != 401
                else:
                    assert await error(response) == (401, "not_authorized")


async def test_health_counts(client: Client) -> None:
    await client.post("/rooms/visit/open")
    said = await (await client.get("/healthz")).json()
    assert (said["ok"], said["rooms"], said["endpoints"], said["datagrams_failed"]) == (True, 1, 0, 0)


async def test_listeners_are_greeted_and_hear_a_heartbeat(client: Client, running: Running) -> None:
    async with client.ws_connect("/events") as socket:
        hello = await socket.receive_json(timeout=5)
        assert (hello["event"], hello["worker"]) == ("hello", "test")
        assert hello["udp"] == [f"127.0.0.1:{running.ports[0].address[1]}"]
        assert await socket.receive_json(timeout=5) == {"event": "greeted"}
        beat = await socket.receive_json(timeout=5)
        told = {"rooms": 0, "endpoints": 0, "draining": False, "figures": beat["figures"]}
        assert beat == {"event": "heartbeat", **told}
        assert beat["figures"].keys() == {**running.worker.figures()}.keys()
        assert beat["figures"]["cpu_seconds"] > 0


async def test_every_listener_hears_of_a_connection(client: Client, running: Running) -> None:
    async with client.ws_connect("/events") as one, client.ws_connect("/events") as two:
        await one.receive_json(timeout=5)
        await two.receive_json(timeout=5)
        await running.raw("visit", "member", RawClient())
        for socket in (one, two):
            said = await socket.receive_json(timeout=5)
            while said["event"] != "connected":
                said = await socket.receive_json(timeout=5)
            assert (said["room"], said["endpoint"]) == ("visit", "member")
            assert said["dtls_ms"] > 0


async def test_listeners_are_let_go_when_the_worker_stops(client: Client, running: Running) -> None:
    async with client.ws_connect("/events") as socket:
        await socket.receive_json(timeout=5)
        await running.worker.stop()
        async with asyncio.timeout(5):
            while (await socket.receive()).type not in {WSMsgType.CLOSE, WSMsgType.CLOSED}:
                pass


async def test_a_listener_that_goes_away_is_forgotten(client: Client, running: Running) -> None:
    before = len(running.worker.news._listeners)
    async with client.ws_connect("/events") as socket:
        await socket.receive_json(timeout=5)
        assert len(running.worker.news._listeners) == before + 1
    async with asyncio.timeout(5):
        while len(running.worker.news._listeners) != before:  # noqa: ASYNC110 - the server notices by itself
            await asyncio.sleep(0.01)


async def test_a_listener_that_does_not_keep_up_is_cut_off() -> None:
    listener = Listener()
    for index in range(BACKLOG + 10):
        listener.put(str(index))
    assert listener.lost
    lines = [line async for line in listener.lines()]
    assert len(lines) < BACKLOG + 1
    assert lines[-1] == str(BACKLOG - 1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"wish": "sometimes"}',
        b'{"wish": "auto", "more": 1}',
        b"\xff",
        b'{"wish": "auto", "large": ["no name"]}',
        b'{"wish": "auto", "large": "ana"}',
        b'{"wish": "auto", "large": [' + b",".join([b'"ana"'] * 9) + b"]}",
    ],
)
async def test_a_wish_for_pictures_is_one_of_three_words(client: Client, body: bytes) -> None:
    response = await client.put("/rooms/visit/endpoints/member/picture", data=body)
    assert await error(response) == (400, "body_malformed")


async def test_whoever_is_not_connected_has_no_wishes(client: Client) -> None:
    response = await client.put("/rooms/visit/endpoints/member/picture", json={"wish": "never"})
    assert await error(response) == (404, "not_found")
