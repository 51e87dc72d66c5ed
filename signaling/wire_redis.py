"""The wire over Redis publish and subscribe: one channel, one connection that listens, one that sends.

Contact is what one's own voice proves: a beat is sent every second, and a process that has not heard one of
its own for three is out of contact, whichever half broke. Then both connections are made anew, again and
again with short pauses, for as long as it takes: a Redis that comes back is found within a second.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from signaling.clock import Clock
from signaling.wire import LONGEST_TEXT, QUEUE_AT_MOST

CHANNEL: Final = "videovisit"
BEAT_SECONDS: Final = 1.0
SILENT_SECONDS: Final = 3.0
"""Longer finds a dead link later; shorter takes a busy moment for one."""
ANSWER_SECONDS: Final = 2.0
AGAIN_SECONDS: Final = 0.25
STOP_SECONDS: Final = 0.5

log = structlog.get_logger("wire")


class RedisWire:
    """See `wire.Wire`. Made with a Redis address; nothing is connected before `start`.

    Args:
        url: `redis://…`, `rediss://…` or `unix://…`; never logged, it may hold a password.
        me: what tells this process's beats from those of others.
        clock: measures silence.
        channel: a house's own, where several share one Redis.
    """

    def __init__(self, url: str, me: str, clock: Clock, *, channel: str = CHANNEL) -> None:
        self._url = url
        self._beat = f"beat {me}"
        self._clock = clock
        self._channel = channel
        self._hear: list[Callable[[str], None]] = []
        self._changed: list[Callable[[bool], None]] = []
        self._waiting: asyncio.Queue[str] = asyncio.Queue(QUEUE_AT_MOST)
        self._in_contact = False
        self._heard_at = float("-inf")
        self._task: asyncio.Task[None] | None = None
        self.dropped = 0
        """Texts that were not sent: out of contact, too many, too long."""

    def on_text(self, hear: Callable[[str], None]) -> None:
        """See `Wire.on_text`."""
        self._hear.append(hear)

    def on_contact(self, changed: Callable[[bool], None]) -> None:
        """See `Wire.on_contact`."""
        self._changed.append(changed)

    def post(self, text: str) -> None:
        """See `Wire.post`."""
        if not self._in_contact or self._waiting.full() or len(text) > LONGEST_TEXT:
            self.dropped += 1
            return
        self._waiting.put_nowait(text)

    async def start(self) -> None:
        """See `Wire.start`."""
        self._task = asyncio.create_task(self._keep_connected(), name="wire")

    async def stop(self) -> None:
        """See `Wire.stop`."""
        task, self._task = self._task, None
        if task is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await self._waiting.join()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self._contact(False)

    async def _keep_connected(self) -> None:
        while True:
            try:
                await self._connected()
            except (RedisError, OSError, TimeoutError, ExceptionGroup) as error:
                log.warning("wire_lost", error=type(error).__name__)
            self._contact(False)
            self._forget_waiting()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _connected(self) -> None:
        """Listen and send until something breaks."""
        client = redis.Redis.from_url(
            self._url,
            decode_responses=True,
            socket_connect_timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            retry=None,
            max_connections=4,
        )
        listening = client.pubsub(ignore_subscribe_messages=True)
        try:
            await listening.subscribe(self._channel)
            self._heard_at = self._clock.monotonic()
            async with asyncio.TaskGroup() as both:
                both.create_task(self._listen(listening))
                both.create_task(self._send(client))
                both.create_task(self._beats(client))
        finally:
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await listening.aclose()  # type: ignore[no-untyped-call]
                    await client.aclose()

    async def _listen(self, listening: redis.client.PubSub) -> None:
        while True:
            message = await listening.get_message(timeout=BEAT_SECONDS)
            if self._clock.monotonic() - self._heard_at > SILENT_SECONDS:
                raise TimeoutError
            if message is None or not isinstance(text := message.get("data"), str):
                continue
            if text == self._beat:
                self._heard_at = self._clock.monotonic()
                self._contact(True)
            elif not text.startswith("beat ") and self._in_contact:
                for hear in self._hear:
                    hear(text)

    async def _send(self, client: "redis.Redis") -> None:
        while True:
            text = await self._waiting.get()
            try:
                await client.publish(self._channel, text)
            finally:
                self._waiting.task_done()

    async def _beats(self, client: "redis.Redis") -> None:
        while True:
            await client.publish(self._channel, self._beat)
            await asyncio.sleep(BEAT_SECONDS)

    def _contact(self, there: bool) -> None:
        if there is self._in_contact:
            return
        self._in_contact = there
        log.info("wire_contact", state="there" if there else "lost")
        for changed in self._changed:
            changed(there)

    def _forget_waiting(self) -> None:
        """What is this old is looked for in SQL."""
        while not self._waiting.empty():
            self._waiting.get_nowait()
            self._waiting.task_done()
            self.dropped += 1
