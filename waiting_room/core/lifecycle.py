"""The lifecycle of a visit: every way from one state to another, in one dict.

Rule 1. Everything that may change a visit's state is in `LIFECYCLE`; no other file names a pair of states.
Rule 2. A state's row lists every event that may be recorded there, also those that leave it where it is.
        What is not listed cannot be recorded: `decide` refuses it and `evolve` raises.
Rule 3. In one state, one event type leads to one state. Where the outcome depends on something else, there
        are two events (`checked_in`, `checked_in_early`): a journal is read with this table alone.
Rule 4. Terminal states absorb: what is recorded there (wrong birth dates, so that an ended visit does not
        tell a guesser more than a running one) does not change the state. The one exception is `left`,
        which `returned` reopens within `deadlines.RETURN_WITHIN`.
Rule 5. Only a visit by video is ever `away` (nobody has to keep a page open for a telephone call), so that
        `mode_changed` there always means by telephone, and leads back into line.
Rule 6. Every way back into line is to `waiting`, with the `due` that the visit had. Clocks that are due at
        once there (the member is gone) act in the same breath.

`document` renders this file as docs/lifecycle.md; a test keeps the two in step.
"""

from dataclasses import dataclass

from waiting_room.core.model import State, Visit

_LINK = ("link_issued", "link_passed", "link_rested", "birth_date_refused", "redeemed")
_GIVEN = (
    "location_given",
    "callback_given",
    "present_given",
    "consent_given",
    "devices_checked",
    "step_reached",
)
_LINE = ("said", "line_seen")
_CHAT = ("chat_written", "chat_seen", "file_shared", "still_declined", "still_released")
_PRESENCE = ("gone", "back")
_HELP = ("help_begun", "help_ended", "noted")
_WAYS = ("fix_shown", "fix_answered", "call_requested", "call_withdrawn", "mode_changed", "handed_over")
_GUESTS = ("guest_invited", "guest_link_issued", "guest_joined", "guest_left", "guest_removed")
_OPENED = ("recording_opened",)
_ATTENDED = _LINK + _GIVEN + _LINE + _PRESENCE + _OPENED + _GUESTS + _HELP + _WAYS
_ENDED = ("birth_date_refused", "link_rested", *_OPENED)
_RESTING = (
    "recording_paused",
    "recording_refused",
    "recording_withdrawn",
    "recording_stopped",
    "recording_failing",
    "recording_recovered",
)
_RECORDING = (
    "recording_asked",
    "recording_agreed",
    "someone_joined",
    "recording_started",
    "recording_resumed",
    *_RESTING,
)


def _stays(state: State, events: tuple[str, ...]) -> dict[str, State]:
    return dict.fromkeys(events, state)


LIFECYCLE: dict[State, dict[str, State]] = {
    State.booked: {
        **_stays(State.booked, (*_LINK, *_LINE, *_HELP, "mode_changed", "rescheduled")),
        "redeemed": State.preparing,
        "cancelled": State.cancelled,
        "no_show": State.no_show,
    },
    State.preparing: {
        **_stays(State.preparing, (*_ATTENDED, "checked_in_early")),
        "checked_in": State.waiting,
        "early_ended": State.waiting,
        "left": State.left,
        "cancelled": State.cancelled,
        "redirected": State.redirected,
        "closed": State.closed,
    },
    State.waiting: {
        **_stays(State.waiting, _ATTENDED),
        "away": State.away,
        "held": State.held,
        "offered": State.offered,
        "claimed": State.claimed,
        "left": State.left,
        "cancelled": State.cancelled,
        "redirected": State.redirected,
        "closed": State.closed,
    },
    State.away: {
        **_stays(State.away, _ATTENDED),
        "back": State.waiting,
        "mode_changed": State.waiting,
        "held": State.held,
        "left": State.left,
        "cancelled": State.cancelled,
        "redirected": State.redirected,
        "closed": State.closed,
    },
    State.held: {
        **_stays(State.held, _ATTENDED),
        "released": State.waiting,
        "left": State.left,
        "cancelled": State.cancelled,
        "redirected": State.redirected,
        "closed": State.closed,
    },
    State.offered: {
        **_stays(State.offered, _ATTENDED),
        "claimed": State.claimed,
        "declined": State.waiting,
        "offer_expired": State.waiting,
        "left": State.left,
        "cancelled": State.cancelled,
        "redirected": State.redirected,
    },
    State.claimed: {
        **_stays(State.claimed, (*_ATTENDED, "claim_renewed")),
        "claim_released": State.waiting,
        "claim_expired": State.waiting,
        "admitted": State.in_visit,
        "left": State.left,
        "cancelled": State.cancelled,
        "redirected": State.redirected,
    },
    State.in_visit: {
        **_stays(
            State.in_visit,
            (
                *_ATTENDED,
                *_CHAT,
                *_RECORDING,
                "still_asked",
                "extended",
                "identity_confirmed",
                "call_noted",
            ),
        ),
        "suspended": State.on_hold,
        "left": State.on_hold,
        "requeued": State.waiting,
        "completed": State.completed,
        "redirected": State.redirected,
    },
    State.on_hold: {
        **_stays(State.on_hold, (*_ATTENDED, *_CHAT, *_RESTING, "left", "returned")),
        "resumed": State.in_visit,
        "requeued": State.waiting,
        "completed": State.completed,
        "redirected": State.redirected,
        "closed": State.closed,
    },
    State.left: {
        **_stays(State.left, (*_ENDED, "redeemed")),
        "returned": State.preparing,
    },
    State.completed: _stays(State.completed, _ENDED),
    State.no_show: _stays(State.no_show, _ENDED),
    State.cancelled: _stays(State.cancelled, _ENDED),
    State.redirected: _stays(State.redirected, _ENDED),
    State.closed: _stays(State.closed, _ENDED),
}

TERMINAL = frozenset(
    {State.completed, State.left, State.no_show, State.cancelled, State.redirected, State.closed}
)
OPEN = frozenset(State) - TERMINAL
IN_LINE = frozenset({State.waiting, State.away, State.held, State.offered, State.claimed})
"""States that count as ahead of somebody; only `waiting` may be taken."""
HOLDING = frozenset({State.claimed, State.in_visit, State.on_hold})
"""States in which one clinician holds the visit."""


@dataclass(frozen=True, slots=True)
class Fhir:
    """Codes of FHIR R4: `Encounter.status` and `Appointment.status` (hl7.org/fhir/R4)."""

    encounter: str
    appointment: str


FHIR: dict[State, Fhir] = {
    State.booked: Fhir("planned", "booked"),
    State.preparing: Fhir("arrived", "arrived"),
    State.waiting: Fhir("arrived", "checked-in"),
    State.away: Fhir("arrived", "checked-in"),
    State.held: Fhir("arrived", "checked-in"),
    State.offered: Fhir("arrived", "checked-in"),
    State.claimed: Fhir("arrived", "checked-in"),
    State.in_visit: Fhir("in-progress", "checked-in"),
    State.on_hold: Fhir("onleave", "checked-in"),
    State.completed: Fhir("finished", "fulfilled"),
    State.left: Fhir("cancelled", "cancelled"),
    State.no_show: Fhir("cancelled", "noshow"),
    State.cancelled: Fhir("cancelled", "cancelled"),
    State.redirected: Fhir("cancelled", "cancelled"),
    State.closed: Fhir("cancelled", "cancelled"),
}
BEGUN_AND_ENDED = Fhir("finished", "fulfilled")
"""Care that began was given, however the visit ended; FHIR's `cancelled` means it never began."""


def fhir(visit: Visit) -> Fhir:
    """What the visit is called in a health record that speaks FHIR R4."""
    if visit.state in TERMINAL and visit.admitted_at is not None:
        return BEGUN_AND_ENDED
    return FHIR[visit.state]


def diagram() -> str:
    """The ways between states as a Mermaid state diagram; events that change no state are left out."""
    lines = ["stateDiagram-v2", "    [*] --> booked: booked"]
    for state, row in LIFECYCLE.items():
        ways: dict[State, list[str]] = {}
        for event, target in row.items():
            if target is not state:
                ways.setdefault(target, []).append(event)
        lines += [f"    {state} --> {target}: {', '.join(events)}" for target, events in ways.items()]
    lines += [f"    {state} --> [*]" for state in LIFECYCLE if state in TERMINAL]
    return "\n".join(lines)


def document() -> str:
    """The text of docs/lifecycle.md."""
    lines = [
        "# The lifecycle of a visit",
        "",
        "Generated from `waiting_room/core/lifecycle.py`, where the rules are; do not edit by hand.",
        "",
        "```mermaid",
        diagram(),
        "```",
        "",
        "| state | recorded without leaving it | FHIR R4 Encounter | Appointment |",
        "|---|---|---|---|",
    ]
    for state, row in LIFECYCLE.items():
        stays = " ".join(f"`{event}`" for event, target in row.items() if target is state)
        lines.append(f"| `{state}` | {stays} | {FHIR[state].encounter} | {FHIR[state].appointment} |")
    begun = f"{BEGUN_AND_ENDED.encounter} and {BEGUN_AND_ENDED.appointment}"
    lines += ["", f"A visit that was admitted and has ended is {begun}, however it ended.", ""]
    return "\n".join(lines)
