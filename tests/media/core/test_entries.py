import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from media.core.entries import MalformedError, decode, encode
from media.core.negotiated import Kind, Source
from media.core.recording import Entry, Gap, Packet, Report, Track

names = st.text(alphabet="abcXYZ019_.-é", min_size=1, max_size=64)
numbers = st.integers(0, 2**32 - 1)
times = st.floats(0, 1e9)
tracks = st.builds(
    Track,
    number=numbers,
    endpoint=names,
    source=st.sampled_from(Source),
    kind=st.sampled_from(Kind),
    codec=names,
    clock_rate=numbers,
)
packets = st.builds(
    Packet,
    track=numbers,
    at=times,
    count=st.integers(1, 2**63 - 1),
    timestamp=numbers,
    marker=st.booleans(),
    payload=st.binary(min_size=1, max_size=300),
)
reports = st.builds(Report, track=numbers, at=times, ntp=st.integers(0, 2**64 - 1), timestamp=numbers)
gaps = st.builds(Gap, at=times, endpoints=st.lists(names, max_size=8).map(tuple), reason=names)
entries = st.lists(st.one_of(tracks, packets, reports, gaps), max_size=12)

TRACK = Track(1, "member", Source.CAMERA, Kind.VIDEO, "VP8", 90_000)
PACKET = Packet(1, 0.5, 65_536, 3000, True, b"frame")
REPORT = Report(1, 1.0, 1 << 63, 3000)
GAP = Gap(2.0, ("member", "guest"), "no_consent")


def whole(said: list[Entry]) -> bytes:
    return b"".join(encode(entry) for entry in said)


@given(entries)
def test_entries_come_back_as_they_were(said: list[Entry]) -> None:
    assert list(decode(whole(said))) == said


@pytest.mark.parametrize("entry", [TRACK, PACKET, REPORT, GAP], ids=lambda entry: type(entry).__name__)
def test_a_cut_entry_is_none(entry: Entry) -> None:
    data = encode(entry)
    for size in range(1, len(data)):
        with pytest.raises(MalformedError):
            list(decode(data[:size]))


def test_what_stands_before_the_malformed_is_told() -> None:
    said = []
    with pytest.raises(MalformedError):
        said.extend(decode(whole([TRACK, PACKET]) + b"\xff"))
    told = decode(whole([TRACK, PACKET]) + b"\xff")
    assert [next(told), next(told)] == [TRACK, PACKET]


@pytest.mark.parametrize(
    "entry",
    [
        Packet(1, 0.5, 65_536, 3000, False, b""),
        Packet(1, 0.5, 0, 3000, False, b"frame"),
        Packet(1, float("nan"), 1, 3000, False, b"frame"),
        Packet(1, -0.1, 1, 3000, False, b"frame"),
        Report(1, float("inf"), 1, 1),
        Gap(float("nan"), (), "stopped"),
    ],
    ids=["empty payload", "count 0", "no time", "before the beginning", "endless", "gap without a time"],
)
def test_what_no_recording_has_is_refused(entry: Entry) -> None:
    with pytest.raises(MalformedError):
        list(decode(encode(entry)))


@pytest.mark.parametrize(
    ("found", "instead"), [(b"camera", b"doctor"), (b"video", b"smell"), (b"VP8", b"\xff\xfe\xfd")]
)
def test_a_track_of_unknown_words_is_refused(found: bytes, instead: bytes) -> None:
    with pytest.raises(MalformedError):
        list(decode(encode(TRACK).replace(found, instead)))


@given(st.binary(max_size=200))
@example(b"")
@example(b"\x00")
@example(b"\x85" + bytes(40))
def test_any_bytes_are_entries_or_refused(data: bytes) -> None:
    said: list[Entry] = []
    try:
        said.extend(decode(data))
    except MalformedError:
        return
    assert list(decode(whole(said))) == said
