"""Everybody in one film: what is seen where and heard when."""

import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from media.canvas import MOST_PIXELS
from media.composer import Made, NothingRecordedError
from media.core.timeline import Segment
from media.side_by_side import side_by_side
from tests.media.core.sending import Sender, camera, key, microphone, recorded
from tests.media.filmed import person, pictures, sounds
from tests.media.watching import Film, played

KEY = bytes(range(32))
STARTED = 1_790_000_000_000
LEFT, RIGHT = (0.0, 0.45), (0.55, 1.0)
IN_STEP = 0.080


def made(folder: Path, *senders: Sender, started: float = 0.0) -> Made:
    parts = [Segment(STARTED + round(started * 1000), recorded(*senders))]
    (file,) = side_by_side(parts, folder, KEY, os.urandom, lambda _: None)
    return file


def film(folder: Path, *senders: Sender) -> Film:
    return played(folder, made(folder, *senders).name, KEY)


def test_two_stand_side_by_side_and_are_heard_in_step(tmp_path: Path) -> None:
    seen = film(tmp_path, *person(seconds=6), *person("clinician", 3, 5, begins=1.0, own_clock=-50.0))
    assert {size for _, size, _ in seen.pictures()} == {(1280, 360)}
    assert [round(flash) for flash in seen.flashes(*LEFT)] == [0, 1, 2, 3, 4, 5]
    assert [round(flash) for flash in seen.flashes(*RIGHT)] == [1, 2, 3, 4, 5]
    assert seen.skew() <= IN_STEP


def test_two_who_speak_at_once_are_both_heard(tmp_path: Path) -> None:
    later = person("clinician", 3, 5, begins=0.5)
    seen = film(tmp_path, *person(seconds=6), *later)
    assert [round(beep, 1) for beep in seen.beeps()] == [round(n / 2, 1) for n in range(11)]


@pytest.mark.parametrize(("people", "size"), [(1, (640, 360)), (3, (1280, 720)), (4, (1280, 720))])
def test_more_stand_two_by_two(tmp_path: Path, people: int, size: tuple[int, int]) -> None:
    everybody = [sender for n in range(people) for sender in person(f"p{n}", 2 * n + 1, 2)]
    assert {size for _, size, _ in film(tmp_path, *everybody).pictures()} == {size}


def test_a_pause_is_dark_and_silent_and_as_long_as_it_was(tmp_path: Path) -> None:
    seen = film(tmp_path, *person(seconds=15, holes=((2.9, 12.0),)))
    assert [round(flash) for flash in seen.flashes()] == [0, 1, 2, 12, 13, 14]
    assert [round(beep) for beep in seen.beeps()] == [0, 1, 2, 12, 13, 14]
    dark = [light for time, _, light in seen.pictures() if 7 < time < 11]
    assert dark
    assert max(dark) < 40
    assert seen.pictures()[-1][0] == pytest.approx(15, abs=0.2)


def test_sound_has_no_holes_even_where_packets_were_lost(tmp_path: Path) -> None:
    audio = sounds(4)
    seen = film(tmp_path, Sender(microphone(1), audio, 0.02, holes=((1.0, 1.5), (2.2, 2.26))))
    times = [time for time, _ in seen.sounds()]
    assert max(b - a for a, b in pairwise(times)) < 0.01
    assert not seen.pictures()


def test_somebody_without_a_camera_is_heard(tmp_path: Path) -> None:
    quiet = Sender(camera(1), pictures(3, 15), 1 / 15)
    seen = film(tmp_path, quiet, Sender(microphone(2, "clinician"), sounds(3), 0.02))
    assert {size for _, size, _ in seen.pictures()} == {(640, 360)}
    assert len(seen.beeps()) == 3


def test_pictures_may_change_their_size_and_shape(tmp_path: Path) -> None:
    sizes = ((320, 180), (180, 320), (640, 360))
    seen = film(tmp_path, Sender(camera(1), pictures(9, 15, sizes), 1 / 15))
    assert [round(flash) for flash in seen.flashes(0.45, 0.55)] == list(range(9))
    assert [round(flash) for flash in seen.flashes(0.0, 0.2)] == [0, 1, 2, 6, 7, 8]


def test_what_no_decoder_takes_costs_its_own_time_alone(tmp_path: Path) -> None:
    frames = list(pictures(9, 15))
    frames[20] = frames[20][:3] + bytes(len(frames[20]) - 3)
    frames[46] = key(body=bytes(30))
    seen = film(tmp_path, replace(Sender(camera(1), pictures(9, 15), 1 / 15), frames=frames))
    assert 8 in [round(flash) for flash in seen.flashes()]


def test_a_picture_of_absurd_size_is_not_decoded(tmp_path: Path) -> None:
    assert MOST_PIXELS < 16383 * 16383
    frames = [key(16383, 16383, bytes(50)), *pictures(3, 15)]
    seen = film(tmp_path, Sender(camera(1), frames, 1 / 15), Sender(microphone(2), sounds(3), 0.02))
    assert len(seen.flashes()) == 3


def test_sound_that_is_none_is_silence(tmp_path: Path) -> None:
    frames = [b"\x0b\x02\xff" if 20 <= n < 40 else packet for n, packet in enumerate(sounds(3))]
    assert len(film(tmp_path, Sender(microphone(2), frames, 0.02)).beeps()) == 3


def test_the_same_recording_gives_the_same_bytes(tmp_path: Path) -> None:
    everybody = [*person(seconds=3), *person("clinician", 3, 3)]
    files = []
    for _ in range(2):
        made(tmp_path, *everybody)
        (path,) = tmp_path.iterdir()
        files.append(path.read_bytes())
    assert files[0] == files[1]


def test_it_says_what_it_made(tmp_path: Path) -> None:
    file = made(tmp_path, *person("side-by-side", seconds=3, begins=1.0))
    assert file.name == "side-by-side-2.webm"
    assert (file.endpoint, file.source) == (None, None)
    assert (file.starts, file.seconds) == pytest.approx((1.0, 3.0), abs=0.05)


def test_of_nothing_no_film_is_made(tmp_path: Path) -> None:
    with pytest.raises(NothingRecordedError):
        made(tmp_path, Sender(camera(1), pictures(2, 15)[1:], 1 / 15))
    assert not list(tmp_path.iterdir())


def test_h264_stands_beside_vp8_and_may_take_its_place(tmp_path: Path) -> None:
    first = Sender(camera(1), pictures(3, 15), 1 / 15)
    second = Sender(camera(3, codec="H264"), pictures(3, 15, codec="H264"), 1 / 15, begins=3.0)
    heard = Sender(microphone(2), sounds(6), 0.02)
    other = Sender(camera(5, "clinician", codec="H264"), pictures(6, 15, codec="H264"), 1 / 15)
    seen = film(tmp_path, first, second, heard, other)
    assert {size for _, size, _ in seen.pictures()} == {(1280, 360)}
    assert [round(flash) for flash in seen.flashes(*LEFT)] == [0, 1, 2, 3, 4, 5]
    assert [round(flash) for flash in seen.flashes(*RIGHT)] == [0, 1, 2, 3, 4, 5]
    assert seen.skew() <= IN_STEP
