"""What helps a member who is stuck: the desk, steps on the screen, a telephone call, another device.

Whether the actor may give the command at all, and is the holder where that is asked, is settled by `decide`.
"""

from typing import assert_never

from waiting_room.core import commands as c
from waiting_room.core import events_help as e
from waiting_room.core.deadlines import NOTES_MAX
from waiting_room.core.decide_booking import is_code, malformed
from waiting_room.core.events import Event
from waiting_room.core.ids import StaffId
from waiting_room.core.model import Actor, Call, Mode, Role, State, Visit
from waiting_room.core.refusals import Refusal, Refused


def decide_help(visit: Visit, command: c.HelpCommand, actor: Actor) -> tuple[Event, ...] | Refused:
    """Who helps, what they show the member, and what they write down."""
    me = StaffId(actor.id)
    match command:
        case c.BeginHelp():
            return () if visit.helper == me else (e.HelpBegun(by=me),)
        case c.EndHelp():
            return () if visit.helper is None else (e.HelpEnded(by=me),)
        case c.ShowFix():
            return _show(visit, command, me)
        case c.AnswerFix():
            return _answer(visit, command)
        case c.WriteNote():
            if len(visit.notes) >= NOTES_MAX:
                return Refused(Refusal.notes_full)
            return (e.Noted(by=me, text=command.text),)
        case _:
            assert_never(command)


def _show(visit: Visit, command: c.ShowFix, me: StaffId) -> tuple[Event, ...] | Refused:
    """Steps that are on the screen already, unanswered, are not shown twice."""
    if not is_code(command.card):
        return malformed("card")
    shown = visit.fix is not None and visit.fix.helped is None and visit.fix.card == command.card
    return () if shown else (e.FixShown(by=me, card=command.card),)


def _answer(visit: Visit, command: c.AnswerFix) -> tuple[Event, ...] | Refused:
    if visit.fix is None or visit.fix.card != command.card:
        return Refused(Refusal.fix_replaced)
    if visit.fix.helped == command.helped:
        return ()
    return (e.FixAnswered(card=command.card, helped=command.helped),)


def decide_way(visit: Visit, command: c.WayCommand, actor: Actor) -> tuple[Event, ...] | Refused:
    """By video or by telephone, and on which device."""
    match command:
        case c.AskForCall():
            if visit.callback is None:
                return Refused(Refusal.not_ready, {"missing": "callback"})
            asked = visit.call_requested_at is not None or visit.mode is Mode.phone
            return () if asked else (e.CallRequested(),)
        case c.WithdrawCall():
            return () if visit.call_requested_at is None else (e.CallWithdrawn(),)
        case c.ChangeMode():
            if visit.mode is command.mode:
                return ()
            if visit.state is State.in_visit and actor.role is not Role.clinician:
                return Refused(Refusal.wrong_state, {"state": visit.state})
            return (e.ModeChanged(mode=command.mode),)
        case c.NoteCall():
            return _note_call(visit, command.call)
        case c.HandOver():
            if command.by not in visit.redeemed_by:
                return Refused(Refusal.not_recognised)
            known = command.device in visit.redeemed_by
            return () if known else (e.HandedOver(device=command.device, by=command.by),)
        case _:
            assert_never(command)


def _note_call(visit: Visit, call: Call) -> tuple[Event, ...] | Refused:
    if visit.mode is not Mode.phone:
        return Refused(Refusal.not_by_phone)
    return () if visit.call is call else (e.CallNoted(call=call),)
