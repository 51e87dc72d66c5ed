import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.core.negotiated import Codec, Kind, Source
from media.core.recording import Entry, Gap, Packet, Report, Track
from media.core.timeline import Facts, Frame, Run, Segment, Stream, frames, survey
from tests.media.core.sending import Sender, camera, film, key, microphone, recorded, talk

STARTED = 1_790_000_000_000
CAMERA, MICROPHONE = Stream("member", Source.CAMERA), Stream("member", Source.MICROPHONE)
FRAME, SOUND = 1 / 15, 0.02


def pictures(number: int = 1, seconds: float = 12, endpoint: str = "member", **how: object) -> Sender:
    return replace(Sender(camera(number, endpoint), film(round(seconds * 15)), FRAME), **how)


def sounds(number: int = 2, seconds: float = 12, endpoint: str = "member", **how: object) -> Sender:
    return replace(Sender(microphone(number, endpoint), talk(round(seconds * 50)), SOUND), **how)


def segment(*senders: Sender, started: float = 0.0) -> Segment:
    return Segment(STARTED + round(started * 1000), recorded(*senders))


def shown(*segments: Segment) -> dict[Stream, list[Frame]]:
    found: dict[Stream, list[Frame]] = {}
    for _, frame in frames(segments, survey(segments)):
        found.setdefault(frame.stream, []).append(frame)
    return found


def errors(sender: Sender, seen: list[Frame], started: float = 0.0) -> list[float]:
    """For each frame that was seen: by how much its time is not the one at which it was sent."""
    times = dict(zip(sender.frames, sender.times(), strict=True))
    return [frame.at / 1000 - started - times[frame.data] for frame in seen]


def skew(seen: dict[Stream, list[Frame]], *senders: Sender) -> float:
    """The most that a picture and a sound which were sent at once are apart."""
    first, second = (
        errors(sender, seen[Stream(sender.track.endpoint, sender.track.source)]) for sender in senders
    )
    return max(max(first) - min(second), max(second) - min(first))


def test_every_frame_is_there_at_its_time() -> None:
    video, audio = pictures(), sounds()
    seen = shown(segment(video, audio))
    assert [frame.data for frame in seen[CAMERA]] == list(video.frames)
    assert [frame.data for frame in seen[MICROPHONE]] == list(audio.frames)
    for sender, stream in ((video, CAMERA), (audio, MICROPHONE)):
        assert errors(sender, seen[stream]) == pytest.approx([sender.delay] * len(sender.frames), abs=0.001)


def test_the_survey_says_what_there_is() -> None:
    found = survey([segment(pictures(begins=1.0), sounds())])
    assert found.streams == {
        CAMERA: Facts(1020, (Run(Codec.VP8, (640, 360)),)),
        MICROPHONE: Facts(20),
    }
    assert found.seconds == pytest.approx(12.95, abs=0.1)


def test_frames_say_what_they_are() -> None:
    seen = shown(segment(pictures(), sounds()))
    assert [frame.size for frame in seen[CAMERA][:2]] == [(640, 360), None]
    assert {frame.samples for frame in seen[MICROPHONE]} == {960}


def test_the_largest_picture_counts() -> None:
    sizes = [(320, 180), (1280, 720), (360, 640)]
    video = replace(pictures(), frames=[key(*size) for size in sizes])
    later = replace(pictures(3), frames=[key(64, 64)], begins=2.0)
    assert survey([segment(video, later)]).streams[CAMERA].size == (1280, 720)


def test_all_streams_come_in_the_order_of_time() -> None:
    parts = [segment(pictures(), sounds(), pictures(3, endpoint="clinician", begins=0.5))]
    times = [frame.at for _, frame in frames(parts, survey(parts))]
    assert times == sorted(times)


def test_packets_that_come_late_and_twice_make_no_difference() -> None:
    senders = pictures(seconds=60), sounds(seconds=60)
    entries = recorded(*senders)
    shuffled: list[tuple[float, Entry]] = []
    chance = random.Random(7)
    for entry in entries[2:]:
        assert not isinstance(entry, Track)
        late = chance.choice((0, 0, 0, 0.3, 1.5))
        shuffled.append((entry.at + late, replace(entry, at=entry.at + late)))
        if chance.random() < 0.1:
            shuffled.append((entry.at + 2, replace(entry, at=entry.at + 2)))
    arrived = [entry for _, entry in sorted(shuffled, key=lambda pair: pair[0]) if isinstance(entry, Packet)]
    reports = [entry for entry in entries if isinstance(entry, Report)]
    merged: list[Entry] = sorted((*arrived, *reports), key=lambda entry: entry.at)
    seen = shown(Segment(STARTED, [*entries[:2], *merged]))
    assert [frame.data for frame in seen[CAMERA]] == list(senders[0].frames)
    assert [frame.data for frame in seen[MICROPHONE]] == list(senders[1].frames)
    assert skew(seen, *senders) < 0.02


def test_a_lost_packet_is_a_gap_and_nothing_moves() -> None:
    audio = sounds()
    entries = [e for e in recorded(audio) if not (isinstance(e, Packet) and 65600 < e.count <= 65650)]
    times = [frame.at for frame in shown(Segment(STARTED, entries))[MICROPHONE]]
    assert max(b - a for a, b in pairwise(times)) == 51 * 20
    assert times[-1] == 20 + 599 * 20


def test_a_pause_stays_as_long_as_it_was() -> None:
    how = {"seconds": 40.0, "holes": ((10.0, 31.0),)}
    video, audio = pictures(**how), sounds(**how)
    seen = shown(segment(video, audio))
    assert next(f.at for f in seen[MICROPHONE] if f.at > 10_100) == 31_020
    first = next(frame for frame in seen[CAMERA] if frame.at > 10_100)
    assert first.size is not None
    assert first.at == 33_020
    assert skew(seen, video, audio) < 0.003


def test_pictures_are_later_on_their_way_than_sound_and_still_in_step() -> None:
    video, audio = pictures(delay=0.35), sounds(delay=0.03)
    assert skew(shown(segment(video, audio)), video, audio) < 0.005


@pytest.mark.parametrize("reports", [{"reports": 5.0}, {"first_report": 11.0}, {"reports": 100.0}])
def test_few_and_late_reports_are_enough(reports: dict[str, float]) -> None:
    video, audio = pictures(delay=0.35, **reports), sounds(delay=0.03)
    assert skew(shown(segment(video, audio)), video, audio) < 0.005


def test_without_reports_pictures_and_sound_are_put_where_they_came() -> None:
    video, audio = pictures(delay=0.06, reports=0), sounds(delay=0.03, reports=0)
    assert skew(shown(segment(video, audio)), video, audio) < 0.035


def test_queues_on_the_way_do_not_move_anything() -> None:
    def queue(true: float) -> float:
        return 0.9 * (true % 7) / 7 if 20 < true < 50 else 0.0

    video, audio = pictures(seconds=70, queue=queue), sounds(seconds=70, queue=lambda _: 0.0)
    seen = shown(segment(video, audio))
    assert skew(seen, video, audio) < 0.02
    assert max(errors(video, seen[CAMERA])) < 0.04


def test_clocks_of_two_endpoints_may_be_days_apart() -> None:
    ours, theirs = sounds(), sounds(4, endpoint="clinician", own_clock=-200_000.0)
    seen = shown(segment(ours, theirs))
    assert skew(seen, ours, theirs) < 0.005


def test_sound_cards_drift_and_nothing_comes_apart_in_an_hour() -> None:
    video = replace(pictures(), frames=film(3600), every=1.0, reports=20.0)
    audio = replace(sounds(), frames=talk(3600), every=1.0, reports=20.0, rate_error=0.0002)
    seen = shown(segment(video, audio))
    assert skew(seen, video, audio) < 0.01


def test_our_clock_and_theirs_drift_apart_and_time_is_ours() -> None:
    audio = replace(sounds(), frames=talk(3600), every=1.0, reports=20.0, rate_error=0.0001)
    drifting = replace(audio, track=microphone(3, "clinician"), reports=0)
    seen = shown(segment(audio, drifting))
    for sender in (audio, drifting):
        found = errors(sender, seen[Stream(sender.track.endpoint, Source.MICROPHONE)])
        assert max(found) - min(found) < 0.02


def test_timestamps_begin_again_at_zero() -> None:
    video = pictures(first_timestamp=2**32 - 200_000)
    audio = sounds(first_timestamp=2**32 - 100_000)
    assert skew(shown(segment(video, audio)), video, audio) < 0.003


@pytest.mark.parametrize("reports", [1.0, 5.0, 0.0])
def test_a_source_that_stood_still_goes_on_at_the_right_time(reports: float) -> None:
    audio = sounds(seconds=30, stands=(10.0, 18.0), reports=reports)
    video = pictures(seconds=38)
    seen = shown(segment(audio, video))
    assert skew(seen, video, audio) < 0.01
    assert len(seen[MICROPHONE]) == 1500


@pytest.mark.parametrize("reports", [1.0, 5.0])
def test_a_source_that_stood_still_is_found_among_queues(reports: float) -> None:
    audio = sounds(
        seconds=30, stands=(10.0, 18.0), reports=reports, queue=lambda true: 0.15 * (true // 0.3 % 2)
    )
    video = pictures(seconds=38)
    assert skew(shown(segment(audio, video)), video, audio) < 0.02


def test_a_stall_on_the_way_is_no_leap_of_the_source() -> None:
    def stall(true: float) -> float:
        return max(13.0 - true, 0.0) if true >= 10 else 0.0

    audio = sounds(seconds=30, reports=0, queue=stall)
    seen = shown(segment(audio))
    assert max(map(abs, errors(audio, seen[MICROPHONE]))) < 0.025


def test_somebody_sets_the_clock_of_a_computer() -> None:
    how = {"seconds": 30.0, "sets_clock": (15.2, -3600.0)}
    video, audio = pictures(delay=0.2, **how), sounds(**how)
    assert skew(shown(segment(video, audio)), video, audio) < 0.01


def test_a_report_of_nonsense_is_outvoted() -> None:
    video, audio = pictures(seconds=30, delay=0.2), sounds(seconds=30)
    entries = recorded(video, audio)
    at = next(n for n, entry in enumerate(entries) if isinstance(entry, Report) and entry.at > 14)
    assert isinstance(entries[at], Report)
    entries[at] = replace(entries[at], ntp=12345 << 32, timestamp=99)
    assert skew(shown(Segment(STARTED, entries)), video, audio) < 0.01


def test_reports_before_the_first_packet_and_of_unknown_tracks_are_left_out() -> None:
    audio = sounds()
    entries = recorded(audio)
    early = [Report(2, 0.0, 1 << 32, 5), Report(9, 0.0, 1 << 32, 5), Packet(9, 0.0, 1, 1, True, b"x")]
    assert shown(Segment(STARTED, [entries[0], *early, *entries[1:]])) == shown(Segment(STARTED, entries))


def test_tracks_of_other_codecs_and_empty_ones_are_left_out() -> None:
    other = Track(7, "member", Source.CAMERA, Kind.VIDEO, "AV1", 90000)
    entries: list[Entry] = [other, camera(8), Packet(7, 0.0, 1, 1, True, key()), *recorded(sounds())]
    assert set(shown(Segment(STARTED, entries))) == {MICROPHONE}
    assert not survey([Segment(STARTED, [camera(1)])]).streams


def test_sound_that_is_none_is_left_out() -> None:
    audio = replace(sounds(), frames=[b"\x78a", b"\x9b", b"\x78b"])
    assert [frame.data for frame in shown(segment(audio))[MICROPHONE]] == [b"\x78a", b"\x78b"]


def test_gaps_are_walked_over() -> None:
    entries = [*recorded(sounds(seconds=1)), Gap(1.0, ("member",), "no_consent")]
    assert len(shown(Segment(STARTED, entries))[MICROPHONE]) == 50


def test_a_worker_that_died_is_followed_by_another_on_the_same_timeline() -> None:
    first = segment(pictures(seconds=6), sounds(seconds=6))
    video, audio = pictures(1, 6, first_timestamp=77, own_clock=3.0), sounds(2, 6, count=900_000)
    second = segment(video, audio, started=8.5)
    seen = shown(second, first)
    assert [len(seen[stream]) for stream in (CAMERA, MICROPHONE)] == [180, 600]
    assert errors(audio, seen[MICROPHONE][300:], 8.5) == pytest.approx([0.02] * 300, abs=0.002)
    assert errors(video, seen[CAMERA][90:], 8.5) == pytest.approx([0.02] * 90, abs=0.002)


def test_a_newer_track_takes_over_from_an_older_one() -> None:
    older, newer = sounds(2, 6), replace(sounds(3, 6, begins=4.0), frames=talk(300)[::-1])
    seen = shown(segment(older, newer))[MICROPHONE]
    assert [frame.data for frame in seen] == [*older.frames[:200], *newer.frames]


def test_a_person_on_another_device_has_another_clock() -> None:
    phone = [pictures(1, 10, own_clock=50.0, delay=0.2), sounds(2, 10, own_clock=50.0)]
    how = {"begins": 9.5, "own_clock": -7.0}
    laptop = [pictures(3, 10, delay=0.2, **how), sounds(4, 10, **how)]
    seen = shown(segment(*phone, *laptop))
    at = next(n for n, frame in enumerate(seen[MICROPHONE]) if frame.at >= 9510)
    assert errors(laptop[1], seen[MICROPHONE][at:]) == pytest.approx([0.02] * 500, abs=0.003)
    first = next(n for n, frame in enumerate(seen[CAMERA]) if frame.at >= 9500)
    assert errors(laptop[0], seen[CAMERA][first:]) == pytest.approx([0.02] * 150, abs=0.003)


def test_times_that_go_back_never_do_so_in_a_stream() -> None:
    """Pictures wait for each other; sound that would be heard twice is left out."""
    tracks = [camera(1), microphone(2)]
    entries: list[Entry] = [*tracks]
    for n in range(40):
        back = 9000 if n >= 20 else 0
        entries.append(Packet(1, n / 10, 10 + n, 900_000 + n * 9000 - back * 3, True, b"\x10" + key()))
        entries.append(Packet(2, n / 10, 10 + n, 900_000 + n * 4800 - back, True, b"\x78" + bytes([n])))
    seen = shown(Segment(STARTED, entries))
    for stream in (CAMERA, MICROPHONE):
        times = [frame.at for frame in seen[stream]]
        assert all(b > a for a, b in pairwise(times))
    assert len(seen[CAMERA]) == 40
    assert 35 < len(seen[MICROPHONE]) < 40


NUMBERS = st.integers(0, 2**32 - 1)
PACKETS = st.builds(
    Packet,
    track=st.integers(1, 3),
    at=st.floats(0, 60),
    count=st.integers(1, 200),
    timestamp=NUMBERS,
    marker=st.booleans(),
    payload=st.one_of(st.binary(min_size=1, max_size=20), st.just(b"\x10" + key())),
)
REPORTS = st.builds(
    Report, track=st.integers(1, 3), at=st.floats(0, 60), ntp=st.integers(0, 2**64 - 1), timestamp=NUMBERS
)


@given(st.lists(st.one_of(PACKETS, REPORTS), max_size=60))
def test_whatever_came_times_grow_in_every_stream(came: list[Packet | Report]) -> None:
    came.sort(key=lambda entry: entry.at)
    entries = [camera(1), microphone(2), camera(3, screen=True), *came]
    for seen in shown(Segment(STARTED, entries)).values():
        times = [frame.at for frame in seen]
        assert all(b > a for a, b in pairwise(times))
