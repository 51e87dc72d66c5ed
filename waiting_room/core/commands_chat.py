"""Commands of the chat inside a visit: messages, files, and the still picture that is asked for."""

from dataclasses import dataclass

from waiting_room.core.ids import FileId, TextId
from waiting_room.core.model import FileKind


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteChat:
    """Write to everybody in the visit."""

    text: TextId


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeChat:
    """Everything in the chat so far was on the actor's screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareFile:
    """Share a file whose sealed content is kept already; its name is the text.

    `still`: it is the picture that the clinician asked for, released by whoever took it.
    """

    file: FileId
    text: TextId
    kind: FileKind
    size: int
    width: int | None = None
    height: int | None = None
    still: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskStill:
    """Ask the member for a still picture at their camera's full resolution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineStill:
    """Take none, or keep the one that was taken."""

    reason: str


ChatCommand = WriteChat | SeeChat | ShareFile | AskStill | DeclineStill
