"""What the member decides: coming in by the link, saying who and where they are, checking in, leaving."""

from datetime import datetime
from typing import assert_never

from waiting_room.core import commands as c
from waiting_room.core import events as e
from waiting_room.core.deadlines import EARLY_WINDOW, LINK_REST, LINK_TRIES, RETURN_WITHIN, ready_from
from waiting_room.core.decide_booking import is_code, is_language, is_text_version, malformed
from waiting_room.core.events import Event
from waiting_room.core.lifecycle import TERMINAL
from waiting_room.core.model import DeviceCheck, Finding, Mode, State, Visit
from waiting_room.core.refusals import Refusal, Refused

_OTHERS = range(21)


def visit_over(visit: Visit) -> Refused:
    """The answer to whoever comes when it is over."""
    over = Refusal.visit_cancelled if visit.state is State.cancelled else Refusal.visit_ended
    return Refused(over)


def decide_redeem(visit: Visit, command: c.Redeem, at: datetime) -> tuple[Event, ...] | Refused:
    """The link's door.

    A revoked or resting link and, to whoever asks, a wrong date are all `not_recognised`; nothing about the
    visit is said before the date is right. Wrong dates count in every state.
    """
    if visit.link != command.link or _is_set(visit.link_rested_until, at):
        return Refused(Refusal.not_recognised)
    passed = _is_set(visit.link_passed_until, at)
    if not command.birth_date_matches and not passed:
        refused = e.BirthDateRefused(device=command.device)
        if visit.link_tries + 1 < LINK_TRIES:
            return (refused,)
        return (refused, e.LinkRested(until=at + LINK_REST))
    if visit.state in TERMINAL and not may_return(visit, at):
        return visit_over(visit)
    if visit.state is State.booked and at < visit.start - EARLY_WINDOW:
        return Refused(Refusal.too_early)
    known = command.device in visit.redeemed_by and command.on_behalf == visit.on_behalf
    if known and visit.link_tries == 0 and not passed:
        return ()
    return (e.Redeemed(device=command.device, on_behalf=command.on_behalf),)


def may_return(visit: Visit, at: datetime) -> bool:
    """Whether the member left so recently that their place still holds."""
    return visit.left_at is not None and at < visit.left_at + RETURN_WITHIN


def decide_member(visit: Visit, command: c.MemberCommand, at: datetime) -> tuple[Event, ...] | Refused:
    """Everything on the member's page after the link."""
    match command:
        case c.CheckIn():
            return _check_in(visit, at)
        case c.Step():
            if not is_code(command.step):
                return malformed("step")
            return () if visit.step == command.step else (e.StepReached(step=command.step),)
        case c.Leave():
            if command.reason is not None and not is_code(command.reason):
                return malformed("reason")
            return () if visit.left_at is not None else (e.Left(reason=command.reason),)
        case c.ReturnToPlace():
            return _return(visit, at)
        case _:
            return _give(visit, command)


def _give(visit: Visit, command: c.GivenByMember) -> tuple[Event, ...] | Refused:
    """What the member tells; telling the same again records nothing."""
    event: Event
    match command:
        case c.GiveLocation():
            same = (visit.location, visit.location_described, visit.driving)
            unchanged = same == (command.text, command.described, command.driving)
            event = e.LocationGiven(text=command.text, described=command.described, driving=command.driving)
        case c.GiveCallback():
            unchanged = visit.callback == command.text
            event = e.CallbackGiven(text=command.text)
        case c.GivePresent():
            if command.others not in _OTHERS:
                return malformed("others")
            unchanged = (visit.present, visit.others) == (command.text, command.others)
            event = e.PresentGiven(text=command.text, others=command.others)
        case c.GiveConsent():
            if not is_text_version(command.consent):
                return malformed("consent")
            if not is_language(command.language):
                return malformed("language")
            unchanged = (visit.consent, visit.consent_language) == (command.consent, command.language)
            event = e.ConsentGiven(consent=command.consent, language=command.language)
        case c.CheckDevices():
            found = DeviceCheck(
                camera=command.camera,
                microphone=command.microphone,
                facing=command.facing,
                seen=command.seen,
            )
            unchanged = visit.devices == found
            event = e.DevicesChecked(
                camera=found.camera, microphone=found.microphone, facing=found.facing, seen=found.seen
            )
        case _:
            assert_never(command)
    return () if unchanged else (event,)


def _check_in(visit: Visit, at: datetime) -> tuple[Event, ...] | Refused:
    if visit.checked_in_at is not None:
        return ()
    given = {
        "location": visit.location,
        "callback": visit.callback,
        "present": visit.present,
        "consent": visit.consent,
        "microphone": (visit.mode is Mode.phone or _is_heard(visit)) or None,
    }
    missing = [name for name, value in given.items() if value is None]
    if missing and visit.state is State.preparing:
        return Refused(Refusal.not_ready, {"missing": ",".join(missing)})
    return (e.CheckedIn(),) if at >= ready_from(visit) else (e.CheckedInEarly(),)


def _is_heard(visit: Visit) -> bool:
    return visit.devices is not None and visit.devices.microphone is Finding.ok


def _return(visit: Visit, at: datetime) -> tuple[Event, ...] | Refused:
    """Back to the old place: into line at once if the member had checked in and it is time."""
    if visit.state is not State.left:
        return () if visit.left_at is None and visit.state is not State.booked else (e.Returned(),)
    if not may_return(visit, at):
        return Refused(Refusal.return_too_late)
    if visit.checked_in_at is not None and at >= ready_from(visit):
        return (e.Returned(), e.CheckedIn())
    return (e.Returned(),)


def _is_set(until: datetime | None, at: datetime) -> bool:
    return until is not None and at < until
