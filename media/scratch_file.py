"""A file for a muxer, which writes here and there and then has to be read once: unreadable for anybody else.

Pages are AES-256-GCM under a key that lives in this process alone. The file loses its name as soon as it is
made, so nothing is left of it when the process ends, in whatever way.
"""

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from media.sealed_file import PAGE

KEPT: Final = 4
"""Pages in memory: a muxer writes on at the end, and goes back to the beginning now and then."""
_NONCE: Final = 12
_STEP: Final = _NONCE + PAGE + 16


class ScratchFile:
    """As much of a binary file as FFmpeg asks of one. `random` gives that many bytes nobody can guess."""

    def __init__(self, folder: Path, random: Callable[[int], bytes]) -> None:
        name = folder / f".{random(8).hex()}.scratch"
        self._number = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        name.unlink()
        self._cipher = AESGCM(random(32))
        self._writes = 0  # is the nonce: no two writes share one
        self._pages: OrderedDict[int, bytearray] = OrderedDict()  # by last use
        self._changed: set[int] = set()
        self._at = 0
        self.size = 0

    def write(self, data: bytes) -> int:
        """Put `data` where the file stands."""
        done, length = 0, len(data)
        while done < length:
            number, start = divmod(self._at, PAGE)
            piece = data[done : done + PAGE - start]
            page = self._page(number)
            page[start : start + len(piece)] = piece
            self._changed.add(number)
            done += len(piece)
            self._at += len(piece)
        if length:
            self.size = max(self.size, self._at)
        return length

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Stand elsewhere."""
        self._at = offset + (0, self._at, self.size)[whence]
        return self._at

    def tell(self) -> int:
        """Where the file stands."""
        return self._at

    def content(self) -> Iterator[bytes]:
        """Everything, in pieces of `PAGE`; the last may be shorter."""
        for start in range(0, self.size, PAGE):
            yield bytes(self._page(start // PAGE)[: self.size - start])

    def digest(self) -> bytes:
        """The content's SHA-256."""
        found = hashlib.sha256()
        for piece in self.content():
            found.update(piece)
        return found.digest()

    @property
    def closed(self) -> bool:
        """Whether nothing can be written any more. A container that is thrown away asks."""
        return self._number < 0

    def close(self) -> None:
        """Give the room back."""
        if self._number >= 0:
            os.close(self._number)
            self._number = -1
            self._pages.clear()

    def _page(self, number: int) -> bytearray:
        page = self._pages.get(number)
        if page is None:
            while len(self._pages) >= KEPT:
                self._put(*self._pages.popitem(last=False))
            page = self._pages[number] = self._get(number)
        self._pages.move_to_end(number)
        return page

    def _get(self, number: int) -> bytearray:
        sealed = os.pread(self._number, _STEP, number * _STEP)
        if not any(sealed[:_NONCE]):  # never written: nonces begin at one
            return bytearray(PAGE)
        return bytearray(self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], number.to_bytes(8)))

    def _put(self, number: int, page: bytearray) -> None:
        if number not in self._changed:
            return
        self._changed.discard(number)
        self._writes += 1
        nonce = self._writes.to_bytes(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, bytes(page), number.to_bytes(8))
        at = number * _STEP
        while sealed:
            written = os.pwrite(self._number, sealed, at)
            sealed, at = sealed[written:], at + written
