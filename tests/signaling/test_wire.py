"""What a wire promises, in memory and over Redis: texts in order, and the truth about contact."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest

from signaling.clock import SystemClock
from signaling.wire import LONGEST_TEXT, Hub, MemoryWire, Wire
from signaling.wire_redis import RedisWire
from tests.redis_server import RedisMissingError, RedisServer
from tests.redis_server import running as redis_running

pytestmark = pytest.mark.sockets


@dataclass
class End:
    """One process's end, and all it heard."""

    wire: Wire
    texts: list[str] = field(default_factory=list)
    contacts: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wire.on_text(self.texts.append)
        self.wire.on_contact(self.contacts.append)

    @property
    def in_contact(self) -> bool:
        return bool(self.contacts) and self.contacts[-1]


class Network(Protocol):
    """What the ends hang on."""

    def end(self) -> Wire: ...

    def cut(self) -> None: ...

    def mend(self) -> None: ...


class MemoryNetwork:
    def __init__(self) -> None:
        self.hub = Hub()

    def end(self) -> Wire:
        return MemoryWire(self.hub)

    def cut(self) -> None:
        self.hub.cut()

    def mend(self) -> None:
        self.hub.mend()


class RedisNetwork:
    def __init__(self, server: RedisServer) -> None:
        self.server = server
        self.count = 0

    def end(self) -> Wire:
        self.count += 1
        return RedisWire(self.server.url, f"end-{self.count}", SystemClock())

    def cut(self) -> None:
        self.server.kill()

    def mend(self) -> None:
        self.server.start()


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    try:
        with redis_running() as server:
            yield server
    except RedisMissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=["memory", "redis"])
def network(request: pytest.FixtureRequest) -> Network:
    if request.param == "memory":
        return MemoryNetwork()
    server: RedisServer = request.getfixturevalue("redis_server")
    if server.process is None:
        server.start()
    return RedisNetwork(server)


Make = Callable[[], Any]


@pytest.fixture
async def ends(network: Network) -> AsyncIterator[list[End]]:
    made = [End(network.end()), End(network.end())]
    for one in made:
        await one.wire.start()
    await until(lambda: all(one.in_contact for one in made))
    yield made
    for one in made:
        await one.wire.stop()


async def until(what: Callable[[], Any], within: float = 5.0) -> None:
    async with asyncio.timeout(within):
        while not what():  # noqa: ASYNC110 - a server of its own is between
            await asyncio.sleep(0.005)


async def test_everybody_hears_every_text_in_order(ends: list[End]) -> None:
    one, other = ends
    for number in range(200):
        one.wire.post(f"text {number}")
    await until(lambda: len(one.texts) == len(other.texts) == 200)
    assert one.texts == other.texts == [f"text {number}" for number in range(200)]


async def test_nobody_is_told_within_the_call(ends: list[End]) -> None:
    one, other = ends
    one.wire.post("hello")
    assert one.texts == other.texts == []
    await until(lambda: other.texts == ["hello"])


async def test_contact_is_lost_and_comes_back_by_itself(ends: list[End], network: Network) -> None:
    one, other = ends
    network.cut()
    await until(lambda: not one.in_contact and not other.in_contact)
    one.wire.post("lost")
    network.mend()
    await until(lambda: one.in_contact and other.in_contact)
    one.wire.post("found")
    await until(lambda: other.texts == ["found"])
    assert one.contacts == other.contacts == [True, False, True]


async def test_a_text_that_is_too_long_is_dropped_and_those_behind_it_are_not(ends: list[End]) -> None:
    one, other = ends
    one.wire.post("x" * (LONGEST_TEXT + 1))
    one.wire.post("short")
    await until(lambda: other.texts == ["short"])


async def test_an_end_that_stopped_hears_nothing_and_sends_nothing(ends: list[End]) -> None:
    one, other = ends
    await one.wire.stop()
    other.wire.post("anybody?")
    await until(lambda: other.texts == ["anybody?"])
    assert one.texts == []


async def test_texts_of_any_language_arrive_as_they_were(ends: list[End]) -> None:
    one, other = ends
    one.wire.post('名前 Ñ \U0001f33b\n"{}"')
    await until(lambda: other.texts == ['名前 Ñ \U0001f33b\n"{}"'])


async def test_a_redis_that_is_not_there_yet_is_found_when_it_comes(redis_server: RedisServer) -> None:
    redis_server.kill()
    end = End(RedisWire(redis_server.url, "early", SystemClock()))
    await end.wire.start()
    end.wire.post("to nobody")
    redis_server.start()
    await until(lambda: end.in_contact)
    assert end.texts == []
    await end.wire.stop()


async def test_flushing_redis_costs_nothing(redis_server: RedisServer) -> None:
    end = End(RedisWire(redis_server.url, "steady", SystemClock()))
    await end.wire.start()
    await until(lambda: end.in_contact)
    redis_server.flush()
    end.wire.post("still here")
    await until(lambda: end.texts == ["still here"])
    assert end.contacts == [True]
    await end.wire.stop()


async def test_a_redis_that_hangs_is_out_of_contact(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signaling.wire_redis.SILENT_SECONDS", 0.3)
    monkeypatch.setattr("signaling.wire_redis.BEAT_SECONDS", 0.1)
    end = End(RedisWire(redis_server.url, "patient", SystemClock()))
    await end.wire.start()
    await until(lambda: end.in_contact)
    redis_server.says("CLIENT PAUSE 1000 ALL")
    await until(lambda: not end.in_contact)
    await until(lambda: end.in_contact)
    await end.wire.stop()
