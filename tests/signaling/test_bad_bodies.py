"""Bodies damaged at random: every answer is coded, nothing is recorded, nothing breaks."""

import asyncio
import copy
import json
import random
from typing import Any

import pytest

from signaling.http import body as body_module
from tests.signaling.house import World
from tests.signaling.test_booking import a_visit

pytestmark = pytest.mark.sockets

STRANGE: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**400,
    1e308,
    "",
    "\u0000",
    "\ud800",
    "\u202e",
    "x" * 5000,
    [],
    {},
    [[[[]]]],
    {"a": {"b": {}}},
    "2026-06-01T19:05:00Z",
    "9999-12-31",
    "0001-01-01",
    "2026-06-01T19:05:00+99:99",
)
ROUTES = (
    ("/api/v1/visits", a_visit()),
    ("/api/member/redeem", {"token": "x", "birth_date": "1987-04-12", "on_behalf": False, "language": "en"}),
    ("/api/staff/sign-in", {"user": "nobody", "password": "wrong"}),
)


def damaged(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The body with one or two of its parts made strange, doubled, or left out."""
    body = copy.deepcopy(body)
    for _ in range(chance.randint(1, 2)):
        part = body
        while isinstance(part.get("member"), dict) and chance.random() < 0.5:
            part = part["member"]
        name = chance.choice([*part, "surprise"])
        if chance.random() < 0.2:
            part.pop(name, None)
        else:
            part[name] = chance.choice(STRANGE)
    return body


@pytest.mark.parametrize(("path", "body"), ROUTES, ids=[path for path, _ in ROUTES])
async def test_damaged_bodies_are_refused_in_codes(world: World, path: str, body: dict[str, Any]) -> None:
    chance = random.Random(20260601)
    for _ in range(60):
        asker = world.browser() if path != "/api/v1/visits" else world.program()
        sent = json.dumps(damaged(body, chance)).encode()
        answer = await asker.post(path, data=sent, headers={"Content-Type": "application/json"})
        assert answer.status in (201, 400, 401, 404, 413, 422), (answer.status, answer.text, sent[:300])
        if answer.status != 201:
            assert answer.code
            assert answer.json["error"]["sentence"]
        world.clock.passes(minutes=16 if path == "/api/staff/sign-in" else 0)


async def test_a_body_that_was_cut_anywhere_is_malformed(world: World) -> None:
    whole = json.dumps(a_visit()).encode()
    for cut in range(0, len(whole), 5):
        answer = await world.program().post(
            "/api/v1/visits", data=whole[:cut], headers={"Content-Type": "application/json"}
        )
        assert (answer.status, answer.code) == (400, "malformed")
    assert await world.house.desk.open_visits() == ()


async def test_a_body_that_does_not_arrive_is_not_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_module, "BODY_SECONDS", 0.05)
    host, _, port = world.base.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = (
        f"POST /api/member/redeem HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {world.base}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    )
    writer.write(head.encode() + b'{"token"')
    await writer.drain()
    try:
        answer = await asyncio.wait_for(reader.readuntil(b'"code": "too_slow"'), 10)
        assert answer.startswith(b"HTTP/1.1 408 ")
    finally:
        writer.close()
        await writer.wait_closed()


async def test_a_body_that_is_compressed_otherwise_than_it_says_is_malformed(world: World) -> None:
    answer = await world.program().post(
        "/api/v1/visits",
        data=b"{}",
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
    )
    assert (answer.status, answer.code) == (400, "malformed")
