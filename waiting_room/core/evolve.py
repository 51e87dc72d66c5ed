"""Evolve: fold one recorded event into a visit. It asks and refuses nothing; the journal is the truth."""

from dataclasses import replace
from datetime import datetime
from functools import singledispatch
from typing import Any

from waiting_room.core import events, guests
from waiting_room.core import events_guests as g
from waiting_room.core import events_help as h
from waiting_room.core.deadlines import DEVICES_KEPT
from waiting_room.core.events import Booked, Event
from waiting_room.core.events_chat import ChatEvent
from waiting_room.core.evolve_chat import fold_chat
from waiting_room.core.evolve_recording import recording_after
from waiting_room.core.lifecycle import HOLDING, LIFECYCLE, OPEN, TERMINAL
from waiting_room.core.model import Actor, Call, DeviceCheck, Fix, LineEntry, Note, Role, State, Visit
from waiting_room.core.recording import BETWEEN, RECORDING, state_of


class ImpossibleRecordError(ValueError):
    """A journal that this program cannot have written. Names states and types, never a value."""


_LIVES_IN: dict[str, frozenset[State]] = {
    "member_gone_since": OPEN,
    "held_by": frozenset({State.held}),
    "held_reason": frozenset({State.held}),
    "offered_to": frozenset({State.offered}),
    "offer_expires": frozenset({State.offered}),
    "claimed_by": HOLDING,
    "claimed_at": HOLDING,
    "claim_expires": frozenset({State.claimed}),
    "clinician_gone_since": HOLDING,
    "hold_reason": frozenset({State.on_hold}),
    "still_asked_at": frozenset({State.in_visit, State.on_hold}),
    "left_at": frozenset({State.left, State.on_hold}),
    "helper": OPEN,
    "helper_since": OPEN,
    "fix": OPEN,
    "call_requested_at": OPEN,
    "call": frozenset({State.in_visit, State.on_hold}),
    "call_at": frozenset({State.in_visit, State.on_hold}),
    "ended_at": TERMINAL,
    "reason": TERMINAL,
    "recording": frozenset({State.in_visit, State.on_hold}),
}
"""Fields that live and die with a state: on entering any other they are None."""


def evolve(visit: Visit | None, event: Event, seq: int, at: datetime) -> Visit:
    """The visit after `event`, recorded at `at` as entry `seq`.

    Raises:
        ImpossibleRecordError: the lifecycle does not know the event in this state, or `seq` is not the next.
    """
    if isinstance(event, Booked):
        if visit is not None or seq != 1:
            raise ImpossibleRecordError("booked is the first record, once")
        return _book(event, at)
    if visit is None or seq != visit.seq + 1:
        raise ImpossibleRecordError(f"{event.type} is not the next record")
    state = LIFECYCLE[visit.state].get(event.type)
    if state is None:
        raise ImpossibleRecordError(f"{event.type} cannot follow in {visit.state}")
    if event.type in BETWEEN and event.type not in RECORDING[state_of(visit.recording)]:
        raise ImpossibleRecordError(f"{event.type} cannot follow while it is {state_of(visit.recording)}")
    changed = replace(_fold(event, visit, at), recording=recording_after(visit, event, at))
    moved = state is not visit.state
    return replace(
        changed,
        state=state,
        seq=seq,
        updated_at=at,
        state_since=at if moved else visit.state_since,
        **_endings(visit, state, at),
    )


def _endings(visit: Visit, state: State, at: datetime) -> dict[str, Any]:
    ends: dict[str, Any] = {name: None for name, states in _LIVES_IN.items() if state not in states}
    if state in TERMINAL and visit.state not in TERMINAL:
        ends["ended_at"] = at
    return ends


def _book(event: Booked, at: datetime) -> Visit:
    return Visit(
        id=event.visit,
        clinic=event.clinic,
        state=State.booked,
        seq=1,
        state_since=at,
        updated_at=at,
        mode=event.mode,
        start=event.start,
        minutes=event.minutes,
        clinician=event.clinician,
        ref=event.ref,
        person=event.person,
        language=event.language,
        interpreter=event.interpreter,
        proxy=event.proxy,
        step_at=at,
    )


@singledispatch
def _fold(event: Event, visit: Visit, at: datetime) -> Visit:  # noqa: ARG001
    """Most of what an event means; the state and what lives in it are `evolve`'s."""
    return visit


@_fold.register
def _(event: events.Rescheduled, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, start=event.start, minutes=event.minutes)


@_fold.register
def _(event: events.LinkIssued, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, link=event.link, link_tries=0, link_rested_until=None, link_passed_until=None)


@_fold.register
def _(event: events.LinkPassed, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, link_tries=0, link_rested_until=None, link_passed_until=event.until)


@_fold.register
def _(event: events.LinkRested, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, link_tries=0, link_rested_until=event.until)


@_fold.register
def _(_event: events.BirthDateRefused, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, link_tries=visit.link_tries + 1)


@_fold.register
def _(event: events.Redeemed, visit: Visit, at: datetime) -> Visit:
    """The place starts once: `due` is the later of the appointment and the first redemption."""
    others = tuple(device for device in visit.redeemed_by if device != event.device)
    first = visit.redeemed_at is None
    return replace(
        visit,
        redeemed_by=(*others, event.device)[-DEVICES_KEPT:],
        redeemed_at=at if first else visit.redeemed_at,
        due=max(visit.start, at) if first else visit.due,
        on_behalf=event.on_behalf,
        link_tries=0,
        link_rested_until=None,
        link_passed_until=None,
        step="arrived" if first else visit.step,
        step_at=at if first else visit.step_at,
    )


@_fold.register
def _(event: events.LocationGiven, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, location=event.text, location_described=event.described, driving=event.driving)


@_fold.register
def _(event: events.CallbackGiven, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, callback=event.text)


@_fold.register
def _(event: events.PresentGiven, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, present=event.text, others=event.others)


@_fold.register
def _(event: events.ConsentGiven, visit: Visit, at: datetime) -> Visit:
    return replace(visit, consent=event.consent, consent_language=event.language, consent_at=at)


@_fold.register
def _(event: events.DevicesChecked, visit: Visit, _at: datetime) -> Visit:
    check = DeviceCheck(
        camera=event.camera, microphone=event.microphone, facing=event.facing, seen=event.seen
    )
    return replace(visit, devices=check)


@_fold.register
def _(event: events.StepReached, visit: Visit, at: datetime) -> Visit:
    return replace(visit, step=event.step, step_at=at)


@_fold.register(events.CheckedIn)
@_fold.register(events.CheckedInEarly)
def _(_event: Event, visit: Visit, at: datetime) -> Visit:
    """Whoever checks in is here. After a return the first check-in stands."""
    return replace(visit, checked_in_at=visit.checked_in_at or at, member_gone_since=None)


@_fold.register
def _(event: events.Left, visit: Visit, at: datetime) -> Visit:
    reason = event.reason or "left"
    return replace(visit, left_at=at, reason=reason, hold_reason="member_left", member_gone_since=None)


@_fold.register
def _(_event: events.Returned, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, left_at=None, member_gone_since=None)


@_fold.register
def _(event: events.Said, visit: Visit, at: datetime) -> Visit:
    entry = LineEntry(seq=visit.seq + 1, by=event.by, text=event.text, at=at)
    by_member = event.by is Role.member
    return replace(
        visit,
        line=(*visit.line, entry),
        line_unread_desk=visit.line_unread_desk + (1 if by_member else 0),
        line_unread_member=visit.line_unread_member + (0 if by_member else 1),
    )


@_fold.register
def _(event: events.LineSeen, visit: Visit, _at: datetime) -> Visit:
    if event.by is Role.member:
        return replace(visit, line_unread_member=0)
    return replace(visit, line_unread_desk=0)


@_fold.register(g.GuestInvited)
@_fold.register(g.GuestLinkIssued)
@_fold.register(g.GuestJoined)
@_fold.register(g.GuestLeft)
@_fold.register(g.GuestRemoved)
def _(event: g.GuestEvent, visit: Visit, at: datetime) -> Visit:
    return replace(visit, guests=guests.after(visit.guests, event, at))


@_fold.register
def _(event: events.Gone, visit: Visit, _at: datetime) -> Visit:
    if event.who is Role.member:
        return replace(visit, member_gone_since=event.since)
    return replace(visit, clinician_gone_since=event.since)


@_fold.register
def _(event: events.Back, visit: Visit, _at: datetime) -> Visit:
    if event.who is Role.member:
        return replace(visit, member_gone_since=None)
    return replace(visit, clinician_gone_since=None)


@_fold.register
def _(event: events.Held, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, held_by=Actor(event.role, event.by), held_reason=event.reason)


@_fold.register
def _(event: events.Offered, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, offered_to=event.clinician, offer_expires=event.expires)


@_fold.register
def _(event: events.Declined, visit: Visit, _at: datetime) -> Visit:
    others = tuple(staff for staff in visit.declined_by if staff != event.clinician)
    return replace(visit, declined_by=(*others, event.clinician))


@_fold.register
def _(event: events.Claimed, visit: Visit, at: datetime) -> Visit:
    return replace(
        visit,
        claimed_by=event.clinician,
        claimed_at=at,
        claim_expires=event.expires,
        lapsed_holder=None,
    )


@_fold.register
def _(event: events.ClaimRenewed, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, claim_expires=event.expires, clinician_gone_since=None)


@_fold.register
def _(event: events.ClaimReleased, visit: Visit, _at: datetime) -> Visit:
    lost = event.reason != "released"
    return replace(visit, lapsed_holder=event.clinician if lost else None)


@_fold.register
def _(event: events.ClaimExpired, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, lapsed_holder=event.clinician)


@_fold.register
def _(_event: events.Admitted, visit: Visit, at: datetime) -> Visit:
    return replace(
        visit,
        admitted_at=at,
        seen_by=visit.claimed_by,
        identity_confirmed_at=None,
        clinician_gone_since=None,
    )


@_fold.register
def _(_event: events.IdentityConfirmed, visit: Visit, at: datetime) -> Visit:
    return replace(visit, identity_confirmed_at=at)


@_fold.register
def _(event: events.Suspended, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, hold_reason=event.reason)


@_fold.register
def _(_event: events.Resumed, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, clinician_gone_since=None)


@_fold.register
def _(event: events.Extended, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, extra_minutes=visit.extra_minutes + event.minutes)


_fold.register(ChatEvent, fold_chat)


@_fold.register
def _(event: events.Completed, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, outcome=event.outcome)


@_fold.register(events.Cancelled)
@_fold.register(events.Redirected)
@_fold.register(events.Closed)
def _(event: events.Cancelled | events.Redirected | events.Closed, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, reason=event.reason)


@_fold.register
def _(_event: events.NoShow, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, reason="nobody_came")


# --- help, and other ways to meet --------------------------------------------------------------------


@_fold.register
def _(event: h.HelpBegun, visit: Visit, at: datetime) -> Visit:
    return replace(visit, helper=event.by, helper_since=at)


@_fold.register
def _(_event: h.HelpEnded, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, helper=None, helper_since=None)


@_fold.register
def _(event: h.FixShown, visit: Visit, at: datetime) -> Visit:
    return replace(visit, fix=Fix(card=event.card, by=event.by, at=at))


@_fold.register
def _(event: h.FixAnswered, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, fix=visit.fix and replace(visit.fix, helped=event.helped))


@_fold.register
def _(event: h.Noted, visit: Visit, at: datetime) -> Visit:
    note = Note(seq=visit.seq + 1, by=event.by, text=event.text, at=at)
    return replace(visit, notes=(*visit.notes, note))


@_fold.register
def _(_event: h.CallRequested, visit: Visit, at: datetime) -> Visit:
    return replace(visit, call_requested_at=at)


@_fold.register
def _(_event: h.CallWithdrawn, visit: Visit, _at: datetime) -> Visit:
    return replace(visit, call_requested_at=None)


@_fold.register
def _(event: h.ModeChanged, visit: Visit, _at: datetime) -> Visit:
    """Settles what the member asked for; a call that was under way is none of the new mode's."""
    return replace(visit, mode=event.mode, call_requested_at=None, call=None, call_at=None)


@_fold.register
def _(event: h.CallNoted, visit: Visit, at: datetime) -> Visit:
    tries = visit.call_tries + (event.call is Call.calling)
    return replace(visit, call=event.call, call_at=at, call_tries=tries)


@_fold.register
def _(event: h.HandedOver, visit: Visit, _at: datetime) -> Visit:
    others = tuple(device for device in visit.redeemed_by if device != event.device)
    return replace(visit, redeemed_by=(*others, event.device)[-DEVICES_KEPT:])
