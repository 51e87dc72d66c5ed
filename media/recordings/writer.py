"""The one thread that encrypts and writes, so that no disk and no cipher ever stops the packet loop.

Chunks wait in their spool. One that the disk refuses is tried again every second while the others go on. How
much may wait is its user's to watch (`Spool.backlog`, `Writer.backlog`): nothing here blocks a caller, drops
a chunk or reorders two.
"""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from media.recordings.segment import Segment

RETRY_EVERY: Final = 1.0
LAST_TRIES: Final = 60
"""Refusals after which a segment that is to end stays without its end."""

log = logging.getLogger(__name__)


class Spool:
    """The chunks of one segment on their way from the loop (`put`) to the disk (`work`)."""

    __slots__ = (
        "_ending", "_handed", "_sealed", "_segment", "_tries", "_waiting", "_writer", "_written", "failing",
        "over", "unfinished",
    )  # fmt: skip

    def __init__(self, writer: "Writer", segment: Segment) -> None:
        self._writer = writer
        self._segment = segment
        self._waiting: deque[tuple[list[bytes], int, bool]] = deque()
        self._sealed = False  # whether the first that waits is the segment's already
        self._ending = False
        self._tries = 0
        self._handed = self._written = 0  # each is changed by one of the two threads alone
        self.failing = False
        """Whether the disk refused the last time."""
        self.over = False
        """Whether nothing will be written any more."""
        self.unfinished = False
        """Whether it is over without its end on the disk."""

    @property
    def backlog(self) -> int:
        """Bytes that were handed over and are not on the disk yet."""
        return self._handed - self._written

    def put(self, chunk: list[bytes], *, last: bool = False) -> None:
        """Hand over a chunk, in pieces; it is not to be changed any more. None comes after the last."""
        size = sum(map(len, chunk))
        self._handed += size
        self._ending |= last
        self._waiting.append((chunk, size, last))
        self._writer.wake(self)

    def work(self) -> None:
        """Write what waits. In the writer's thread."""
        try:
            self._segment.flush()
            while True:
                if self._sealed:
                    _, size, last = self._waiting.popleft()
                    self._sealed = False
                    self._written += size
                    if last:
                        self.give_up(finished=True)
                        return
                if not self._waiting:
                    break
                chunk, _, last = self._waiting[0]
                self._segment.add(b"".join(chunk), last=last)
                self._sealed = True
                self._segment.flush()
            self.failing = False
            self._tries = 0
        except Exception as problem:  # noqa: BLE001 - whatever it is, the other spools must go on
            if not self.failing:
                log.warning("a recording cannot be written: %s", _what(problem))
            self.failing = True
            self._tries += 1
            if self._ending and self._tries >= LAST_TRIES:
                self.give_up()

    def give_up(self, *, finished: bool = False) -> None:
        """Write nothing any more. In the writer's thread."""
        self._segment.close()
        self._waiting.clear()
        self._written = self._handed
        self.failing = False
        self.unfinished = not finished
        self.over = True


class Writer:
    """Starts its thread at once; `end` it when every spool got its last chunk."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._queue: queue.SimpleQueue[Spool | None] = queue.SimpleQueue()
        self._spools: list[Spool] = []
        self._thread = threading.Thread(target=self._run, name="recordings", daemon=True)
        self._thread.start()

    @property
    def backlog(self) -> int:
        """Bytes of all spools that are not on the disk yet."""
        return sum(spool.backlog for spool in self._spools)

    def spool(self, segment: Segment) -> Spool:
        """A way to the disk for a segment, which is begun there at once."""
        self._spools = [spool for spool in self._spools if not spool.over]
        spool = Spool(self, segment)
        self._spools.append(spool)
        self.wake(spool)
        return spool

    def wake(self, spool: Spool) -> None:
        """There is something to do for a spool."""
        self._queue.put(spool)

    def end(self) -> None:
        """Let the thread end after what it was given; what a disk refuses then is lost."""
        self._queue.put(None)

    def join(self, within: float) -> bool:
        """Wait for the thread's end; whether it came."""
        self._thread.join(within)
        return not self._thread.is_alive()

    def _run(self) -> None:
        refused: dict[Spool, float] = {}  # when each is tried again
        while True:
            pause = max(0.0, min(refused.values()) - self._clock()) if refused else None
            try:
                woken = self._queue.get(timeout=pause)
            except queue.Empty:
                due = []
            else:
                if woken is None:
                    break
                due = [woken] if woken not in refused else []
            now = self._clock()
            due += [spool for spool, at in refused.items() if at <= now]
            for spool in due:
                refused.pop(spool, None)
                if not spool.over:
                    spool.work()
                if spool.failing:
                    refused[spool] = self._clock() + RETRY_EVERY
        for spool in refused:
            spool.give_up()


def _what(problem: Exception) -> str:
    """An error without the file's name, which may say where recordings are kept."""
    return (isinstance(problem, OSError) and problem.strerror) or type(problem).__name__
