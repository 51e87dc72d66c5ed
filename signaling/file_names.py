"""Names of files that people send: made harmless before anybody sees them, and given their right ending."""

import unicodedata
from typing import Final
from urllib.parse import quote, unquote

from signaling.file_kinds import CLAIMED_ENDINGS, EXTENSIONS
from waiting_room.core.model import FileKind

LONGEST_NAME: Final = 80
"""Characters before the ending."""
LONGEST_HEADER: Final = 2_000

_MARKUP: Final = frozenset("<>&\"'`")
_OF_SYSTEMS: Final = frozenset(":*?|%$;{}=#")
"""Mean something to a shell, a path, a header or a template somewhere."""
_WITHOUT_A_NAME: Final = {FileKind.pdf: "document"}


def given_name(header: str) -> str:
    """The name from its header: percent-encoded UTF-8 (RFC 3986), because headers are not text."""
    return unquote(header[:LONGEST_HEADER], errors="replace")


def claimed_kind(name: str) -> FileKind | None:
    """What the end of the name says the file is; None when it says nothing that we know."""
    return CLAIMED_ENDINGS.get(_split(name)[1].lower())


def harmless(name: str, kind: FileKind) -> str:
    """The name without path, markup and characters that hide or reorder others; its ending says its kind."""
    stem = _split(unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2]))[0]
    kept = "".join(" " if char.isspace() else char for char in stem if _is_plain(char))
    kept = " ".join(kept.split()).strip(" .-")[:LONGEST_NAME].rstrip(" .-")
    return f"{kept or _WITHOUT_A_NAME.get(kind, 'photo')}.{EXTENSIONS[kind]}"


def attachment(name: str) -> str:
    """A `Content-Disposition` that only ever saves (RFC 6266), for a name that is harmless already."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace("\\", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _split(name: str) -> tuple[str, str]:
    """The name and the ending we would know; an unknown ending stays a part of the name."""
    stem, dot, ending = name.rpartition(".")
    return (stem, ending) if dot and ending.lower() in CLAIMED_ENDINGS else (name, "")


def _is_plain(char: str) -> bool:
    """Neither markup nor a character that is not seen: a control, a format such as the bidi ones."""
    if char in _MARKUP or char in _OF_SYSTEMS:
        return False
    return char.isspace() or unicodedata.category(char)[0] != "C"
