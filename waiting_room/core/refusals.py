"""Refusals: expected answers, not errors. A refusal records nothing and changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Refusal(StrEnum):
    """Stable codes. The sentence for a person lives in the client, per role and language."""

    not_permitted = "not_permitted"
    """This role may not do this, ever."""
    malformed = "malformed"
    """A code or a number is outside its bounds; detail `field`."""
    visit_unknown = "visit_unknown"
    visit_exists = "visit_exists"
    visit_ended = "visit_ended"
    visit_cancelled = "visit_cancelled"
    wrong_state = "wrong_state"
    """Not now; detail `state`."""

    not_recognised = "not_recognised"
    """Unknown, revoked or resting link, or wrong date: one code, indistinguishable outside."""
    too_early = "too_early"
    link_revoked = "link_revoked"
    """Said to staff only."""

    not_ready = "not_ready"
    """Check-in lacks something; detail `missing`: comma-separated names of what."""
    return_too_late = "return_too_late"
    line_full = "line_full"
    chat_full = "chat_full"
    files_full = "files_full"
    still_not_asked = "still_not_asked"
    """A still picture comes only while one is asked for."""
    extended_enough = "extended_enough"

    notes_full = "notes_full"
    fix_replaced = "fix_replaced"
    """The member answered steps that are not on their screen any more."""
    not_by_phone = "not_by_phone"
    """A telephone call was noted in a visit by video."""

    not_waiting = "not_waiting"
    """The member has not checked in."""
    member_away = "member_away"
    member_left = "member_left"
    visit_held = "visit_held"
    """Detail `by`: staff id."""
    claimed_by_other = "claimed_by_other"
    """Detail `clinician`: staff id."""
    offered_to_other = "offered_to_other"
    """Detail `clinician`: staff id."""
    named_for_other = "named_for_other"
    """Detail `clinician`: staff id."""
    not_holder = "not_holder"
    claim_expired = "claim_expired"
    offer_expired = "offer_expired"

    already_arrived = "already_arrived"
    """A visit whose member has redeemed the link is not rescheduled."""
    already_begun = "already_begun"
    """An admitted visit is ended by its clinician, not cancelled."""

    no_recording = "no_recording"
    """There is no such recording to agree to: it was never asked for, or is over."""
    not_present = "not_present"
    """Whoever says so is not in the visit."""
    people_changed = "people_changed"
    """As many names must be given as people share the device; detail `others`."""
    guests_full = "guests_full"
    """No more people can be invited; detail `most`: how many there may be."""
    guest_unknown = "guest_unknown"
    """There is no such guest, or the invitation has ended."""
    guest_link_used = "guest_link_used"
    """Another device came in by this link."""
    not_inviter = "not_inviter"
    """A guest whom the clinician invited is not the member's to remove."""

    clinician_busy = "clinician_busy"
    """Given by the store: this clinician already holds a claimed or running visit."""
    nobody_waiting = "nobody_waiting"
    """Given by the desk to “next patient”."""
    conflict = "conflict"
    """Given by the desk when every retry lost; nothing changed."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer to a command that may not happen, with what the person needs to know about it."""

    code: Refusal
    detail: Mapping[str, str | int] = field(default_factory=dict)
