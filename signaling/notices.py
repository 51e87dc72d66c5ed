"""What the web processes of one house tell each other: ids and numbers, signed, and never a word of a visit.

A notice says where to look or who is where. One that was forged, repeated or cut is dropped and counted:
whoever can write to Redis can waste our time, and nothing else. The key is derived from the text key, which
every process of the house has.
"""

import hmac
from collections.abc import Callable
from typing import Annotated, Final, Literal

import pydantic
from pydantic import Field, TypeAdapter

from waiting_room.core.ids import VisitId
from waiting_room.core.model import Role

PEOPLE_AT_ONCE: Final = 300
"""People in one part of a roll call."""

Digest = Callable[[str, str], str]
"""`digest(purpose, value)`: a keyed digest in hexadecimal."""


class _Notice(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Whereabouts(_Notice):
    """Somebody (a member by visit, a clinician by staff id) has a page open; `stamp` orders their pages."""

    role: Role
    id: Annotated[str, Field(max_length=64)]
    stamp: Annotated[int, Field(ge=0)]


class Beat(_Notice):
    """I am here."""

    kind: Literal["beat"] = "beat"


class Hello(_Notice):
    """I am new, or was out of contact: tell me who is with you."""

    kind: Literal["hello"] = "hello"


class Bye(_Notice):
    """I am stopping; nobody is with me any more."""

    kind: Literal["bye"] = "bye"


class Moved(_Notice):
    """A visit's history has got as far as `seq`."""

    kind: Literal["moved"] = "moved"
    visit: VisitId
    seq: int


class SessionOver(_Notice):
    """The session whose cookie has this digest was ended."""

    kind: Literal["session_over"] = "session_over"
    session: str


class Came(_Notice):
    """Somebody opened a page here."""

    kind: Literal["came"] = "came"
    who: Whereabouts


class Went(_Notice):
    """Somebody's last page here was closed."""

    kind: Literal["went"] = "went"
    who: Whereabouts


class Roll(_Notice):
    """Everybody who has a page open here; `first` and `last` mark the parts of one call."""

    kind: Literal["roll"] = "roll"
    people: tuple[Whereabouts, ...]
    first: bool
    last: bool


class TookMedia(_Notice):
    """A clinician's console here makes the media connection of a visit from now on."""

    kind: Literal["took_media"] = "took_media"
    visit: VisitId


Notice = Annotated[
    Beat | Hello | Bye | Moved | SessionOver | Came | Went | Roll | TookMedia, Field(discriminator="kind")
]
AnyNotice = Beat | Hello | Bye | Moved | SessionOver | Came | Went | Roll | TookMedia


class Envelope(_Notice):
    """A notice, who sent it, and which of theirs it is: numbers grow, so that an old one is known as old."""

    by: str
    number: int
    notice: Notice


_ENVELOPE: Final[TypeAdapter[Envelope]] = TypeAdapter(Envelope)


class Seal:
    """Signs notices, and reads those that are signed."""

    def __init__(self, digest: Digest) -> None:
        self._digest = digest

    def write(self, by: str, number: int, notice: AnyNotice) -> str:
        """A notice as it goes over the wire."""
        body = Envelope(by=by, number=number, notice=notice).model_dump_json()
        return f"{self._mac(body)} {body}"

    def read(self, text: str) -> Envelope | None:
        """The notice; None if it is not one of ours."""
        mac, _, body = text.partition(" ")
        if not hmac.compare_digest(mac.encode(), self._mac(body).encode()):
            return None
        try:
            return _ENVELOPE.validate_json(body)
        except pydantic.ValidationError:  # a newer process may say more
            return None

    def _mac(self, body: str) -> str:
        return self._digest("notice", body)
