"""Deadlines: the named times of the waiting room, and what the clock does to a visit when they come.

A deadline has come at its very millisecond: at `claim_expires` the claim has expired.
"""

from datetime import datetime, timedelta

from waiting_room.core import events
from waiting_room.core.events import Event
from waiting_room.core.model import Mode, State, Visit

CLAIM_TTL = timedelta(seconds=60)
"""How long a claim holds.
Higher: a clinician who walked off blocks a member longer; lower: less time to read."""
OFFER_TTL = timedelta(seconds=30)
"""How long a visit rings at one clinician.
Higher: a missed ring costs the member more; lower: rings are missed."""
AWAY_AFTER = timedelta(seconds=45)
"""Gone so long, a member is not called next.
Higher: clinicians claim empty rooms; lower: a tunnel costs a turn."""
HOLDER_LOST_AFTER = timedelta(seconds=20)
"""Gone so long, a clinician loses a claim.
Higher: the member waits for nobody; lower: a reload loses the claim."""
CLINICIAN_LOST_AFTER = timedelta(seconds=60)
"""Gone so long, a clinician's visit goes on hold.
Higher: the member stares at nobody; lower: reboots interrupt."""
MEMBER_LOST_AFTER = timedelta(seconds=180)
"""Gone so long, a member's visit goes on hold.
Higher: a clinician is kept busy; lower: weak networks interrupt."""
STRANDED_AFTER = timedelta(minutes=5)
"""On hold so long for a lost clinician, a visit goes back into line.
Higher: the member is alone; lower: a reboot ends care. Counted from the hold, so an outage is no reason."""
RETURN_WITHIN = timedelta(minutes=10)
"""Who left may return to their place.
Higher: places of people who are gone; lower: a wrong press costs a place."""
LINK_TRIES = 5
"""Wrong birth dates before a link rests. Higher: more guesses; lower: typing errors lock people out."""
LINK_REST = timedelta(minutes=15)
"""How long it rests. Higher: people are stuck until the desk passes them; lower: more guesses a day."""
PASS_WITHIN = timedelta(minutes=15)
"""How long the desk's word stands in for the birth date.
Higher: a found link is open longer; lower: slow typists."""
EARLY_WINDOW = timedelta(minutes=60)
"""How long before the appointment a link redeems. Higher: idle pages; lower: no time to fix a camera."""
READY_WINDOW = timedelta(minutes=15)
"""How long before the appointment one may wait in line. Higher: fuller boards; lower: idle clinicians."""
NO_SHOW_AFTER = timedelta(minutes=30)
"""At least so long after the appointment a link still redeems.
Higher: stale boards; lower: late people lost."""
CLOSE_AFTER = timedelta(hours=12)
"""A visit that nothing moved for so long is closed.
Higher: stale boards; lower: somebody patient is dropped."""
DEVICES_KEPT = 8
"""Devices remembered per visit. Higher: larger rows; lower: a known device is let in with one more record."""
GUESTS_AT_ONCE = 2
"""Guests of one visit: four people with the member and the clinician.
Higher: more pictures than a phone shows; lower: no interpreter beside the family."""
GUESTS_EVER = 20
"""Invitations of one visit, the removed ones included.
Higher: larger rows; lower: trying again is cut short."""
LINE_MAX = 200
"""Messages on one line. Higher: larger snapshots; lower: a long conversation is cut short."""

CHAT_MAX = 300
"""Entries of one visit's chat. Higher: larger snapshots; lower: a long conversation is cut short."""
FILES_MAX = 20
"""Files of one visit. Higher: more to keep for an hour; lower: a rash from every side does not fit."""
EXTENSIONS = (5, 10)
"""Minutes a clinician may add at a time; more is another appointment's time, asked for again."""
EXTRA_MAX = 120
"""Minutes added to one visit in all. Higher: a forgotten tab; lower: a hard visit is cut short."""


NOTES_MAX = 50
"""Notes of one visit. Higher: larger boards; lower: the story of a hard visit is cut short."""


def no_show_from(start: datetime, minutes: int) -> datetime:
    """From then on a visit to which nobody came is a no-show: when it would have ended, or later."""
    return start + max(timedelta(minutes=minutes), NO_SHOW_AFTER)


def ready_from(visit: Visit) -> datetime:
    """From then on a member who has checked in is in line."""
    return visit.start - READY_WINDOW


def next_due(visit: Visit) -> tuple[datetime, Event] | None:
    """What the clock will record next and when, if nothing else happens first; None: it has nothing to do."""
    return min(_due(visit), key=lambda due: due[0], default=None)


def next_deadline(visit: Visit) -> datetime | None:
    """When the clock must look at this visit again. Total: every visit has an answer."""
    due = next_due(visit)
    return None if due is None else due[0]


def _due(visit: Visit) -> list[tuple[datetime, Event]]:
    """Everything that could fall due, in order of precedence for equal times.

    What is due follows from fields that live and die with their states (`evolve`), so no state is left out.
    """
    due: list[tuple[datetime, Event]] = []
    if visit.offer_expires is not None:
        assert visit.offered_to is not None
        due.append((visit.offer_expires, events.OfferExpired(clinician=visit.offered_to)))
    if visit.claim_expires is not None:
        assert visit.claimed_by is not None
        due.append((visit.claim_expires, events.ClaimExpired(clinician=visit.claimed_by)))
    due += _lost(visit)
    if visit.state is State.booked:
        due.append((no_show_from(visit.start, visit.minutes), events.NoShow()))
    if visit.state is State.preparing and visit.checked_in_at is not None:
        due.append((ready_from(visit), events.EarlyEnded()))
    if visit.state in _UNATTENDED:
        moved = max(visit.start, visit.state_since)
        due.append((moved + CLOSE_AFTER, events.Closed(reason="unattended")))
    return due


def _lost(visit: Visit) -> list[tuple[datetime, Event]]:
    """What follows from somebody being gone."""
    due: list[tuple[datetime, Event]] = []
    if (gone := visit.clinician_gone_since) is not None:
        if visit.state is State.claimed:
            assert visit.claimed_by is not None
            lost = events.ClaimReleased(clinician=visit.claimed_by, reason="clinician_lost")
            due.append((gone + HOLDER_LOST_AFTER, lost))
        if visit.state is State.in_visit:
            due.append((gone + CLINICIAN_LOST_AFTER, events.Suspended(reason="clinician_lost")))
        if visit.hold_reason == "clinician_lost" and visit.left_at is None:
            due.append((visit.state_since + STRANDED_AFTER, events.Requeued()))
    # Who waits for a telephone call may close the page.
    if (gone := visit.member_gone_since) is not None and visit.mode is Mode.video:
        if visit.state is State.waiting:
            due.append((gone + AWAY_AFTER, events.Away()))
        if visit.state is State.in_visit:
            due.append((gone + MEMBER_LOST_AFTER, events.Suspended(reason="member_lost")))
    return due


_UNATTENDED = frozenset({State.preparing, State.waiting, State.away, State.held, State.on_hold})
"""States with no deadline or owner of their own; none may last for ever."""
