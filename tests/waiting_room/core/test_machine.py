"""Random days: any command by anybody, repeated, late and out of order; the laws hold after each."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.waiting_room.core import laws
from tests.waiting_room.core.world import BOOKING, SYSTEM, Answer, Member, World, refused
from waiting_room.core import commands as c
from waiting_room.core import commands_chat as chat
from waiting_room.core import commands_guests as g
from waiting_room.core.deadlines import next_deadline
from waiting_room.core.guests import joined
from waiting_room.core.ids import DeviceId, FileId, GuestId, LinkId, RecordingId, StaffId, TextId
from waiting_room.core.lifecycle import HOLDING, TERMINAL
from waiting_room.core.model import (
    Actor,
    Call,
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
from waiting_room.core.records import Recorded, apply, handle
from waiting_room.core.refusals import Refusal, Refused

LINKS = st.sampled_from([LinkId("link1"), LinkId("link2")])
DEVICES = st.sampled_from([DeviceId("phone"), DeviceId("laptop")])
STAFF = st.sampled_from([StaffId("lee"), StaffId("sun")])
TEXTS = st.sampled_from([TextId("text1"), TextId("text2"), TextId("purged")])
BOOLS = st.booleans()
LANGUAGES = st.sampled_from(["en", "es"])
CODES = st.sampled_from(["other", "not_now", "no code"])
SECONDS = st.sampled_from([-3600, -1, 0, 0.001, 1, 19.999, 20, 45, 59.999, 60, 180, 600, 900, 3600, 50_000])

RECORDINGS = st.sampled_from([RecordingId("rec1"), RecordingId("rec2"), RecordingId("no rec")])
VERSIONS = st.sampled_from(["v1", "v1", "?"])

CHAT = st.one_of(
    st.builds(chat.WriteChat, text=TEXTS),
    st.just(chat.SeeChat()),
    st.builds(
        chat.ShareFile,
        file=st.just(FileId("file")), text=TEXTS, kind=st.sampled_from(FileKind), size=st.just(9),
        width=st.none() | st.just(3), height=st.none() | st.just(4), still=BOOLS,
    ),
    st.builds(chat.DeclineStill, reason=CODES),
)  # fmt: skip
MEMBER = CHAT | st.one_of(
    st.builds(c.Redeem, link=LINKS, device=DEVICES, birth_date_matches=BOOLS, on_behalf=BOOLS),
    st.builds(c.GiveLocation, text=TEXTS, described=st.booleans(), driving=st.booleans()),
    st.builds(c.GiveCallback, text=TEXTS),
    st.builds(c.GivePresent, text=TEXTS, others=st.integers(-1, 22)),
    st.builds(c.GiveConsent, consent=st.sampled_from(["v1", "v2", "?"]), language=LANGUAGES),
    st.builds(
        c.CheckDevices,
        camera=st.sampled_from(Finding), microphone=st.sampled_from(Finding),
        facing=st.sampled_from(Facing), seen=st.booleans(),
    ),
    st.just(c.CheckIn()),
    st.builds(c.Step, step=CODES),
    st.builds(c.Leave, reason=st.none() | CODES),
    st.just(c.ReturnToPlace()),
    st.builds(c.Say, text=TEXTS),
    st.just(c.SeeLine()),
    st.builds(
        c.AgreeRecording, recording=RECORDINGS, consent=VERSIONS, language=LANGUAGES,
        people=st.lists(TEXTS, max_size=2).map(tuple),
    ),
    st.just(c.RefuseRecording()),
    st.builds(c.AnswerFix, card=CODES, helped=BOOLS),
    st.sampled_from([c.AskForCall(), c.WithdrawCall()]),
    st.builds(c.HandOver, device=DEVICES, by=DEVICES),
)  # fmt: skip
BOTH = st.one_of(
    st.builds(c.ChangeMode, mode=st.sampled_from(Mode)),
    st.builds(c.WriteNote, text=TEXTS),
)
CLINICIAN = CHAT | st.one_of(
    st.just(chat.AskStill()),
    st.builds(c.Extend, minutes=st.sampled_from([5, 10, 11])),
    st.sampled_from(
        [c.Claim(), c.RenewClaim(), c.ReleaseClaim(), c.Accept(), c.Admit(), c.ConfirmIdentity()]
    ),
    st.sampled_from([c.Resume(), c.Requeue(), c.Release()]),
    st.builds(c.Decline, reason=CODES),
    st.builds(c.Suspend, reason=CODES),
    st.builds(c.Hold, reason=CODES),
    st.builds(c.Redirect, reason=CODES),
    st.builds(c.End, outcome=st.sampled_from(Outcome)),
    st.builds(c.AskRecording, recording=RECORDINGS, consent=VERSIONS, language=LANGUAGES),
    st.sampled_from([c.StopRecording(), c.SomeoneJoined()]),
    st.builds(c.OpenRecording, recording=RECORDINGS, file=st.sampled_from(["member.webm", "../key"])),
    st.builds(c.NoteCall, call=st.sampled_from(Call)),
    BOTH,
)
SUPPORT = st.one_of(
    st.builds(c.Say, text=TEXTS),
    st.just(c.SeeLine()),
    st.builds(c.IssueLink, link=LINKS),
    st.builds(c.PassLink, link=LINKS),
    st.builds(c.Hold, reason=CODES),
    st.just(c.Release()),
    st.just(c.Requeue()),
    st.builds(c.Cancel, reason=CODES),
    st.sampled_from([c.BeginHelp(), c.EndHelp()]),
    st.builds(c.ShowFix, card=CODES),
    BOTH,
)

GUESTS = st.sampled_from([GuestId("guest-maria"), GuestId("guest-leo"), GuestId("guest-sol"), GuestId("no")])
GUEST_LINKS = st.sampled_from([LinkId("g1"), LinkId("g2"), LinkId("g3")])
GUEST_DEVICES = st.sampled_from([DeviceId("tablet"), DeviceId("laptop")])
HOST = st.one_of(
    st.builds(
        g.InviteGuest,
        guest=GUESTS, kind=st.sampled_from(GuestKind), signs=st.booleans(), text=TEXTS, link=GUEST_LINKS,
    ),
    st.builds(g.IssueGuestLink, guest=GUESTS, link=GUEST_LINKS),
    st.builds(g.RemoveGuest, guest=GUESTS),
)  # fmt: skip
GUEST = st.one_of(st.builds(g.JoinAsGuest, link=GUEST_LINKS, device=GUEST_DEVICES), st.just(g.LeaveAsGuest()))


class Days(RuleBasedStateMachine):
    """One visit, two clinicians, a member on two devices, the desk, booking, and an untidy clock."""

    world: World
    ana: Member
    done: list[tuple[c.Command, Actor]]

    @initialize(in_minutes=st.sampled_from([-10, 0, 10, 50, 90]), named=st.booleans(), ready=st.booleans())
    def begins(self, in_minutes: int, named: bool, ready: bool) -> None:
        self.world = World()
        self.world.writes("a text")
        lee = self.world.clinician("lee")
        self.ana = self.world.member(in_minutes=in_minutes, named=lee if named else None)
        self.done = []
        if ready and in_minutes < 60:
            self.ana.redeems()
            self.ana.gives_everything()
            self.ana.checks_in()

    def does(self, command: c.Command, actor: Actor) -> Answer:
        before = self.ana.now
        answer = self.world.does(self.ana.visit, command, actor)
        if isinstance(answer, Refused):
            assert self.ana.now is before, "a refusal changes nothing"
        else:
            self.done.append((command, actor))
            self.expired_claims_lead_back(before)
        self.as_if_the_clock_had_been_watched(before, command, actor)
        return answer

    def expired_claims_lead_back(self, before: Visit) -> None:
        """Every claim or offer that ran out went back into line with the same place."""
        new = self.world.journals[self.ana.visit][before.seq :]
        visit = before
        for record in new:
            after = apply(visit, record)
            if record.event.type in {"claim_expired", "offer_expired", "claim_released", "declined"}:
                assert (after.state, after.due) == (State.waiting, visit.due)
            visit = after

    def as_if_the_clock_had_been_watched(self, before: Visit, command: c.Command, actor: Actor) -> None:
        """Whether the timekeeper has run makes no difference to anybody."""
        now = self.world.now
        settled = handle(before, c.PassTime(), SYSTEM, now)
        assert isinstance(settled, Recorded)
        watched, unwatched = (handle(visit, command, actor, now) for visit in (settled.visit, before))
        if isinstance(unwatched, Refused):
            assert watched == unwatched
        else:
            assert isinstance(watched, Recorded)
            assert watched.visit == unwatched.visit

    @rule(command=MEMBER, device=DEVICES)
    def a_member_does(self, command: c.Command, device: DeviceId) -> None:
        self.does(command, Actor(Role.member, device))

    @rule()
    def the_member_gets_ready(self) -> None:
        self.ana.redeems()
        self.ana.gives_everything()
        self.ana.checks_in()

    @rule(command=CLINICIAN, who=STAFF)
    def a_clinician_does(self, command: c.Command, who: StaffId) -> None:
        self.does(command, Actor(Role.clinician, who))

    @precondition(lambda self: self.ana.state in {State.waiting, State.claimed, State.on_hold})
    @rule(who=STAFF)
    def a_clinician_takes_the_visit(self, who: StaffId) -> None:
        for command in (c.Claim(), c.Admit(), c.Resume()):
            self.does(command, Actor(Role.clinician, who))

    @rule(command=HOST, who=STAFF, by_member=st.booleans())
    def somebody_invites_or_removes(self, command: c.Command, who: StaffId, by_member: bool) -> None:
        self.does(command, Actor(Role.member, "phone") if by_member else Actor(Role.clinician, who))

    @rule(command=GUEST, device=GUEST_DEVICES)
    def a_guest_comes_or_goes(self, command: c.Command, device: DeviceId) -> None:
        before = {guest.id: guest.device for guest in joined(self.ana.now.guests)}
        self.does(command, Actor(Role.guest, device))
        after = {guest.id: guest.device for guest in joined(self.ana.now.guests)}
        assert all(before[guest] == after[guest] for guest in before.keys() & after.keys())

    @rule(command=SUPPORT)
    def the_desk_does(self, command: c.Command) -> None:
        self.does(command, Actor(Role.support, "joy"))

    @rule(minutes=st.integers(4, 60), shift=st.integers(-60, 60))
    def booking_moves_it(self, minutes: int, shift: int) -> None:
        start = self.world.now + timedelta(minutes=shift)
        self.does(c.Reschedule(start=start, minutes=minutes), BOOKING)

    @rule(who=STAFF)
    def the_system_rings(self, who: StaffId) -> None:
        self.does(c.Offer(clinician=who), SYSTEM)

    @rule(
        who=st.sampled_from([Role.member, Role.clinician]),
        presence=st.sampled_from(Presence),
        staff=st.none() | STAFF,
        ago=SECONDS,
    )
    def presence_is_noted(self, who: Role, presence: Presence, staff: StaffId | None, ago: float) -> None:
        since = self.world.now - timedelta(seconds=ago)
        self.does(c.NotePresence(who=who, presence=presence, since=since, staff=staff), SYSTEM)

    @precondition(lambda self: self.ana.now.recording is not None)
    @rule(trouble=st.none() | CODES)
    def the_recorder_reports(self, trouble: str | None) -> None:
        recording = self.ana.now.recording
        assert recording is not None
        self.does(c.NoteRecording(recording=recording.id, trouble=trouble), SYSTEM)

    @rule()
    def the_timekeeper_looks(self) -> None:
        self.does(c.PassTime(), SYSTEM)
        deadline = next_deadline(self.ana.now)
        assert deadline is None or deadline > self.world.now or deadline > self.ana.now.updated_at

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.world.passes(seconds=seconds)

    @precondition(lambda self: next_deadline(self.ana.now) is not None)
    @rule(early=st.booleans())
    def time_passes_to_the_next_deadline(self, early: bool) -> None:
        deadline = next_deadline(self.ana.now)
        assert deadline is not None
        self.world.now = deadline - timedelta(milliseconds=1 if early else 0)

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def somebody_repeats_themselves(self, data: st.DataObject) -> None:
        command, actor = data.draw(st.sampled_from(self.done))
        self.does(command, actor)

    @rule(command=MEMBER | CLINICIAN | SUPPORT | HOST | GUEST, actor=st.sampled_from(Role))
    def anybody_tries_anything(self, command: c.Command, actor: Role) -> None:
        self.does(command, Actor(actor, "lee"))

    @rule(command=CLINICIAN, who=st.sampled_from([Role.member, Role.booking, Role.system]))
    def nobody_else_admits_or_claims(self, command: c.Command, who: Role) -> None:
        shared = isinstance(command, chat.WriteChat | chat.SeeChat | chat.ShareFile | chat.DeclineStill)
        if not ((isinstance(command, c.Requeue) and who is Role.system) or (shared and who is Role.member)):
            assert self.does(command, Actor(who, "lee")) == refused(Refusal.not_permitted)

    @precondition(lambda self: self.ana.state in HOLDING)
    @rule(command=st.sampled_from([c.Claim(), c.Admit(), c.End(outcome=Outcome.other)]))
    def a_second_clinician_never_gets_in(self, command: c.Command) -> None:
        before = self.ana.now
        assert handle(before, c.PassTime(), SYSTEM, self.world.now)
        other = StaffId("sun" if before.claimed_by == "lee" else "lee")
        self.does(command, Actor(Role.clinician, other))
        assert self.ana.now.claimed_by != other or self.ana.now.claimed_at != before.claimed_at

    def teardown(self) -> None:
        if hasattr(self, "ana"):
            laws.replayed(self.ana.now, self.world.journals[self.ana.visit])

    @invariant()
    def a_terminal_visit_stays_what_it_is(self) -> None:
        if not hasattr(self, "ana") or self.ana.state not in TERMINAL - {State.left}:
            return
        for command in (c.Claim(), c.Admit()):
            answer = handle(self.ana.now, command, Actor(Role.clinician, "lee"), self.world.now)
            assert isinstance(answer, Refused)


TestDays = pytest.mark.timeout(600)(pytest.mark.slow(Days.TestCase))
TestDays.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
