import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.core.h264_frames import START_CODE, H264Frames
from media.core.h264_sps import size
from media.core.picture import Picture
from media.core.recording import Packet
from tests.media.core.sending import packed_h264

SPS = bytes.fromhex("6742c00dda0507e84000000300400000 0f23c50aa8".replace(" ", ""))
"""320×240, made by libx264: with an emulation prevention byte."""
PPS, OTHER_PPS = bytes.fromhex("68ce0fc8"), bytes.fromhex("68ce3c80")
LARGE = b"x" * 3000


def annex_b(*units: bytes) -> bytes:
    return b"".join(START_CODE + unit for unit in units)


def key(body: bytes = b"key") -> bytes:
    return annex_b(SPS, PPS, b"\x65\x88" + body)


def delta(body: bytes = b"delta") -> bytes:
    return annex_b(b"\x41\x9a" + body)


def packets(*frames: bytes, count: int = 1) -> list[Packet]:
    """The packets of these frames, a thirtieth of a second apart."""
    made: list[Packet] = []
    for n, frame in enumerate(frames):
        payloads = packed_h264(frame)
        for at, payload in enumerate(payloads):
            made.append(Packet(1, 0.0, count + len(made), n * 3000, at == len(payloads) - 1, payload))
    return made


def raw(*payloads: bytes, count: int = 1) -> list[Packet]:
    """One picture of these payloads, whatever they are."""
    return [Packet(1, 0.0, count + at, 5, at == len(payloads) - 1, one) for at, one in enumerate(payloads)]


def seen(arrived: list[Packet]) -> list[bytes]:
    frames = H264Frames()
    return [frame.data for packet in arrived if (frame := frames.push(packet)) is not None]


def test_frames_come_out_as_they_were() -> None:
    frames = [key(LARGE), delta(), delta(LARGE), key(), delta(b"")]
    assert seen(packets(*frames)) == frames


def test_a_frame_is_known_by_its_first_packet_and_its_size() -> None:
    frames = H264Frames()
    found = [frames.push(packet) for packet in packets(key(LARGE), delta(), count=70)]
    assert found[:-2] == [None] * (len(found) - 2)
    assert found[-2] == Picture(0, 70, key(LARGE), (320, 240))
    assert found[-1] == Picture(3000, 70 + len(found) - 1, delta(), None)


def test_a_keyframe_without_parameter_sets_is_given_those_that_stay() -> None:
    assert seen(packets(key(), annex_b(b"\x65\x88bare"))) == [key(), key(b"bare")]


def test_parameter_sets_may_come_by_themselves() -> None:
    alone = raw(SPS, PPS)
    assert seen([*alone, *raw(b"\x65\x88bare", count=3)]) == []  # a keyframe of which they may not be
    assert seen([*packets(key()), *raw(OTHER_PPS, count=2), *raw(b"\x65\x88bare", count=3)]) == [
        key(),
        annex_b(SPS, OTHER_PPS, b"\x65\x88bare"),
    ]


def test_delimiters_are_left_out_and_further_slices_are_not() -> None:
    (found,) = seen(raw(b"\x09\xf0", SPS, PPS, b"\x06\x05\x01", b"\x65\x88one", b"\x65\x40two"))
    assert found == annex_b(SPS, PPS, b"\x06\x05\x01", b"\x65\x88one", b"\x65\x40two")


def test_nothing_is_seen_before_the_first_keyframe() -> None:
    assert seen(packets(delta(), annex_b(b"\x65\x88bare"), delta(), key(), delta())) == [key(), delta()]


@pytest.mark.parametrize("lost", range(1, 6))
def test_a_frame_that_lacks_a_packet_costs_everything_until_the_next_keyframe(lost: int) -> None:
    arrived = packets(key(LARGE), delta(LARGE), delta(b"after"), key(b"again"), delta(b"more"))
    del arrived[lost]
    whole = [key(LARGE)] if lost >= 4 else []
    assert seen(arrived) == [*whole, key(b"again"), delta(b"more")]


def test_a_picture_whose_end_did_not_come_is_dropped_without_a_missing_number() -> None:
    cut = [*packets(delta(LARGE), count=2)[:2], *packets(delta(), count=4)]
    arrived = [*packets(key())[:1], *cut, *packets(key(b"again"), count=5)]
    arrived[1:3] = [Packet(1, 0.0, one.count, 77, False, one.payload) for one in arrived[1:3]]
    assert seen(arrived) == [key(), key(b"again")]


@pytest.mark.parametrize(
    "payloads",
    [
        (b"\x7c\x05late",),  # a fragment without its beginning
        (b"\x7c\x85begun", b"\x7c\x85again"),
        (b"\x7c\x85begun", b"\x41whole"),
        (b"\x7c\x85begun",),  # the picture ends, the unit does not
        (b"\x7c\x85",),
        (b"\x78\x00",),
        (b"\x78\x00\x09\x41",),
        (b"\x78\x00\x00\x41",),
        (b"\x79\x00\x00\x41",),  # STAP-B
        (b"\x60",),  # no unit has type 0
        (b"\x41\x00\x00\x00\x01\x41",),  # would be two units to whoever reads it
    ],
)
def test_what_is_no_unit_costs_everything_until_the_next_keyframe(payloads: tuple[bytes, ...]) -> None:
    after = 2 + len(payloads)
    arrived = [*packets(key()), *raw(*payloads, count=2), *packets(delta(), key(b"again"), count=after)]
    assert seen(arrived) == [key(), key(b"again")]


@given(st.lists(st.tuples(st.integers(1, 3), st.booleans(), st.binary(min_size=1, max_size=30)), max_size=12))
def test_any_bytes_are_read_and_nothing_is_shown_before_a_keyframe(
    arrived: list[tuple[int, bool, bytes]],
) -> None:
    frames = H264Frames()
    count, shown = 0, []
    for step, marker, payload in arrived:
        count += step
        found = frames.push(Packet(1, 0.0, count, 0, marker, payload))
        shown += [found] if found is not None else []
    assert not shown or shown[0].size is not None


# Sizes


def bits(*numbers: tuple[str, int]) -> bytes:
    """A parameter set of baseline profile: `u1` a bit, `ue` an exp-Golomb number."""
    text = ""
    for kind, number in numbers:
        text += f"{number:b}" if kind == "u1" else f"{number + 1:0{2 * (number + 1).bit_length() - 1}b}"
    text += "1"
    body = bytearray(int(text.ljust(-(-len(text) // 8) * 8, "0"), 2).to_bytes(-(-len(text) // 8)))
    at = 2
    while at < len(body):  # emulation prevention (§7.4.1)
        if body[at - 2 : at] == b"\x00\x00" and body[at] <= 3:
            body.insert(at, 3)
            at += 1
        at += 1
    return b"\x67\x42\xe0\x1f" + bytes(body)


def sps(
    width: int,
    height: int,
    *,
    order: tuple[tuple[str, int], ...] = (("ue", 2),),
    fields: bool = False,
    crop: tuple[int, int, int, int] | None = None,
) -> bytes:
    return bits(
        ("ue", 0),
        ("ue", 0),
        *order,
        ("ue", 1),
        ("u1", 0),
        ("ue", width - 1),
        ("ue", height - 1),
        *([("u1", 0), ("u1", 0)] if fields else [("u1", 1)]),
        ("u1", 1),
        *([("u1", 1), *(("ue", each) for each in crop)] if crop else [("u1", 0)]),
        ("u1", 0),
    )


ORDERS = {
    0: (("ue", 0), ("ue", 4)),
    1: (("ue", 1), ("u1", 0), ("ue", 3), ("ue", 2), ("ue", 2), ("ue", 7), ("ue", 8)),
    2: (("ue", 2),),
}


@pytest.mark.parametrize("order", ORDERS)
def test_a_size_is_read_after_every_kind_of_order(order: int) -> None:
    assert size(sps(20, 15, order=ORDERS[order])) == (320, 240)


@given(st.integers(1, 300), st.integers(1, 300), st.booleans(), st.tuples(*[st.integers(0, 3)] * 4))
def test_any_size_is_read_with_what_is_cut_off(
    width: int, height: int, fields: bool, crop: tuple[int, int, int, int]
) -> None:
    left, right, top, bottom = crop
    lines = 2 if fields else 1
    expected = (16 * width - 2 * (left + right), lines * (16 * height - 2 * (top + bottom)))
    assert size(sps(width, height, fields=fields, crop=crop)) == expected


def test_a_size_that_encoders_wrote() -> None:
    assert size(SPS) == (320, 240)


def test_what_leaves_nothing_is_no_size() -> None:
    assert size(sps(1, 1, crop=(4, 4, 0, 0))) is None
    assert size(sps(1, 1, crop=(0, 0, 8, 0))) is None


def test_another_unit_or_profile_has_no_size_here() -> None:
    assert size(PPS) is None
    assert size(b"\x67\x64" + SPS[2:]) is None
    assert size(SPS + bytes(300)) is None


def test_what_is_cut_off_has_no_size() -> None:
    assert all(size(SPS[:end]) is None for end in range(8))
    assert size(SPS[:4] + bytes(20)) is None


@given(st.binary(max_size=40))
def test_any_bytes_have_a_size_or_none(tail: bytes) -> None:
    found = size(b"\x67\x42\xe0\x1f" + tail)
    assert found is None or min(found) > 0


def test_sizes_of_frames_are_those_of_their_sets() -> None:
    frames = H264Frames()
    sizes = [(20, 15), (40, 30)]
    made = packets(*(annex_b(sps(*one), PPS, b"\x65\x88") for one in sizes))
    found = [frame.size for packet in made if (frame := frames.push(packet)) is not None]
    assert found == [(320, 240), (640, 480)]
    assert list(itertools.chain(*found)) == [320, 240, 640, 480]
