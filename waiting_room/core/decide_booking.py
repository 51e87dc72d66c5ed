"""What the health system and the desk decide about a visit as such: booking, moving, cancelling, links."""

import re
from datetime import datetime
from typing import assert_never

from waiting_room.core import commands as c
from waiting_room.core import events as e
from waiting_room.core.deadlines import PASS_WITHIN, no_show_from
from waiting_room.core.events import Event
from waiting_room.core.model import State, Visit
from waiting_room.core.moments import moment
from waiting_room.core.refusals import Refusal, Refused

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_TEXT_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_REF_LENGTH = range(1, 65)
_MINUTES = range(5, 481)


def malformed(field: str) -> Refused:
    """The answer to a field outside its bounds; names the field, never its value."""
    return Refused(Refusal.malformed, {"field": field})


def is_code(text: str) -> bool:
    """Whether `text` may be journaled as a code: words of lower case, no room for a sentence."""
    return _CODE.fullmatch(text) is not None


def is_language(text: str) -> bool:
    """Whether `text` looks like a language tag (RFC 5646), such as `en` or `zh-Hant`."""
    return _LANGUAGE.fullmatch(text) is not None


def is_text_version(text: str) -> bool:
    """Whether `text` may name a version of words that somebody agreed to."""
    return _TEXT_VERSION.fullmatch(text) is not None


def decide_first(visit: Visit | None, command: c.BookVisit, at: datetime) -> tuple[Event, ...] | Refused:
    """The only command for a visit that does not exist; asking twice for the same visit books it once.

    A visit that would be a no-show at once is not booked.
    """
    if command.minutes not in _MINUTES:
        return malformed("minutes")
    if not is_language(command.language):
        return malformed("language")
    if command.ref is not None and not (len(command.ref) in _REF_LENGTH and command.ref.isprintable()):
        return malformed("ref")
    booked = e.Booked(
        visit=command.visit,
        clinic=command.clinic,
        mode=command.mode,
        start=moment(command.start),
        minutes=command.minutes,
        clinician=command.clinician,
        ref=command.ref,
        person=command.person,
        language=command.language,
        interpreter=command.interpreter,
        proxy=command.proxy,
    )
    if visit is None:
        if at >= no_show_from(booked.start, booked.minutes):
            return malformed("start")
        return (booked,)
    same = (visit.clinic, visit.start, visit.minutes, visit.clinician, visit.person)
    if same == (booked.clinic, booked.start, booked.minutes, booked.clinician, booked.person):
        return ()
    return Refused(Refusal.visit_exists)


def decide_booking(visit: Visit, command: c.BookingCommand, at: datetime) -> tuple[Event, ...] | Refused:
    """Moving, cancelling, and who may come in by which link."""
    match command:
        case c.Reschedule():
            return _reschedule(visit, command, at)
        case c.Cancel():
            if not is_code(command.reason):
                return malformed("reason")
            if visit.state in {State.in_visit, State.on_hold}:
                return Refused(Refusal.already_begun)
            return (e.Cancelled(reason=command.reason),)
        case c.IssueLink():
            return () if visit.link == command.link else (e.LinkIssued(link=command.link),)
        case c.PassLink():
            if visit.link != command.link:
                return Refused(Refusal.link_revoked)
            until = at + PASS_WITHIN
            return () if visit.link_passed_until == until else (e.LinkPassed(until=until),)
        case _:
            assert_never(command)


def _reschedule(visit: Visit, command: c.Reschedule, at: datetime) -> tuple[Event, ...] | Refused:
    """A place once taken is never moved, so only a visit whose member is not here yet moves."""
    if command.minutes not in _MINUTES:
        return malformed("minutes")
    start = moment(command.start)
    if (visit.start, visit.minutes) == (start, command.minutes):
        return ()
    if visit.state is not State.booked:
        return Refused(Refusal.already_arrived)
    if at >= no_show_from(start, command.minutes):
        return malformed("start")
    return (e.Rescheduled(start=start, minutes=command.minutes),)
