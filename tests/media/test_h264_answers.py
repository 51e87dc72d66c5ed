"""H.264 beside VP8: which offers of it are taken, and how they are answered."""

import itertools

import pytest
from aiortc import sdp
from hypothesis import given
from hypothesis import strategies as st
from offering import CAMERA, CHROMIUM, MICROPHONE, SCREEN, SHA256, Line, changed, offer, slots, with_h264

from media.answer import Local, decide_lanes, write_answer
from media.core.codec import has_h264
from media.core.negotiated import Codec, Negotiated, Types
from media.dtls import Fingerprint
from media.negotiation import negotiated
from media.sdp import Other, read_offer

LOCAL = Local(
    7, 1, "server", "abcdefghijklmnopqrstuv", Fingerprint("sha-256", SHA256), (("192.0.2.1", 40000),)
)
SLOT = changed(slots(1)[1], mid="s")


def answered(text: str, codec: Codec = Codec.VP8) -> sdp.SessionDescription:
    lanes = decide_lanes(read_offer(text), itertools.count(900_000).__next__)
    return sdp.SessionDescription.parse(write_answer(lanes, LOCAL, codec))


def taken(line: Line) -> Other | None:
    return read_offer(offer(MICROPHONE, line)).sections[1].h264


def test_a_browsers_one_right_payload_type_is_chosen_of_its_many() -> None:
    found = read_offer(CHROMIUM).sections
    assert [section.h264 for section in found if section.kind == "video"] == [Other(108, 109, True)] * 4
    assert [section.codec for section in found if section.kind == "video"] == [96] * 4
    assert all(section.h264 is None for section in found if section.kind == "audio")


@pytest.mark.parametrize(
    "parameters",
    [
        "packetization-mode=1;profile-level-id=42e01f",
        "profile-level-id=42E01F; packetization-mode=1",
        "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42c01f",
        "packetization-mode=1;profile-level-id=42e034",
    ],
)
def test_constrained_baseline_by_any_of_its_names(parameters: str) -> None:
    assert taken(with_h264(CAMERA, parameters=parameters)) == Other(126, 127, "asymmetry" in parameters)


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        "packetization-mode=0;profile-level-id=42e01f",
        "profile-level-id=42e01f",
        "packetization-mode=1",
        "packetization-mode=1;profile-level-id=42001f",  # baseline, with what no browser decodes
        "packetization-mode=1;profile-level-id=640c1f",  # high
        "packetization-mode=1;profile-level-id=42e00c",  # 320×240
        "packetization-mode=1;profile-level-id=42e01f00",
        "packetization-mode=1;profile-level-id=42",
    ],
)
def test_another_profile_mode_or_level_is_not_taken(parameters: str) -> None:
    assert taken(with_h264(CAMERA, parameters=parameters)) is None


def test_what_would_lose_something_in_changing_over_is_not_taken() -> None:
    assert taken(with_h264(CAMERA, feedback=("nack", "nack pli", "ccm fir"))) is None
    assert taken(with_h264(CAMERA, repaired=False)) is None
    assert taken(with_h264(changed(CAMERA, repair_type=None), repaired=False)) == Other(126, None, True)
    assert taken(with_h264(CAMERA, payload_type=70)) is None  # would be taken for RTCP


def test_h264_alone_is_still_not_enough() -> None:
    line = changed(CAMERA, codec="VP9/90000")
    assert read_offer(offer(MICROPHONE, with_h264(line))).sections[1].codec is None


@pytest.mark.parametrize(
    ("codec", "types"), [(Codec.VP8, [120, 124, 126, 127]), (Codec.H264, [126, 127, 120, 124])]
)
def test_the_rooms_codec_is_named_first(codec: Codec, types: list[int]) -> None:
    _, camera, slot = answered(offer(MICROPHONE, with_h264(CAMERA), with_h264(SLOT)), codec).media
    for media in (camera, slot):
        assert media.fmt == types
        named = {item.payloadType: item for item in media.rtp.codecs}
        assert named[126].parameters == {
            "level-asymmetry-allowed": "1",
            "packetization-mode": "1",
            "profile-level-id": "42e01f",
        }
        assert named[126].rtcpFeedback == named[120].rtcpFeedback != []
        assert (named[127].parameters, named[124].parameters) == ({"apt": 126}, {"apt": 120})


def test_a_screen_begins_in_vp8_whatever_the_room_has() -> None:
    lines = with_h264(CAMERA), with_h264(SCREEN), with_h264(SLOT)
    first = [media.fmt[0] for media in answered(offer(*lines), Codec.H264).media]
    assert first == [126, 120, 126]


def test_an_endpoint_without_it_is_answered_vp8_whatever_the_room_has() -> None:
    assert answered(offer(CAMERA, SLOT), Codec.H264).media[0].fmt == [120, 124]


def test_a_section_that_nobody_needs_names_one_codec() -> None:
    lines = [changed(with_h264(CAMERA), mid=str(number), ssrc=None, rtx_ssrc=None) for number in range(3)]
    assert answered(offer(*lines), Codec.H264).media[2].fmt == [120]


def test_the_core_is_told_of_both() -> None:
    def settled(*lines: Line, needs: bool) -> Negotiated:
        lanes = decide_lanes(read_offer(offer(*lines)), itertools.count(900_000).__next__)
        return negotiated(lanes, 5, needs_h264=needs)

    both = settled(MICROPHONE, with_h264(CAMERA), with_h264(SLOT), needs=True)
    assert both.needs_h264
    assert has_h264(both)
    assert both.uplinks[1].h264 == both.slots[0].h264 == Types(126, 127)
    assert both.uplinks[1].payload_type == 120
    one_way = settled(MICROPHONE, CAMERA, with_h264(SLOT), needs=False)
    assert not one_way.needs_h264
    assert not has_h264(one_way)


@given(st.from_regex(r"[ -~]{0,60}", fullmatch=True))
def test_any_parameters_are_read(parameters: str) -> None:
    assert taken(with_h264(CAMERA, parameters=parameters or "x")) in {
        None,
        Other(126, 127, False),
        Other(126, 127, True),
    }
