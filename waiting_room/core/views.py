"""Views: what each role may see of a visit, as a JSON object without nulls; absent means none.

A view is a pure function of the visit, the texts that the shell could open, and the directory of clinics and
staff. A text that was purged is simply absent. Optional booleans are present only when true.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, assert_never

from waiting_room.core.deadlines import RETURN_WITHIN
from waiting_room.core.guests import at_device, live
from waiting_room.core.ids import StaffId, TextId
from waiting_room.core.lifecycle import TERMINAL
from waiting_room.core.model import Guest, Mode, Party, Role, State, Visit
from waiting_room.core.moments import to_iso
from waiting_room.core.patch import Json
from waiting_room.core.recording_view import (
    names_needed,
    recording_for_desk,
    recording_for_guest,
    recording_for_holder,
    recording_for_participant,
)
from waiting_room.core.views_chat import chat_of, chat_texts, planned

ViewRole = Literal[Role.member, Role.clinician, Role.support, Role.guest]
Texts = Mapping[TextId, str]

_CLINIC_FOR_MEMBER = ("name", "tz", "phone", "desk_phone", "urgent_care")


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Display data of clinics and staff, by id.

    A clinic has name, tz (IANA), phone, desk_phone, urgent_care; a member of staff name and credentials.
    """

    clinics: Mapping[str, Mapping[str, str]]
    staff: Mapping[str, Mapping[str, str]]


def view(visit: Visit, role: ViewRole, texts: Texts, directory: Directory, viewer: str = "") -> Json:
    """The visit as `role` sees it.

    `viewer`: the clinician's staff id (only the holder sees the card), or the guest's device.
    """
    match role:
        case Role.member:
            return _member(visit, texts, directory)
        case Role.clinician:
            return _clinician(visit, texts, directory, StaffId(viewer))
        case Role.support:
            return _support(visit, texts, directory)
        case Role.guest:
            return _guest(visit, texts, directory, viewer)
        case _:
            assert_never(role)


def texts_needed(visit: Visit, role: ViewRole, viewer: str = "") -> frozenset[TextId]:
    """The texts that this view shows; no other need be opened for it."""
    said = {entry.text for entry in visit.line}
    names = {guest.name for guest in live(visit.guests)}
    noted = {note.text for note in visit.notes}
    card: tuple[TextId | None, ...]
    wanted: set[TextId | None]
    match role:
        case Role.member:
            card = (visit.person, visit.location, visit.callback, visit.present)
            wanted = {*card, *names, *said, *chat_texts(visit)}
        case Role.clinician:
            card = (visit.location, visit.callback, visit.present, *names, *noted, *chat_texts(visit))
            wanted = {visit.person, *((*card, *names_needed(visit, role)) if _holds(visit, viewer) else ())}
        case Role.support:
            wanted = {visit.person, visit.callback, *names, *said, *noted}
        case Role.guest:
            wanted = {visit.person, *names} if _seat_of(visit, viewer) is not None else set()
        case _:
            assert_never(role)
    return frozenset(text for text in wanted if text is not None)


def _member(visit: Visit, texts: Texts, directory: Directory) -> Json:
    """An offer is none of the member's business: until somebody takes the visit, they wait."""
    name = _person(visit, texts).get("name")
    clinic = directory.clinics.get(visit.clinic, {})
    clinician = visit.claimed_by or (visit.seen_by if visit.state in TERMINAL else None) or visit.clinician
    return _without_nulls(
        {
            "visit": visit.id,
            "seq": visit.seq,
            "state": (State.waiting if visit.state is State.offered else visit.state).value,
            "mode": visit.mode.value,
            "start": to_iso(visit.start),
            "minutes": visit.minutes,
            "late": (visit.redeemed_at is not None and visit.redeemed_at > visit.start) or None,
            "early": (visit.state is State.preparing and visit.checked_in_at is not None) or None,
            "on_behalf": visit.on_behalf,
            "step": visit.step,
            "clinic": {key: clinic[key] for key in _CLINIC_FOR_MEMBER if key in clinic},
            "clinician": _staff(clinician, directory, ("name", "credentials")),
            "for_name": _first(name),
            **_whereabouts(visit, texts),
            "consent": visit.consent,
            "devices": _devices(visit),
            "guests": _guests(visit, texts),
            "checked_in_at": _time(visit.checked_in_at),
            "line": _line(visit, texts),
            "line_unread": visit.line_unread_member,
            "admitted_at": _time(visit.admitted_at),
            "hold_reason": visit.hold_reason,
            "recording": recording_for_participant(visit, "member"),
            "left_at": _time(visit.left_at),
            "rejoin_until": _time(visit.left_at and visit.left_at + RETURN_WITHIN),
            **planned(visit),
            **chat_of(visit, Party(Role.member, None), texts, directory.staff),
            **_help_for_member(visit),
            **_ending(visit),
        }
    )


def _clinician(visit: Visit, texts: Texts, directory: Directory, viewer: StaffId) -> Json:
    """Row and card in one: who it is, where they are and how to call them is the holder's alone."""
    person = _person(visit, texts)
    card: Json = {}
    if _holds(visit, viewer):
        card = {
            "name": person.get("name"),
            "birth_date": person.get("birth_date"),
            "reason_for_visit": person.get("reason_for_visit"),
            "ref": visit.ref,
            "others": visit.others if visit.present is not None else None,
            "recording": recording_for_holder(visit, texts),
            "guests": _guests(visit, texts),
            **_whereabouts(visit, texts),
            **planned(visit),
            **chat_of(visit, Party(Role.clinician, viewer), texts, directory.staff),
            **_help_for_holder(visit, texts, directory, person),
        }
    return _without_nulls(
        {
            **_row(visit, person),
            **card,
            "on_behalf": visit.on_behalf,
            "mine": visit.clinician == viewer or None,
            "named": _staff(visit.clinician, directory, ("name", "credentials"), with_id=True),
            "holder": _staff(visit.claimed_by, directory, ("name",), with_id=True),
            "offered_to": visit.offered_to,
            "offer_expires": _time(visit.offer_expires),
            "claim_expires": _time(visit.claim_expires),
            "devices": _devices(visit),
            "redeemed_at": _time(visit.redeemed_at),
            "checked_in_at": _time(visit.checked_in_at),
            "admitted_at": _time(visit.admitted_at),
            "identity_confirmed_at": _time(visit.identity_confirmed_at),
            "left_at": _time(visit.left_at),
            **_holding(visit),
            **_ending(visit),
        }
    )


def _support(visit: Visit, texts: Texts, directory: Directory) -> Json:
    """Who is at which step and for how long, how the link stands, and the line; never the identity card."""
    return _without_nulls(
        {
            **_row(visit, _person(visit, texts)),
            "clinician": _staff(visit.clinician, directory, ("name", "credentials"), with_id=True),
            "holder": _staff(visit.claimed_by, directory, ("name",), with_id=True),
            "step": visit.step,
            "step_at": to_iso(visit.step_at),
            "state_since": to_iso(visit.state_since),
            "redeemed_at": _time(visit.redeemed_at),
            "checked_in_at": _time(visit.checked_in_at),
            "devices": _devices(visit),
            "link": _link(visit),
            "callback": _text(visit.callback, texts),
            "guests": _guests(visit, texts),
            "line": _line(visit, texts),
            "line_unread": visit.line_unread_desk,
            "recording": recording_for_desk(visit),
            "left_at": _time(visit.left_at),
            **_help_for_desk(visit, texts, directory),
            **_holding(visit),
            **_ending(visit),
        }
    )


def _guest(visit: Visit, texts: Texts, directory: Directory, device: str) -> Json:
    """Who else is in the visit, and whether it has begun: nothing of the member but their first name."""
    position = {"visit": visit.id, "seq": visit.seq}
    me = _seat_of(visit, device)
    if me is None:
        known = at_device(visit.guests, device)
        return {**position, "out": "replaced" if known is None else "removed"}
    clinic = directory.clinics.get(visit.clinic, {})
    return _without_nulls(
        {
            **position,
            "me": me.id,
            "state": _state_for_guest(visit),
            "clinic": {key: clinic[key] for key in _CLINIC_FOR_MEMBER if key in clinic},
            "clinician": _staff(visit.claimed_by, directory, ("name", "credentials")),
            "for_name": _first(_person(visit, texts).get("name")),
            "guests": _guests(visit, texts),
            "recording": recording_for_guest(visit, me.id),
            "admitted_at": _time(visit.admitted_at),
            "ended_at": _time(visit.ended_at),
        }
    )


def _state_for_guest(visit: Visit) -> str:
    """Before, about to begin, under way, on hold, or over: the rest is none of a guest's business."""
    if visit.state in TERMINAL:
        return "ended"
    told = {State.claimed, State.in_visit, State.on_hold}
    return (visit.state if visit.state in told else State.waiting).value


def _seat_of(visit: Visit, device: str) -> Guest | None:
    return at_device(live(visit.guests), device)


def _guests(visit: Visit, texts: Texts) -> Json | None:
    """The people who were invited, by the id that is also their endpoint's; None for none."""
    return {
        guest.id: _without_nulls(
            {
                "name": texts.get(guest.name),
                "kind": guest.kind.value,
                "signs": guest.signs or None,
                "by": guest.invited_by.value,
                "joined_at": _time(guest.joined_at),
                "left_at": _time(guest.left_at),
            }
        )
        for guest in live(visit.guests)
    } or None


def _row(visit: Visit, person: Mapping[str, str]) -> Json:
    """What every member of staff may see."""
    return {
        "visit": visit.id,
        "seq": visit.seq,
        "state": visit.state.value,
        "clinic": visit.clinic,
        "mode": visit.mode.value,
        "start": to_iso(visit.start),
        "minutes": visit.minutes,
        "due": _time(visit.due),
        "short_name": short_name(person.get("name", "")) or None,
        "language": visit.language,
        "interpreter": visit.interpreter,
        "call_requested_at": _time(visit.call_requested_at),
    }


def short_name(name: str) -> str:
    """“Ana R.” for “Ana María Ruiz”: enough to call somebody, too little to look them up."""
    parts = name.split()
    return " ".join([*parts[:1], *(f"{part[0]}." for part in parts[1:][-1:])])


def _holds(visit: Visit, viewer: str) -> bool:
    return visit.claimed_by is not None and visit.claimed_by == viewer


def _person(visit: Visit, texts: Texts) -> Mapping[str, str]:
    """The person's text: name, birth_date and, where known, phone, email, reason_for_visit."""
    found: Mapping[str, str] = json.loads(texts.get(visit.person, "{}"))
    return found


def _first(name: str | None) -> str | None:
    return next(iter((name or "").split()), None)


def _whereabouts(visit: Visit, texts: Texts) -> Json:
    return {
        "location": _text(visit.location, texts),
        "location_described": visit.location_described or None,
        "driving": visit.driving or None,
        "callback": _text(visit.callback, texts),
        "present": _text(visit.present, texts),
    }


def _holding(visit: Visit) -> Json:
    return {
        "held_by": visit.held_by and visit.held_by.id,
        "held_reason": visit.held_reason,
        "hold_reason": visit.hold_reason,
    }


def _help_for_member(visit: Visit) -> Json:
    """The steps on the screen until they are answered, and how the telephone call stands."""
    open_fix = visit.fix if visit.fix is not None and visit.fix.helped is None else None
    return {
        "fix": open_fix and {"card": open_fix.card, "at": to_iso(open_fix.at)},
        "call_requested_at": _time(visit.call_requested_at),
        **_call(visit),
    }


def _help_for_holder(visit: Visit, texts: Texts, directory: Directory, person: Mapping[str, str]) -> Json:
    """By phone, also the number that the health system has."""
    return {
        "phone": person.get("phone") if visit.mode is Mode.phone else None,
        "notes": _notes(visit, texts, directory),
        "call_tries": visit.call_tries or None,
        **_call(visit),
    }


def _help_for_desk(visit: Visit, texts: Texts, directory: Directory) -> Json:
    fix = visit.fix
    return {
        "helper": _staff(visit.helper, directory, ("name",), with_id=True),
        "helper_since": _time(visit.helper_since),
        "fix": fix
        and _without_nulls(
            {
                "card": fix.card,
                "at": to_iso(fix.at),
                "by": _staff(fix.by, directory, ("name",), with_id=True),
                "helped": fix.helped,
            }
        ),
        "notes": _notes(visit, texts, directory),
        "call_tries": visit.call_tries or None,
        **_call(visit),
    }


def _call(visit: Visit) -> Json:
    return {"call": visit.call and visit.call.value, "call_at": _time(visit.call_at)}


def _notes(visit: Visit, texts: Texts, directory: Directory) -> Json | None:
    """Notes by the number of their record; absent while there is none."""
    if not visit.notes:
        return None
    return {
        str(note.seq): _without_nulls(
            {
                "by": _staff(note.by, directory, ("name",)),
                "text": texts.get(note.text),
                "at": to_iso(note.at),
            }
        )
        for note in visit.notes
    }


def _ending(visit: Visit) -> Json:
    return {
        "ended_at": _time(visit.ended_at),
        "reason": visit.reason,
        "outcome": visit.outcome and visit.outcome.value,
    }


def _link(visit: Visit) -> Json:
    """How the link stands. `until` is for the reader's clock: a rest or a pass may be over by then."""
    if visit.link is None:
        state, until = "none", None
    elif visit.link_rested_until is not None:
        state, until = "resting", visit.link_rested_until
    elif visit.link_passed_until is not None:
        state, until = "passed", visit.link_passed_until
    else:
        state, until = "live", None
    return _without_nulls({"state": state, "until": _time(until), "tries": visit.link_tries})


def _line(visit: Visit, texts: Texts) -> Json:
    """Messages by the number of their record, so that a new one is one small patch."""
    return {
        str(entry.seq): _without_nulls(
            {"by": entry.by.value, "text": texts.get(entry.text), "at": to_iso(entry.at)}
        )
        for entry in visit.line
    }


def _devices(visit: Visit) -> Json | None:
    if (found := visit.devices) is None:
        return None
    return {
        "camera": found.camera.value,
        "microphone": found.microphone.value,
        "facing": found.facing.value,
        "seen": found.seen,
    }


def _staff(
    staff: StaffId | None, directory: Directory, keys: tuple[str, ...], *, with_id: bool = False
) -> Json | None:
    if staff is None:
        return None
    card = directory.staff.get(staff, {})
    return ({"id": staff} if with_id else {}) | {key: card[key] for key in keys if key in card}


def _text(text: TextId | None, texts: Texts) -> str | None:
    return None if text is None else texts.get(text)


def _time(at: datetime | None) -> str | None:
    return None if at is None else to_iso(at)


def _without_nulls(found: Mapping[str, Any]) -> Json:
    return {key: value for key, value in found.items() if value is not None}
