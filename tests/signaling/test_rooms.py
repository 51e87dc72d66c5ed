"""Rooms become what their visits want, over workers that refuse, hang and die."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from signaling.clock import SystemClock
from signaling.gates import Gate, MediaLost, MediaNews, MediaNow, NotWantedError, wanted
from signaling.media_client import MediaClient, MediaRefusedError, MediaUnavailableError
from signaling.rooms import Rooms
from signaling.workers import WorkerLost, WorkerNews, WorkerReady
from waiting_room.core.ids import VisitId
from waiting_room.core.lifecycle import TERMINAL
from waiting_room.core.model import State
from waiting_room.placements import MemoryPlacements

pytestmark = pytest.mark.sockets

ANA, BEN = VisitId("ana"), VisitId("ben")


class Worker:
    """Speaks a media worker's internal API and does what the test says."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[str] = []
        self.bodies: list[bytes] = []
        self.failing = 0
        self.refusing = False
        self.hanging = False
        self.started = 1
        self.key: str | None = None
        self.readers: list[web.WebSocketResponse] = []
        self._runner: web.AppRunner | None = None
        self.more = asyncio.Event()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/events", self._events)
        app.router.add_route("*", "/{tail:.*}", self._any)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.UnixSite(self._runner, self.address.removeprefix("unix:")).start()

    async def stop(self) -> None:
        for reader in self.readers:
            await reader.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _any(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.method} {request.raw_path}")
        self.bodies.append(await request.read())
        self.key = request.headers.get("Authorization")
        self.more.set()
        if self.hanging:
            await asyncio.sleep(60)
        if self.failing:
            self.failing -= 1
            return web.Response(status=500, text="broken")
        if self.refusing:
            error = {"code": "sdp_malformed", "sentence": "This is no offer."}
            return web.json_response({"error": error}, status=400)
        if "endpoints" in request.path and request.method == "POST":
            return web.json_response({"sdp": "v=0 answer", "slots": [{"mid": "2", "kind": "audio"}]})
        return web.Response(status=204)

    async def _events(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"event": "hello", "worker": "w", "started": self.started, "udp": []})
        self.readers.append(socket)
        self.more.set()
        async for _ in socket:
            pass
        return socket

    async def tells(self, **event: Any) -> None:
        await self.until(lambda: bool(self.readers))
        for reader in self.readers:
            await reader.send_str(json.dumps(event))

    async def until(self, what: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not what():
                self.more.clear()
                await self.more.wait()


class Fleet:
    """Tells of workers, as a supervisor would."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._listeners: list[Callable[[WorkerNews], None]] = []
        self.workers: dict[str, Worker] = {}
        self.restarted: list[str] = []
        self.in_reach: Callable[[], int] = lambda: 0
        self.asked_to_restart = asyncio.Event()

    def on_news(self, listener: Callable[[WorkerNews], None]) -> None:
        self._listeners.append(listener)

    async def restart(self, name: str) -> None:
        self.restarted.append(name)
        self.asked_to_restart.set()

    def tell(self, news: WorkerNews) -> None:
        for listener in self._listeners:
            listener(news)

    async def comes(self, name: str, *, spare: bool = False) -> Worker:
        worker = Worker(f"unix:{self._folder}/{name}-{len(self.workers)}.sock")
        await worker.start()
        self.workers[name] = worker
        before = self.in_reach()
        self.tell(WorkerReady(name, worker.address, spare=spare))
        async with asyncio.timeout(5):
            while self.in_reach() == before:  # noqa: ASYNC110 - it greets on a socket of its own
                await asyncio.sleep(0)
        return worker

    async def dies(self, name: str) -> None:
        await self.workers[name].stop()
        self.tell(WorkerLost(name))


class Scene:
    """A fleet, the rooms on it, and what pages would be told."""

    def __init__(self, folder: Path) -> None:
        self.fleet = Fleet(folder)
        self.rooms = Rooms(self.fleet, MemoryPlacements(), SystemClock())
        self.fleet.in_reach = lambda: self.rooms.figures()["workers_in_reach"]
        self.told: list[MediaNews] = []
        self.more = asyncio.Event()
        self.rooms.on_news(self._hear)

    def _hear(self, news: MediaNews) -> None:
        self.told.append(news)
        self.more.set()

    async def tells(self, news: MediaNews) -> None:
        await self.until(lambda: news in self.told)

    async def until(self, what: Callable[[], bool]) -> None:
        """Wait until it is so; looked at whenever pages are told something."""
        async with asyncio.timeout(5):
            while not what():
                self.more.clear()
                await self.more.wait()

    async def settles(self) -> None:
        await asyncio.wait_for(self.rooms.settled(), 5)


@asynccontextmanager
async def a_scene(folder: Path) -> AsyncIterator[Scene]:
    scene = Scene(folder)
    try:
        yield scene
    finally:
        await scene.rooms.stop()
        for worker in scene.fleet.workers.values():
            await worker.stop()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with a_scene(tmp_path) as scene:
        yield scene


def test_only_a_visit_that_is_under_way_wants_an_open_room() -> None:
    assert {state for state in State if wanted(state) is Gate.OPEN} == {State.in_visit}
    assert {state for state in State if wanted(state) is Gate.ABSENT} == TERMINAL | {State.booked}


async def test_an_open_room_is_asked_for_once(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    for _ in range(3):
        scene.rooms.want(ANA, Gate.OPEN)
    await scene.settles()
    scene.rooms.want(ANA, Gate.OPEN)
    await scene.settles()
    assert worker.asked == ["POST /rooms/ana/open"]


async def test_a_room_nobody_has_made_is_as_closed_as_can_be(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    scene.rooms.want(ANA, Gate.CLOSED)
    scene.rooms.want(BEN, Gate.ABSENT)
    await scene.settles()
    assert worker.asked == []


async def test_a_worker_that_fails_is_asked_again_until_it_is_so(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    worker.failing = 2
    scene.rooms.want(ANA, Gate.OPEN)
    await scene.settles()
    assert worker.asked == ["POST /rooms/ana/open"] * 3


async def test_the_last_wish_wins_whatever_was_under_way(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    scene.rooms.want(ANA, Gate.OPEN)
    await worker.until(lambda: bool(worker.asked))
    scene.rooms.want(ANA, Gate.CLOSED)
    scene.rooms.want(ANA, Gate.OPEN)
    scene.rooms.want(ANA, Gate.CLOSED)
    await scene.settles()
    assert worker.asked[-1] == "POST /rooms/ana/close"


async def test_a_visit_that_has_ended_has_no_room_and_is_forgotten(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    scene.rooms.want(ANA, Gate.OPEN)
    scene.rooms.want(ANA, Gate.ABSENT)
    await scene.settles()
    scene.rooms.want(BEN, Gate.OPEN)
    await scene.settles()
    scene.rooms.want(BEN, Gate.ABSENT)
    await scene.settles()
    assert worker.asked[-1] == "DELETE /rooms/ben"
    assert scene.rooms.figures()["rooms"] == 0


async def test_a_room_that_was_wanted_before_any_worker_came_is_opened_when_one_comes(scene: Scene) -> None:
    scene.rooms.want(ANA, Gate.OPEN)
    worker = await scene.fleet.comes("w1")
    await scene.settles()
    assert worker.asked == ["POST /rooms/ana/open"]


async def test_an_offer_waits_for_a_worker(scene: Scene) -> None:
    offering = asyncio.create_task(scene.rooms.offer(ANA, "member", "v=0"))
    await asyncio.sleep(0)
    await scene.fleet.comes("w1")
    assert (await offering).sdp == "v=0 answer"


async def test_an_offer_whose_worker_dies_is_answered_by_the_next(scene: Scene) -> None:
    first = await scene.fleet.comes("w1")
    first.hanging = True
    offering = asyncio.create_task(scene.rooms.offer(ANA, "member", "v=0"))
    await first.until(lambda: bool(first.asked))
    await scene.fleet.dies("w1")
    await scene.fleet.comes("w1")
    assert (await asyncio.wait_for(offering, 5)).sdp == "v=0 answer"


async def test_an_offer_that_is_refused_says_why_and_is_not_repeated(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    worker.refusing = True
    with pytest.raises(MediaRefusedError) as refused:
        await scene.rooms.offer(ANA, "member", "nonsense")
    assert refused.value.code == "sdp_malformed"
    assert len(worker.asked) == 1


async def test_the_rooms_of_a_dead_worker_are_opened_on_another_and_their_people_told(scene: Scene) -> None:
    await scene.fleet.comes("w1")
    scene.rooms.want(ANA, Gate.OPEN)
    await scene.rooms.offer(ANA, "member", "v=0")
    await scene.rooms.offer(BEN, "member", "v=0")
    await scene.settles()
    second = await scene.fleet.comes("w2")
    await scene.fleet.dies("w1")
    assert MediaLost(ANA, ("member", "clinician")) in scene.told, "both of an open room"
    assert MediaLost(BEN, ("member",)) in scene.told, "those who were connected, of a closed one"
    await scene.settles()
    assert "POST /rooms/ana/open" in second.asked
    assert not scene.rooms.has(ANA, "member")


async def test_the_spare_takes_rooms_only_while_it_is_alone(scene: Scene) -> None:
    spare = await scene.fleet.comes("w2", spare=True)
    first = await scene.fleet.comes("w1")
    scene.rooms.want(ANA, Gate.OPEN)
    await scene.settles()
    assert (first.asked, spare.asked) == (["POST /rooms/ana/open"], [])
    await scene.fleet.dies("w1")
    await scene.settles()
    assert spare.asked == ["POST /rooms/ana/open"]
    again = await scene.fleet.comes("w1")
    scene.rooms.want(BEN, Gate.OPEN)
    await scene.settles()
    assert again.asked == ["POST /rooms/ben/open"]


async def test_rooms_are_spread_over_the_workers(scene: Scene) -> None:
    first, second = await scene.fleet.comes("w1"), await scene.fleet.comes("w2")
    for number in range(6):
        scene.rooms.want(VisitId(f"v{number}"), Gate.OPEN)
    await scene.settles()
    assert len(first.asked) == len(second.asked) == 3


async def test_nobody_is_let_in_before_who_was_evicted_is_out(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    await scene.rooms.offer(ANA, "clinician", "v=0")
    worker.failing = 2
    scene.rooms.evict(ANA, "clinician")
    scene.rooms.want(ANA, Gate.OPEN)
    offering = asyncio.create_task(scene.rooms.offer(ANA, "clinician", "v=0"))
    await scene.settles()
    await offering
    leave, opens = "DELETE /rooms/ana/endpoints/clinician", "POST /rooms/ana/open"
    assert worker.asked[1:5] == [leave, leave, leave, opens]
    assert worker.asked[5:] == ["POST /rooms/ana/endpoints/clinician"]


async def test_a_room_is_closed_before_who_was_evicted_is_out(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    await scene.rooms.offer(ANA, "clinician", "v=0")
    scene.rooms.want(ANA, Gate.OPEN)
    await scene.settles()
    scene.rooms.evict(ANA, "clinician")
    scene.rooms.want(ANA, Gate.CLOSED)
    await scene.settles()
    assert worker.asked[-2:] == ["POST /rooms/ana/close", "DELETE /rooms/ana/endpoints/clinician"]


async def test_an_answer_that_comes_too_late_is_taken_back(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    with pytest.raises(NotWantedError):
        await scene.rooms.offer(ANA, "clinician", "v=0", lambda: False)
    await scene.settles()
    assert worker.asked == ["POST /rooms/ana/endpoints/clinician", "DELETE /rooms/ana/endpoints/clinician"]
    assert not scene.rooms.has(ANA, "clinician")


async def test_who_is_in_the_slots_is_told_with_the_gate(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    await scene.rooms.offer(ANA, "member", "v=0")
    scene.rooms.want(ANA, Gate.OPEN)
    slot = {"mid": "2", "kind": "audio", "from": "clinician", "source": "microphone"}
    await worker.tells(event="slots", room="ana", endpoint="member", slots=[slot])
    await scene.until(lambda: bool(scene.rooms.now(ANA, "member").slots))
    now = scene.rooms.now(ANA, "member")
    assert isinstance(now, MediaNow)
    assert now.open
    assert now.slots[0].source_of == "clinician"


async def test_an_offer_on_the_same_session_leaves_the_slots_as_they_are(scene: Scene) -> None:
    """Another way or another codec changes nobody's seat, so the worker says nothing anew."""
    worker = await scene.fleet.comes("w1")
    await scene.rooms.offer(ANA, "member", "v=0")
    slot = {"mid": "2", "kind": "audio", "from": "clinician", "source": "microphone"}
    await worker.tells(event="slots", room="ana", endpoint="member", slots=[slot])
    await scene.until(lambda: bool(scene.rooms.now(ANA, "member").slots))
    await scene.rooms.offer(ANA, "member", "v=0")
    assert [one.source_of for one in scene.rooms.now(ANA, "member").slots] == ["clinician"]


async def test_who_needs_h264_is_said_to_the_worker_and_only_then(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    await scene.rooms.offer(ANA, "member", "v=0")
    await scene.rooms.offer(ANA, "clinician", "v=0", needs_h264=True)
    said = [json.loads(body) for body in worker.bodies if body]
    assert said == [{"sdp": "v=0"}, {"sdp": "v=0", "needs_h264": True}]


async def test_the_codec_of_a_room_is_told_to_all_who_are_in_it(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    for endpoint in ("member", "clinician"):
        await scene.rooms.offer(ANA, endpoint, "v=0")
    assert scene.rooms.now(ANA, "member").codec == "VP8"
    told: list[tuple[str, str]] = []
    scene.rooms.on_news(
        lambda news: told.append((news.endpoint, news.codec)) if isinstance(news, MediaNow) else None
    )
    for codec in ("H264", "VP8"):
        await worker.tells(event="codec", room="ana", codec=codec)
        async with asyncio.timeout(5):
            while scene.rooms.now(ANA, "clinician").codec != codec:
                scene.more.clear()
                await scene.more.wait()
    assert told == [(who, codec) for codec in ("H264", "VP8") for who in ("member", "clinician")]


async def test_who_is_to_encode_what_is_told_to_them_and_who_speaks_to_all(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    for endpoint in ("member", "clinician"):
        await scene.rooms.offer(ANA, endpoint, "v=0")
    told: list[tuple[str, tuple[str, ...], str | None]] = []
    scene.rooms.on_news(
        lambda news: (
            told.append((news.endpoint, news.layers, news.speaker)) if isinstance(news, MediaNow) else None
        )
    )
    await worker.tells(event="layers", room="ana", endpoint="member", layers=["h", "l"])
    await worker.tells(event="speaker", room="ana", endpoint="clinician")
    await scene.until(lambda: scene.rooms.now(ANA, "clinician").speaker is not None)
    assert told == [
        ("member", ("h", "l"), None),
        ("member", ("h", "l"), "clinician"),
        ("clinician", (), "clinician"),
    ]
    await worker.tells(event="gone", room="ana", endpoint="member", reason="left")
    await worker.tells(event="speaker", room="ana", endpoint=None)
    await scene.until(lambda: scene.rooms.now(ANA, "clinician").speaker is None)
    assert scene.rooms.now(ANA, "member").layers == ()


async def test_whom_somebody_shows_large_is_said_to_the_worker(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    await scene.rooms.offer(ANA, "member", "v=0")
    await scene.rooms.show(ANA, "member", "auto", ["clinician"])
    await scene.rooms.show(ANA, "member", "auto")
    said = [json.loads(body) for body in worker.bodies if body]
    assert said[-2:] == [{"wish": "auto", "large": ["clinician"]}, {"wish": "auto"}]


async def test_who_listens_later_hears_what_the_pictures_are_in(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    await worker.tells(
        event="room",
        room="ana",
        open=True,
        codec="H264",
        speaker="member",
        endpoints=[{"endpoint": "member", "slots": [], "layers": ["m"]}],
    )
    slot = {"mid": "2", "kind": "audio", "from": None}
    await worker.tells(event="slots", room="ana", endpoint="member", slots=[slot])
    await scene.until(lambda: bool(scene.rooms.now(ANA, "member").slots))
    now = scene.rooms.now(ANA, "member")
    assert (now.codec, now.speaker, now.layers) == ("H264", "member", ("m",))


@pytest.mark.parametrize(
    ("reason", "lost"),
    [
        ("silence", True),
        ("handshake_timeout", True),
        ("replaced", False),
        ("left", False),
        ("closed_by_endpoint", False),
    ],
)
async def test_an_endpoint_that_falls_silent_is_told_to_connect_again(
    scene: Scene, reason: str, lost: bool
) -> None:
    worker = await scene.fleet.comes("w1")
    await scene.rooms.offer(ANA, "member", "v=0")
    await scene.rooms.offer(BEN, "member", "v=0")
    await worker.tells(event="gone", room="ana", endpoint="member", reason=reason)
    await worker.tells(event="gone", room="ben", endpoint="member", reason="silence")
    await scene.tells(MediaLost(BEN, ("member",)))
    assert (MediaLost(ANA, ("member",)) in scene.told) is lost


async def test_a_worker_that_became_another_process_has_lost_its_rooms(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    scene.rooms.want(ANA, Gate.OPEN)
    await scene.settles()
    await worker.until(lambda: bool(worker.readers))
    worker.started = 2
    await worker.readers.pop().close()
    await scene.tells(MediaLost(ANA, ("member", "clinician")))
    await scene.settles()
    assert worker.asked == ["POST /rooms/ana/open"] * 2


async def test_a_worker_that_cannot_be_read_any_more_is_restarted(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    await worker.until(lambda: bool(worker.readers))
    await worker.stop()
    await asyncio.wait_for(scene.fleet.asked_to_restart.wait(), 10)
    assert scene.fleet.restarted == ["w1"]


async def test_events_of_a_newer_worker_are_passed_over(scene: Scene) -> None:
    worker = await scene.fleet.comes("w1")
    await scene.rooms.offer(ANA, "member", "v=0")
    await worker.tells(event="fresh_idea", room="ana")
    await worker.tells(event="gone", endpoint="member")
    await worker.tells(event="gone", room="ana", endpoint="member", reason="silence")
    await scene.tells(MediaLost(ANA, ("member",)))


async def test_names_cannot_leave_their_place_in_the_path_and_the_key_is_sent(tmp_path: Path) -> None:
    worker = Worker(f"unix:{tmp_path}/w.sock")
    await worker.start()
    client = MediaClient(worker.address, key="secret")
    try:
        await client.open("../../events?x=")
        assert worker.asked == ["POST /rooms/..%2F..%2Fevents%3Fx=/open"]
        assert worker.key == "Bearer secret"
    finally:
        await client.aclose()
        await worker.stop()


async def test_nobody_there_is_unavailable(tmp_path: Path) -> None:
    client = MediaClient(f"unix:{tmp_path}/nobody.sock")
    try:
        with pytest.raises(MediaUnavailableError):
            await client.open("ana")
        with pytest.raises(MediaUnavailableError):
            [event async for event in client.events()]
    finally:
        await client.aclose()
