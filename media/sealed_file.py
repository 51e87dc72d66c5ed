"""Finished files at rest: pages of AES-256-GCM that can be read from anywhere.

    "VVS1" | size of the content, 8 bytes | salt, 32 bytes | pages of 65,536 bytes, each with its tag of 16

A page's nonce is its number. The key is derived from the recording's data key, the file's name and the salt,
and the salt from the content: the same content under the same name gives the same bytes, however often it is
written, and another content has another key, so no nonce ever meets two plaintexts. The salt is keyed, so it
says nothing about the content to anybody without the data key. The head is authenticated with every page: a
file that was cut, renamed, stitched together or changed anywhere does not open there.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable
from io import FileIO
from pathlib import Path
from struct import Struct
from types import TracebackType
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PAGE: Final = 65536
SUFFIX: Final = ".sealed"
_TAG: Final = 16
_HEAD: Final = Struct(">4sQ32s")
_MAGIC: Final = b"VVS1"


class DamagedFileError(Exception):
    """The file is not what was written, or the key is another. `page` is the first such one; -1: its head."""

    code = "file_damaged"

    def __init__(self, page: int) -> None:
        super().__init__(f"page {page} does not open" if page >= 0 else "the head does not fit the file")
        self.page = page


def sealed_path(folder: Path, name: str) -> Path:
    """Where the file that people know as `name` is."""
    return folder / (name + SUFFIX)


def seal(path: Path, key: bytes, content: Iterable[bytes], size: int, digest: bytes) -> None:
    """Write `content` so that it is there whole or not at all.

    It comes in pieces of `PAGE` bytes, the last may be shorter; `size` and `digest` (SHA-256) are its own.
    `path` is from `sealed_path`. Raises `OSError`.
    """
    name = _name(path)
    salt = hmac.digest(_derive(key, b"", b"salt"), hashlib.sha256(name).digest() + digest, "sha256")
    head = _HEAD.pack(_MAGIC, size, salt)
    cipher = AESGCM(_derive(key, salt, b"pages of " + name))
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)  # left by a process that was killed
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(head)
            number = -1
            for number, page in enumerate(content):
                out.write(cipher.encrypt(number.to_bytes(12), page, head))
            if number < 0:
                out.write(cipher.encrypt(bytes(12), b"", head))
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        part.unlink(missing_ok=True)  # a full disk needs the room
        raise
    part.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """What was renamed into the folder stays there after a power cut."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


class SealedReader:
    """A sealed file's content, from anywhere. Blocking, for one thread at a time; to be closed.

    Opening tries the last page, so that `size` is true before anybody is told. Raises `OSError`, and
    `DamagedFileError` if the file is not whole or the key is not its own.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._number = -2  # of the page that is at hand
        self._page = b""
        self._file = path.open("rb", buffering=0)
        try:
            self._head, self.size, salt = _read_head(self._file)
            self._last = max(self.size - 1, 0) // PAGE
            self._cipher = AESGCM(_derive(key, salt, b"pages of " + _name(path)))
            self._open(self._last)
        except BaseException:
            self._file.close()
            raise

    def read(self, offset: int, length: int) -> bytes:
        """The content from `offset` on: `length` bytes, or fewer where it ends."""
        end = min(offset + length, self.size)
        pieces = []
        while offset < end:
            number, start = divmod(offset, PAGE)
            piece = self._open(number)[start : start + end - offset]
            pieces.append(piece)
            offset += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def close(self) -> None:
        """Forget the page at hand and close the file."""
        self._number, self._page = -2, b""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, number: int) -> bytes:
        if number != self._number:
            start = _HEAD.size + number * (PAGE + _TAG)
            length = min(PAGE, self.size - number * PAGE) + _TAG
            sealed = os.pread(self._file.fileno(), length, start)
            try:
                self._page = self._cipher.decrypt(number.to_bytes(12), sealed, self._head)
            except InvalidTag:
                raise DamagedFileError(number) from None
            self._number = number
        return self._page


def _read_head(file: FileIO) -> tuple[bytes, int, bytes]:
    """(the head, the content's size, the salt) of a file that is as long as it says."""
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise DamagedFileError(-1)
    magic, size, salt = _HEAD.unpack(head)
    pages = max(size - 1, 0) // PAGE + 1
    if magic != _MAGIC or os.fstat(file.fileno()).st_size != _HEAD.size + size + pages * _TAG:
        raise DamagedFileError(-1)
    return head, size, salt


def _name(path: Path) -> bytes:
    return path.name.removesuffix(SUFFIX).encode()


def _derive(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, b"videovisit sealed file, " + purpose).derive(key)
