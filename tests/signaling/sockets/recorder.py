"""A media worker's recorder as its callers see it: a small HTTP server that keeps leases, and says when."""

import asyncio
import base64
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from signaling.workers import WorkerReady
from tests.signaling.test_rooms import Fleet, Worker


@dataclass(frozen=True)
class Told:
    """One thing the recorder was told, and when."""

    at: float
    recording: str
    endpoints: tuple[str, ...] | None
    """None: the recording is over."""
    key: bytes = b""
    wrapped: bytes = b""
    seconds: float = 0.0
    version: int = 0
    """How far the history had got on which it was agreed."""


class Recorder(Worker):
    """A worker with a recorder: every lease is kept with the time at which it came."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.told: list[Told] = []
        self.disk_full = False
        self.off = False
        self.version = 0
        self.stale = 0
        """How often it was told what is older than something else it was told."""
        self.slow = asyncio.Event()
        self.slow.set()
        self.arriving = 0

    @property
    def may(self) -> tuple[str, ...]:
        """The endpoints it may record now, as far as it was told."""
        return (self.told[-1].endpoints or ()) if self.told else ()

    async def _any(self, request: web.Request) -> web.Response:
        if not request.path.endswith("/recording"):
            return await super()._any(request)
        self.arriving += 1
        self.more.set()
        version = int(request.query["version"])
        if request.method == "DELETE":
            if self._is_stale(version):
                return _stale()
            recording = self.told[-1].recording if self.told else ""
            self._keep(Told(time.perf_counter(), recording, None, version=version))
            return web.Response(status=204)
        body = json.loads(await request.read())
        await self.slow.wait()
        if self._is_stale(version):
            return _stale()
        if self.off:
            error = {"code": "recording_off", "sentence": "There is no folder."}
            return web.json_response({"error": error}, status=409)
        self._keep(
            Told(
                time.perf_counter(),
                body["recording"],
                tuple(body["endpoints"]),
                base64.b64decode(body["key"]),
                base64.b64decode(body["wrapped"]),
                body["seconds"],
                version,
            )
        )
        writes = body["endpoints"] and not self.disk_full
        return web.json_response({"state": "recording" if writes else "paused"})

    def _is_stale(self, version: int) -> bool:
        self.stale += version < self.version
        self.version = max(self.version, version)
        return version < self.version

    def _keep(self, told: Told) -> None:
        self.told.append(told)
        self.more.set()

    async def fills_up(self, room: str) -> None:
        self.disk_full = True
        await self.says(room, state="paused", reason="disk_full")

    async def has_room_again(self, room: str) -> None:
        self.disk_full = False
        await self.says(room, state="recording")

    async def says(self, room: str, **how: Any) -> None:
        await self.tells(event="recording", room=room, recording=self.told[-1].recording, **how)

    async def is_told(self, *endpoints: str, after: int = 0) -> Told:
        """Wait until it may record exactly these; the first time since the `after`th thing it was told."""
        await self.until(lambda: any(one.endpoints == endpoints for one in self.told[after:]))
        return next(one for one in self.told[after:] if one.endpoints == endpoints)

    async def is_over(self) -> Told:
        await self.until(lambda: any(one.endpoints is None for one in self.told))
        return next(one for one in self.told if one.endpoints is None)


def _stale() -> web.Response:
    error = {"code": "stale", "sentence": "Something newer was said."}
    return web.json_response({"error": error}, status=409)


class Studio(Fleet):
    """A fleet of such workers."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder
        self.recorders: list[Recorder] = []

    async def hires(self, name: str = "w") -> Recorder:
        recorder = Recorder(f"unix:{self.folder}/{name}-{len(self.recorders)}.sock")
        await recorder.start()
        self.workers[name] = recorder
        self.recorders.append(recorder)
        self.tell(WorkerReady(name, recorder.address))
        return recorder

    async def closes(self) -> None:
        for recorder in self.recorders:
            await recorder.stop()
