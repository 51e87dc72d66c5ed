"""What is decided about guests: who may be invited, by which link and device they come, who sends them away.

A guest's link is good for one device. A second one is refused by name (`guest_link_used`) and changes nothing
for the first; whoever invited them, or the clinician, makes a new link if the device is lost.
"""

import re
from typing import assert_never

from waiting_room.core import commands_guests as c
from waiting_room.core import events_guests as e
from waiting_room.core.deadlines import GUESTS_AT_ONCE, GUESTS_EVER
from waiting_room.core.decide_booking import malformed
from waiting_room.core.events import Event
from waiting_room.core.guests import at_device, live, named
from waiting_room.core.ids import GuestId
from waiting_room.core.model import Actor, Guest, GuestKind, Role, Visit
from waiting_room.core.refusals import Refusal, Refused

_GUEST = re.compile(r"guest-[A-Za-z0-9_-]{1,57}")
"""What a media room takes as the name of an endpoint, and no other endpoint is called."""


def decide_guests(visit: Visit, command: c.GuestCommand, actor: Actor) -> tuple[Event, ...] | Refused:
    """Inviting and removing by the member or the holder; coming and leaving by the guest."""
    match command:
        case c.InviteGuest():
            return _invite(visit, command, actor)
        case c.IssueGuestLink():
            return _renew(visit, command, actor)
        case c.RemoveGuest():
            return _remove(visit, command, actor)
        case c.JoinAsGuest():
            return _join(visit, command)
        case c.LeaveAsGuest():
            guest = at_device(live(visit.guests), actor.id)
            if guest is None:
                return Refused(Refusal.guest_unknown)
            return () if guest.left_at is not None else (e.GuestLeft(guest=guest.id),)
        case _:
            assert_never(command)


def _invite(visit: Visit, command: c.InviteGuest, actor: Actor) -> tuple[Event, ...] | Refused:
    if not _GUEST.fullmatch(command.guest):
        return malformed("guest")
    if command.signs and command.kind is not GuestKind.interpreter:
        return malformed("signs")
    if named(visit.guests, command.guest) is not None:
        return ()
    if len(live(visit.guests)) >= GUESTS_AT_ONCE:
        return Refused(Refusal.guests_full, {"most": GUESTS_AT_ONCE})
    if len(visit.guests) >= GUESTS_EVER:
        return Refused(Refusal.guests_full, {"most": GUESTS_EVER})
    return (
        e.GuestInvited(
            guest=command.guest,
            kind=command.kind,
            signs=command.signs,
            text=command.text,
            link=command.link,
            by=actor.role,
        ),
    )


def _renew(visit: Visit, command: c.IssueGuestLink, actor: Actor) -> tuple[Event, ...] | Refused:
    guest = _mine(visit, command.guest, actor)
    if isinstance(guest, Refused):
        return guest
    return () if guest.link == command.link else (e.GuestLinkIssued(guest=guest.id, link=command.link),)


def _remove(visit: Visit, command: c.RemoveGuest, actor: Actor) -> tuple[Event, ...] | Refused:
    known = named(visit.guests, command.guest)
    if known is not None and known.removed_at is not None:
        return ()
    guest = _mine(visit, command.guest, actor)
    return guest if isinstance(guest, Refused) else (e.GuestRemoved(guest=guest.id),)


def _join(visit: Visit, command: c.JoinAsGuest) -> tuple[Event, ...] | Refused:
    guests = live(visit.guests)
    guest = next((one for one in guests if one.link == command.link), None)
    if guest is None:
        return Refused(Refusal.not_recognised)
    if guest.device not in {None, command.device}:
        return Refused(Refusal.guest_link_used)
    if at_device(visit.guests, command.device) not in {None, guest}:
        return Refused(Refusal.guest_link_used)
    here = guest.joined_at is not None and guest.left_at is None
    return () if here else (e.GuestJoined(guest=guest.id, device=command.device),)


def _mine(visit: Visit, guest: GuestId, actor: Actor) -> Guest | Refused:
    """A guest with whom the actor may do as they like: the holder with all, the member with their own."""
    known = named(live(visit.guests), guest)
    if known is None:
        return Refused(Refusal.guest_unknown)
    if actor.role is Role.member and known.invited_by is not Role.member:
        return Refused(Refusal.not_inviter)
    return known
