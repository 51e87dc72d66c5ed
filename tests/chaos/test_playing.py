"""The battery's own eyes: what is out of step, cut short, missing or readable does not escape them."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from media.recordings.reading import Verdict
from tests.chaos import clip
from tests.chaos.composers import kill, results
from tests.chaos.held import Held, held
from tests.chaos.plaintext import hits, look_for, secrets
from tests.chaos.playing import Played, apart, play, whole
from tests.media.core.sending import recorded
from tests.media.filmed import person
from tests.media.test_compose import KEY, write
from tests.media.watching import played

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The recording of somebody alone, three seconds long."""
    place = tmp_path / "rec-1"
    write(place, recorded(*person(seconds=3)))
    return place


def people(folder: Path) -> dict[str, Held]:
    return dict(held(folder, KEY, Verdict()))


def test_a_recording_in_order_plays_in_step(folder: Path) -> None:
    found = play(folder, KEY, people(folder))
    assert (found.files, found.unplayable, found.flashes) == (1, 0, 3)
    assert found.av_skew_ms is not None
    assert found.av_skew_ms <= 40


def test_pictures_that_come_late_are_seen_to_be_out_of_step(tmp_path: Path) -> None:
    camera, microphone = person(seconds=3)
    write(tmp_path / "rec-1", recorded(replace(camera, delay=0.2, reports=0), replace(microphone, reports=0)))
    found = play(tmp_path / "rec-1", KEY, people(tmp_path / "rec-1"))
    assert found.av_skew_ms == pytest.approx(180, abs=40)


def test_somebody_who_is_only_heard_is_in_no_step_at_all(tmp_path: Path) -> None:
    write(tmp_path / "rec-1", recorded(person(seconds=3)[1]))
    assert play(tmp_path / "rec-1", KEY, people(tmp_path / "rec-1")) == Played(files=1)


def test_a_person_whose_file_was_not_made_counts(folder: Path) -> None:
    told = people(folder)
    assert play(folder, KEY, {**told, "clinician": told["member"]}).unplayable == 1


def test_a_file_that_lacks_a_second_is_not_whole(folder: Path, tmp_path: Path) -> None:
    play(folder, KEY, people(folder))
    film = played(folder, "member.webm", KEY)
    assert whole(film, people(folder)["member"])
    longer = tmp_path / "longer"
    write(longer, recorded(*person(seconds=4)))
    assert not whole(film, people(longer)["member"])
    assert apart(film)


def test_a_recording_that_cannot_be_composed_counts_everybody(folder: Path) -> None:
    told = people(folder)
    for segment in folder.glob("*.vvr"):
        segment.write_bytes(b"VVR1")
    assert play(folder, KEY, told) == Played(files=0, unplayable=1)


def test_of_nothing_nothing_is_wanted(tmp_path: Path) -> None:
    assert play(tmp_path, KEY, {}) == Played()


def test_readable_bytes_are_found_in_packets_and_in_files(tmp_path: Path) -> None:
    pieces = clip.make()
    known = secrets(pieces, KEY)
    assert len(known) > 20
    assert hits(b"".join(piece.payload for piece in pieces), known) >= len(known) - 8
    (tmp_path / "a").write_bytes(b"..." + known[-1])
    assert look_for(tmp_path, known) == 1


def test_a_composer_that_is_killed_is_seen_to_leave_nothing_by_halves(folder: Path) -> None:
    killed = kill(folder, KEY, "participants", random.Random(1), secrets(clip.make(), KEY))
    assert (killed.torn, killed.differs, killed.plaintext_hits) == (0, False, 0)
    assert sorted(results(folder)) == ["member.webm.sealed"]
