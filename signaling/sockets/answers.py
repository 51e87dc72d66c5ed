"""Acknowledgements: what a page gets back for each thing it sends.

Success is `{"ok": true, …}`. A refusal is `{"error": {"code", "sentence", …}}`: the code is stable for ever
and is what a page translates; the sentence is plain English for everybody else; further members are the
details of that code. A sentence never repeats what was sent.
"""

from collections.abc import Mapping
from typing import Any

from waiting_room.core.refusals import Refusal, Refused

Answer = dict[str, Any]

SENTENCES: Mapping[str, str] = {
    # The waiting room's refusals.
    Refusal.not_permitted: "This is not yours to do.",
    Refusal.malformed: "Something in this request is not as it should be.",
    Refusal.visit_unknown: "There is no such visit.",
    Refusal.visit_exists: "This visit is there already.",
    Refusal.visit_ended: "This visit has ended.",
    Refusal.visit_cancelled: "This visit was cancelled.",
    Refusal.wrong_state: "This cannot be done now.",
    Refusal.not_recognised: "Check the date, or ask for a new link.",
    Refusal.too_early: "It is too early for this visit.",
    Refusal.link_revoked: "This link was replaced by a newer one.",
    Refusal.not_ready: "Some steps before check-in are still open.",
    Refusal.return_too_late: "It is too late to return to this place. The desk can help.",
    Refusal.line_full: "No more messages can be kept here. Please call the desk.",
    Refusal.chat_full: "No more messages can be kept in this visit.",
    Refusal.files_full: "No more files can be kept in this visit.",
    Refusal.still_not_asked: "No still picture is asked for.",
    Refusal.extended_enough: "This visit cannot be made any longer.",
    Refusal.notes_full: "No more notes can be kept here.",
    Refusal.fix_replaced: "Those steps are not on the screen any more.",
    Refusal.not_by_phone: "This visit is held by video; change it to a telephone call first.",
    Refusal.not_waiting: "The member has not checked in.",
    Refusal.member_away: "The member is not connected just now; their place is kept.",
    Refusal.member_left: "The member has left.",
    Refusal.visit_held: "The desk is holding this visit.",
    Refusal.claimed_by_other: "Another clinician has taken this visit.",
    Refusal.offered_to_other: "This visit is being offered to another clinician.",
    Refusal.named_for_other: "This visit is booked with another clinician.",
    Refusal.not_holder: "Only the clinician who holds this visit can do that.",
    Refusal.claim_expired: "The claim has run out; the visit went back to its place.",
    Refusal.offer_expired: "The offer has run out; the visit went back to its place.",
    Refusal.already_arrived: "The member is here already.",
    Refusal.already_begun: "This visit has begun.",
    Refusal.no_recording: "There is no such recording to agree to.",
    Refusal.not_present: "Only people in the visit can agree to a recording.",
    Refusal.people_changed: "Everybody who shares the device agrees by name; their number has changed.",
    Refusal.guests_full: "No more people can be invited. Remove somebody first.",
    Refusal.guest_unknown: "This person is not invited any more.",
    Refusal.guest_link_used: "This link was used on another device. Ask for a new one.",
    Refusal.not_inviter: "Only the clinician can change this invitation.",
    Refusal.clinician_busy: "Finish or hand back the visit you hold first.",
    Refusal.nobody_waiting: "Nobody is waiting for you.",
    Refusal.conflict: "Somebody else changed this visit at the same moment. Please try again.",
    # The sockets' own.
    "no_visit": "Open your link again to come back to your visit.",
    "not_signed_in": "Sign in again.",
    "too_many_requests": "Too many requests; wait a moment.",
    "unknown_event": "This server does not know that request.",
    "not_a_telephone_number": "This is not a telephone number that can be called.",
    "superseded": "This visit is open on another device or in another tab.",
    "recording_off": "Nothing can be recorded here.",
    "no_room_yet": "The connection is made after check-in, and only for video.",
    "media_refused": "The connection could not be made from what the browser sent.",
    "media_unavailable": "The media service does not answer; try again.",
    "failed": "Something went wrong on our side; try again.",
}


def done(seq: int | None = None, **more: Any) -> Answer:
    """Success, with the visit's position after it."""
    answer: Answer = {"ok": True}
    if seq is not None:
        answer["seq"] = seq
    return answer | more


def error(code: str, **detail: str | int) -> dict[str, Any]:
    """The members of an error: code, sentence, details."""
    return {"code": str(code), "sentence": SENTENCES.get(code, SENTENCES["failed"]), **detail}


def refuse(code: str, **detail: str | int) -> Answer:
    """A refusal with a code from `SENTENCES`."""
    return {"error": error(code, **detail)}


def refused(refusal: Refused, **more: str | int) -> Answer:
    """The waiting room's refusal, with details a page can show."""
    return refuse(refusal.code, **{**refusal.detail, **more})
