"""The laws of the house, checked after every accepted command of every scenario."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from waiting_room.core.agreement import follows, lease_of, waiting_for
from waiting_room.core.codec import event_from_json, event_to_json
from waiting_room.core.deadlines import GUESTS_AT_ONCE, GUESTS_EVER, next_deadline
from waiting_room.core.guests import joined, live
from waiting_room.core.ids import TextId
from waiting_room.core.lifecycle import HOLDING, LIFECYCLE, TERMINAL
from waiting_room.core.model import Role, State, Visit
from waiting_room.core.patch import fold
from waiting_room.core.public import catch_up, publish
from waiting_room.core.recording import RecordingState, state_of
from waiting_room.core.records import Record, Recorded, apply, replay
from waiting_room.core.views import Directory, ViewRole, texts_needed, view

AUDIENCE: tuple[tuple[ViewRole, str], ...] = (
    (Role.member, ""),
    (Role.clinician, "lee"),
    (Role.clinician, "sun"),
    (Role.support, "joy"),
    (Role.guest, "tablet"),
    (Role.guest, "laptop"),
)
SHORT = 16
"""Journals up to this length are replayed after every step, longer ones now and then."""


def check(
    before: Visit | None,
    answer: Recorded,
    journal: Sequence[Record],
    texts: Mapping[TextId, str],
    directory: Directory,
) -> None:
    stepwise(before, answer.records)
    coherent(answer.visit)
    seen_alike(before, answer, texts, directory)
    if len(journal) <= SHORT or len(journal) % SHORT == 0:
        replayed(answer.visit, journal)
        caught_up(before, answer, journal, texts, directory)


def replayed(visit: Visit, journal: Sequence[Record]) -> None:
    """The journal adds up to the visit, also after a trip through the database."""
    stored = [event_from_json(event_to_json(record.event)) for record in journal]
    assert stored == [record.event for record in journal]
    assert replay(journal) == visit
    assert [record.seq for record in journal] == list(range(1, len(journal) + 1))
    assert all(one.at <= two.at for one, two in pairwise(journal))


def stepwise(before: Visit | None, records: Sequence[Record]) -> None:
    """Only ways of the table are gone; terminal states absorb; a place, once taken, stays."""
    visit = before
    for record in records:
        after = apply(visit, record)
        if visit is not None:
            assert LIFECYCLE[visit.state][record.event.type] is after.state
            if visit.state in TERMINAL and record.event.type != "returned":
                assert after.state is visit.state
            if visit.due is not None:
                assert after.due == visit.due
        visit = after


def coherent(visit: Visit) -> None:
    assert (visit.claimed_by is not None) == (visit.state in HOLDING)
    assert (visit.claim_expires is not None) == (visit.state is State.claimed)
    assert (visit.offered_to is not None) == (visit.state is State.offered)
    assert (visit.held_by is not None) == (visit.state is State.held)
    assert (visit.hold_reason is not None) == (visit.state is State.on_hold)
    assert (visit.ended_at is not None) == (visit.state in TERMINAL)
    assert (visit.due is not None) == (visit.redeemed_at is not None)
    if visit.state in TERMINAL:
        assert visit.reason is not None or visit.outcome is not None
    agreed(visit)
    guests_count(visit)
    deadline = next_deadline(visit)
    assert deadline is None or deadline > visit.updated_at, "what was due has been done"


def agreed(visit: Visit) -> None:
    """The recorder has something exactly when the recording runs, and it runs when everybody has agreed."""
    assert follows(visit) is None, "what followed has been recorded"
    runs = state_of(visit.recording) is RecordingState.recording
    assert bool(lease_of(visit)) == runs
    assert not (runs and waiting_for(visit))
    assert visit.recording is None or visit.state in {State.in_visit, State.on_hold}


def guests_count(visit: Visit) -> None:
    """Four people at most; a device is one guest's, a guest who is in has one, a link is one guest's."""
    assert len(live(visit.guests)) <= GUESTS_AT_ONCE
    assert len(visit.guests) <= GUESTS_EVER
    devices = [guest.device for guest in visit.guests if guest.device is not None]
    assert len(devices) == len(set(devices))
    assert all(guest.device is not None for guest in joined(visit.guests))
    assert len({guest.id for guest in visit.guests}) == len(visit.guests)


def seen_alike(
    before: Visit | None,
    answer: Recorded,
    texts: Mapping[TextId, str],
    directory: Directory,
) -> None:
    """For everybody: folding what was published is the same as looking."""
    for role, viewer in AUDIENCE:
        page: Any = {} if before is None else view(before, role, texts, directory, viewer)
        published = publish(before, answer.records, role, texts, directory, viewer=viewer)
        for public in published:
            page = fold(page, public["patch"])
            assert page["seq"] == public["seq"]
        now = view(answer.visit, role, texts, directory, viewer)
        assert page == now
        assert no_nulls(now)
        enough = {text: texts[text] for text in texts_needed(answer.visit, role, viewer) if text in texts}
        assert view(answer.visit, role, enough, directory, viewer) == now


def caught_up(
    before: Visit | None,
    answer: Recorded,
    journal: Sequence[Record],
    texts: Mapping[TextId, str],
    directory: Directory,
) -> None:
    """A page that missed the records hears the same ones later."""
    since = 0 if before is None else before.seq
    for role, viewer in AUDIENCE:
        heard = publish(before, answer.records, role, texts, directory, viewer=viewer)
        assert catch_up(journal, since, role, texts, directory, viewer=viewer) == heard


def no_nulls(value: Any) -> bool:
    if isinstance(value, dict):
        return all(no_nulls(inner) for inner in value.values())
    if isinstance(value, list):
        return all(map(no_nulls, value))
    return value is not None
