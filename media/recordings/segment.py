"""One segment being written. A chunk is on the disk when `flush` comes back, or it is still owed.

What could not be written is written again, byte for byte and at the same place, so that no number is ever
sealed twice and a half-written chunk is never followed by another.
"""

import contextlib
import os
from collections import deque
from pathlib import Path

from media.recordings.sealing import SUFFIX, Header, Kind, Seal


class Segment:
    """Used by one thread. Nothing touches the disk before the first `flush`."""

    __slots__ = ("_fd", "_number", "_owed", "_place", "_seal", "_written", "path")

    def __init__(self, directory: Path, header: Header, key: bytes) -> None:
        self.path = directory / header.recording / (header.segment + SUFFIX)
        head = header.pack()
        self._seal = Seal(key, head)
        self._owed = deque([head + self._seal.header()])
        self._number = 0
        self._fd: int | None = None
        self._written = 0

    @property
    def number(self) -> int:
        """Of the newest chunk."""
        return self._number

    def add(self, plain: bytes, *, last: bool = False) -> None:
        """Seal a chunk; `flush` writes it."""
        self._number += 1
        self._owed.append(self._seal.seal(self._number, Kind.LAST if last else Kind.ENTRIES, plain))

    def flush(self) -> None:
        """Write what is owed and wait until the disk has it.

        Raises:
            OSError: it is still owed.
        """
        if self._fd is None:
            self._fd = self._create()
        while self._owed:
            chunk = memoryview(self._owed[0])
            done = 0
            while done < len(chunk):
                done += os.pwrite(self._fd, chunk[done:], self._written + done)
            os.fdatasync(self._fd)
            if not self._written:
                for folder in (self.path.parent, self.path.parent.parent):
                    _sync(folder)
            self._written += len(chunk)
            self._owed.popleft()

    def close(self) -> None:
        """Let go of the file as it is."""
        self._owed.clear()
        if self._fd is not None:
            with contextlib.suppress(OSError):
                os.close(self._fd)
            self._fd = None

    def _create(self) -> int:
        folder = self.path.parent
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        return os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)


def _sync(folder: Path) -> None:
    """Make the names in a folder as durable as what they name."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
