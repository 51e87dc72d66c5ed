"""Media workers that run on their own, here or on other machines, shared by every web process of the house.

Nobody here starts or stops them: each is asked for until it answers, and again when it was lost.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import structlog

from signaling.media_client import MediaClient, MediaUnavailableError
from signaling.workers import WorkerLost, WorkerNews, WorkerReady

AGAIN_SECONDS: Final = 0.25
LONGEST_PAUSE_SECONDS: Final = 1.0

log = structlog.get_logger("workers")


class DistantWorkers:
    """See `workers.Fleet`.

    Args:
        addresses: `tls:HOST:PORT`, `HOST:PORT` or `unix:PATH` of each.
        key: what they want to be shown over TCP.
        authority: who vouches for those that speak TLS, in PEM; None: whoever this system trusts.
    """

    def __init__(self, addresses: Sequence[str], key: str | None, authority: Path | None = None) -> None:
        self._key = key
        self._authority = authority
        self._lost = {address: asyncio.Event() for address in addresses}
        self._ready: set[str] = set()
        self._listeners: list[Callable[[WorkerNews], None]] = []
        self._tasks: list[asyncio.Task[None]] = []

    def on_news(self, listener: Callable[[WorkerNews], None]) -> None:
        """Call `listener` with every `WorkerReady` and `WorkerLost` from now on. It must not block."""
        self._listeners.append(listener)

    def begin(self) -> None:
        """Ask for every worker until it answers."""
        self._tasks = [
            asyncio.create_task(self._keep(address), name="keep in touch with a worker")
            for address in self._lost
        ]

    async def all_ready(self) -> None:
        """Come back at once: a web process can do much while a worker is being restarted."""

    async def stop(self) -> None:
        """Ask no more. The workers go on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def restart(self, name: str) -> None:
        """The worker does not answer: it is lost until it does."""
        self._lost[name].set()

    def figures(self) -> dict[str, int]:
        """Counts for the metrics page: workers named, and those that answer."""
        return {"workers": len(self._lost), "workers_ready": len(self._ready)}

    def able(self) -> bool:
        """See `Fleet.able`: one is there, or more."""
        return bool(self._ready)

    async def _keep(self, address: str) -> None:
        while True:
            await self._until_it_answers(address)
            self._lost[address].clear()
            self._ready.add(address)
            log.info("worker_ready", worker=address)
            self._tell(WorkerReady(address, address, self._key, self._authority))
            await self._lost[address].wait()
            self._ready.discard(address)
            surely = await self._is_gone(address)
            log.warning("worker_ended", worker=address)
            self._tell(WorkerLost(address, surely=surely))

    async def _until_it_answers(self, address: str) -> None:
        pause = AGAIN_SECONDS
        async with contextlib.aclosing(self._client(address)) as client:
            while True:
                with contextlib.suppress(MediaUnavailableError):
                    await client.healthz()
                    return
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE_SECONDS, pause * 2)

    async def _is_gone(self, address: str) -> bool:
        """Whether the machine says that nobody listens there, which is the end of that process."""
        async with contextlib.aclosing(self._client(address)) as client:
            try:
                await client.healthz()
            except MediaUnavailableError as error:
                return error.nobody
        return False

    def _client(self, address: str) -> MediaClient:
        return MediaClient(address, self._key, self._authority)

    def _tell(self, news: WorkerNews) -> None:
        for listener in self._listeners:
            listener(news)
