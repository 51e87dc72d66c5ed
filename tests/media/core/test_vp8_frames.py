import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from media.core.picture import Picture
from media.core.recording import Packet
from media.core.vp8_frames import Vp8Frames, descriptor, size
from tests.media.core.sending import delta, key, packed

LARGE = b"x" * 3000


def packets(*frames: bytes, count: int = 1, picture: int = 1) -> list[Packet]:
    """The packets of these frames, a thirtieth of a second apart."""
    made = []
    for n, frame in enumerate(frames):
        payloads = packed(frame, (picture + n) & 0x7FFF)
        for at, payload in enumerate(payloads):
            made.append(Packet(1, 0.0, count + len(made), n * 3000, at == len(payloads) - 1, payload))
    return made


def seen(arrived: list[Packet]) -> list[bytes]:
    frames = Vp8Frames()
    return [frame.data for packet in arrived if (frame := frames.push(packet)) is not None]


def test_frames_come_out_as_they_were() -> None:
    frames = [key(body=LARGE), delta(), delta(LARGE), key(), delta(b"")]
    assert seen(packets(*frames)) == frames


def test_a_frame_is_known_by_its_first_packet_and_its_size() -> None:
    frames = Vp8Frames()
    found = [frames.push(packet) for packet in packets(key(320, 180, LARGE), count=70)]
    assert found[:-1] == [None, None]
    assert found[-1] == Picture(0, 70, key(320, 180, LARGE), (320, 180))


def test_nothing_is_seen_before_the_first_keyframe() -> None:
    assert seen(packets(delta(), delta(), key(), delta())) == [key(), delta()]


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_frame_that_lacks_a_packet_costs_everything_until_the_next_keyframe(lost: int) -> None:
    arrived = packets(key(), delta(LARGE), delta(b"after"), key(body=b"again"), delta(b"more"))
    del arrived[lost]
    assert seen(arrived) == [key(), key(body=b"again"), delta(b"more")]


def test_a_whole_frame_that_is_lost_costs_as_much() -> None:
    arrived = packets(key(), delta(b"1"), delta(b"2"), key(body=b"again"))
    del arrived[1]
    assert seen(arrived) == [key(), key(body=b"again")]


def test_a_number_without_a_picture_is_no_loss() -> None:
    first, second = packets(key(), picture=0x7FFF), packets(delta(), count=5, picture=0)
    assert seen(first + second) == [key(), delta()]


def test_without_picture_ids_a_missing_number_is_a_loss() -> None:
    whole = [Packet(1, 0.0, n, n, True, b"\x10" + frame) for n, frame in ((1, key()), (3, delta()))]
    assert seen(whole) == [key()]


def test_a_frame_that_never_ended_is_dropped_when_another_begins() -> None:
    arrived = packets(key(), delta(LARGE), delta(b"after"), key(body=b"again"))
    cut = arrived[:3] + [
        Packet(1, 0.0, packet.count - 1, packet.timestamp, packet.marker, packet.payload)
        for packet in arrived[4:]
    ]
    assert seen(cut) == [key(), key(body=b"again")]


def test_packets_of_another_time_do_not_belong_to_a_frame() -> None:
    first, second, third = packets(key(body=LARGE))
    other = Packet(1, 0.0, second.count, 77, False, second.payload)
    assert seen([first, other, third]) == []


@pytest.mark.parametrize(
    "broken",
    [
        b"\x10\x00\x00\x9d\x01\x2b\x80\x02\x68\x01",  # no start code
        b"\x10\x00\x00\x9d\x01\x2a\x00\x00\x68\x01",  # no width
        b"\x10\x00\x00\x9d\x01\x2a\x80\x02\x00\x00",  # no height
        b"\x10\x00\x00\x9d\x01\x2a\x80\x02\x68",  # cut off
        b"\x30\x00\x00\x9d\x01\x2a\x80\x02\x68\x01",  # its first partition is not there
        b"\x11\x00",
        b"\x31\x00\x00",
    ],
)
def test_what_is_no_whole_frame_by_its_own_header_is_dropped_like_a_lost_one(broken: bytes) -> None:
    arrived = packets(key(), broken, delta(), key(body=b"again"))
    assert seen(arrived) == [key(), key(body=b"again")]


@pytest.mark.parametrize(
    "payload",
    [b"\x10", b"\x90", b"\x90\x80", b"\x90\x80\x7f", b"\x90\x80\x9a\xc1", b"\x90\xe0\x9a\xc1\x11\x80"],
)
def test_a_payload_without_anything_of_a_frame_is_a_loss(payload: bytes) -> None:
    assert descriptor(payload) is None
    first, second = packets(key(), delta())
    nothing = Packet(1, 0.0, second.count, second.timestamp, True, payload)
    assert seen([first, nothing]) == [key()]


def test_only_keyframes_have_a_size() -> None:
    assert size(key(320, 180)) == (320, 180)
    assert size(delta(bytes(20))) is None


@given(st.binary(min_size=1, max_size=12).filter(lambda payload: not payload[0] & 0x08))  # a reserved bit
def test_descriptors_are_read_as_an_independent_parser_reads_them(payload: bytes) -> None:
    found = descriptor(payload)
    try:
        theirs, rest = VpxPayloadDescriptor.parse(payload)
    except ValueError:
        assert found is None
        return
    if not rest:
        assert found is None
        return
    assert found is not None
    assert payload[found.length :] == rest
    assert found.begins == (theirs.partition_start == 1 and theirs.partition_id == 0)
    assert found.picture == (-1 if theirs.picture_id is None else theirs.picture_id)


@given(
    st.lists(st.booleans(), min_size=1, max_size=12),
    st.lists(st.integers(0, 3000), min_size=12, max_size=12),
    st.sets(st.integers(0, 40), max_size=4),
)
def test_no_frame_comes_out_whose_reference_did_not(
    keys: list[bool], sizes: list[int], lost: set[int]
) -> None:
    frames = [(key if is_key else delta)(body=b"%d:" % n + bytes(sizes[n])) for n, is_key in enumerate(keys)]
    arrived = [packet for n, packet in enumerate(packets(*frames)) if n not in lost]
    shown = [frames.index(data) for data in seen(arrived)]
    assert shown == sorted(shown)
    for at in shown:
        assert keys[at] or at - 1 in shown


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=30), st.booleans()), max_size=20))
def test_any_payload_is_survived(arrived: list[tuple[bytes, bool]]) -> None:
    seen([Packet(1, 0.0, n, 0, marker, payload) for n, (payload, marker) in enumerate(arrived)])
