"""The media workers of this host: child processes that are started, watched and started again.

Each worker is a process of its own, so that a crash in a codec or in a packet parser ends the rooms of
one worker and nothing else. A worker that dies is started again at once; one that keeps dying is started
again after a growing pause. A worker dies with its parent, whatever way the parent goes.

One more worker than wanted is kept as a spare: starting a process takes a second, during which the people in
the dead worker's rooms would look at each other's last picture. The spare is ready when they come back.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import structlog

READY_WITHIN_SECONDS = 15.0
"""A worker that has not said "ready" by then is killed and started again."""
STOP_WITHIN_SECONDS = 2.0
"""Between SIGTERM and SIGKILL. Longer only delays our own exit: rooms are weather."""
FIRST_PAUSE_SECONDS = 0.0
LONGEST_PAUSE_SECONDS = 10.0
SPARE_AFTER_SECONDS = 0.1
HEALTHY_AFTER_SECONDS = 30.0
"""A worker that lived this long is forgiven its earlier deaths."""

# PR_SET_PDEATHSIG is 1 (prctl(2)); it survives until the process ends. The parent may have died between
# fork and prctl, hence the second look at it.
_BOOT = """
import ctypes, os, runpy, signal, sys
parent, root = int(sys.argv[1]), sys.argv[2]
del sys.argv[1:3]
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
sys.path.append(root)
sys.argv[0] = "media"
runpy.run_module("media", run_name="__main__", alter_sys=True)
"""

log = structlog.get_logger("workers")


class Monotonic(Protocol):
    """The part of the clock that a supervisor reads."""

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...


@dataclass(frozen=True, slots=True)
class WorkerReady:
    """A worker listens on `address` (see `MediaClient`); it has no rooms yet."""

    name: str
    address: str
    key: str | None = None
    authority: Path | None = None
    """Who vouches for a worker that speaks TLS, in PEM; None: whoever this system trusts."""
    spare: bool = False
    """Takes rooms only while nobody else can."""


@dataclass(frozen=True, slots=True)
class WorkerLost:
    """A worker is gone and all its rooms with it. Unless it is only out of reach: then `surely` is false."""

    name: str
    surely: bool = True


WorkerNews = WorkerReady | WorkerLost


class Workers(Protocol):
    """What the rooms need of whoever keeps media workers."""

    def on_news(self, listener: Callable[[WorkerNews], None]) -> None:
        """Tell `listener` when a worker is ready or lost."""
        ...

    async def restart(self, name: str) -> None:
        """A worker does not answer: end it and start it again, or call it lost until it answers."""
        ...


class Fleet(Workers, Protocol):
    """Media workers as the house starts and stops them."""

    def begin(self) -> None:
        """Start without waiting."""
        ...

    async def all_ready(self) -> None:
        """Come back when those that have to be there are there."""
        ...

    async def stop(self) -> None:
        """End what `begin` began."""
        ...

    def figures(self) -> dict[str, int]:
        """Counts for the metrics page."""
        ...

    def able(self) -> bool:
        """Whether visits can have their rooms."""
        ...


def pause_before_start(deaths: int) -> float:
    """Seconds to wait before the next start after `deaths` deaths in a row: 0, 0.25, 0.5, 1 … 10."""
    if deaths <= 1:
        return FIRST_PAUSE_SECONDS
    return min(LONGEST_PAUSE_SECONDS, 0.25 * 2.0 ** min(deaths - 2, 16))


@dataclass(slots=True)
class _Child:
    name: str
    listen: str
    udp: str
    spare: bool = False
    process: asyncio.subprocess.Process | None = None
    deaths: int = 0
    starts: int = 0
    ready: asyncio.Event = field(default_factory=asyncio.Event)


class MediaWorkers:
    """Keeps `count` media workers running as children of this process.

    Args:
        count: how many, normally one per core.
        runtime_dir: a directory only this user may enter; the Unix sockets live there.
        udp_host: the address the workers' UDP ports are bound to.
        udp_port: the first worker's UDP port, the next ones follow it, the spare's last; 0 lets the system
            choose.
        advertise: addresses named in the answers instead of `udp_host`.
        clock: tells how long a worker lived.
        spare: keep one more worker ready.
        recordings: the folder where recordings are written, encrypted; without it there are none.
        program: the command a worker is started with; the default runs the `media` package.
    """

    def __init__(
        self,
        *,
        count: int,
        runtime_dir: Path,
        clock: Monotonic,
        udp_host: str = "127.0.0.1",
        udp_port: int = 0,
        advertise: Sequence[str] = (),
        spare: bool = True,
        recordings: Path | None = None,
        program: Sequence[str] | None = None,
    ) -> None:
        root = str(Path(__file__).resolve().parent.parent)
        self._program = tuple(program or (sys.executable, "-P", "-c", _BOOT, str(os.getpid()), root))
        self._advertise = tuple(advertise)
        self._environment = _environment(recordings)
        self._clock = clock
        self._runtime_dir = runtime_dir
        self._listeners: list[Callable[[WorkerNews], None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        host = f"[{udp_host}]" if ":" in udp_host else udp_host
        children = [
            _Child(
                name=f"media-{index}",
                listen=f"unix:{runtime_dir / f'media-{index}.sock'}",
                udp=f"{host}:{udp_port + index if udp_port else 0}",
                spare=index == count,
            )
            for index in range(count + spare)
        ]
        self._children, self._spare = children[:count], children[count:]

    def on_news(self, listener: Callable[[WorkerNews], None]) -> None:
        """Call `listener` with every `WorkerReady` and `WorkerLost` from now on. It must not block."""
        self._listeners.append(listener)

    def figures(self) -> dict[str, int]:
        """Counts for the metrics page: workers wanted, ready, and started so far."""
        return {
            "workers": len(self._children),
            "workers_ready": sum(child.ready.is_set() for child in self._children),
            "workers_spare": sum(child.ready.is_set() for child in self._spare),
            "worker_starts": sum(child.starts for child in (*self._children, *self._spare)),
        }

    def able(self) -> bool:
        """See `Fleet.able`: every one that is wanted is there."""
        return all(child.ready.is_set() for child in self._children)

    def pids(self) -> dict[str, int]:
        """The process id of every worker that runs now."""
        children = (*self._children, *self._spare)
        return {child.name: child.process.pid for child in children if child.process is not None}

    async def start(self) -> None:
        """Start every worker and come back when all are ready.

        Raises:
            TimeoutError: a worker was not ready in time; those that run are stopped.
        """
        self._runtime_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.begin()
        try:
            await self.all_ready()
        except TimeoutError:
            await self.stop()
            raise

    def begin(self) -> None:
        """Start every worker without waiting: `all_ready` waits."""
        self._runtime_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._stopping = False
        self._tasks = [
            asyncio.create_task(self._keep(child), name=f"keep {child.name}") for child in self._children
        ]
        self._tasks += [
            asyncio.create_task(self._keep(child), name=f"keep {child.name}") for child in self._spare
        ]

    async def all_ready(self) -> None:
        """Come back when every worker has said that it is ready.

        Raises:
            TimeoutError: one was not ready within `READY_WITHIN_SECONDS`.
        """
        async with asyncio.timeout(READY_WITHIN_SECONDS):
            for child in self._children:
                await child.ready.wait()

    async def stop(self) -> None:
        """End every worker: SIGTERM, and SIGKILL for those still there after the deadline."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def restart(self, name: str) -> None:
        """Kill a worker that no longer answers; it is started again like one that died by itself."""
        for child in (*self._children, *self._spare):
            if child.name == name and child.process is not None and child.process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    child.process.kill()

    async def _keep(self, child: _Child) -> None:
        while not self._stopping:
            await asyncio.sleep(pause_before_start(child.deaths))
            if child.spare:
                await self._let_the_others_first()
            began = self._clock.monotonic()
            try:
                await self._run_once(child)
            except (OSError, TimeoutError, ValueError) as error:
                log.warning("worker_failed_to_start", worker=child.name, error=type(error).__name__)
            lived = self._clock.monotonic() - began
            child.deaths = 1 if lived >= HEALTHY_AFTER_SECONDS else child.deaths + 1
            log.warning("worker_ended", worker=child.name, lived_seconds=round(lived, 1))

    async def _let_the_others_first(self) -> None:
        """A start takes a second of a core: a spare's comes after those that somebody waits for."""
        await asyncio.sleep(SPARE_AFTER_SECONDS)  # who died together with the spare is known by then
        for wanted in self._children:
            await wanted.ready.wait()

    async def _run_once(self, child: _Child) -> None:
        _forget_socket(child.listen)
        arguments = ["--listen", child.listen, "--udp", child.udp]
        for address in self._advertise:
            arguments += ["--advertise", address]
        child.starts += 1
        process = await asyncio.create_subprocess_exec(
            *self._program,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            env=self._environment,
        )
        child.process = process
        try:
            async with asyncio.timeout(READY_WITHIN_SECONDS):
                address = await _ready_line(process)
            child.ready.set()
            log.info("worker_ready", worker=child.name, pid=process.pid)
            self._tell(WorkerReady(child.name, address or child.listen, spare=child.spare))
            await _drain(process)
            await process.wait()
        finally:
            if child.ready.is_set():
                child.ready.clear()
                self._tell(WorkerLost(child.name))
            await _end(process)
            child.process = None

    def _tell(self, news: WorkerNews) -> None:
        for listener in self._listeners:
            listener(news)


def _environment(recordings: Path | None) -> dict[str, str]:
    """Ours, without what is none of a worker's business: it holds keys."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("VIDEOVISIT_") or name.startswith("VIDEOVISIT_MEDIA_")
    }
    return ours | ({"VIDEOVISIT_MEDIA_RECORDINGS": str(recordings)} if recordings is not None else {})


def _forget_socket(listen: str) -> None:
    """Remove the Unix socket that a killed worker left behind."""
    Path(listen.removeprefix("unix:")).unlink(missing_ok=True)


async def _ready_line(process: asyncio.subprocess.Process) -> str:
    """The address in the worker's ready line.

    Raises:
        ValueError: the worker ended, or said something else first.
    """
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise ValueError("the worker ended before it was ready")
    said = json.loads(line)
    if not isinstance(said, dict) or said.get("ready") is not True:
        raise ValueError("the worker's first line was not its ready line")
    listen = said.get("listen")
    return listen if isinstance(listen, str) else ""


async def _drain(process: asyncio.subprocess.Process) -> None:
    """Read what the worker prints until its end, so that a full pipe never stops it."""
    assert process.stdout is not None
    while await process.stdout.read(65536):
        pass


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_WITHIN_SECONDS):
            await process.wait()
    except (TimeoutError, asyncio.CancelledError):
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
