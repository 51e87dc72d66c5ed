"""What the booking program sends and gets: the models of the OpenAPI description."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from signaling.http.body import Body
from signaling.sockets.wording import Code, OneLine
from waiting_room.core.model import Mode, Outcome, State

MIN_MINUTES: Final = 5
MAX_MINUTES: Final = 240

OwnId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Minutes = Annotated[int, Field(ge=MIN_MINUTES, le=MAX_MINUTES, description="Planned length.")]
Start = Annotated[
    AwareDatetime, Field(description="ISO 8601 with an offset, such as 2026-11-23T14:30:00-05:00.")
]


class Language(StrEnum):
    """Languages the pages speak."""

    en = "en"
    es = "es"


class NewMember(Body):
    """Who the visit is for. The birth date is the patient's, whoever holds the device."""

    ref: Annotated[OneLine, Field(max_length=64, description="Your number for this person.")]
    name: Annotated[OneLine, Field(max_length=120)]
    birth_date: date
    phone: Annotated[OneLine, Field(max_length=40)] | None = None
    email: Annotated[OneLine, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    language: Language = Language.en
    interpreter: bool = Field(default=False, description="An interpreter is needed.")
    proxy: bool = Field(default=False, description="A parent, guardian or carer will hold the device.")


class NewVisit(Body):
    """A visit to book."""

    clinic: OwnId
    start: Start
    minutes: Minutes
    mode: Mode
    clinician: OwnId | None = Field(
        default=None, description="Who alone may take it; absent: the clinic's pool."
    )
    member: NewMember
    reason: Annotated[OneLine, Field(max_length=200)] | None = Field(
        default=None, description="Why the member comes, for the clinician."
    )


class NewTime(Body):
    """Another time for a visit whose member is not here yet."""

    start: Start
    minutes: Minutes


class Cancellation(Body):
    """Why a visit is called off: a code, never a sentence."""

    reason: Code = "cancelled_by_clinic"


class Answer(BaseModel):
    """An answer of ours: absent means none, there are no nulls."""

    model_config = ConfigDict(frozen=True)


class VisitAnswer(Answer):
    """A visit as the booking program may see it: nothing the member typed."""

    id: str
    clinic: str
    start: AwareDatetime
    minutes: int
    mode: Mode
    state: State
    clinician: str | None = None
    ref: str | None = None
    language: str
    interpreter: bool
    proxy: bool
    redeemed_at: AwareDatetime | None = None
    checked_in_at: AwareDatetime | None = None
    admitted_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    reason: str | None = None
    outcome: Outcome | None = None


class BookedAnswer(VisitAnswer):
    """A new visit, and its link, this once."""

    join_url: str = Field(description="For the member alone. It is not shown again; make a new link instead.")


class LinkAnswer(Answer):
    """A new link; the one before no longer works."""

    id: str
    join_url: str


class ErrorBody(Answer):
    """What went wrong: `code` is stable, `sentence` is for people, some codes bring details."""

    model_config = ConfigDict(frozen=True, extra="allow")

    code: str
    sentence: str


class ErrorAnswer(Answer):
    """Every refusal has this shape."""

    error: ErrorBody
