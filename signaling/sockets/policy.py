"""Who may send which event, in one table; the HTTP routes' table includes it."""

from dataclasses import dataclass
from typing import Literal

from waiting_room.core.model import Role

Relation = Literal["own visit", "visit of own clinics", "visit held", "own clinics"]


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event of one namespace: the role it takes and which visits it reaches.

    `command` names the `type` of a command; the core's own grants decide again, on every command.
    """

    namespace: str
    event: str
    role: Role
    relation: Relation
    command: str | None = None


def _commands(namespace: str, role: Role, relation: Relation, *types: str) -> tuple[EventRow, ...]:
    return tuple(EventRow(namespace, "command", role, relation, command) for command in types)


EVENT_POLICY: tuple[EventRow, ...] = (
    EventRow("/member", "connect", Role.member, "own visit"),
    *_commands(
        "/member",
        Role.member,
        "own visit",
        "give_location",
        "give_callback",
        "give_present",
        "give_consent",
        "check_devices",
        "check_in",
        "step",
        "leave",
        "return_to_place",
        "say",
        "see_line",
        "agree_recording",
        "refuse_recording",
        "write_chat",
        "see_chat",
        "decline_still",
        "answer_fix",
        "ask_for_call",
        "withdraw_call",
    ),
    *_commands("/member", Role.member, "own visit", "invite_guest", "issue_guest_link", "remove_guest"),
    EventRow("/member", "report", Role.member, "own visit"),
    EventRow("/member", "offer", Role.member, "own visit"),
    EventRow("/member", "relays", Role.member, "own visit"),
    EventRow("/member", "quality", Role.member, "own visit"),
    EventRow("/member", "show", Role.member, "own visit"),
    EventRow("/member", "ping_presence", Role.member, "own visit"),
    EventRow("/guest", "connect", Role.guest, "own visit"),
    *_commands("/guest", Role.guest, "own visit", "join_as_guest", "leave_as_guest"),
    *_commands("/guest", Role.guest, "own visit", "agree_recording", "refuse_recording"),
    EventRow("/guest", "offer", Role.guest, "own visit"),
    EventRow("/guest", "relays", Role.guest, "own visit"),
    EventRow("/guest", "quality", Role.guest, "own visit"),
    EventRow("/guest", "show", Role.guest, "own visit"),
    EventRow("/guest", "ping_presence", Role.guest, "own visit"),
    EventRow("/clinician", "connect", Role.clinician, "own clinics"),
    *_commands("/clinician", Role.clinician, "visit of own clinics", "claim", "hold", "release"),
    *_commands(
        "/clinician",
        Role.clinician,
        "visit held",
        "renew_claim",
        "release_claim",
        "admit",
        "confirm_identity",
        "suspend",
        "resume",
        "requeue",
        "end",
        "ask_recording",
        "stop_recording",
        "someone_joined",
        "extend",
        "redirect",
        "write_chat",
        "see_chat",
        "ask_still",
        "decline_still",
    ),
    *_commands(
        "/clinician",
        Role.clinician,
        "visit held",
        "invite_guest",
        "issue_guest_link",
        "remove_guest",
        "change_mode",
        "note_call",
        "write_note",
    ),
    EventRow("/clinician", "next_patient", Role.clinician, "own clinics"),
    EventRow("/clinician", "offer", Role.clinician, "visit held"),
    EventRow("/clinician", "relays", Role.clinician, "visit held"),
    EventRow("/clinician", "quality", Role.clinician, "visit held"),
    EventRow("/clinician", "show", Role.clinician, "visit held"),
    EventRow("/clinician", "ping_presence", Role.clinician, "own clinics"),
    EventRow("/support", "connect", Role.support, "own clinics"),
    *_commands(
        "/support",
        Role.support,
        "visit of own clinics",
        "say",
        "see_line",
        "issue_link",
        "pass_link",
        "cancel",
        "hold",
        "release",
        "requeue",
        "redirect",
        "begin_help",
        "end_help",
        "show_fix",
        "write_note",
        "change_mode",
    ),
    EventRow("/support", "ping_presence", Role.support, "own clinics"),
)
