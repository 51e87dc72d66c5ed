"""Files of a visit, in and out: photos, documents and still pictures, for those who are in it.

In: the core is asked before a byte is read; then the body is read in parts, each sealed and stored before the
next one, within a size, a pace and a deadline. What it is, its own bytes say. It is there for the others once
the command that shares it is recorded; whatever goes wrong before that leaves nothing.

Out: always as an attachment of no type at all, so that no browser ever renders it here.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog
from aiohttp import web

from signaling.clock import Clock
from signaling.doors.principal import Principal
from signaling.file_kinds import (
    CLAIMED_TYPES,
    HEAD_BYTES,
    TAIL_BYTES,
    Looked,
    NotTakenError,
    check_claim,
    kind_of,
    look,
)
from signaling.file_names import attachment, claimed_kind, given_name, harmless
from signaling.http.errors import CodedError, refused
from signaling.http.routing import Route
from signaling.ids import Ids
from signaling.policy import Audience
from signaling.throttle import FILES_BY_VISIT, Throttle
from waiting_room.core.chat import takes_part
from waiting_room.core.commands_chat import ShareFile
from waiting_room.core.decide import decide
from waiting_room.core.events_chat import FileShared, StillReleased
from waiting_room.core.ids import CommandId, FileId, TextId, VisitId
from waiting_room.core.model import Actor, FileKind, SharedFile, Visit
from waiting_room.core.refusals import Refused
from waiting_room.desk import Desk
from waiting_room.files import PART_BYTES, open_part, parts_of, seal_part
from waiting_room.store import FileGone, Store
from waiting_room.texts import NewText, UnreadableError, Vault

MOST_AT_ONCE: Final = 16
"""Files on their way in through this process. More hold more memory: some 400 kB each."""
MOST_PER_VISIT: Final = 2
FILE_SECONDS: Final = 180.0
"""How long a file may take, in or out. Longer lets strangers hold places; shorter fails weak networks."""
STALL_SECONDS: Final = 15.0
"""How long it may stand still on its way in."""

_SANDBOX: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"

log = structlog.get_logger("files")


@dataclass(slots=True)
class _Arriving:
    """What is known of a file that is on its way."""

    file: FileId
    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    size: int = 0
    parts: int = 0

    def note(self, chunk: bytes) -> None:
        """Remember the first and the last bytes."""
        if len(self.head) < HEAD_BYTES:
            self.head += chunk[: HEAD_BYTES - len(self.head)]
        self.tail += chunk
        del self.tail[:-TAIL_BYTES]
        self.size += len(chunk)


class FileDoor:
    """Takes files of a visit and gives them back."""

    def __init__(
        self,
        *,
        desk: Desk,
        store: Store,
        vault: Vault,
        throttle: Throttle,
        clock: Clock,
        ids: Ids,
        most_bytes: int,
    ) -> None:
        self._desk = desk
        self._store = store
        self._vault = vault
        self._throttle = throttle
        self._clock = clock
        self._ids = ids
        self._most_bytes = most_bytes
        self._on_their_way: dict[VisitId, int] = {}

    def routes(self) -> tuple[Route, ...]:
        """The addresses of this module."""
        return (
            Route("POST", "/api/member/files", self._from_member),
            Route("GET", "/api/member/files/{file}", self._to_member),
            Route("POST", "/api/staff/visits/{visit}/files", self._from_clinician),
            Route("GET", "/api/staff/visits/{visit}/files/{file}", self._to_clinician),
        )

    def figures(self) -> Mapping[str, int]:
        """Counts for the metrics page."""
        return {"arriving": sum(self._on_their_way.values())}

    async def _from_member(self, request: web.Request, principal: Principal) -> web.StreamResponse:
        return await self._take(request, _own(principal), principal.acting_as(Audience.member))

    async def _to_member(self, request: web.Request, principal: Principal) -> web.StreamResponse:
        return await self._give(request, _own(principal), principal.acting_as(Audience.member))

    async def _from_clinician(self, request: web.Request, principal: Principal) -> web.StreamResponse:
        visit = VisitId(request.match_info["visit"])
        return await self._take(request, visit, principal.acting_as(Audience.clinician))

    async def _to_clinician(self, request: web.Request, principal: Principal) -> web.StreamResponse:
        visit = VisitId(request.match_info["visit"])
        return await self._give(request, visit, principal.acting_as(Audience.clinician))

    # --- in ----------------------------------------------------------------------------------------------

    async def _take(self, request: web.Request, visit: VisitId, actor: Actor) -> web.Response:
        still = request.headers.get("X-File-Still") == "1"
        await self._check(request, visit, actor, still=still)
        on_their_way = self._on_their_way.get(visit, 0)
        if on_their_way >= MOST_PER_VISIT or sum(self._on_their_way.values()) >= MOST_AT_ONCE:
            raise CodedError("files_busy", headers={"Retry-After": "3"})
        self._on_their_way[visit] = on_their_way + 1
        arriving = _Arriving(FileId(self._ids.new()))
        shared: FileId | None = None
        try:
            looked = await self._receive(request, visit, arriving)
            seq, shared = await self._share(request, visit, actor, arriving, looked, still=still)
        except NotTakenError as no:
            await self._throttle.spend(FILES_BY_VISIT, visit)
            raise CodedError(no.code) from None
        finally:
            self._on_their_way[visit] -= 1
            if not self._on_their_way[visit]:
                del self._on_their_way[visit]
            if arriving.parts and shared != arriving.file:
                await self._store.drop_file(arriving.file)
        said = {"ok": True, "seq": seq, "file": shared, "kind": looked.kind.value, "size": arriving.size}
        return web.json_response(said)

    async def _check(self, request: web.Request, visit: VisitId, actor: Actor, *, still: bool) -> None:
        """Whatever can be known before the first byte."""
        found = await self._desk.visit(visit)
        if found is None:
            raise CodedError("visit_unknown")
        asked = ShareFile(file=FileId(""), text=TextId(""), kind=FileKind.jpeg, size=0, still=still)
        answer = decide(found, asked, actor, self._clock.now())
        if isinstance(answer, Refused):
            raise refused(answer)
        if (request.content_length or 0) > self._most_bytes:
            raise self._too_large()
        await self._throttle.check(FILES_BY_VISIT, visit)

    def _too_large(self) -> CodedError:
        return CodedError("file_too_large", detail={"most": self._most_bytes})

    async def _receive(self, request: web.Request, visit: VisitId, arriving: _Arriving) -> Looked:
        """Read, seal and store the body part by part; then say what it is."""
        claims = _claims(request)
        try:
            async with asyncio.timeout(FILE_SECONDS):
                await self._read(request, visit, arriving, claims)
        except TimeoutError:
            raise CodedError("too_slow") from None
        except (ConnectionError, web.RequestPayloadError):
            raise CodedError("file_cut_off") from None
        if not arriving.size:
            raise NotTakenError("file_empty")
        return look(bytes(arriving.head), bytes(arriving.tail), arriving.size)

    async def _read(
        self, request: web.Request, visit: VisitId, arriving: _Arriving, claims: tuple[FileKind, ...]
    ) -> None:
        waiting = bytearray()
        while True:
            async with asyncio.timeout(STALL_SECONDS):
                chunk = await request.content.readany()
            arriving.note(chunk)
            if arriving.size > self._most_bytes:
                raise self._too_large()
            waiting += chunk
            while len(waiting) >= PART_BYTES or (waiting and not chunk):
                if arriving.parts == 0:
                    _first_look(bytes(arriving.head), claims)
                await self._keep(visit, arriving, bytes(waiting[:PART_BYTES]))
                del waiting[:PART_BYTES]
            if not chunk:
                return

    async def _keep(self, visit: VisitId, arriving: _Arriving, content: bytes) -> None:
        number, at = arriving.parts, self._clock.now()
        arriving.parts += 1
        part = seal_part(self._vault, content, visit=visit, file=arriving.file, part=number, at=at)
        await self._store.add_part(part)

    async def _share(
        self,
        request: web.Request,
        visit: VisitId,
        actor: Actor,
        arriving: _Arriving,
        looked: Looked,
        *,
        still: bool,
    ) -> tuple[int, FileId]:
        """The visit's position after it, and the file that is shared.

        The same command again has an answer already, with the file that came with it at first.

        Raises:
            CodedError: it is refused, or its id was another command's.
        """
        text = TextId(self._ids.new())
        name = harmless(given_name(request.headers.get("X-File-Name", "")), looked.kind)
        command = ShareFile(
            file=arriving.file,
            text=text,
            kind=looked.kind,
            size=arriving.size,
            width=looked.width,
            height=looked.height,
            still=still,
        )
        try:
            answer = await self._desk.execute(
                visit,
                command,
                actor,
                self._clock.now(),
                self._command_id(request, actor),
                texts={text: NewText(kind="chat", body=name)},
                files=(arriving.file,),
            )
        except FileGone:
            raise CodedError("file_unknown") from None
        if isinstance(answer, Refused):
            raise refused(answer)
        for record in answer.records:
            if isinstance(record.event, FileShared | StillReleased):
                return answer.visit.seq, record.event.file
        raise CodedError("idempotency_conflict")

    def _command_id(self, request: web.Request, actor: Actor) -> CommandId:
        given = request.headers.get("X-Command-Id", "")
        made = given if given.isascii() and given.replace("-", "").isalnum() and len(given) <= 48 else ""
        return CommandId(f"{actor.role.value}.{made or self._ids.new()}")

    # --- out ---------------------------------------------------------------------------------------------

    async def _give(self, request: web.Request, visit: VisitId, actor: Actor) -> web.StreamResponse:
        found = await self._desk.visit(visit)
        shared = None if found is None else _shared(found, actor, request.match_info["file"])
        if found is None or shared is None:
            raise CodedError("file_unknown")
        first = await self._part(visit, shared.file, 0)
        if first is None:
            raise CodedError("file_unknown")
        name = (await self._desk.texts(visit)).get(shared.text, harmless("", shared.file.kind))
        response = web.StreamResponse(
            headers={
                "Content-Type": "application/octet-stream",
                "Content-Disposition": attachment(name),
                "Content-Length": str(shared.file.size),
                "Content-Security-Policy": _SANDBOX,
                "Cache-Control": "no-store",
            }
        )
        try:
            async with asyncio.timeout(FILE_SECONDS):
                await response.prepare(request)
                await response.write(first)
                for number in range(1, parts_of(shared.file.size)):
                    part = await self._part(visit, shared.file, number)
                    if part is None:
                        return _cut_off(request, response)
                    await response.write(part)
                await response.write_eof()
        except TimeoutError:
            return _cut_off(request, response)
        return response

    async def _part(self, visit: VisitId, file: SharedFile, number: int) -> bytes | None:
        """One part, open; None when it was purged or damaged."""
        sealed = await self._store.part(visit, file.id, number)
        if sealed is None:
            return None
        try:
            part = open_part(self._vault, sealed)
        except UnreadableError:
            log.warning("file_unreadable", visit=visit)
            return None
        whole = PART_BYTES if number + 1 < parts_of(file.size) else file.size - number * PART_BYTES
        return part if len(part) == whole else None


@dataclass(frozen=True, slots=True)
class _Shared:
    file: SharedFile
    text: TextId


def _own(principal: Principal) -> VisitId:
    if principal.visit is None:
        raise CodedError("no_visit")
    return principal.visit


def _shared(visit: Visit, actor: Actor, file: str) -> _Shared | None:
    """The file of that id, if it was shared in this visit and the actor is in it."""
    if not takes_part(visit, actor):
        return None
    for entry in visit.chat:
        if entry.file is not None and entry.text is not None and entry.file.id == file:
            return _Shared(entry.file, entry.text)
    return None


def _claims(request: web.Request) -> tuple[FileKind, ...]:
    """What the sender says the file is: by the end of its name, and by its declared type."""
    by_name = claimed_kind(given_name(request.headers.get("X-File-Name", "")))
    return tuple(one for one in (by_name, CLAIMED_TYPES.get(request.content_type)) if one is not None)


def _first_look(head: bytes, claims: tuple[FileKind, ...]) -> None:
    """Before anything is stored: refuse what is nothing that we take, or is not what it says it is.

    Raises:
        NotTakenError: it is.
    """
    try:
        kind = kind_of(head)
    except NotTakenError as no:
        raise NotTakenError("file_lies" if claims else no.code) from None
    for claimed in claims:
        check_claim(kind, claimed)


def _cut_off(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """End the connection, so that nobody takes a part for the whole."""
    if request.transport is not None:
        request.transport.abort()
    return response
