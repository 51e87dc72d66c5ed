"""What is decided about recording: asking, agreeing, refusing, and what the recorder reports.

Whether it then runs nobody decides: it follows from who is present and who has agreed (`agreement.follows`).
"""

import re
from typing import assert_never

from waiting_room.core import commands as c
from waiting_room.core import events_recording as e
from waiting_room.core.agreement import (
    CLINICIAN,
    MEMBER,
    RUNNING,
    companions,
    have_agreed,
    person_of,
    who_must_agree,
)
from waiting_room.core.decide_booking import is_code, is_language, is_text_version, malformed
from waiting_room.core.events import Event
from waiting_room.core.ids import RecordingId, StaffId
from waiting_room.core.model import Actor, Visit
from waiting_room.core.recording import Recording
from waiting_room.core.refusals import Refusal, Refused

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,57}\.[a-z0-9]{1,5}")


def decide_recording(visit: Visit, command: c.RecordingCommand, actor: Actor) -> tuple[Event, ...] | Refused:
    """Every command about recording, for an actor whom `grants` has let through."""
    running = visit.recording if visit.recording and visit.recording.state in RUNNING else None
    match command:
        case c.AskRecording():
            return _ask(running, command, actor)
        case c.AgreeRecording():
            return _agree(visit, running, command, actor)
        case c.RefuseRecording():
            return () if running is None else (_no(visit, running, person_of(visit, actor)),)
        case c.StopRecording():
            if running is None:
                return ()
            return (e.RecordingStopped(recording=running.id, by=StaffId(actor.id)),)
        case c.SomeoneJoined():
            # Whoever has not answered yet will be asked about everybody who is there by then.
            told = running is not None and MEMBER in have_agreed(visit)
            return (e.SomeoneJoined(by=StaffId(actor.id)),) if told else ()
        case c.NoteRecording():
            return _note(running, command)
        case c.OpenRecording():
            if not (_ID.fullmatch(command.recording) and _FILE.fullmatch(command.file)):
                return malformed("file")
            return (e.RecordingOpened(recording=command.recording, file=command.file),)
        case _:
            assert_never(command)


def _ask(running: Recording | None, command: c.AskRecording, actor: Actor) -> tuple[Event, ...] | Refused:
    if (wrong := _words(command)) is not None:
        return wrong
    if running is not None:
        return ()
    return (
        e.RecordingAsked(
            recording=RecordingId(command.recording),
            by=StaffId(actor.id),
            consent=command.consent,
            language=command.language,
        ),
    )


def _agree(
    visit: Visit, running: Recording | None, command: c.AgreeRecording, actor: Actor
) -> tuple[Event, ...] | Refused:
    """To this very recording, by somebody who is there, with the names of all who share their device."""
    if (wrong := _words(command)) is not None:
        return wrong
    if running is None or running.id != command.recording:
        return Refused(Refusal.no_recording)
    person = person_of(visit, actor)
    if person not in who_must_agree(visit):
        return Refused(Refusal.not_present)
    if command.consent not in {one.consent for one in running.agreed if one.person == CLINICIAN}:
        return malformed("consent")  # agreed is what was asked, word for word
    beside = companions(visit) if person == MEMBER else ()
    if len(command.people) != len(beside):
        return Refused(Refusal.people_changed, {"others": len(beside)})
    agreed = have_agreed(visit)
    named = ((person, None), *zip(beside, command.people, strict=True))
    return tuple(
        e.RecordingAgreed(
            recording=running.id, person=who, consent=command.consent, language=command.language, text=name
        )
        for who, name in named
        if who not in agreed
    )


def _no(visit: Visit, running: Recording, person: str) -> Event:
    if person in have_agreed(visit):
        return e.RecordingWithdrawn(recording=running.id, person=person)
    return e.RecordingRefused(recording=running.id, person=person)


def _note(running: Recording | None, command: c.NoteRecording) -> tuple[Event, ...] | Refused:
    if command.trouble is not None and not is_code(command.trouble):
        return malformed("trouble")
    current = running is not None and running.id == command.recording and running.started_at is not None
    if running is None or not current or running.trouble == command.trouble:
        return ()
    if command.trouble is None:
        return (e.RecordingRecovered(recording=running.id),)
    return (e.RecordingFailing(recording=running.id, reason=command.trouble),)


def _words(command: c.AskRecording | c.AgreeRecording) -> Refused | None:
    if not _ID.fullmatch(command.recording):
        return malformed("recording")
    if not is_text_version(command.consent):
        return malformed("consent")
    return None if is_language(command.language) else malformed("language")
