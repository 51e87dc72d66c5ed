"""A recording of a visit: its states, and every way from one to another, in one dict.

Rule 1. Everything that may change a recording's state is in `RECORDING`; no other file names two of them.
Rule 2. A state's row lists every event of `BETWEEN` that may be recorded there, also those that leave it
        where it is. What is not listed cannot be recorded: `evolve` raises.
Rule 3. Nobody asks for `recording_started`, `_paused` and `_resumed`: they follow, in the same breath, from
        who is present and who has agreed (`agreement.follows`).
Rule 4. A recording lives in a visit that is `in_visit` or `on_hold`. Whatever leads out of these ends it: it
        is `off` again, and whoever takes the visit next has to ask anew.
Rule 5. No means stop, not pause. To go on, the clinician asks again, and it is another recording.

`document` renders this file as docs/recording.md; a test keeps the two in step.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from waiting_room.core.ids import RecordingId, StaffId, TextId


class RecordingState(StrEnum):
    """Where a recording is. Only `recording` lets the recorder have anything."""

    off = "off"
    asked = "asked"
    recording = "recording"
    paused = "paused"
    stopped = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One person's consent, as long as it holds. `consent`: the id of the words they were shown."""

    person: str
    consent: str
    language: str
    at: datetime
    text: TextId | None = None
    """The name of one who shares a device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording as its visit's journal adds it up; `off` is to have none."""

    id: RecordingId
    state: RecordingState
    since: datetime
    """When it came into this state."""
    by: StaffId
    """Who asked; nobody else's recording, whoever sees the member later."""
    agreed: tuple[Agreement, ...] = ()
    started_at: datetime | None = None
    reason: str | None = None
    """Code of why it is paused or stopped."""
    trouble: str | None = None
    """Code of why the recorder cannot write, though it may."""


_AGREEING = ("recording_agreed", "someone_joined")
_WRITING = ("recording_failing", "recording_recovered")
_ENDING = {
    "recording_refused": RecordingState.stopped,
    "recording_withdrawn": RecordingState.stopped,
    "recording_stopped": RecordingState.stopped,
}

RECORDING: Mapping[RecordingState, Mapping[str, RecordingState]] = MappingProxyType(
    {
        RecordingState.off: {"recording_asked": RecordingState.asked},
        RecordingState.asked: {
            **dict.fromkeys(_AGREEING, RecordingState.asked),
            **_ENDING,
            "recording_started": RecordingState.recording,
        },
        RecordingState.recording: {
            **dict.fromkeys(("someone_joined", *_WRITING), RecordingState.recording),
            **_ENDING,
            "recording_paused": RecordingState.paused,
        },
        RecordingState.paused: {
            **dict.fromkeys((*_AGREEING, *_WRITING), RecordingState.paused),
            **_ENDING,
            "recording_resumed": RecordingState.recording,
        },
        RecordingState.stopped: {"recording_asked": RecordingState.asked},
    }
)

BETWEEN = frozenset(event for row in RECORDING.values() for event in row)
"""The events that belong to recordings; all others leave a recording in its state."""


def state_of(recording: Recording | None) -> RecordingState:
    """Where the visit's recording is."""
    return RecordingState.off if recording is None else recording.state


def diagram() -> str:
    """The ways between states as a Mermaid state diagram; events that change no state are left out."""
    lines = ["stateDiagram-v2", "    [*] --> off"]
    for state, row in RECORDING.items():
        ways: dict[RecordingState, list[str]] = {}
        for event, target in row.items():
            if target is not state:
                ways.setdefault(target, []).append(event)
        lines += [f"    {state} --> {target}: {', '.join(events)}" for target, events in ways.items()]
    return "\n".join(lines)


def document() -> str:
    """The text of docs/recording.md."""
    lines = [
        "# The states of a recording",
        "",
        "Generated from `waiting_room/core/recording.py`, where the rules are; do not edit by hand.",
        "",
        "```mermaid",
        diagram(),
        "```",
        "",
        "From every state the end of the visit, and its return to the waiting room, lead to `off`.",
        "",
        "| state | recorded without leaving it | the recorder may have |",
        "|---|---|---|",
    ]
    for state, row in RECORDING.items():
        stays = " ".join(f"`{event}`" for event, target in row.items() if target is state)
        given = "those who agreed" if state is RecordingState.recording else "nothing"
        lines.append(f"| `{state}` | {stays} | {given} |")
    return "\n".join([*lines, ""])
