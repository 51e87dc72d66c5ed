"""Recording: off until everybody present has agreed, and off again the moment somebody has not."""

from typing import Any

import pytest

from tests.waiting_room.core.world import Clinician, Guest, Member, World, refused, seen_by
from waiting_room.core import commands as c
from waiting_room.core.agreement import endpoint_of, lease_of, person_of, waiting_for, who_must_agree
from waiting_room.core.decide_recording import decide_recording
from waiting_room.core.events_recording import RecordingAgreed, RecordingOpened, RecordingResumed
from waiting_room.core.evolve import ImpossibleRecordError, evolve
from waiting_room.core.ids import RecordingId
from waiting_room.core.model import Actor, Role
from waiting_room.core.recording import RECORDING, RecordingState, document, state_of
from waiting_room.core.refusals import Refusal


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def lee(world: World) -> Clinician:
    return world.clinician("lee")


@pytest.fixture
def ana(world: World, lee: Clinician) -> Member:
    """In a visit, with nobody beside her."""
    ana = world.waiting_member()
    ana.gives_present("", others=0)
    lee.takes(ana)
    return ana


@pytest.fixture
def recorded(ana: Member, lee: Clinician) -> Member:
    lee.asks_to_record(ana)
    assert ana.agrees() == ["recording_agreed", "recording_started"]
    return ana


def state(member: Member) -> str:
    return state_of(member.now.recording).value


def test_a_visit_begins_unrecorded(ana: Member, lee: Clinician) -> None:
    assert state(ana) == "off"
    assert lease_of(ana.now) == ()
    assert "recording" not in seen_by(ana, ana)
    assert "recording" not in seen_by(lee, ana)


def test_asking_records_nothing_yet(ana: Member, lee: Clinician) -> None:
    assert lee.asks_to_record(ana) == ["recording_asked"]
    assert (state(ana), lease_of(ana.now)) == ("asked", ())
    assert waiting_for(ana.now) == ("member",)
    assert lee.asks_to_record(ana, "rec9") == []


def test_it_runs_when_the_last_one_present_agrees(recorded: Member) -> None:
    assert (state(recorded), lease_of(recorded.now)) == ("recording", ("clinician", "member"))
    assert recorded.agrees() == []


def test_everybody_who_shares_the_device_agrees_by_name(world: World, lee: Clinician) -> None:
    ana = world.waiting_member()
    ana.gives_present("Leo and Mía", others=2)
    lee.takes(ana)
    lee.asks_to_record(ana)
    assert who_must_agree(ana.now) == ("clinician", "member", "member-1", "member-2")
    assert ana.agrees() == refused(Refusal.people_changed, others=2)
    assert ana.agrees("Leo") == refused(Refusal.people_changed, others=2)
    assert lease_of(ana.now) == ()
    assert ana.agrees("Leo", "Mía") == [*["recording_agreed"] * 3, "recording_started"]
    assert lease_of(ana.now) == ("clinician", "member")
    assert seen_by(lee, ana)["recording"]["names"] == {"member-1": "Leo", "member-2": "Mía"}


def test_the_version_and_language_of_the_words_are_journaled(recorded: Member, world: World) -> None:
    agreed = [r.event for r in world.journals[recorded.visit] if isinstance(r.event, RecordingAgreed)]
    assert [(one.person, one.consent, one.language) for one in agreed] == [
        ("member", "recording-2026-1", "es")
    ]


def test_a_no_ends_it_before_it_began(ana: Member, lee: Clinician) -> None:
    lee.asks_to_record(ana)
    assert ana.refuses() == ["recording_refused"]
    assert (state(ana), lease_of(ana.now)) == ("stopped", ())
    assert ana.agrees() == refused(Refusal.no_recording)
    assert seen_by(lee, ana)["recording"]["reason"] == "refused"


def test_a_withdrawal_ends_it(recorded: Member) -> None:
    assert recorded.refuses() == ["recording_withdrawn"]
    assert (state(recorded), lease_of(recorded.now)) == ("stopped", ())
    assert recorded.refuses() == []


def test_after_a_no_the_clinician_may_ask_again_and_it_is_another_recording(
    recorded: Member, lee: Clinician
) -> None:
    recorded.refuses()
    assert lee.asks_to_record(recorded, "rec2") == ["recording_asked"]
    assert recorded.agrees(recording="rec1") == refused(Refusal.no_recording)
    assert recorded.agrees(recording="rec2") == ["recording_agreed", "recording_started"]


def test_the_clinician_stops_it(recorded: Member, lee: Clinician) -> None:
    assert lee.stops_recording(recorded) == ["recording_stopped"]
    assert (state(recorded), lease_of(recorded.now)) == ("stopped", ())
    assert lee.stops_recording(recorded) == []
    assert lee.sees_somebody_new(recorded) == []


def test_someone_new_pauses_it_until_they_agree_too(recorded: Member, lee: Clinician) -> None:
    assert lee.sees_somebody_new(recorded) == ["someone_joined", "recording_paused"]
    assert (state(recorded), lease_of(recorded.now)) == ("paused", ())
    assert lee.sees_somebody_new(recorded) == [], "they will be asked about everybody anyway"
    recorded.gives_present("Leo", others=1)
    assert recorded.agrees() == refused(Refusal.people_changed, others=1)
    assert recorded.agrees("Leo") == ["recording_agreed", "recording_agreed", "recording_resumed"]
    assert lease_of(recorded.now) == ("clinician", "member")


def test_a_newcomer_who_refuses_ends_it(recorded: Member, lee: Clinician) -> None:
    lee.sees_somebody_new(recorded)
    assert recorded.refuses() == ["recording_refused"]
    assert state(recorded) == "stopped"


def test_saying_who_is_there_anew_pauses_it(recorded: Member) -> None:
    assert recorded.gives_present("my son", others=1) == ["present_given", "recording_paused"]
    assert waiting_for(recorded.now) == ("member", "member-1")


def test_another_device_is_asked_anew(recorded: Member) -> None:
    assert recorded.redeems(device="laptop") == ["redeemed", "recording_paused"]
    assert recorded.agrees() == ["recording_agreed", "recording_resumed"]


def test_a_hold_pauses_and_the_visit_resumes_it(recorded: Member, lee: Clinician) -> None:
    assert lee.suspends(recorded) == ["suspended", "recording_paused"]
    assert (state(recorded), lease_of(recorded.now)) == ("paused", ())
    assert lee.resumes(recorded) == ["resumed", "recording_resumed"]
    assert lease_of(recorded.now) == ("clinician", "member")


def test_a_lost_clinician_pauses_it(recorded: Member, lee: Clinician, world: World) -> None:
    lee.goes(recorded)
    world.passes(seconds=60)
    assert world.looks(recorded) == ["suspended", "recording_paused"]


def test_it_may_be_refused_on_hold(recorded: Member, lee: Clinician) -> None:
    lee.suspends(recorded)
    assert recorded.refuses() == ["recording_withdrawn"]
    assert lee.resumes(recorded) == ["resumed"]
    assert state(recorded) == "stopped"


def test_nobody_agrees_on_hold(ana: Member, lee: Clinician) -> None:
    lee.asks_to_record(ana)
    lee.suspends(ana)
    assert ana.agrees() == refused(Refusal.wrong_state, state="on_hold")


def test_who_left_and_came_back_is_asked_anew(recorded: Member, lee: Clinician) -> None:
    assert recorded.leaves() == ["left", "recording_paused"]
    recorded.returns()
    assert lee.resumes(recorded) == ["resumed"]
    assert (state(recorded), waiting_for(recorded.now)) == ("paused", ("member",))


@pytest.mark.parametrize("ending", ["ends", "requeues"])
def test_whoever_comes_after_finds_it_off(
    recorded: Member, lee: Clinician, world: World, ending: str
) -> None:
    getattr(lee, ending)(recorded)
    assert (state(recorded), lease_of(recorded.now)) == ("off", ())
    assert "recording" not in seen_by(recorded, recorded)


def test_the_next_clinician_sees_nothing_of_the_last_ones_recording(
    recorded: Member, lee: Clinician, world: World
) -> None:
    lee.requeues(recorded)
    sun = world.clinician("sun")
    sun.takes(recorded)
    assert "recording" not in seen_by(sun, recorded)
    assert "rec1" not in str(seen_by(sun, recorded))
    assert recorded.agrees(recording="rec1") == refused(Refusal.no_recording)


def test_only_the_holder_asks(ana: Member, world: World) -> None:
    sun = world.clinician("sun")
    assert sun.asks_to_record(ana) == refused(Refusal.claimed_by_other, clinician="lee")
    assert sun.stops_recording(ana) == refused(Refusal.claimed_by_other, clinician="lee")


def test_nobody_is_asked_before_the_visit(world: World, lee: Clinician) -> None:
    ana = world.waiting_member()
    lee.claims(ana)
    assert lee.asks_to_record(ana) == refused(Refusal.wrong_state, state="claimed")


def test_consent_from_somebody_who_is_not_there_is_refused(ana: Member, lee: Clinician, world: World) -> None:
    assert ana.agrees(recording="rec1") == refused(Refusal.no_recording)
    lee.asks_to_record(ana)
    agree = c.AgreeRecording(recording=RecordingId("rec1"), consent="v1", language="en")
    assert world.does(ana.visit, agree, Actor(Role.support, "joy")) == refused(Refusal.not_permitted)
    assert state(ana) == "asked"


def test_whoever_is_not_in_the_visit_has_no_say(ana: Member, lee: Clinician) -> None:
    lee.asks_to_record(ana)
    agree = c.AgreeRecording(recording=RecordingId("rec1"), consent="v1", language="en")
    stranger = Actor(Role.support, "guest-who-left")
    assert decide_recording(ana.now, agree, stranger) == refused(Refusal.not_present)


@pytest.mark.parametrize(
    ("field", "ask"),
    [
        ("recording", {"recording": "no id"}),
        ("consent", {"words": "words with spaces"}),
        ("language", {"language": "Klingon!"}),
    ],
)
def test_what_is_journaled_is_a_code(ana: Member, lee: Clinician, field: str, ask: dict[str, Any]) -> None:
    assert lee.asks_to_record(ana, **ask) == refused(Refusal.malformed, field=field)


def test_an_agreement_is_to_known_words(ana: Member, lee: Clinician) -> None:
    lee.asks_to_record(ana)
    assert ana.agrees(words="?") == refused(Refusal.malformed, field="consent")


def test_a_full_disk_is_told_and_the_visit_goes_on(recorded: Member, lee: Clinician, world: World) -> None:
    joy = world.desk()
    assert world.notes_of_recorder(recorded, "rec1", "disk_full") == ["recording_failing"]
    assert world.notes_of_recorder(recorded, "rec1", "disk_full") == []
    for person in (lee, joy):
        assert seen_by(person, recorded)["recording"]["trouble"] == "disk_full"
    assert recorded.state == "in_visit"
    assert world.notes_of_recorder(recorded, "rec1", None) == ["recording_recovered"]
    assert "trouble" not in seen_by(joy, recorded)["recording"]


@pytest.mark.parametrize("recording", ["rec1", "rec9"])
def test_what_the_recorder_says_of_another_recording_is_not_believed(
    ana: Member, lee: Clinician, world: World, recording: str
) -> None:
    lee.asks_to_record(ana)
    assert world.notes_of_recorder(ana, recording, "disk_full") == []
    assert world.notes_of_recorder(ana, recording, "Disk Full!") == refused(
        Refusal.malformed, field="trouble"
    )


def test_each_sees_their_own_part(recorded: Member, lee: Clinician, world: World) -> None:
    seen = seen_by(recorded, recorded)["recording"]
    assert (seen["state"], seen["mine"], seen["people"], seen["waiting_for"]) == ("recording", True, 0, [])
    assert seen_by(lee, recorded)["recording"]["agreed"] == ["clinician", "member"]
    assert "recording" not in seen_by(world.clinician("sun"), recorded)
    assert set(seen_by(world.desk(), recorded)["recording"]) == {"state", "since"}


def test_opening_a_file_is_journaled_after_the_end_too(
    recorded: Member, lee: Clinician, world: World
) -> None:
    lee.ends(recorded)
    opens = c.OpenRecording(recording=RecordingId("rec1"), file="member.webm")
    assert lee.does(recorded, opens) == ["recording_opened"]
    officer = Actor(Role.privacy, "pia")
    assert world.does(recorded.visit, opens, officer) == ["recording_opened"]
    assert world.journals[recorded.visit][-1].actor == officer
    assert recorded.state == "completed"


@pytest.mark.parametrize("role", [Role.member, Role.support, Role.booking])
def test_no_other_role_opens_one(recorded: Member, world: World, role: Role) -> None:
    opens = c.OpenRecording(recording=RecordingId("rec1"), file="member.webm")
    assert world.does(recorded.visit, opens, Actor(role, "x")) == refused(Refusal.not_permitted)


@pytest.mark.parametrize(("recording", "file"), [("rec1", "../key"), ("a/b", "member.webm")])
def test_a_file_is_named_by_a_code(recorded: Member, lee: Clinician, recording: str, file: str) -> None:
    opens = c.OpenRecording(recording=RecordingId(recording), file=file)
    assert lee.does(recorded, opens) == refused(Refusal.malformed, field="file")


def test_the_table_is_whole_and_shown() -> None:
    assert set(RECORDING) == set(RecordingState)
    page = document()
    assert all(f"| `{one}` |" in page for one in RecordingState)


def test_a_journal_that_skips_a_state_is_impossible(ana: Member, lee: Clinician, world: World) -> None:
    lee.asks_to_record(ana)
    resumed = RecordingResumed(recording=RecordingId("rec1"))
    with pytest.raises(ImpossibleRecordError):
        evolve(ana.now, resumed, ana.now.seq + 1, world.now)
    opened = RecordingOpened(recording=RecordingId("rec1"), file="a.webm")
    assert evolve(ana.now, opened, ana.now.seq + 1, world.now).recording == ana.now.recording


def test_people_who_share_a_device_share_its_endpoint(ana: Member) -> None:
    assert [endpoint_of(one) for one in ("clinician", "member", "member-2", "guest-x1")] == [
        "clinician", "member", "member", "guest-x1",
    ]  # fmt: skip
    assert person_of(ana.now, Actor(Role.support, "joy")) == "joy"


def sister(world: World, member: Member) -> Guest:
    """Maria, invited and in."""
    maria = Guest(world, "Maria Ruiz")
    member.invites(maria)
    maria.joins(member)
    return maria


def test_a_guest_in_the_visit_must_agree_too(world: World, ana: Member, lee: Clinician) -> None:
    maria = sister(world, ana)
    lee.asks_to_record(ana)
    assert ana.agrees() == ["recording_agreed"]
    assert waiting_for(ana.now) == (maria.id,)
    assert seen_by(maria, ana)["recording"]["mine"] is False
    assert maria.agrees(ana) == ["recording_agreed", "recording_started"]
    assert lease_of(ana.now) == ("clinician", maria.id, "member")
    assert seen_by(maria, ana)["recording"]["mine"] is True


def test_a_guest_who_comes_in_pauses_the_recording_until_they_agree(world: World, recorded: Member) -> None:
    maria = Guest(world, "Maria Ruiz")
    recorded.invites(maria)
    assert state(recorded) == "recording"
    assert maria.joins(recorded) == ["guest_joined", "recording_paused"]
    assert lease_of(recorded.now) == ()
    assert maria.agrees(recorded) == ["recording_agreed", "recording_resumed"]


def test_a_guest_who_has_not_agreed_holds_nothing_up_once_gone(world: World, recorded: Member) -> None:
    maria = sister(world, recorded)
    assert state(recorded) == "paused"
    assert maria.leaves(recorded) == ["guest_left", "recording_resumed"]
    assert lease_of(recorded.now) == ("clinician", "member")


def test_a_guest_stops_the_recording_for_everybody(world: World, recorded: Member) -> None:
    maria = sister(world, recorded)
    maria.agrees(recorded)
    assert maria.refuses(recorded) == ["recording_withdrawn"]
    assert (state(recorded), lease_of(recorded.now)) == ("stopped", ())


def test_an_invitation_alone_gives_no_word_about_a_recording(world: World, recorded: Member) -> None:
    maria = Guest(world, "Maria Ruiz")
    recorded.invites(maria)
    assert maria.agrees(recorded) == refused(Refusal.not_present)


def test_agreed_is_what_was_asked_word_for_word(ana: Member, lee: Clinician) -> None:
    lee.asks_to_record(ana, words="recording-2026-1")
    assert ana.agrees(words="recording-2027-1") == refused(Refusal.malformed, field="consent")
    assert state(ana) == "asked"
