"""What staff decide: who takes a visit, when it opens, holds and ends, and the line to the member.

Whether the actor may give the command at all, and is the holder where that is asked, is settled by `decide`.
"""

from datetime import datetime
from typing import assert_never

from waiting_room.core import commands as c
from waiting_room.core import events as e
from waiting_room.core.deadlines import CLAIM_TTL, EXTENSIONS, EXTRA_MAX, LINE_MAX, OFFER_TTL
from waiting_room.core.decide_booking import is_code, malformed
from waiting_room.core.events import Event
from waiting_room.core.ids import StaffId
from waiting_room.core.model import Actor, Mode, Role, State, Visit
from waiting_room.core.refusals import Refusal, Refused


def decide_line(visit: Visit, command: c.LineCommand, actor: Actor) -> tuple[Event, ...] | Refused:
    """Messages between the member and the desk, and whether they were seen."""
    match command:
        case c.Say():
            if len(visit.line) >= LINE_MAX:
                return Refused(Refusal.line_full)
            return (e.Said(by=actor.role, text=command.text),)
        case c.SeeLine():
            of_member = actor.role is Role.member
            unread = visit.line_unread_member if of_member else visit.line_unread_desk
            return (e.LineSeen(by=actor.role),) if unread else ()
        case _:
            assert_never(command)


def decide_desk(visit: Visit, command: c.DeskCommand, actor: Actor) -> tuple[Event, ...] | Refused:
    """Keeping a member back, letting them go on, and sending them elsewhere."""
    match command:
        case c.Hold():
            if not is_code(command.reason):
                return malformed("reason")
            if visit.held_by is not None:
                same = visit.held_by.id == actor.id and visit.held_reason == command.reason
                return () if same else Refused(Refusal.visit_held, {"by": visit.held_by.id})
            return (e.Held(by=StaffId(actor.id), role=actor.role, reason=command.reason),)
        case c.Release():
            return () if visit.state in {State.waiting, State.away} else (e.Released(),)
        case c.Redirect():
            if not is_code(command.reason):
                return malformed("reason")
            return (e.Redirected(reason=command.reason),)
        case _:
            assert_never(command)


def decide_taking(
    visit: Visit, command: c.TakingCommand, actor: Actor, at: datetime
) -> tuple[Event, ...] | Refused:
    """Who takes the visit: offers rung by the system, claims made by clinicians."""
    me = StaffId(actor.id)
    match command:
        case c.Offer():
            if command.clinician in {visit.offered_to, visit.claimed_by}:
                return ()
            return taken(visit, command.clinician) or (
                e.Offered(clinician=command.clinician, expires=at + OFFER_TTL),
            )
        case c.Claim():
            if visit.claimed_by == me:
                return ()
            return taken(visit, me) or (e.Claimed(clinician=me, expires=at + CLAIM_TTL),)
        case c.Accept():
            if visit.claimed_by == me:
                return ()
            if visit.offered_to == me:
                return (e.Claimed(clinician=me, expires=at + CLAIM_TTL),)
            return taken(visit, me) or Refused(Refusal.offer_expired)
        case c.Decline():
            if not is_code(command.reason):
                return malformed("reason")
            if visit.offered_to == me:
                return (e.Declined(clinician=me, reason=command.reason),)
            return () if me in visit.declined_by else Refused(Refusal.offer_expired)
        case _:
            assert_never(command)


def taken(visit: Visit, clinician: StaffId) -> Refused | None:
    """Why this clinician may not take the visit now; None: they may."""
    if visit.claimed_by is not None:
        return Refused(Refusal.claimed_by_other, {"clinician": visit.claimed_by})
    if visit.clinician not in {None, clinician}:
        return Refused(Refusal.named_for_other, {"clinician": str(visit.clinician)})
    if visit.offered_to not in {None, clinician}:
        return Refused(Refusal.offered_to_other, {"clinician": str(visit.offered_to)})
    if visit.held_by is not None:
        return Refused(Refusal.visit_held, {"by": visit.held_by.id})
    if visit.state is State.away:
        return Refused(Refusal.member_away)
    if visit.state in {State.booked, State.preparing}:
        return Refused(Refusal.not_waiting)
    return None


def decide_holder(
    visit: Visit, command: c.HolderCommand, actor: Actor, at: datetime
) -> tuple[Event, ...] | Refused:
    """What the clinician who holds the visit does with it; `Requeue` also by the desk and the system."""
    running = visit.state is State.in_visit
    match command:
        case c.RenewClaim():
            unchanged = visit.state is not State.claimed or visit.claim_expires == at + CLAIM_TTL
            return () if unchanged else (e.ClaimRenewed(expires=at + CLAIM_TTL),)
        case c.ReleaseClaim():
            return (e.ClaimReleased(clinician=StaffId(actor.id), reason="released"),)
        case c.Admit():
            return () if running else (e.Admitted(),)
        case c.ConfirmIdentity():
            return () if visit.identity_confirmed_at is not None else (e.IdentityConfirmed(),)
        case c.Suspend():
            if not is_code(command.reason):
                return malformed("reason")
            return () if visit.state is State.on_hold else (e.Suspended(reason=command.reason),)
        case c.Resume():
            return () if running else _member_back(visit) or (e.Resumed(),)
        case c.Requeue():
            return _requeue(visit, actor)
        case c.Extend():
            return _extend(visit, command.minutes)
        case c.End():
            return (e.Completed(outcome=command.outcome),)
        case _:
            assert_never(command)


def _extend(visit: Visit, minutes: int) -> tuple[Event, ...] | Refused:
    if minutes not in EXTENSIONS:
        return malformed("minutes")
    if visit.extra_minutes + minutes > EXTRA_MAX:
        return Refused(Refusal.extended_enough)
    return (e.Extended(minutes=minutes),)


def _member_back(visit: Visit) -> Refused | None:
    if visit.left_at is not None:
        return Refused(Refusal.member_left)
    if visit.member_gone_since is not None and visit.mode is Mode.video:
        return Refused(Refusal.member_away)
    return None


def _requeue(visit: Visit, actor: Actor) -> tuple[Event, ...] | Refused:
    """A running visit is its clinician's; what is on hold the desk may hand to somebody else."""
    if visit.state is State.waiting:
        return ()
    if visit.left_at is not None:
        return Refused(Refusal.member_left)
    if visit.state is State.in_visit and actor.role is not Role.clinician:
        return Refused(Refusal.wrong_state, {"state": visit.state})
    return (e.Requeued(),)
