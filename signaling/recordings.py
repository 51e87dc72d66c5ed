"""Recordings over HTTP: who may list them, have side by side made of them, and take their files away.

A recording is for the clinician who recorded it and for privacy officers of its clinic, as the shelf has said
since it began. To everybody else it is as if it were not there: not theirs, not made and never heard of get
the same answer. Before a byte of a file is sent, that it is sent is in the visit's journal.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import structlog
from aiohttp import web

from signaling.clock import Clock
from signaling.directory import Directory
from signaling.doors.principal import Principal
from signaling.http.errors import CodedError, refused
from signaling.http.routing import Route
from signaling.ids import Ids
from signaling.policy import Audience
from signaling.recording_keys import RecordingKeys, WrongKeyError
from waiting_room.core import commands as c
from waiting_room.core.ids import CommandId, RecordingId, StaffId, VisitId
from waiting_room.core.moments import to_iso
from waiting_room.core.refusals import Refused
from waiting_room.database import Unavailable
from waiting_room.desk import Desk
from waiting_room.recordings import File, Layout, Listed, Progress, Recordings, Shelved

PIECE_BYTES: Final = 262_144
READERS_AT_MOST: Final = 16
"""Files handed out at once by one process; each costs a thread now and then."""
PIECE_WITHIN_SECONDS: Final = 30.0
"""Whoever does not take a piece for so long has gone."""
ONE_ACCESS: Final = timedelta(minutes=10)
"""Later parts of a file, taken by the same session within it, are one access: a download that went on."""

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_KINDS: Final = {".webm": "video/webm", ".mkv": "video/x-matroska"}
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,57}\.[a-z0-9]{1,5}")

log = structlog.get_logger("recordings")


class Reader(Protocol):
    """A finished file, opened with its recording's key."""

    size: int

    def read(self, offset: int, length: int) -> bytes:
        """That part of the file; blocking."""
        ...

    def close(self) -> None:
        """Forget it."""
        ...


Open = Callable[[Path, str, bytes], Reader]
"""Opens a file by folder, name and key; raises when it is not there or not what was written."""


class RecordingsDoor:
    """Lists recordings and hands out their files."""

    def __init__(
        self,
        *,
        shelf: Recordings,
        desk: Desk,
        directory: Directory,
        keys: RecordingKeys | None,
        folder: Path | None,
        clock: Clock,
        ids: Ids,
        opener: Open,
        look: Callable[[], None],
    ) -> None:
        """`look` is called when there is a new job. Without `keys` and `folder` there is nothing to have."""
        self._shelf = shelf
        self._desk = desk
        self._directory = directory
        self._keys = keys
        self._folder = folder
        self._clock = clock
        self._ids = ids
        self._open = opener
        self._look = look
        self._readers = 0

    def routes(self) -> tuple[Route, ...]:
        """The addresses of this module."""
        return (
            Route("GET", "/api/recordings", self._list),
            Route("POST", "/api/recordings/{recording}/side-by-side", self._side_by_side),
            Route("GET", "/api/recordings/{recording}/files/{name}", self._file),
        )

    async def _list(self, request: web.Request, principal: Principal) -> web.StreamResponse:
        """A clinician's own, of one visit where `?visit=` says so; those of a privacy officer's clinics."""
        visit = request.query.get("visit")
        if Audience.privacy in principal.audiences and visit is None:
            found = await self._shelf.of_clinics(principal.clinics)
            rows = [_described(one) | await self._whose(one) for one in found]
        else:
            mine = StaffId(principal.id)
            found = await self._shelf.of_clinician(mine, None if visit is None else VisitId(visit))
            rows = [_described(one) for one in found if acts_as(principal, one.shelved)]
        return web.json_response({"recordings": rows}, headers={"Cache-Control": "no-store"})

    async def _side_by_side(self, request: web.Request, principal: Principal) -> web.StreamResponse:
        shelved = await self._granted(request, principal)
        if shelved.ended_at is None:
            raise CodedError("not_found")
        await self._shelf.request(shelved.id, Layout.side_by_side, self._clock.now())
        self._look()
        return web.json_response({"ok": True})

    async def _file(self, request: web.Request, principal: Principal) -> web.StreamResponse:
        shelved = await self._granted(request, principal)
        name = request.match_info["name"]
        file = await self._shelf.file(shelved.id, name) if _NAME.fullmatch(name) else None
        if file is None or self._keys is None or self._folder is None:
            raise CodedError("not_found")
        if self._readers >= READERS_AT_MOST:
            raise CodedError("unavailable")
        self._readers += 1
        try:
            reader = await self._opened(shelved, file.name, self._folder, self._keys)
            try:
                return await self._hand_out(request, principal, shelved, file, reader)
            finally:
                await asyncio.to_thread(reader.close)
        finally:
            self._readers -= 1

    async def _opened(self, shelved: Shelved, name: str, folder: Path, keys: RecordingKeys) -> Reader:
        try:
            key = keys.open(shelved.id, shelved.wrapped_key)
            return await asyncio.to_thread(self._open, folder / shelved.id, name, key)
        except (WrongKeyError, OSError) as error:
            log.warning("recording_unreadable", recording=shelved.id, error=type(error).__name__)
            raise CodedError("recording_unreadable") from None

    async def _granted(self, request: web.Request, principal: Principal) -> Shelved:
        """The recording that is asked for, if it is this person's to have."""
        name = request.match_info["recording"]
        shelved = await self._shelf.find(RecordingId(name)) if _ID.fullmatch(name) else None
        if shelved is None or acts_as(principal, shelved) is None:
            raise CodedError("not_found")
        return shelved

    async def _hand_out(
        self, request: web.Request, principal: Principal, shelved: Shelved, file: File, reader: Reader
    ) -> web.StreamResponse:
        asked = _part(request, reader.size)
        part = range(reader.size) if asked is None else asked
        # The first piece before the answer begins: a damaged file is then an error, not half a download.
        piece = await self._piece(reader, shelved, part.start, part.stop)
        await self._journal(principal, shelved, file.name, again=part.start > 0)
        response = web.StreamResponse(status=200 if asked is None else 206)
        response.headers.update(
            {
                "Content-Type": _KINDS.get(Path(file.name).suffix, "application/octet-stream"),
                "Content-Disposition": f'attachment; filename="{shelved.id}-{file.name}"',
                "Cache-Control": "no-store",
                "Accept-Ranges": "bytes",
                "ETag": f'"{file.sha256}"',
            }
        )
        if asked is not None:
            response.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{reader.size}"
        response.content_length = len(part)
        await response.prepare(request)
        try:
            await self._stream(response, reader, shelved, piece, part)
        except (CodedError, TimeoutError):
            if request.transport is not None:
                request.transport.abort()  # so that half a file is not taken for all of it
        return response

    async def _stream(
        self, response: web.StreamResponse, reader: Reader, shelved: Shelved, piece: bytes, part: range
    ) -> None:
        at = part.start
        while True:
            async with asyncio.timeout(PIECE_WITHIN_SECONDS):
                await response.write(piece)
            at += len(piece)
            if at >= part.stop:
                return
            piece = await self._piece(reader, shelved, at, part.stop)

    async def _piece(self, reader: Reader, shelved: Shelved, at: int, stop: int) -> bytes:
        try:
            piece = await asyncio.to_thread(reader.read, at, min(PIECE_BYTES, stop - at))
        except Exception as error:  # noqa: BLE001 - whatever a damaged file raises
            log.warning("recording_unreadable", recording=shelved.id, error=type(error).__name__)
            raise CodedError("recording_unreadable") from None
        if not piece and at < stop:
            raise CodedError("recording_unreadable")
        return piece

    async def _journal(self, principal: Principal, shelved: Shelved, name: str, *, again: bool) -> None:
        """Write down who is handed what. No journal, no file."""
        audience = acts_as(principal, shelved)
        assert audience is not None, "granted before"
        at = self._clock.now()
        command = self._ids.new()
        if again:
            window = int(at.timestamp() // ONE_ACCESS.total_seconds())
            same = f"{principal.key} {shelved.id} {name} {window}"
            command = hashlib.sha256(same.encode()).hexdigest()[:32]
        try:
            answer = await self._desk.execute(
                shelved.visit,
                c.OpenRecording(recording=shelved.id, file=name),
                principal.acting_as(audience),
                at,
                CommandId(f"open.{command}"),
            )
        except Unavailable:
            raise CodedError("unavailable") from None
        if isinstance(answer, Refused):
            raise refused(answer)

    async def _whose(self, listed: Listed) -> dict[str, Any]:
        """What a privacy officer finds a recording by: clinic, clinician, and the member's number."""
        shelved = listed.shelved
        clinic = await self._directory.clinic(shelved.clinic)
        person = await self._directory.person(shelved.clinician)
        visit = await self._desk.visit(shelved.visit)
        return {
            "clinic": clinic.name if clinic else shelved.clinic,
            "clinician": person.name if person else shelved.clinician,
            "ref": (visit.ref or "") if visit else "",
        }


def acts_as(principal: Principal, shelved: Shelved) -> Audience | None:
    """As what this person may have the recording; None: they may not. The one rule, for every address."""
    if shelved.clinic not in principal.clinics:
        return None
    if Audience.clinician in principal.audiences and principal.id == shelved.clinician:
        return Audience.clinician
    return Audience.privacy if Audience.privacy in principal.audiences else None


def _part(request: web.Request, size: int) -> range | None:
    """The one part asked for (RFC 9110, section 14); None for all of it, also where several are asked for.

    Raises:
        CodedError: there is no such part.
    """
    asked = request.headers.get("Range", "")
    if not asked.lower().startswith("bytes=") or "," in asked:
        return None
    try:
        part = range(*request.http_range.indices(size))
    except ValueError:
        part = range(0)
    if not part or asked.endswith("=-0"):
        raise CodedError("range_unknown", headers={"Content-Range": f"bytes */{size}"})
    return part


def _described(listed: Listed) -> dict[str, Any]:
    shelved = listed.shelved
    row: dict[str, Any] = {
        "id": shelved.id,
        "visit": shelved.visit,
        "started_at": to_iso(shelved.started_at),
        "jobs": {job.layout.value: _job(job) for job in listed.jobs},
        "files": [_described_file(file) for file in listed.files],
    }
    return row if shelved.ended_at is None else row | {"ended_at": to_iso(shelved.ended_at)}


def _job(job: Progress) -> Mapping[str, Any]:
    said = {"state": job.state.value, "percent": job.percent}
    return said if job.error is None else said | {"error": job.error}


def _described_file(file: File) -> Mapping[str, Any]:
    said: dict[str, Any] = {
        "name": file.name,
        "layout": file.layout.value,
        "seconds": round(file.seconds, 3),
        "bytes": file.bytes,
        "sha256": file.sha256,
    }
    return said if file.endpoint is None else said | {"endpoint": file.endpoint}
