"""Events of the chat inside a visit. What was written and how a file is called are texts, kept elsewhere.

`by` and `author` say who: `author` is an id of staff, and absent for the member.
"""

from dataclasses import dataclass
from typing import ClassVar

from waiting_room.core.ids import FileId, TextId
from waiting_room.core.model import FileKind, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatWritten:
    """A message to everybody in the visit."""

    type: ClassVar[str] = "chat_written"
    version: ClassVar[int] = 1
    by: Role
    author: str | None = None
    text: TextId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSeen:
    """The others' entries were on that person's screen."""

    type: ClassVar[str] = "chat_seen"
    version: ClassVar[int] = 1
    by: Role
    author: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShared:
    """A file for everybody in the visit."""

    type: ClassVar[str] = "file_shared"
    version: ClassVar[int] = 1
    by: Role
    author: str | None = None
    file: FileId
    text: TextId
    kind: FileKind
    size: int
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StillAsked:
    """The clinician asked for a still picture."""

    type: ClassVar[str] = "still_asked"
    version: ClassVar[int] = 1
    by: Role
    author: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StillDeclined:
    """The member sent none."""

    type: ClassVar[str] = "still_declined"
    version: ClassVar[int] = 1
    by: Role
    author: str | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StillReleased:
    """The member looked at the picture and let it go."""

    type: ClassVar[str] = "still_released"
    version: ClassVar[int] = 1
    by: Role
    author: str | None = None
    file: FileId
    text: TextId
    kind: FileKind
    size: int
    width: int | None = None
    height: int | None = None


ChatEvent = ChatWritten | ChatSeen | FileShared | StillAsked | StillDeclined | StillReleased
