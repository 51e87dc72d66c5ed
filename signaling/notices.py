"""What the web processes of one house tell each other: ids, numbers and codes, signed; no word of a visit.

A notice says where to look or who is where. One that was forged, repeated or cut is dropped and counted:
whoever can write to Redis can waste our time, and nothing else. The key is derived from the text key, which
every process of the house has.

What pages say of the weather (how a connection is, what a device refuses) is nowhere written down, so the
notice is all there is of it: closed lists of codes, as strict here as they are at the page's socket.
"""

import hmac
from collections.abc import Callable
from typing import Annotated, Final, Literal

import pydantic
from pydantic import Field, TypeAdapter

from signaling.sockets.fixes import FixCard
from signaling.sockets.reports import DeviceError, DeviceReport
from signaling.sockets.requests import Quality
from waiting_room.core.ids import VisitId
from waiting_room.core.model import Role

PEOPLE_AT_ONCE: Final = 200
"""People in one part of a roll call."""
WORDS_AT_ONCE: Final = 80
"""Pages whose weather is told in one notice."""

PlainId = Annotated[str, Field(max_length=64)]

Digest = Callable[[str, str], str]
"""`digest(purpose, value)`: a keyed digest in hexadecimal."""


class _Notice(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="ignore", defer_build=True)


class Whereabouts(_Notice):
    """Somebody (`presence.Person`) has a page open; `stamp` orders their pages."""

    role: Role
    id: PlainId
    visit: PlainId = ""
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


class QualityWord(_Notice):
    """How the connection of an endpoint is, said on a page here when the visit's history had got to `seq`."""

    visit: VisitId
    seq: int
    endpoint: PlainId
    quality: Quality


class ReportWord(_Notice):
    """What a member's device is and refuses, said on a page here, with what was wrong and shown last."""

    visit: VisitId
    seq: int
    report: DeviceReport
    at: pydantic.AwareDatetime
    error: DeviceError | None = None
    error_at: pydantic.AwareDatetime | None = None
    told: FixCard | None = None


class Weather(_Notice):
    """What pages here say of themselves; nothing of it is in any history."""

    kind: Literal["weather"] = "weather"
    qualities: Annotated[tuple[QualityWord, ...], Field(max_length=WORDS_AT_ONCE)] = ()
    reports: Annotated[tuple[ReportWord, ...], Field(max_length=WORDS_AT_ONCE)] = ()


class NotRecorded(_Notice):
    """Somebody has said no to being recorded; it may not be written down yet."""

    kind: Literal["not_recorded"] = "not_recorded"
    visit: VisitId


AnyNotice = Beat | Hello | Bye | Moved | SessionOver | Came | Went | Roll | TookMedia | Weather | NotRecorded
Notice = Annotated[AnyNotice, Field(discriminator="kind")]


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
