"""From what a page sent to what the waiting room understands: a command, and the texts it brings along."""

from collections.abc import Callable, Mapping
from typing import assert_never

from signaling.sockets import messages as m
from signaling.sockets import staff_messages as s
from signaling.sockets import translate_chat
from signaling.sockets.translated import Translated
from signaling.sockets.wording import telephone
from waiting_room.core import commands as c
from waiting_room.core import commands_guests as g
from waiting_room.core.ids import DeviceId, RecordingId, TextId
from waiting_room.core.model import Call, Facing, Finding, Guest, Mode, Outcome
from waiting_room.texts import KEPT_WITH_RECORDINGS, NewText


class NotATelephoneNumber(ValueError):  # noqa: N818 - an expected answer
    """What was given as a number to call cannot be one."""


def member(  # noqa: C901, PLR0912 - one arm per command
    said: m.PlainMemberCommand, new_id: Callable[[], str], clinic_phone: str
) -> Translated:
    """A member's command.

    Raises:
        NotATelephoneNumber: the call-back number cannot be called.
    """

    def text(kind: str, body: str) -> tuple[TextId, Mapping[TextId, NewText]]:
        text_id = TextId(new_id())
        return text_id, {text_id: NewText(kind=kind, body=body)}

    match said:
        case m.GiveLocation():
            name, texts = text("location", said.text)
            return Translated(
                c.GiveLocation(text=name, described=said.described, driving=said.driving), texts
            )
        case m.GiveCallback():
            number = telephone(said.number, clinic_phone)
            if number is None:
                raise NotATelephoneNumber
            name, texts = text("callback", number)
            return Translated(c.GiveCallback(text=name), texts)
        case m.GivePresent():
            name, texts = text("present", said.people)
            return Translated(c.GivePresent(text=name, others=said.others), texts)
        case m.GiveConsent():
            return Translated(c.GiveConsent(consent=said.consent, language=said.language))
        case m.CheckDevices():
            return Translated(
                c.CheckDevices(
                    camera=Finding(said.camera),
                    microphone=Finding(said.microphone),
                    facing=Facing(said.facing),
                    seen=said.seen,
                )
            )
        case m.CheckIn():
            return Translated(c.CheckIn())
        case m.Step():
            return Translated(c.Step(step=said.step))
        case m.Leave():
            return Translated(c.Leave(reason=said.reason))
        case m.ReturnToPlace():
            return Translated(c.ReturnToPlace())
        case m.MemberSay():
            name, texts = text("line", said.text)
            return Translated(c.Say(text=name), texts)
        case m.MemberSeeLine():
            return Translated(c.SeeLine())
        case m.AgreeRecording():
            return agreed(said, new_id)
        case m.RefuseRecording():
            return Translated(c.RefuseRecording())
        case m.WriteChat() | m.SeeChat() | m.DeclineStill():
            return translate_chat.by_member(said, new_id)
        case m.AnswerFix() | m.AskForCall() | m.WithdrawCall():
            return _stuck(said)
        case _:
            assert_never(said)


def guest(said: m.GuestCommand, who: Guest, device: DeviceId, new_id: Callable[[], str]) -> Translated:
    """A guest's command. The device that came in by the link needs no link to come back."""
    match said:
        case m.JoinAsGuest():
            return Translated(g.JoinAsGuest(link=who.link, device=device))
        case m.LeaveAsGuest():
            return Translated(g.LeaveAsGuest())
        case m.AgreeRecording():
            return agreed(said, new_id)
        case m.RefuseRecording():
            return Translated(c.RefuseRecording())
        case _:
            assert_never(said)


def _stuck(said: m.AnswerFix | m.AskForCall | m.WithdrawCall) -> Translated:
    """What a member who is stuck says."""
    match said:
        case m.AnswerFix():
            return Translated(c.AnswerFix(card=said.card, helped=said.helped))
        case m.AskForCall():
            return Translated(c.AskForCall())
        case m.WithdrawCall():
            return Translated(c.WithdrawCall())
        case _:
            assert_never(said)


def agreed(said: m.AgreeRecording, new_id: Callable[[], str]) -> Translated:
    """An agreement to be recorded, with a text for each name; they are kept as long as the recording."""
    names = {TextId(new_id()): NewText(kind=KEPT_WITH_RECORDINGS, body=name) for name in said.people}
    agree = c.AgreeRecording(
        recording=RecordingId(said.recording),
        consent=said.consent,
        language=said.language,
        people=tuple(names),
    )
    return Translated(agree, names)


def recorded(
    said: s.AskRecording | s.StopRecording | s.SomeoneJoined, new_id: Callable[[], str]
) -> Translated:
    """What a clinician asks of the recording."""
    match said:
        case s.AskRecording():
            new = RecordingId(new_id())
            return Translated(c.AskRecording(recording=new, consent=said.consent, language=said.language))
        case s.StopRecording():
            return Translated(c.StopRecording())
        case s.SomeoneJoined():
            return Translated(c.SomeoneJoined())
        case _:
            assert_never(said)


def clinician(  # noqa: C901, PLR0912 - as above
    said: s.PlainClinicianCommand, new_id: Callable[[], str]
) -> Translated:
    """A clinician's command."""
    match said:
        case s.Claim():
            return Translated(c.Claim())
        case s.RenewClaim():
            return Translated(c.RenewClaim())
        case s.ReleaseClaim():
            return Translated(c.ReleaseClaim())
        case s.Admit():
            return Translated(c.Admit())
        case s.ConfirmIdentity():
            return Translated(c.ConfirmIdentity())
        case s.Suspend():
            return Translated(c.Suspend(reason=said.reason))
        case s.Resume():
            return Translated(c.Resume())
        case s.Requeue():
            return Translated(c.Requeue())
        case s.End():
            return Translated(c.End(outcome=Outcome(said.outcome)))
        case s.AskRecording() | s.StopRecording() | s.SomeoneJoined():
            return recorded(said, new_id)
        case s.Extend() | s.ClinicianWriteChat() | s.ClinicianSeeChat() | s.AskStill() | s.WithdrawStill():
            return translate_chat.in_visit(said, new_id)
        case s.Hold() | s.Release() | s.Redirect():
            return translate_chat.waiting(said)
        case s.NoteCall():
            return Translated(c.NoteCall(call=Call(said.call)))
        case s.ChangeMode() | s.WriteNote():
            return _staff(said, new_id)
        case _:
            assert_never(said)


HelpCommand = s.BeginHelp | s.EndHelp | s.ShowFix | s.WriteNote | s.ChangeMode
PlainSupportCommand = s.SupportSay | s.SupportSeeLine | s.Cancel | s.Requeue | s.WaitingCommand | HelpCommand


def support(said: PlainSupportCommand, new_id: Callable[[], str]) -> Translated:
    """A support command that needs nothing but the visit; links are the doors' business."""
    match said:
        case s.SupportSay():
            text_id = TextId(new_id())
            return Translated(c.Say(text=text_id), {text_id: NewText(kind="line", body=said.text)})
        case s.SupportSeeLine():
            return Translated(c.SeeLine())
        case s.Cancel():
            return Translated(c.Cancel(reason=said.reason))
        case s.Requeue():
            return Translated(c.Requeue())
        case s.Hold() | s.Release() | s.Redirect():
            return translate_chat.waiting(said)
        case s.BeginHelp():
            return Translated(c.BeginHelp())
        case s.EndHelp():
            return Translated(c.EndHelp())
        case s.ShowFix():
            return Translated(c.ShowFix(card=said.card))
        case s.ChangeMode() | s.WriteNote():
            return _staff(said, new_id)
        case _:
            assert_never(said)


def _staff(said: s.ChangeMode | s.WriteNote, new_id: Callable[[], str]) -> Translated:
    """What both consoles can do."""
    if isinstance(said, s.ChangeMode):
        return Translated(c.ChangeMode(mode=Mode(said.mode)))
    text_id = TextId(new_id())
    return Translated(c.WriteNote(text=text_id), {text_id: NewText(kind="note", body=said.text)})
