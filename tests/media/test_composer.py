"""One file for each participant: real pictures and sound go in, and what comes out is decoded again."""

import hashlib
import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from media.composer import Made, NothingRecordedError, participants
from media.core.recording import Entry, Packet
from media.core.timeline import Segment
from media.sealed_file import SealedReader, sealed_path
from tests.media.core.sending import Sender, camera, microphone, recorded
from tests.media.filmed import Size, person, pictures, sounds
from tests.media.watching import played

KEY = bytes(range(32))
STARTED = 1_790_000_000_000
IN_STEP = 0.080


def made(folder: Path, *segments: Segment) -> dict[str, Made]:
    files = participants(segments, folder, KEY, os.urandom, lambda _: None)
    return {file.name: file for file in files}


def segment(*senders: Sender, started: float = 0.0) -> Segment:
    return Segment(STARTED + round(started * 1000), recorded(*senders))


def test_each_participant_has_a_file_with_all_pictures_and_sound(tmp_path: Path) -> None:
    files = made(tmp_path, segment(*person(seconds=6), *person("clinician", 3, 4, begins=1.5)))
    assert list(files) == ["clinician.webm", "member.webm"]
    for name, seconds in (("member.webm", 6), ("clinician.webm", 4)):
        film = played(tmp_path, name, KEY)
        assert len(film.pictures()) == seconds * 15
        assert len(film.beeps()) == len(film.flashes()) == seconds


def test_it_says_what_it_made(tmp_path: Path) -> None:
    parts = segment(*person(seconds=4), *person("clinician", 3, 2, begins=1.5))
    file = made(tmp_path, parts)["clinician.webm"]
    content = played(tmp_path, file.name, KEY).content
    assert (file.endpoint, file.source) == ("clinician", None)
    assert (file.starts, file.seconds) == pytest.approx((1.5, 2.0), abs=0.03)
    assert (file.bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize(
    ("video", "audio"),
    [
        ({}, {}),
        ({"delay": 0.4}, {}),  # a camera that takes its time
        ({"first_timestamp": 2**32 - 90_000}, {"first_timestamp": 2**32 - 100}),
        ({"own_clock": 86_400.0, "delay": 0.2}, {"own_clock": 86_400.0}),
        ({"sets_clock": (4.2, 30.0), "delay": 0.2}, {"sets_clock": (4.2, 30.0)}),
        ({"begins": 1.0}, {}),  # the sound was there first
        ({}, {"begins": 1.0}),
        ({"reports": 0}, {"reports": 0}),
    ],
)
def test_what_was_seen_and_heard_at_once_still_is(
    tmp_path: Path, video: dict[str, object], audio: dict[str, object]
) -> None:
    seen, heard = person(seconds=8)
    made(tmp_path, segment(replace(seen, **video), replace(heard, **audio)))
    assert played(tmp_path, "member.webm", KEY).skew() <= IN_STEP


def test_it_is_still_so_after_losses_and_repeats(tmp_path: Path) -> None:
    came: list[Entry] = []
    for n, entry in enumerate(recorded(*person(seconds=8))):
        if isinstance(entry, Packet) and n % 50 == 0:
            continue
        came.append(entry)
        if isinstance(entry, Packet) and n % 7 == 0:
            came.append(entry)
    made(tmp_path, Segment(STARTED, came))
    film = played(tmp_path, "member.webm", KEY)
    assert film.skew() <= IN_STEP
    assert len(film.pictures()) > 60


def test_a_pause_is_a_gap_of_the_same_length(tmp_path: Path) -> None:
    made(tmp_path, segment(*person(seconds=9, holes=((2.9, 6.0),))))
    film = played(tmp_path, "member.webm", KEY)
    for times in ([time for time, _, _ in film.pictures()], [time for time, _ in film.sounds()]):
        (before, after) = next((a, b) for a, b in pairwise(times) if b - a > 1)
        assert (before, after) == pytest.approx((2.9, 6.0), abs=0.08)
    assert [round(flash) for flash in film.flashes()] == [0, 1, 2, 6, 7, 8]
    assert film.skew() <= IN_STEP


def test_a_visit_that_went_on_in_another_worker_is_one_film(tmp_path: Path) -> None:
    first = segment(*person(seconds=4))
    second = segment(*person(seconds=3, first_timestamp=9, own_clock=0.5), started=6.0)
    film_of = made(tmp_path, second, first)
    film = played(tmp_path, "member.webm", KEY)
    assert film_of["member.webm"].seconds == pytest.approx(9.0, abs=0.03)
    assert [round(flash) for flash in film.flashes()] == [0, 1, 2, 3, 6, 7, 8]
    assert film.skew() <= IN_STEP


def test_pictures_may_change_their_size_on_the_way(tmp_path: Path) -> None:
    sizes = ((320, 180), (640, 360), (180, 320))
    video = Sender(camera(1), pictures(9, 15, sizes), 1 / 15)
    made(tmp_path, segment(video, Sender(microphone(2), sounds(9), 0.02)))
    film = played(tmp_path, "member.webm", KEY)
    shown = [size for _, size, _ in film.pictures()]
    assert [size for size, after in pairwise([*shown, None]) if size != after] == list(sizes)
    assert len(shown) == 135
    assert film.skew() <= IN_STEP


def test_a_screen_is_a_file_of_its_own(tmp_path: Path) -> None:
    screen = Sender(camera(3, screen=True), pictures(3, 5, ((640, 360),)), 0.2, begins=2.0)
    files = made(tmp_path, segment(*person(seconds=5), screen))
    assert list(files) == ["member-screen.webm", "member.webm"]
    assert (files["member-screen.webm"].source, files["member.webm"].source) == ("screen", None)
    film = played(tmp_path, "member-screen.webm", KEY)
    assert [size for _, size, _ in film.pictures()] == [(640, 360)] * 15
    assert not film.sounds()


def test_a_screen_never_takes_the_name_of_a_person(tmp_path: Path) -> None:
    screen = Sender(camera(3, screen=True), pictures(1, 5), 0.2)
    somebody = Sender(microphone(4, "member-screen"), sounds(1), 0.02)
    assert set(made(tmp_path, segment(screen, somebody))) == {"member-screen.webm", "member-screen-2.webm"}


def test_somebody_without_a_camera_has_a_file_of_sound(tmp_path: Path) -> None:
    made(tmp_path, segment(Sender(microphone(2), sounds(4), 0.02)))
    film = played(tmp_path, "member.webm", KEY)
    assert not film.pictures()
    assert [round(beep, 1) for beep in film.beeps()] == [0, 1, 2, 3]


def test_a_camera_without_a_single_whole_keyframe_is_left_out(tmp_path: Path) -> None:
    video = Sender(camera(1), pictures(2, 15)[1:], 1 / 15)
    made(tmp_path, segment(video, Sender(microphone(2), sounds(2), 0.02)))
    assert not played(tmp_path, "member.webm", KEY).pictures()


def test_of_nothing_no_file_is_made(tmp_path: Path) -> None:
    with pytest.raises(NothingRecordedError):
        made(tmp_path, segment(Sender(camera(1), pictures(2, 15)[1:], 1 / 15)))
    assert not list(tmp_path.iterdir())


def test_the_same_recording_gives_the_same_bytes(tmp_path: Path) -> None:
    parts = [segment(*person(seconds=4), *person("clinician", 3, 3))]
    files = []
    for folder in (tmp_path / "first", tmp_path / "second"):
        folder.mkdir()
        made(folder, *parts)
        files.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert files[0] == files[1]
    assert len(files[0]) == 2


def test_a_player_can_go_anywhere(tmp_path: Path) -> None:
    made(tmp_path, segment(*person(seconds=12)))
    content = played(tmp_path, "member.webm", KEY).content
    assert b"\x1c\x53\xbb\x6b" in content  # Cues
    with SealedReader(sealed_path(tmp_path, "member.webm"), KEY) as reader:
        assert reader.read(0, 4) == b"\x1a\x45\xdf\xa3"


def test_progress_grows_to_the_end(tmp_path: Path) -> None:
    told: list[float] = []
    participants([segment(*person(seconds=4))], tmp_path, KEY, os.urandom, told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def h264(number: int, seconds: float, *, sizes: tuple[Size, ...] = ((320, 180),), **how: object) -> Sender:
    frames = pictures(seconds, 15, sizes, codec="H264")
    return replace(Sender(camera(number, codec="H264"), frames, 1 / 15), **how)


def test_pictures_of_h264_are_a_matroska_file_and_in_step(tmp_path: Path) -> None:
    files = made(tmp_path, segment(h264(1, 6), Sender(microphone(2), sounds(6), 0.02)))
    assert list(files) == ["member.mkv"]
    film = played(tmp_path, "member.mkv", KEY)
    assert film.pictures()[0][1] == (320, 180)
    assert len(film.pictures()) == 90
    assert len(film.beeps()) == len(film.flashes()) == 6
    assert film.skew() <= IN_STEP


def test_pictures_of_h264_may_come_after_sound_and_change_their_size(tmp_path: Path) -> None:
    sizes = ((320, 180), (640, 360), (180, 320))
    video = h264(1, 6, sizes=sizes, begins=2.0)
    files = made(tmp_path, segment(video, Sender(microphone(2), sounds(8), 0.02)))
    film = played(tmp_path, "member.mkv", KEY)
    assert files["member.mkv"].starts == pytest.approx(0.02, abs=0.01)
    shown = [size for _, size, _ in film.pictures()]
    assert [size for size, after in pairwise([*shown, None]) if size != after] == list(sizes)
    assert len(shown) == 90
    assert [round(beep) for beep in film.beeps()] == list(range(8))


def test_where_the_codec_changes_another_file_goes_on(tmp_path: Path) -> None:
    first = Sender(camera(1), pictures(4, 15), 1 / 15)
    second = h264(3, 3, begins=4.0, count=65536 + 5000)
    third = Sender(camera(4), pictures(2, 15), 1 / 15, begins=7.0, count=65536 + 9000)
    parts = segment(first, second, third, Sender(microphone(2), sounds(9), 0.02))
    files = made(tmp_path, parts)
    assert list(files) == ["member.webm", "member-part2.mkv", "member-part3.webm"]
    assert [file.starts for file in files.values()] == pytest.approx([0.02, 4.02, 7.02], abs=0.05)
    assert [file.seconds for file in files.values()] == pytest.approx([4, 3, 2], abs=0.1)
    assert {(file.endpoint, file.source) for file in files.values()} == {("member", None)}
    films = [played(tmp_path, name, KEY) for name in files]
    assert [len(film.pictures()) for film in films] == [60, 45, 30]
    assert [[round(flash) for flash in film.flashes()] for film in films] == [[0, 1, 2, 3], [0, 1, 2], [0, 1]]
    assert all(film.skew() <= IN_STEP for film in films)
    heard = sum(len(film.sounds()) for film in films)
    assert heard == pytest.approx(9 * 200, abs=8)


def test_a_part_never_takes_the_name_of_a_person(tmp_path: Path) -> None:
    first = Sender(camera(1), pictures(2, 15), 1 / 15)
    second = h264(3, 2, begins=2.0)
    somebody = Sender(microphone(4, "member-part2"), sounds(1), 0.02)
    names = set(made(tmp_path, segment(first, second, somebody)))
    assert names == {"member.webm", "member-part2-2.mkv", "member-part2.webm"}


def test_h264_survives_losses_without_damage(tmp_path: Path) -> None:
    came = [
        entry
        for n, entry in enumerate(recorded(h264(1, 9), Sender(microphone(2), sounds(9), 0.02)))
        if not (isinstance(entry, Packet) and n % 97 == 0)
    ]
    made(tmp_path, Segment(STARTED, came))
    film = played(tmp_path, "member.mkv", KEY)
    assert 30 < len(film.pictures()) < 135
    assert film.skew() <= IN_STEP


def test_making_h264_again_gives_the_same_bytes(tmp_path: Path) -> None:
    parts = segment(h264(1, 2), Sender(microphone(2), sounds(2), 0.02))
    first = made(tmp_path, parts)["member.mkv"]
    assert made(tmp_path, parts)["member.mkv"] == first
