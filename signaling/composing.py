"""The making of a recording's files: one composer at a time, a process that takes what others leave.

The composer (`python -m media.compose`) is handed one job on its standard input, key included, and says on
its standard output how far it is and what it made, a line of JSON each. It may die at any time, and so may
we: the job is then claimed again, by whoever comes first.
"""

import asyncio
import contextlib
import json
import os
import sys
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pydantic
import structlog

from signaling.clock import Clock
from signaling.ids import Ids
from signaling.recording_keys import RecordingKeys, WrongKeyError
from waiting_room.database import Rejected, Unavailable
from waiting_room.recordings import TRIES, File, Job, Recordings

LOOK_EVERY_SECONDS: Final = 5.0
"""How often the shelf is asked for jobs that nobody told us of."""
CLAIM: Final = timedelta(seconds=20)
"""How soon another process takes over from a dead one; prolonged every quarter of it."""
SILENT_AFTER_SECONDS: Final = 120.0
"""A composer that says nothing for so long is ended."""
AGAIN_AFTER: Final = timedelta(seconds=10)
END_WITHIN_SECONDS: Final = 1.0
LONGEST_LINE_BYTES: Final = 65_536

# As the media workers: it dies with us (prctl(2) PR_SET_PDEATHSIG is 1). Nice 19 and no core dumps: it takes
# what visits leave of the processor, and what it holds in memory stays there.
_BOOT: Final = """
import ctypes, os, resource, runpy, signal, sys
parent, root = int(sys.argv[1]), sys.argv[2]
del sys.argv[1:3]
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
os.nice(19)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
sys.path.append(root)
sys.argv[0] = "compose"
runpy.run_module("media.compose", run_name="__main__", alter_sys=True)
"""

log = structlog.get_logger("composing")


def composer_program() -> tuple[str, ...]:
    """The command of a composer that dies with the calling thread."""
    root = str(Path(__file__).resolve().parent.parent)
    return sys.executable, "-P", "-c", _BOOT, str(os.getpid()), root


def composer_environment() -> dict[str, str]:
    """What a composer is told of our environment: no setting, and so no secret."""
    return {name: value for name, value in os.environ.items() if not name.startswith("VIDEOVISIT_")}


class _Made(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    name: str = pydantic.Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,57}\.[a-z0-9]{1,5}$")
    endpoint: str | None = pydantic.Field(default=None, max_length=64)
    seconds: float = pydantic.Field(ge=0)
    bytes: int = pydantic.Field(ge=0)
    sha256: str = pydantic.Field(pattern=r"^[0-9a-f]{64}$")


class _Wrong(pydantic.BaseModel):
    code: str = pydantic.Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")


class _Said(pydantic.BaseModel):
    """One line of the composer: any one of these."""

    model_config = pydantic.ConfigDict(frozen=True, extra="ignore")

    progress: float | None = pydantic.Field(default=None, ge=0, le=1)
    files: tuple[_Made, ...] | None = pydantic.Field(default=None, max_length=64)
    error: _Wrong | None = None


class _FailedError(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Composing:
    """Makes the files of recordings that have ended, one job after the other.

    Args:
        shelf: where jobs are claimed and their files put down.
        keys: opens the recordings' keys.
        folder: where the recordings lie.
        clock: tells when a claim ends.
        ids: names claims.
        program: the command of a composer; the default runs `media.compose`.
    """

    def __init__(
        self,
        *,
        shelf: Recordings,
        keys: RecordingKeys,
        folder: Path,
        clock: Clock,
        ids: Ids,
        program: Sequence[str] | None = None,
    ) -> None:
        self._program = tuple(program or composer_program())
        self._shelf = shelf
        self._keys = keys
        self._folder = folder
        self._clock = clock
        self._ids = ids
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._made = 0
        self._failed = 0

    def start(self) -> None:
        """Begin to look for jobs."""
        self._task = asyncio.create_task(self._work(), name="compose recordings")

    async def stop(self) -> None:
        """End the composer; its job is claimed anew when its span is over."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def look(self) -> None:
        """There may be a job: look now."""
        self._wake.set()

    def figures(self) -> dict[str, int]:
        """Counts for the metrics page."""
        return {"composed": self._made, "compositions_failed": self._failed}

    async def _work(self) -> None:
        while True:
            self._wake.clear()
            try:
                at = self._clock.now()
                job = await self._shelf.claim(self._ids.new(), at, at + CLAIM)
                if job is not None:
                    await self._do(job)
                    continue
            except Unavailable:
                log.warning("shelf_unavailable")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_SECONDS):
                    await self._wake.wait()

    async def _do(self, job: Job) -> None:
        try:
            files = await self._made_by_composer(job)
            self._made += await self._shelf.finish(job, files, self._clock.now())
        except _FailedError as failed:
            await self._give_up(job, failed.code)
        except Rejected:  # another layout has a file of that name
            await self._give_up(job, "files_clash")

    async def _give_up(self, job: Job, code: str) -> None:
        self._failed += 1
        log.warning("composing_failed", recording=job.recording, layout=job.layout, code=code)
        await self._shelf.give_up(job, code, self._clock.now() + AGAIN_AFTER)

    async def _made_by_composer(self, job: Job) -> list[File]:
        if job.tries > TRIES:
            raise _FailedError("composer_died")
        order = json.dumps(await self._order(job)).encode()
        try:
            process = await asyncio.create_subprocess_exec(
                *self._program,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=LONGEST_LINE_BYTES,
                env=composer_environment(),
            )
        except OSError:
            raise _FailedError("composer_missing") from None
        try:
            assert process.stdin is not None
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                process.stdin.write(order)
                await process.stdin.drain()
                process.stdin.close()
            async with _Prolonged(self._shelf, job, self._clock) as span:
                return await self._heard(process, job, span)
        finally:
            await _end(process)

    async def _order(self, job: Job) -> Mapping[str, str]:
        shelved = await self._shelf.find(job.recording)
        assert shelved is not None, "a job belongs to a recording"
        try:
            key = self._keys.open(shelved.id, shelved.wrapped_key)
        except WrongKeyError:
            raise _FailedError("key_missing") from None
        return {
            "recording": shelved.id,
            "folder": str(self._folder / shelved.id),
            "key": b64encode(key).decode(),
            "layout": job.layout.value,
        }

    async def _heard(self, process: asyncio.subprocess.Process, job: Job, span: "_Prolonged") -> list[File]:
        """What the composer made.

        Raises:
            _FailedError: it says why not, or ends without a word, or says nothing for too long.
        """
        assert process.stdout is not None
        while True:
            try:
                async with asyncio.timeout(SILENT_AFTER_SECONDS):
                    line = await process.stdout.readline()
                said = _Said.model_validate_json(line) if line else None
            except TimeoutError:
                raise _FailedError("composer_silent") from None
            except (ValueError, pydantic.ValidationError):
                raise _FailedError("composer_unclear") from None
            if said is None:
                raise _FailedError("composer_died")
            if said.error is not None:
                raise _FailedError(said.error.code)
            if said.files is not None:
                return [File(layout=job.layout, **made.model_dump()) for made in said.files]
            if said.progress is not None:
                await span.reached(min(99, int(said.progress * 100)))


class _Prolonged:
    """Keeps a claim while the composer works; ends the work when somebody else has it."""

    def __init__(self, shelf: Recordings, job: Job, clock: Clock) -> None:
        self._shelf = shelf
        self._job = job
        self._clock = clock
        self._percent = 0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "_Prolonged":
        self._task = asyncio.create_task(self._prolong(), name="prolong a claim")
        return self

    async def __aexit__(self, *_: Any) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def reached(self, percent: int) -> None:
        """So far."""
        if percent != self._percent:
            self._percent = percent
            await self._say()

    async def _prolong(self) -> None:
        while True:
            await asyncio.sleep(CLAIM.total_seconds() / 4)
            with contextlib.suppress(Unavailable, _FailedError):
                await self._say()

    async def _say(self) -> None:
        if not await self._shelf.progress(self._job, self._percent, self._clock.now() + CLAIM):
            raise _FailedError("claimed_by_other")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(END_WITHIN_SECONDS):
            await process.wait()
