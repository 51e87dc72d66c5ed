"""Whatever JSON a page sends, it is one of the commands or refused; and every command is understood."""

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from signaling.sockets import messages as m
from signaling.sockets import staff_messages as s
from signaling.sockets import translate
from waiting_room.core import commands as c
from waiting_room.core import commands_chat as chat
from waiting_room.core import commands_guests as g
from waiting_room.core.ids import DeviceId, GuestId, LinkId, TextId
from waiting_room.core.model import Guest, GuestKind, Role

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
TYPES = [
    get_args(model.model_fields["type"].annotation)[0]
    for union in (m.MemberCommand, m.GuestCommand, s.ClinicianCommand, s.SupportCommand)
    for model in get_args(get_args(union)[0])
]
NAMES = [
    "id",
    "type",
    "visit",
    "guest",
    "name",
    "kind",
    "signs",
    "text",
    "number",
    "people",
    "others",
    "reason",
    "step",
    "seen",
    "camera",
    "x",
]
nearly = st.dictionaries(st.sampled_from(NAMES), json_values, max_size=6).flatmap(
    lambda fields: st.sampled_from(TYPES).map(lambda kind: {"id": "a", "type": kind, **fields})
)


@given(json_values | nearly)
def test_anything_else_is_refused_and_nothing_else_happens(said: Any) -> None:
    for read in (m.member_commands(), m.commands_guests(), s.clinician_commands(), s.support_commands()):
        try:
            command = read.validate_python(said)
        except ValidationError:
            continue
        assert isinstance(command, BaseModel)
        assert command.model_dump(exclude_unset=True) == said or "text" in said or "people" in said


def ids() -> Any:
    numbers = iter(range(1000))
    return lambda: f"id-{next(numbers)}"


MEMBER: list[tuple[dict[str, Any], type]] = [
    ({"type": "give_location", "text": "12 Elm Street", "driving": True}, c.GiveLocation),
    ({"type": "give_callback", "number": "206 555 0142"}, c.GiveCallback),
    ({"type": "give_present", "others": 0}, c.GivePresent),
    ({"type": "give_consent", "consent": "t-1", "language": "es-MX"}, c.GiveConsent),
    (
        {"type": "check_devices", "camera": "busy", "microphone": "ok", "facing": "none", "seen": False},
        c.CheckDevices,
    ),
    ({"type": "check_in"}, c.CheckIn),
    ({"type": "step", "step": "consent"}, c.Step),
    ({"type": "leave"}, c.Leave),
    ({"type": "return_to_place"}, c.ReturnToPlace),
    ({"type": "say", "text": "one\ntwo"}, c.Say),
    ({"type": "see_line"}, c.SeeLine),
    ({"type": "write_chat", "text": "It itches"}, chat.WriteChat),
    ({"type": "see_chat"}, chat.SeeChat),
    ({"type": "decline_still", "reason": "no_camera"}, chat.DeclineStill),
    ({"type": "agree_recording", "recording": "r1", "consent": "r-1", "language": "es"}, c.AgreeRecording),
    ({"type": "refuse_recording"}, c.RefuseRecording),
    ({"type": "answer_fix", "card": "call_us", "helped": False}, c.AnswerFix),
    ({"type": "ask_for_call"}, c.AskForCall),
    ({"type": "withdraw_call"}, c.WithdrawCall),
]
CLINICIAN: list[tuple[dict[str, Any], type]] = [
    ({"type": "claim"}, c.Claim),
    ({"type": "renew_claim"}, c.RenewClaim),
    ({"type": "release_claim"}, c.ReleaseClaim),
    ({"type": "admit"}, c.Admit),
    ({"type": "confirm_identity"}, c.ConfirmIdentity),
    ({"type": "suspend"}, c.Suspend),
    ({"type": "resume"}, c.Resume),
    ({"type": "requeue"}, c.Requeue),
    ({"type": "end", "outcome": "other"}, c.End),
    ({"type": "extend", "minutes": 10}, c.Extend),
    ({"type": "write_chat", "text": "Since when?"}, chat.WriteChat),
    ({"type": "see_chat"}, chat.SeeChat),
    ({"type": "ask_still"}, chat.AskStill),
    ({"type": "decline_still"}, chat.DeclineStill),
    ({"type": "hold", "reason": "paperwork"}, c.Hold),
    ({"type": "release"}, c.Release),
    ({"type": "redirect", "reason": "urgent_care"}, c.Redirect),
    ({"type": "ask_recording", "consent": "r-1", "language": "en"}, c.AskRecording),
    ({"type": "stop_recording"}, c.StopRecording),
    ({"type": "someone_joined"}, c.SomeoneJoined),
    ({"type": "change_mode", "mode": "phone"}, c.ChangeMode),
    ({"type": "note_call", "call": "reached"}, c.NoteCall),
    ({"type": "write_note", "text": "Speaks slowly"}, c.WriteNote),
]
SUPPORT: list[tuple[dict[str, Any], type]] = [
    ({"type": "say", "text": "Hello"}, c.Say),
    ({"type": "see_line"}, c.SeeLine),
    ({"type": "cancel", "reason": "clinic_closed"}, c.Cancel),
    ({"type": "hold", "reason": "interpreter_late"}, c.Hold),
    ({"type": "release"}, c.Release),
    ({"type": "requeue"}, c.Requeue),
    ({"type": "redirect", "reason": "emergency_services"}, c.Redirect),
    ({"type": "begin_help"}, c.BeginHelp),
    ({"type": "end_help"}, c.EndHelp),
    ({"type": "show_fix", "card": "call_us"}, c.ShowFix),
    ({"type": "write_note", "text": "Hard of hearing"}, c.WriteNote),
    ({"type": "change_mode", "mode": "video"}, c.ChangeMode),
]


@pytest.mark.parametrize(("said", "command"), MEMBER, ids=lambda value: str(value)[:30])
def test_every_member_command_is_understood(said: dict[str, Any], command: type) -> None:
    read = m.member_commands().validate_python({"id": "a", **said})
    translated = translate.member(read, ids(), "+12065550100")
    assert isinstance(translated.command, command)
    named = getattr(translated.command, "text", None)
    assert set(translated.texts) == ({named} if named else set())


@pytest.mark.parametrize(("said", "command"), CLINICIAN, ids=lambda value: str(value)[:30])
def test_every_clinician_command_is_understood(said: dict[str, Any], command: type) -> None:
    read = s.clinician_commands().validate_python({"id": "a", "visit": "v", **said})
    translated = translate.clinician(read, ids())
    assert isinstance(translated.command, command)
    named = getattr(translated.command, "text", None)
    assert set(translated.texts) == ({named} if named else set())


@pytest.mark.parametrize(("said", "command"), SUPPORT, ids=lambda value: str(value)[:30])
def test_every_support_command_is_understood(said: dict[str, Any], command: type) -> None:
    read = s.support_commands().validate_python({"id": "a", "visit": "v", **said})
    assert not isinstance(read, s.IssueLink | s.PassLink)
    assert isinstance(translate.support(read, ids()).command, command)


def test_each_name_of_an_agreement_is_a_text_that_is_kept_with_the_recording() -> None:
    said = {"type": "agree_recording", "recording": "rec", "consent": "r-1", "language": "en"}
    read = m.member_commands().validate_python({"id": "a", **said, "people": ["Leo", "Mía"]})
    translated = translate.member(read, ids(), "")
    assert isinstance(translated.command, c.AgreeRecording)
    assert tuple(translated.texts) == translated.command.people
    assert [(one.kind, one.body) for one in translated.texts.values()] == [
        ("recording", "Leo"),
        ("recording", "Mía"),
    ]


HOST: list[dict[str, Any]] = [
    {"type": "invite_guest", "name": "Maria Ruiz", "kind": "interpreter", "signs": True},
    {"type": "issue_guest_link", "guest": "guest-1"},
    {"type": "remove_guest", "guest": "guest-1"},
]


@pytest.mark.parametrize("said", HOST, ids=lambda said: str(said["type"]))
def test_the_member_and_the_clinician_host_guests_alike(said: dict[str, Any]) -> None:
    mine = m.member_commands().validate_python({"id": "a", **said})
    theirs = s.clinician_commands().validate_python({"id": "a", "visit": "v", **said})
    assert isinstance(mine, m.HostCommand)
    assert isinstance(theirs, m.HostCommand)
    assert theirs.model_dump(exclude={"visit"}) == mine.model_dump()


@pytest.mark.parametrize(
    "name", ["", " ", "x" * 81, "Maria\u202egnp.exe", "a\nb", "\x00", 7, None, ["Maria"]]
)
def test_a_name_hides_and_reorders_nothing(name: Any) -> None:
    with pytest.raises(ValidationError):
        m.member_commands().validate_python(
            {"id": "a", "type": "invite_guest", "kind": "family", "name": name}
        )


@pytest.mark.parametrize(
    ("kind", "command"), [("join_as_guest", g.JoinAsGuest), ("leave_as_guest", g.LeaveAsGuest)]
)
def test_every_guest_command_is_understood(kind: str, command: type) -> None:
    read = m.commands_guests().validate_python({"id": "a", "type": kind})
    who = Guest(
        id=GuestId("guest-1"),
        kind=GuestKind.family,
        name=TextId("t"),
        invited_by=Role.member,
        invited_at=datetime(2026, 3, 2, tzinfo=UTC),
        link=LinkId("link"),
    )
    assert isinstance(translate.guest(read, who, DeviceId("tablet"), ids()).command, command)


def test_no_command_is_left_out_of_these() -> None:
    assert len(MEMBER) + len(HOST) == len(get_args(get_args(m.MemberCommand)[0]))
    assert len(CLINICIAN) + len(HOST) == len(get_args(get_args(s.ClinicianCommand)[0]))
    assert len(SUPPORT) + 2 == len(get_args(get_args(s.SupportCommand)[0]))


def test_what_is_said_is_not_in_the_log_form_of_a_command() -> None:
    read = m.member_commands().validate_python({"id": "a", "type": "say", "text": "a rash"})
    assert "a rash" not in repr(translate.member(read, ids(), ""))
