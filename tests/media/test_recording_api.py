"""The recorder's part of the internal interface."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from running import Running

from media.api import Api

pytestmark = pytest.mark.sockets

Client = TestClient[Any, Any]
KEY = base64.b64encode(bytes(32)).decode()
LEASE: dict[str, Any] = {
    "recording": "rec-1",
    "key": KEY,
    "wrapped": "d3JhcHBlZA==",
    "endpoints": ["member", "clinician"],
    "seconds": 3,
}
WHERE = "/rooms/visit/recording"


@pytest.fixture
async def keeping(tmp_path: Path) -> AsyncIterator[Running]:
    made = Running(open_rooms=False, recordings=tmp_path)
    yield made
    await made.stop()


@pytest.fixture
async def client(keeping: Running) -> AsyncIterator[Client]:
    async with TestClient(TestServer(Api(keeping.worker, None).application())) as made:
        await made.post("/rooms/visit/open")
        yield made


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def refusal(response: Any) -> tuple[int, str]:
    said = await response.json()
    assert set(said["error"]) == {"code", "sentence"}
    return response.status, said["error"]["code"]


async def test_a_lease_records_renews_pauses_and_ends(client: Client, tmp_path: Path) -> None:
    for endpoints, state in ((["member"], "recording"), (["member"], "recording"), ([], "paused")):
        response = await client.put(WHERE, json={**LEASE, "endpoints": endpoints})
        assert (response.status, await response.json()) == (200, {"state": state})
    said = await (await client.get("/rooms/visit")).json()
    assert said["recording"] == {"recording": "rec-1", "state": "paused", "reason": "no_consent"}
    assert (await (await client.get("/healthz")).json())["recordings"] == 1
    assert (await client.delete(WHERE)).status == 204
    assert "recording" not in await (await client.get("/rooms/visit")).json()
    assert files(tmp_path) == ["rec-1"]
    assert await refusal(await client.delete(WHERE)) == (404, "not_found")


@pytest.mark.parametrize(
    "change",
    [
        {"recording": ""},
        {"recording": "a" * 65},
        {"recording": "../other"},
        {"recording": "rec-1\n"},
        {"recording": 1},
        {"key": base64.b64encode(bytes(31)).decode()},
        {"key": base64.b64encode(bytes(33)).decode()},
        {"key": KEY + "\n"},
        {"key": "é" * 44},
        {"key": None},
        {"wrapped": base64.b64encode(bytes(1025)).decode()},
        {"wrapped": "not base64"},
        {"endpoints": ["member"] * 9},
        {"endpoints": ["a/b"]},
        {"endpoints": "member"},
        {"seconds": 0},
        {"seconds": -1},
        {"seconds": 5.1},
        {"seconds": "3"},
        {"more": 1},
    ],
)
async def test_a_body_that_is_no_lease_is_refused(
    client: Client, tmp_path: Path, change: dict[str, Any]
) -> None:
    response = await client.put(WHERE, json={**LEASE, **change})
    said = await response.text()
    assert await refusal(response) == (400, "body_malformed")
    assert KEY not in said
    assert files(tmp_path) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"seconds": NaN}'])
async def test_bytes_that_are_no_lease_are_refused(client: Client, body: bytes) -> None:
    assert await refusal(await client.put(WHERE, data=body)) == (400, "body_malformed")


async def test_a_room_that_is_not_there_is_not_recorded(client: Client, tmp_path: Path) -> None:
    assert await refusal(await client.put("/rooms/other/recording", json=LEASE)) == (404, "not_found")
    assert files(tmp_path) == []


async def test_a_room_has_one_recording(client: Client) -> None:
    await client.put(WHERE, json=LEASE)
    response = await client.put(WHERE, json={**LEASE, "recording": "rec-2"})
    assert await refusal(response) == (409, "recording_other")


async def test_a_worker_without_a_directory_records_nothing(running: Running) -> None:
    async with TestClient(TestServer(Api(running.worker, None).application())) as client:
        await client.post("/rooms/visit/open")
        assert await refusal(await client.put(WHERE, json=LEASE)) == (409, "recording_off")
        assert await refusal(await client.delete(WHERE)) == (404, "not_found")


async def test_it_wants_the_key_like_everything_else(keeping: Running) -> None:
    async with TestClient(TestServer(Api(keeping.worker, "secret").application())) as client:
        assert await refusal(await client.put(WHERE, json=LEASE)) == (401, "not_authorized")
        assert await refusal(await client.delete(WHERE)) == (401, "not_authorized")


async def test_a_lease_on_an_older_history_than_the_room_has_heard_is_refused(client: Client) -> None:
    assert (await client.put(f"{WHERE}?version=12", json={**LEASE, "endpoints": []})).status == 200
    late = await client.put(f"{WHERE}?version=11", json=LEASE)
    assert await refusal(late) == (409, "stale")
    said = await (await client.get("/rooms/visit")).json()
    assert said["recording"]["state"] == "paused"


async def test_a_wish_for_the_gate_makes_older_leases_stale_too(client: Client) -> None:
    await client.post("/rooms/visit/close?version=13")
    assert await refusal(await client.put(f"{WHERE}?version=12", json=LEASE)) == (409, "stale")


async def test_what_is_over_is_not_begun_again_by_whoever_is_behind(client: Client) -> None:
    await client.put(f"{WHERE}?version=11", json=LEASE)
    assert (await client.delete(f"{WHERE}?version=12")).status == 204
    assert await refusal(await client.put(f"{WHERE}?version=11", json=LEASE)) == (409, "stale")
    assert "recording" not in await (await client.get("/rooms/visit")).json()


async def test_a_late_end_does_not_end_the_next_recording(client: Client) -> None:
    following = {**LEASE, "recording": "rec-2"}
    assert (await client.put(f"{WHERE}?version=20", json=following)).status == 200
    assert await refusal(await client.delete(f"{WHERE}?version=15")) == (409, "stale")
    said = await (await client.get("/rooms/visit")).json()
    assert said["recording"]["recording"] == "rec-2"


async def test_a_refused_lease_makes_no_other_stale(client: Client) -> None:
    await client.put(f"{WHERE}?version=11", json=LEASE)
    early = await client.put(f"{WHERE}?version=20", json={**LEASE, "recording": "rec-2"})
    assert await refusal(early) == (409, "recording_other")
    assert (await client.delete(f"{WHERE}?version=15")).status == 204


async def test_what_is_no_version_is_refused(client: Client) -> None:
    assert await refusal(await client.put(f"{WHERE}?version=new", json=LEASE)) == (400, "bad_request")
