"""A small world in which members, clinicians and the desk act on visits, told in the words of the product.

Every action goes through `handle`, and after every one the world looks whether the laws of the house hold
(`laws.check`), so that each scenario is a proof of them too.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tests.waiting_room.core import laws
from waiting_room.core import commands as c
from waiting_room.core import commands_chat as chat
from waiting_room.core import commands_guests as g
from waiting_room.core.ids import (
    ClinicId,
    CommandId,
    DeviceId,
    FileId,
    GuestId,
    LinkId,
    RecordingId,
    StaffId,
    TextId,
    VisitId,
)
from waiting_room.core.model import (
    Actor,
    Facing,
    FileKind,
    Finding,
    GuestKind,
    Mode,
    Outcome,
    Presence,
    Role,
    State,
    Visit,
)
from waiting_room.core.patch import Json
from waiting_room.core.records import Record, handle
from waiting_room.core.refusals import Refusal, Refused
from waiting_room.core.views import Directory, ViewRole, view

MONDAY_NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NORTH = ClinicId("north")
SOUTH = ClinicId("south")
BOOKING = Actor(Role.booking, "scheduler")
TABLET = DeviceId("tablet")
SYSTEM = Actor(Role.system, "clock")

Answer = list[str] | Refused
"""Types of what was recorded, or the refusal."""


def refused(code: Refusal, **detail: str | int) -> Refused:
    return Refused(code, detail)


def directory() -> Directory:
    return Directory(
        clinics={
            NORTH: {
                "name": "North Clinic",
                "tz": "America/New_York",
                "phone": "+1 212 555 0100",
                "desk_phone": "+1 212 555 0101",
                "urgent_care": "9–21, 12 Elm Street",
                "internal_code": "N-1",
            },
            SOUTH: {"name": "Clínica Sur", "tz": "America/Los_Angeles"},
        },
        staff={
            "lee": {"name": "Dr. Lee", "credentials": "MD", "phone": "+1 212 555 0199"},
            "sun": {"name": "Sun Park", "credentials": "RN"},
            "joy": {"name": "Joy Adams"},
        },
    )


@dataclass(slots=True)
class World:
    """Clock, texts and journals. `now` moves only by `passes`."""

    now: datetime = MONDAY_NINE
    journals: dict[VisitId, list[Record]] = field(default_factory=dict)
    visits: dict[VisitId, Visit] = field(default_factory=dict)
    texts: dict[TextId, str] = field(default_factory=dict)
    directory: Directory = field(default_factory=directory)
    count: int = 0

    def passes(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> None:
        """Time passes and nobody looks."""
        self.now += timedelta(seconds=seconds, minutes=minutes, hours=hours)

    def writes(self, body: str) -> TextId:
        self.count += 1
        text = TextId(f"text{self.count}")
        self.texts[text] = body
        return text

    def file(self, name: str, *, still: bool = False) -> chat.ShareFile:
        """What a door says of a file that it has taken in."""
        text = self.writes(name)
        document = name.endswith(".pdf")
        return chat.ShareFile(
            file=FileId(f"file-{text}"),
            text=text,
            kind=FileKind.pdf if document else FileKind.jpeg,
            size=123_456,
            width=None if document else 4032,
            height=None if document else 3024,
            still=still,
        )

    def does(self, visit: VisitId, command: c.Command, actor: Actor) -> Answer:
        before = self.visits.get(visit)
        self.count += 1
        answer = handle(before, command, actor, self.now, CommandId(f"command{self.count}"))
        if isinstance(answer, Refused):
            return answer
        journal = self.journals.setdefault(visit, [])
        journal.extend(answer.records)
        self.visits[visit] = answer.visit
        laws.check(before, answer, journal, self.texts, self.directory)
        return [record.event.type for record in answer.records]

    def member(
        self,
        name: str = "Ana María Ruiz",
        *,
        clinic: ClinicId = NORTH,
        in_minutes: float = 10,
        minutes: int = 20,
        named: "Clinician | None" = None,
        interpreter: bool = False,
        mode: Mode = Mode.video,
        phone: str | None = None,
    ) -> "Member":
        """Somebody with a booked visit and a link in their inbox."""
        self.count += 1
        visit = VisitId(f"visit{self.count}")
        person = {"name": name, "birth_date": "1980-02-29", "reason_for_visit": "cough"}
        person |= {"phone": phone} if phone else {}
        member = Member(self, visit, DeviceId(f"phone{self.count}"))
        member.booking = c.BookVisit(
            visit=visit,
            clinic=clinic,
            mode=mode,
            start=self.now + timedelta(minutes=in_minutes),
            minutes=minutes,
            clinician=named.id if named else None,
            ref="M-1001",
            person=self.writes(json.dumps(person)),
            language="es",
            interpreter=interpreter,
        )
        assert self.does(visit, member.booking, BOOKING) == ["booked"]
        member.gets_link("link1")
        return member

    def waiting_member(self, name: str = "Ana María Ruiz", **booking: object) -> "Member":
        member = self.member(name, **booking)  # type: ignore[arg-type]
        member.redeems()
        member.gives_everything()
        member.checks_in()
        return member

    def clinician(self, name: str = "lee") -> "Clinician":
        return Clinician(self, StaffId(name))

    def desk(self, name: str = "joy") -> "Desk":
        return Desk(self, StaffId(name))

    def notes_of_recorder(self, member: "Member", recording: str, trouble: str | None) -> Answer:
        """The media side says whether it can write."""
        note = c.NoteRecording(recording=RecordingId(recording), trouble=trouble)
        return self.does(member.visit, note, SYSTEM)

    def looks(self, member: "Member") -> Answer:
        """The timekeeper looks at a visit."""
        return self.does(member.visit, c.PassTime(), SYSTEM)


@dataclass(slots=True)
class Member:
    """A member and their visit."""

    world: World
    visit: VisitId
    device: DeviceId
    booking: c.BookVisit = field(init=False)

    @property
    def now(self) -> Visit:
        return self.world.visits[self.visit]

    @property
    def state(self) -> State:
        return self.now.state

    @property
    def journal(self) -> list[str]:
        return [record.event.type for record in self.world.journals[self.visit]]

    def does(self, command: c.Command) -> Answer:
        return self.world.does(self.visit, command, Actor(Role.member, self.device))

    def gets_link(self, link: str) -> Answer:
        return self.world.does(self.visit, c.IssueLink(link=LinkId(link)), BOOKING)

    def redeems(
        self, *, link: str = "link1", right: bool = True, device: str = "", on_behalf: bool = False
    ) -> Answer:
        return self.does(
            c.Redeem(
                link=LinkId(link),
                device=DeviceId(device or self.device),
                birth_date_matches=right,
                on_behalf=on_behalf,
            )
        )

    def gives_location(self, where: str = "12 Elm Street", **how: bool) -> Answer:
        return self.does(c.GiveLocation(text=self.world.writes(where), **how))

    def gives_callback(self, number: str = "+1 212 555 0123") -> Answer:
        return self.does(c.GiveCallback(text=self.world.writes(number)))

    def gives_present(self, who: str = "my sister", others: int = 1) -> Answer:
        return self.does(c.GivePresent(text=self.world.writes(who), others=others))

    def consents(self, words: str = "telehealth-2026-1", language: str = "es") -> Answer:
        return self.does(c.GiveConsent(consent=words, language=language))

    def tests_devices(
        self, camera: Finding = Finding.ok, microphone: Finding = Finding.ok, *, seen: bool = True
    ) -> Answer:
        return self.does(c.CheckDevices(camera=camera, microphone=microphone, facing=Facing.user, seen=seen))

    def gives_everything(self) -> None:
        self.gives_location()
        self.gives_callback()
        self.gives_present()
        self.consents()
        self.tests_devices()

    def checks_in(self) -> Answer:
        return self.does(c.CheckIn())

    def steps_to(self, step: str) -> Answer:
        return self.does(c.Step(step=step))

    def invites(self, whom: "Guest", **changes: object) -> Answer:
        return self.does(whom.invitation(**changes))

    def removes(self, guest: "Guest") -> Answer:
        return self.does(g.RemoveGuest(guest=guest.id))

    def renews(self, guest: "Guest", link: str) -> Answer:
        return self.does(guest.gets(link))

    def leaves(self, reason: str | None = None) -> Answer:
        return self.does(c.Leave(reason=reason))

    def returns(self) -> Answer:
        return self.does(c.ReturnToPlace())

    def says(self, words: str) -> Answer:
        return self.does(c.Say(text=self.world.writes(words)))

    def sees_line(self) -> Answer:
        return self.does(c.SeeLine())

    def agrees(self, *names: str, recording: str = "", words: str = "recording-2026-1") -> Answer:
        """Agrees to be recorded, and so does each of those beside them, by name."""
        running = self.now.recording
        agree = c.AgreeRecording(
            recording=RecordingId(recording or (running.id if running else "none")),
            consent=words,
            language="es",
            people=tuple(self.world.writes(name) for name in names),
        )
        return self.does(agree)

    def refuses(self) -> Answer:
        """Does not agree to be recorded, or does no more."""
        return self.does(c.RefuseRecording())

    def writes(self, words: str) -> Answer:
        return self.does(chat.WriteChat(text=self.world.writes(words)))

    def sees_chat(self) -> Answer:
        return self.does(chat.SeeChat())

    def shares(self, name: str = "rash.jpg", **more: bool) -> Answer:
        return self.does(self.world.file(name, **more))

    def declines_still(self, reason: str = "declined") -> Answer:
        return self.does(chat.DeclineStill(reason=reason))

    def _presence(self, presence: Presence, since: datetime | None) -> Answer:
        note = c.NotePresence(who=Role.member, presence=presence, since=since or self.world.now)
        return self.world.does(self.visit, note, SYSTEM)

    def goes(self, since: datetime | None = None) -> Answer:
        """Their last page disappears."""
        return self._presence(Presence.gone, since)

    def is_back(self) -> Answer:
        return self._presence(Presence.here, None)


@dataclass(slots=True)
class Clinician:
    """A clinician at the console."""

    world: World
    id: StaffId

    def does(self, member: Member, command: c.Command) -> Answer:
        return self.world.does(member.visit, command, Actor(Role.clinician, self.id))

    def claims(self, member: Member) -> Answer:
        return self.does(member, c.Claim())

    def renews(self, member: Member) -> Answer:
        return self.does(member, c.RenewClaim())

    def gives_back(self, member: Member) -> Answer:
        return self.does(member, c.ReleaseClaim())

    def admits(self, member: Member) -> Answer:
        return self.does(member, c.Admit())

    def takes(self, member: Member) -> None:
        """Claims and admits."""
        assert self.claims(member) == ["claimed"]
        assert self.admits(member) == ["admitted"]

    def confirms_identity(self, member: Member) -> Answer:
        return self.does(member, c.ConfirmIdentity())

    def suspends(self, member: Member, reason: str = "consulting") -> Answer:
        return self.does(member, c.Suspend(reason=reason))

    def resumes(self, member: Member) -> Answer:
        return self.does(member, c.Resume())

    def requeues(self, member: Member) -> Answer:
        return self.does(member, c.Requeue())

    def ends(self, member: Member, outcome: Outcome = Outcome.treated) -> Answer:
        return self.does(member, c.End(outcome=outcome))

    def asks_to_record(
        self,
        member: Member,
        recording: str = "rec1",
        *,
        words: str = "recording-2026-1",
        language: str = "en",
    ) -> Answer:
        ask = c.AskRecording(recording=RecordingId(recording), consent=words, language=language)
        return self.does(member, ask)

    def stops_recording(self, member: Member) -> Answer:
        return self.does(member, c.StopRecording())

    def sees_somebody_new(self, member: Member) -> Answer:
        return self.does(member, c.SomeoneJoined())

    def extends(self, member: Member, minutes: int = 10) -> Answer:
        return self.does(member, c.Extend(minutes=minutes))

    def writes(self, member: Member, words: str) -> Answer:
        return self.does(member, chat.WriteChat(text=self.world.writes(words)))

    def sees_chat(self, member: Member) -> Answer:
        return self.does(member, chat.SeeChat())

    def shares(self, member: Member, name: str = "plan.pdf") -> Answer:
        return self.does(member, self.world.file(name))

    def asks_for_still(self, member: Member) -> Answer:
        return self.does(member, chat.AskStill())

    def invites(self, member: Member, guest: "Guest", **changes: object) -> Answer:
        return self.does(member, guest.invitation(**changes))

    def removes(self, member: Member, guest: "Guest") -> Answer:
        return self.does(member, g.RemoveGuest(guest=guest.id))

    def renews_link(self, member: Member, guest: "Guest", link: str) -> Answer:
        return self.does(member, guest.gets(link))

    def is_rung(self, member: Member) -> Answer:
        return self.world.does(member.visit, c.Offer(clinician=self.id), SYSTEM)

    def accepts(self, member: Member) -> Answer:
        return self.does(member, c.Accept())

    def declines(self, member: Member, reason: str = "conflict_of_interest") -> Answer:
        return self.does(member, c.Decline(reason=reason))

    def holds(self, member: Member, reason: str = "interpreter_late") -> Answer:
        return self.does(member, c.Hold(reason=reason))

    def _presence(self, member: Member, presence: Presence, since: datetime | None) -> Answer:
        note = c.NotePresence(
            who=Role.clinician, presence=presence, since=since or self.world.now, staff=self.id
        )
        return self.world.does(member.visit, note, SYSTEM)

    def goes(self, member: Member, since: datetime | None = None) -> Answer:
        return self._presence(member, Presence.gone, since)

    def is_back(self, member: Member) -> Answer:
        return self._presence(member, Presence.here, None)


@dataclass(slots=True)
class Desk:
    """Somebody of the support staff."""

    world: World
    id: StaffId

    def does(self, member: Member, command: c.Command) -> Answer:
        return self.world.does(member.visit, command, Actor(Role.support, self.id))

    def passes(self, member: Member, link: str = "link1") -> Answer:
        return self.does(member, c.PassLink(link=LinkId(link)))

    def makes_link(self, member: Member, link: str) -> Answer:
        return self.does(member, c.IssueLink(link=LinkId(link)))

    def cancels(self, member: Member, reason: str = "member_asked") -> Answer:
        return self.does(member, c.Cancel(reason=reason))

    def holds(self, member: Member, reason: str = "interpreter_late") -> Answer:
        return self.does(member, c.Hold(reason=reason))

    def releases(self, member: Member) -> Answer:
        return self.does(member, c.Release())

    def redirects(self, member: Member, reason: str = "emergency_services") -> Answer:
        return self.does(member, c.Redirect(reason=reason))

    def requeues(self, member: Member) -> Answer:
        return self.does(member, c.Requeue())

    def says(self, member: Member, words: str) -> Answer:
        return self.does(member, c.Say(text=self.world.writes(words)))

    def sees_line(self, member: Member) -> Answer:
        return self.does(member, c.SeeLine())


@dataclass(slots=True)
class Guest:
    """Somebody who may be invited into the member's visit, with a device of their own."""

    world: World
    name: str
    device: DeviceId = TABLET
    kind: GuestKind = GuestKind.family
    signs: bool = False
    link: LinkId = field(init=False)
    id: GuestId = field(init=False)

    def __post_init__(self) -> None:
        word = self.name.split()[0].lower().encode("ascii", "ignore").decode()
        self.id, self.link = GuestId(f"guest-{word}"), LinkId(f"link-{word}")

    def invitation(self, **changes: object) -> g.InviteGuest:
        wish = g.InviteGuest(
            guest=self.id,
            kind=self.kind,
            signs=self.signs,
            text=self.world.writes(self.name),
            link=self.link,
        )
        return replace(wish, **changes)  # type: ignore[arg-type]

    def gets(self, link: str) -> g.IssueGuestLink:
        self.link = LinkId(link)
        return g.IssueGuestLink(guest=self.id, link=self.link)

    def joins(self, member: Member, *, device: str = "", link: str = "") -> Answer:
        used = DeviceId(device or self.device)
        command = g.JoinAsGuest(link=LinkId(link or self.link), device=used)
        return self.world.does(member.visit, command, Actor(Role.guest, used))

    def leaves(self, member: Member) -> Answer:
        return self.world.does(member.visit, g.LeaveAsGuest(), Actor(Role.guest, self.device))

    def agrees(self, member: Member, words: str = "recording-2026-1") -> Answer:
        running = member.now.recording
        name = RecordingId(running.id if running else "none")
        agree = c.AgreeRecording(recording=name, consent=words, language="es")
        return self.world.does(member.visit, agree, Actor(Role.guest, self.device))

    def refuses(self, member: Member) -> Answer:
        return self.world.does(member.visit, c.RefuseRecording(), Actor(Role.guest, self.device))


def seen_by(who: Member | Clinician | Desk | Guest, member: Member) -> Json:
    """The view that this person has of the member's visit."""
    roles: dict[type, ViewRole] = {
        Member: Role.member,
        Clinician: Role.clinician,
        Desk: Role.support,
        Guest: Role.guest,
    }
    viewer = "" if isinstance(who, Member) else who.device if isinstance(who, Guest) else who.id
    return view(member.now, roles[type(who)], who.world.texts, who.world.directory, viewer)
