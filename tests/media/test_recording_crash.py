"""A worker process that records, on a real disk that fills up and under kill −9."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, UnixConnector, WSMsgType
from calling import gather_loopback_only
from raw_client import RawClient
from test_recorder import KEY, PLANTED, order

from media.core.recording import Packet
from media.recordings import reading
from media.recordings.reading import Verdict

pytestmark = [pytest.mark.sockets, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]


class Process:
    """A worker of its own with one open room, two clients in it, and a lease for the member."""

    def __init__(self, folder: Path, recordings: Path) -> None:
        self.socket = folder / "worker.sock"
        self.recordings = recordings
        self.sent: list[float] = []
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._stack = contextlib.AsyncExitStack()

    async def start(self) -> None:
        self.child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "media", "--listen", f"unix:{self.socket}", "--udp", "127.0.0.1:0",
            "--recordings", str(self.recordings), cwd=ROOT, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self.child.stdout is not None
        await asyncio.wait_for(self.child.stdout.readline(), 20)
        self.http = await self._stack.enter_async_context(
            ClientSession("http://worker", connector=UnixConnector(str(self.socket)))
        )
        self._listener = asyncio.create_task(self._listen())
        await self.http.post("/rooms/visit/open")
        self.member = await self._client("member")
        self.clinician = await self._client("clinician")
        await self.lease()

    async def _client(self, name: str) -> RawClient:
        client = RawClient()
        self._stack.push_async_callback(client.close)
        path = f"/rooms/visit/endpoints/{name}"
        async with self.http.post(path, json={"sdp": await client.offer()}) as said:
            await client.check((await said.json())["sdp"])
        await client.handshake()
        return client

    async def lease(self) -> str:
        asked = order("member")
        body = {
            **asked.model_dump(exclude={"key", "wrapped"}),
            "key": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "wrapped": "",
        }
        async with self.http.put("/rooms/visit/recording", json=body) as said:
            assert said.status == 200
            return str((await said.json())["state"])

    async def talks(self, seconds: float) -> None:
        """Fifty packets a second; each says when it was sent."""
        end = time.perf_counter() + seconds
        while (now := time.perf_counter()) < end:
            self.member.send(self.member.protected(len(self.sent), PLANTED + b"%d" % len(self.sent)))
            self.sent.append(now)
            if len(self.sent) % 50 == 0:
                await self.lease()
            await asyncio.sleep(0.02)

    async def told(self, state: str, reason: str | None = None) -> None:
        async with asyncio.timeout(10):
            while True:
                said = await self.events.get()
                if said["event"] == "recording" and (said["state"], said.get("reason")) == (state, reason):
                    return

    def recorded(self) -> tuple[list[int], Verdict]:
        """The numbers of the packets in the one segment, and what it is worth."""
        (path,) = self.recordings.glob("rec-1/*.vvr")
        verdict = Verdict()
        found = [entry.payload for entry in reading.read(path, KEY, verdict) if isinstance(entry, Packet)]
        return [int(payload.removeprefix(PLANTED)) for payload in found], verdict

    async def close(self) -> None:
        if self.child.returncode is None:
            self.child.kill()
        await self.child.wait()
        self._listener.cancel()
        await self._stack.aclose()

    async def _listen(self) -> None:
        async with self.http.ws_connect("/events") as socket:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self.events.put_nowait(json.loads(message.data))


@pytest.fixture
async def process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Process]:
    gather_loopback_only(monkeypatch)
    made = Process(tmp_path, tmp_path / "recordings")
    await made.start()
    yield made
    await made.close()


@pytest.mark.parametrize("seconds", [0.3, 1.1, 2.6])
async def test_a_killed_worker_leaves_all_but_the_last_two_seconds(process: Process, seconds: float) -> None:
    await process.talks(seconds)
    killed = time.perf_counter()
    process.child.kill()
    await process.child.wait()
    found, verdict = process.recorded()
    assert found == list(range(len(found)))
    assert verdict.damages == []
    assert not verdict.ended
    assert killed - (process.sent[found[-1]] if found else process.sent[0]) < 2


async def test_a_stopped_worker_leaves_everything(process: Process) -> None:
    await process.talks(0.5)
    process.child.terminate()
    assert await asyncio.wait_for(process.child.wait(), 5) == 0
    found, verdict = process.recorded()
    assert found == list(range(len(process.sent)))
    assert verdict.ended


async def test_a_deleted_recording_is_whole_when_the_answer_comes(process: Process) -> None:
    await process.talks(0.5)
    async with process.http.delete("/rooms/visit/recording") as said:
        assert said.status == 204
    found, verdict = process.recorded()
    assert found == list(range(len(process.sent)))
    assert verdict.ended


class SmallDisk:
    """A file system of a megabyte, most of it taken."""

    def __init__(self, where: Path) -> None:
        self.where = where
        self._ballast = where / "ballast"
        self._ballast.write_bytes(bytes(900_000))

    def frees_itself(self) -> None:
        self._ballast.unlink()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    where = tmp_path / "disk"
    where.mkdir()
    if (
        os.geteuid()
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(where)], check=False
        ).returncode
    ):
        pytest.skip("mounting a file system needs root")
    yield SmallDisk(where)
    subprocess.run(["umount", str(where)], check=True)


@pytest.mark.root
async def test_a_full_disk_is_told_and_survived(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, small_disk: SmallDisk
) -> None:
    gather_loopback_only(monkeypatch)
    process = Process(tmp_path, small_disk.where)
    await process.start()
    try:
        await process.told("recording")
        full = asyncio.create_task(process.told("paused", "disk_full"))
        while not full.done():
            process.member.send(
                process.member.protected(len(process.sent), PLANTED + b"%d".ljust(900) % len(process.sent))
            )
            process.sent.append(time.perf_counter())
            await asyncio.sleep(0.002)
        heard = len(process.clinician.rtp)
        await process.talks(0.5)
        assert len(process.clinician.rtp) > heard
        assert await process.lease() == "paused"
        small_disk.frees_itself()
        await process.told("recording")
        again = len(process.sent)
        await process.talks(1)
        async with process.http.delete("/rooms/visit/recording") as said:
            assert said.status == 204
        found, verdict = process.recorded()
        assert (verdict.ended, verdict.damages) == (True, [])
        assert found == sorted(found)
        assert set(range(again, len(process.sent))) <= set(found)
    finally:
        await process.close()
