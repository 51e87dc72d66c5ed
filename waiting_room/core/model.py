"""What a visit is: its states, the people who act on it, and everything that its journal adds up to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from waiting_room.core.ids import ClinicId, DeviceId, FileId, GuestId, LinkId, StaffId, TextId, VisitId
from waiting_room.core.recording import Recording


class State(StrEnum):
    """Where a visit is; `lifecycle` holds every way from one to another."""

    booked = "booked"
    preparing = "preparing"
    waiting = "waiting"
    away = "away"
    held = "held"
    offered = "offered"
    claimed = "claimed"
    in_visit = "in_visit"
    on_hold = "on_hold"
    completed = "completed"
    left = "left"
    no_show = "no_show"
    cancelled = "cancelled"
    redirected = "redirected"
    closed = "closed"


class Role(StrEnum):
    """Who acts. The role comes from the directory or the door, never from the page."""

    member = "member"
    clinician = "clinician"
    support = "support"
    guest = "guest"
    """Somebody who was invited into one visit by a link of their own."""
    booking = "booking"
    """The health system's booking program, known by an API key."""
    privacy = "privacy"
    """The privacy officer: finds recordings and hands them out, and is in no visit."""
    system = "system"
    """The clock and the presence watch."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody in a role. `id`: of staff, device or API key, or the name of a part of the system."""

    role: Role
    id: str


class Mode(StrEnum):
    """How the visit is held."""

    video = "video"
    phone = "phone"


class Presence(StrEnum):
    """Whether a person's page is connected. It never moves a place."""

    here = "here"
    gone = "gone"


class Finding(StrEnum):
    """What the camera check found about one device."""

    ok = "ok"
    none = "none"
    """There is no such device."""
    blocked = "blocked"
    """The person, the browser or the system refuses access."""
    busy = "busy"
    """Another program holds it."""
    skipped = "skipped"
    """The member goes on without it."""


class Facing(StrEnum):
    """Which way the camera looks, by the strength of the evidence."""

    user = "user"
    assumed = "assumed"
    environment = "environment"
    none = "none"


class Call(StrEnum):
    """How the clinician's telephone call stands, in a visit by phone."""

    calling = "calling"
    reached = "reached"
    not_reached = "not_reached"


class Outcome(StrEnum):
    """How a visit that took place ended."""

    treated = "treated"
    needs_follow_up = "needs_follow_up"
    referred = "referred"
    member_did_not_join = "member_did_not_join"
    technical = "technical"
    other = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCheck:
    """What the member's last camera check found. `seen`: they pressed “I can see myself”."""

    camera: Finding
    microphone: Finding
    facing: Facing
    seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEntry:
    """One message on the line between the member and the desk; `seq` is its record's and names it."""

    seq: int
    by: Role
    text: TextId
    at: datetime


class ChatKind(StrEnum):
    """What an entry of the chat is."""

    text = "text"
    file = "file"
    still = "still"
    """A picture that was asked for, taken and released."""
    still_asked = "still_asked"
    still_declined = "still_declined"


class FileKind(StrEnum):
    """What a file is, as its own bytes say; nothing else is taken in."""

    jpeg = "jpeg"
    png = "png"
    webp = "webp"
    heic = "heic"
    pdf = "pdf"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who is in the visit, whatever device or tab speaks for them.

    `id`: of staff; None is the member, of whom there is one.
    """

    role: Role
    id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFile:
    """A file in the chat. `size` in bytes; `width` and `height` in pixels, where they could be read."""

    id: FileId
    kind: FileKind
    size: int
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatEntry:
    """One entry of the chat; `seq` is its record's and names it. `text`: what was written, or a name."""

    seq: int
    kind: ChatKind
    by: Party
    at: datetime
    text: TextId | None = None
    file: SharedFile | None = None


@dataclass(frozen=True, slots=True)
class ChatRead:
    """Up to which record somebody has seen the chat."""

    by: Party
    seq: int


class GuestKind(StrEnum):
    """What a guest is there for."""

    family = "family"
    """Family, a friend, a carer: somebody at the member's side."""
    interpreter = "interpreter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody invited into the visit. Who was removed stays in the list: what they said was said.

    `device` is the browser that the link was used in; no other may use it. `joined_at` is the last time
    they came in; while `left_at` is set they are out by their own will and may come back.
    """

    id: GuestId
    kind: GuestKind
    signs: bool = False
    """Interprets in a sign language: their picture is what the member listens to."""
    name: TextId
    invited_by: Role
    invited_at: datetime
    link: LinkId
    device: DeviceId | None = None
    joined_at: datetime | None = None
    left_at: datetime | None = None
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """Steps that the desk put on the member's screen. `helped`: what the member answered, once they did."""

    card: str
    by: StaffId
    at: datetime
    helped: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What staff wrote down for other staff; `seq` is its record's and names it."""

    seq: int
    by: StaffId
    text: TextId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Everything the journal of one visit adds up to. Only `evolve` makes one.

    `seq` and `updated_at` are those of the last record. `due` is the place: set once, at redemption, to the
    later of the appointment and the redemption, and never moved. `claimed_by` is set in claimed, in_visit
    and on_hold only; `offered_to` in offered only.
    """

    id: VisitId
    clinic: ClinicId
    state: State
    seq: int
    state_since: datetime
    updated_at: datetime

    mode: Mode
    start: datetime
    minutes: int
    clinician: StaffId | None = None
    """The named clinician, who alone may take the visit; None is the clinic's pool."""
    ref: str | None = None
    """The member's number in the health system."""
    person: TextId
    """Text: a JSON object with name, birth_date and, where known, phone, email, reason_for_visit."""
    language: str
    interpreter: bool = False
    proxy: bool = False

    link: LinkId | None = None
    link_tries: int = 0
    """Wrong birth dates since the last success, rest or pass."""
    link_rested_until: datetime | None = None
    link_passed_until: datetime | None = None

    redeemed_at: datetime | None = None
    redeemed_by: tuple[DeviceId, ...] = ()
    """Devices, newest last, at most `deadlines.DEVICES_KEPT`."""
    on_behalf: bool = False
    due: datetime | None = None

    location: TextId | None = None
    location_described: bool = False
    driving: bool = False
    callback: TextId | None = None
    present: TextId | None = None
    others: int = 0
    consent: str | None = None
    consent_language: str | None = None
    consent_at: datetime | None = None
    devices: DeviceCheck | None = None
    step: str = "booked"
    step_at: datetime
    checked_in_at: datetime | None = None

    held_by: Actor | None = None
    held_reason: str | None = None
    offered_to: StaffId | None = None
    offer_expires: datetime | None = None
    declined_by: tuple[StaffId, ...] = ()
    claimed_by: StaffId | None = None
    claimed_at: datetime | None = None
    claim_expires: datetime | None = None
    lapsed_holder: StaffId | None = None
    """Whose claim ran out last, so that a late Admit is told so; cleared by the next claim."""
    member_gone_since: datetime | None = None
    clinician_gone_since: datetime | None = None

    admitted_at: datetime | None = None
    seen_by: StaffId | None = None
    """Who admitted the member last."""
    identity_confirmed_at: datetime | None = None
    hold_reason: str | None = None
    """Why an admitted visit is on hold."""
    left_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    """Code of why the visit ended, where no outcome says it."""
    outcome: Outcome | None = None

    recording: Recording | None = None
    """What is asked for, running, paused or stopped in this visit; gone when the visit has ended."""
    guests: tuple[Guest, ...] = ()
    """By invitation, at most `deadlines.GUESTS_EVER`; `guests.live` are those that count."""

    line: tuple[LineEntry, ...] = ()
    line_unread_member: int = 0
    line_unread_desk: int = 0

    chat: tuple[ChatEntry, ...] = ()
    chat_read: tuple[ChatRead, ...] = ()
    still_asked_at: datetime | None = None
    """Since when a still picture is asked for and neither released nor declined."""
    extra_minutes: int = 0
    """What the clinician added to the booked minutes."""
    helper: StaffId | None = None
    """Who of the desk is helping the member now."""
    helper_since: datetime | None = None
    fix: Fix | None = None
    """What the desk showed the member last."""
    notes: tuple[Note, ...] = ()

    call_requested_at: datetime | None = None
    """Since when the member wants a telephone call instead; None once that is settled."""
    call: Call | None = None
    call_at: datetime | None = None
    call_tries: int = 0
    """How often the member was called, over the whole visit."""
