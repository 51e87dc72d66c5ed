"""What a file is, by its own bytes: never by its name, nor by what the sender says it is.

Known are JPEG (ITU T.81), PNG (ISO/IEC 15948), WebP (RFC 9649), HEIC (ISO/IEC 23008-12) and PDF (ISO 32000).
A file that is two of something at once, that ends too early or goes on behind its end is none of them. The
whole file is never in memory: its first and its last bytes are looked at.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from waiting_room.core.model import FileKind

HEAD_BYTES: Final = 256 * 1024
"""The first bytes. A camera writes a small picture and a colour profile before the size of the large one."""

TAIL_BYTES: Final = 22 + 65_535
"""The last bytes: a ZIP archive behind something else shows itself in these."""

MOST_PIXELS: Final = 120_000_000
"""More than any telephone takes. Larger pictures are made to choke whoever opens them."""

_JPEG, _PNG, _PDF = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-"
_JPEG_DATA = frozenset({0xD9, 0xDA})
"""The end, and the beginning of pixels: a frame comes before both."""
_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"})
_PDF_WITHIN = 1024
"""Readers look for a PDF's beginning and end in so many bytes."""

CLAIMED_ENDINGS: Final[Mapping[str, FileKind]] = {
    "jpg": FileKind.jpeg,
    "jpeg": FileKind.jpeg,
    "png": FileKind.png,
    "webp": FileKind.webp,
    "heic": FileKind.heic,
    "heif": FileKind.heic,
    "pdf": FileKind.pdf,
}
"""What the end of a name claims."""

CLAIMED_TYPES: Final[Mapping[str, FileKind]] = {
    "image/jpeg": FileKind.jpeg,
    "image/png": FileKind.png,
    "image/webp": FileKind.webp,
    "image/heic": FileKind.heic,
    "image/heif": FileKind.heic,
    "application/pdf": FileKind.pdf,
}
"""What a declared type claims."""

EXTENSIONS: Final[Mapping[FileKind, str]] = {
    FileKind.jpeg: "jpg",
    FileKind.png: "png",
    FileKind.webp: "webp",
    FileKind.heic: "heic",
    FileKind.pdf: "pdf",
}


class NotTakenError(ValueError):
    """The file is not taken in; `code` is one of `http.errors`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file turned out to be; pixels where they could be read."""

    kind: FileKind
    width: int | None = None
    height: int | None = None


def kind_of(head: bytes) -> FileKind:
    """What the first bytes say.

    Raises:
        NotTakenError: nothing that is taken in, or two things at once.
    """
    if head.startswith(_PDF):
        return FileKind.pdf
    if head.startswith(_JPEG):
        kind = FileKind.jpeg
    elif head.startswith(_PNG):
        kind = FileKind.png
    elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        kind = FileKind.webp
    elif head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        kind = FileKind.heic
    else:
        raise NotTakenError("file_kind_unknown")
    if _PDF in head[:_PDF_WITHIN]:
        raise NotTakenError("file_lies")
    return kind


def check_claim(kind: FileKind, claimed: FileKind) -> None:
    """A picture that is called a document, or the other way round, is not taken.

    A picture of one kind that is called another happens to honest people (a saved screenshot); it gets its
    right name.

    Raises:
        NotTakenError: `file_lies`.
    """
    if (claimed is FileKind.pdf) != (kind is FileKind.pdf):
        raise NotTakenError("file_lies")


def look(head: bytes, tail: bytes, size: int) -> Looked:
    """What the whole file is, by its first and its last bytes and its size.

    Raises:
        NotTakenError: it is broken, hides something, or is too large a picture.
    """
    kind = kind_of(head)
    if not _ENDS[kind](head, tail, size):
        raise NotTakenError("file_broken")
    if _carries_archive(tail):
        raise NotTakenError("file_lies")
    pixels = _PIXELS.get(kind, _no_pixels)(head)
    if pixels is None:
        return Looked(kind)
    if 0 in pixels:
        raise NotTakenError("file_broken")
    if pixels[0] * pixels[1] > MOST_PIXELS:
        raise NotTakenError("picture_too_large")
    return Looked(kind, *pixels)


def _carries_archive(tail: bytes) -> bool:
    """Whether a ZIP archive of one volume ends near the end (APPNOTE 4.3.16), where readers look for it.

    They do not mind what follows, and so neither do we. The counts tell it from pixels that look like it.
    """
    for found in re.finditer(rb"PK\x05\x06", tail):
        volumes, here, all_of_it = (
            tail[found.end() + at : found.end() + at + size] for at, size in ((0, 4), (4, 2), (6, 2))
        )
        if volumes == bytes(4) and here == all_of_it and len(tail) >= found.start() + 22:
            return True
    return False


def _jpeg_ends(_head: bytes, tail: bytes, size: int) -> bool:
    """Telephones write a film behind a picture: its end is asked for where the whole file is in sight."""
    return size > len(tail) or b"\xff\xd9" in tail


def _png_ends(_head: bytes, tail: bytes, _size: int) -> bool:
    return tail.endswith(_PNG_END)


def _webp_ends(head: bytes, _tail: bytes, size: int) -> bool:
    said = int.from_bytes(head[4:8], "little") + 8
    return said + said % 2 == size + size % 2


def _heic_ends(head: bytes, _tail: bytes, size: int) -> bool:
    return 16 <= int.from_bytes(head[:4], "big") <= min(size, 4096)


def _pdf_ends(_head: bytes, tail: bytes, _size: int) -> bool:
    return b"%%EOF" in tail[-_PDF_WITHIN:]


_ENDS: Final[Mapping[FileKind, Callable[[bytes, bytes, int], bool]]] = {
    FileKind.jpeg: _jpeg_ends,
    FileKind.png: _png_ends,
    FileKind.webp: _webp_ends,
    FileKind.heic: _heic_ends,
    FileKind.pdf: _pdf_ends,
}


def _no_pixels(_head: bytes) -> tuple[int, int] | None:
    return None


def _png_pixels(head: bytes) -> tuple[int, int] | None:
    if head[12:16] != b"IHDR" or len(head) < 24:
        return (0, 0)
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def _jpeg_pixels(head: bytes) -> tuple[int, int] | None:
    """From the start of frame: segments are walked from the first byte (ITU T.81, B.1.1.4).

    None where the small picture and the profile before it are longer than what is in sight.
    """
    at = 2
    while at + 9 <= len(head):
        marker, length = head[at + 1], int.from_bytes(head[at + 2 : at + 4], "big")
        if head[at] != 0xFF or marker in _JPEG_DATA:
            return (0, 0)
        if marker == 0xFF:
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = head[at + 5 : at + 7], head[at + 7 : at + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        at += 2 + length
    return None if len(head) >= HEAD_BYTES else (0, 0)


def _webp_pixels(head: bytes) -> tuple[int, int] | None:
    """From the first chunk: extended, lossless or lossy (RFC 9649, 2.7, 3.4; RFC 6386, 9.1)."""
    chunk = head[12:16]
    if chunk == b"VP8X" and len(head) >= 30:
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if chunk == b"VP8L" and len(head) >= 25 and head[20] == 0x2F:
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 " and head[23:26] == b"\x9d\x01\x2a" and len(head) >= 30:
        width, height = int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:30], "little")
        return width & 0x3FFF, height & 0x3FFF
    return (0, 0)


_PIXELS: Final[Mapping[FileKind, Callable[[bytes], tuple[int, int] | None]]] = {
    FileKind.jpeg: _jpeg_pixels,
    FileKind.png: _png_pixels,
    FileKind.webp: _webp_pixels,
}
