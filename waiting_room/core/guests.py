"""The guests of a visit: who counts, who is in, and what an event makes of them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, assert_never

from waiting_room.core import events_guests as e
from waiting_room.core.events_guests import GuestEvent
from waiting_room.core.ids import DeviceId, GuestId
from waiting_room.core.model import Guest


def live(guests: Iterable[Guest]) -> tuple[Guest, ...]:
    """Those whose invitation stands, whether they have come or not."""
    return tuple(guest for guest in guests if guest.removed_at is None)


def joined(guests: Iterable[Guest]) -> tuple[Guest, ...]:
    """Those who have come and not left."""
    return tuple(guest for guest in live(guests) if guest.joined_at is not None and guest.left_at is None)


def named(guests: Iterable[Guest], guest: GuestId) -> Guest | None:
    """The guest of that id, removed or not."""
    return next((one for one in guests if one.id == guest), None)


def at_device(guests: Iterable[Guest], device: DeviceId | str) -> Guest | None:
    """The guest who came in with that device, removed or not; a device is at most one guest's."""
    return next((one for one in guests if one.device == device), None)


def after(guests: tuple[Guest, ...], event: GuestEvent, at: datetime) -> tuple[Guest, ...]:
    """The guests after one event. What it says of somebody unknown is passed over."""
    match event:
        case e.GuestInvited():
            new = Guest(
                id=event.guest,
                kind=event.kind,
                signs=event.signs,
                name=event.text,
                invited_by=event.by,
                invited_at=at,
                link=event.link,
            )
            return (*guests, new)
        case e.GuestLinkIssued():
            anew = {"device": None, "joined_at": None, "left_at": None}
            return _with(guests, event.guest, link=event.link, **anew)
        case e.GuestJoined():
            return _with(guests, event.guest, device=event.device, joined_at=at, left_at=None)
        case e.GuestLeft():
            return _with(guests, event.guest, left_at=at)
        case e.GuestRemoved():
            return _with(guests, event.guest, removed_at=at)
        case _:
            assert_never(event)


def _with(guests: tuple[Guest, ...], guest: GuestId, **change: Any) -> tuple[Guest, ...]:
    return tuple(replace(one, **change) if one.id == guest else one for one in guests)
