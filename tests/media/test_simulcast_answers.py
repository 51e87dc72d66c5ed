"""Cameras in layers: which offers of them are taken, and how they are answered."""

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from offering import (
    CAMERA,
    IDS_OF_LAYERS,
    MICROPHONE,
    SCREEN,
    SHA256,
    THREE_LAYERS,
    Line,
    changed,
    offer,
    slots,
    with_h264,
    with_layers,
)

from media.answer import Local, decide_lanes, write_answer
from media.core.negotiated import Extensions, Negotiated
from media.dtls import Fingerprint
from media.negotiation import negotiated
from media.sdp import LEVEL, MID, REPAIRED_RID, RID, OfferCode, OfferRefusedError, read_offer

LOCAL = Local(
    7, 1, "server", "abcdefghijklmnopqrstuv", Fingerprint("sha-256", SHA256), (("192.0.2.1", 40000),)
)


def rids(*attributes: str) -> tuple[str, ...]:
    return read_offer(offer(MICROPHONE, with_layers(CAMERA, *attributes))).sections[1].rids


def answered(*lines: Line) -> list[str]:
    lanes = decide_lanes(read_offer(offer(*lines)), itertools.count(900_000).__next__)
    return write_answer(lanes, LOCAL).split("\r\n")


def settled(*lines: Line) -> Negotiated:
    return negotiated(decide_lanes(read_offer(offer(*lines)), itertools.count(900_000).__next__), 5)


def test_the_layers_are_read_in_the_order_of_preference() -> None:
    assert rids(*THREE_LAYERS) == ("h", "m", "l")
    assert rids("a=rid:b send", "a=rid:a send", "a=simulcast:send a;b") == ("a", "b")
    assert rids("a=rid:1 send pt=120;max-width=640", "a=rid:2 send", "a=simulcast:send ~2;1") == ("2", "1")
    assert rids("a=rid:x send", "a=rid:y send", "a=rid:z recv", "a=simulcast:recv z send x;y") == ("x", "y")
    assert rids("a=rid:x send", "a=rid:y send", "a=simulcast:send x;y recv z") == ("x", "y")


@pytest.mark.parametrize(
    "attributes",
    [
        (),
        THREE_LAYERS[:3],  # described, not offered
        THREE_LAYERS[3:],  # offered, not described
        ("a=rid:h send", "a=simulcast:send h"),
        ("a=rid:h send", "a=rid:m send", "a=simulcast:send h;m;x"),
        ("a=rid:h send", "a=rid:m send", "a=simulcast:send h;h"),
        ("a=rid:h send", "a=rid:m send", "a=simulcast:send h,m"),
        ("a=rid:h recv", "a=rid:m recv", "a=simulcast:recv h;m"),
        (*(f"a=rid:{n} send" for n in range(4)), "a=simulcast:send 0;1;2;3"),
    ],
)
def test_what_is_no_simulcast_that_is_taken_here_is_one_stream(attributes: tuple[str, ...]) -> None:
    assert rids(*attributes) == ()
    assert not [line for line in answered(MICROPHONE, with_layers(CAMERA, *attributes)) if "rid" in line]


@pytest.mark.parametrize(
    "attributes",
    [
        ("a=rid:h send", "a=rid:h send", "a=simulcast:send h;h"),
        (*THREE_LAYERS, "a=simulcast:send h;m"),
        ("a=rid:with space send",),
        ("a=rid:" + "x" * 17 + " send",),
        ("a=rid:h",),
        ("a=rid:é send",),
        ("a=simulcast:send",),
        ("a=simulcast:send ;",),
        ("a=simulcast:both h;m",),
        ("a=simulcast:send " + ";".join("abcdefghijklmnopq"),),
    ],
)
def test_what_has_no_form_is_refused(attributes: tuple[str, ...]) -> None:
    with pytest.raises(OfferRefusedError) as caught:
        rids(*attributes)
    assert caught.value.code is OfferCode.MALFORMED


def test_the_answer_takes_the_layers_and_what_tells_them_apart() -> None:
    lines = answered(MICROPHONE, with_layers(with_h264(CAMERA), *THREE_LAYERS), *slots(1))
    start = lines.index("a=mid:1")
    camera = lines[start : next(at for at in range(start, len(lines)) if lines[at].startswith("m="))]
    wanted = {"a=rid:h recv", "a=rid:m recv", "a=rid:l recv", "a=simulcast:recv h;m;l", *IDS_OF_LAYERS}
    assert wanted <= set(camera)
    assert not wanted & set(lines[:start])


def test_the_core_is_told_of_the_layers() -> None:
    found = settled(MICROPHONE, with_layers(CAMERA, *THREE_LAYERS), *slots(1)).uplinks[1]
    assert found.rids == ("h", "m", "l")
    assert (found.ssrc, found.rtx_ssrc) == (None, None)
    assert (found.extensions.rid, found.extensions.repaired_rid) == (10, 11)
    assert found.nack


def test_streams_that_are_declared_beside_the_layers_are_not_believed() -> None:
    line = changed(with_layers(CAMERA, *THREE_LAYERS), ssrc=2001, rtx_ssrc=2002)
    assert settled(MICROPHONE, line).uplinks[1].ssrc is None


@pytest.mark.parametrize("missing", [MID, RID, REPAIRED_RID])
def test_without_what_tells_them_apart_there_is_one_stream(missing: str) -> None:
    line = with_layers(CAMERA, *THREE_LAYERS)
    line = changed(line, more=tuple(item for item in line.more if not item.endswith(missing)))
    text = "\r\n".join(item for item in offer(MICROPHONE, line).split("\r\n") if not item.endswith(missing))
    lanes = decide_lanes(read_offer(text), itertools.count(900_000).__next__)
    assert negotiated(lanes, 5).uplinks[1].rids == ()
    assert "simulcast" not in write_answer(lanes, LOCAL)


def test_a_screen_and_sound_have_no_layers() -> None:
    screen = with_layers(SCREEN, *THREE_LAYERS)
    assert settled(MICROPHONE, CAMERA, screen).uplinks[2].rids == ()
    sound = changed(MICROPHONE, more=(*MICROPHONE.more, *IDS_OF_LAYERS, *THREE_LAYERS))
    assert settled(sound, CAMERA).uplinks[0].rids == ()


def test_a_microphones_level_is_taken_where_it_is_offered() -> None:
    loud = changed(MICROPHONE, more=(*MICROPHONE.more, f"a=extmap:1 {LEVEL}"))
    assert settled(loud, CAMERA).uplinks[0].extensions.level == 1
    assert f"a=extmap:1 {LEVEL}" in answered(loud, CAMERA)
    assert settled(MICROPHONE, CAMERA).uplinks[0].extensions.level is None
    pictures = changed(CAMERA, more=(*CAMERA.more, f"a=extmap:1 {LEVEL}"))
    assert settled(MICROPHONE, pictures).uplinks[1].extensions == Extensions(mid=5, transport_cc=7)


@given(st.lists(st.from_regex(r"a=(rid|simulcast):[ -~]{0,40}", fullmatch=True), max_size=6))
def test_any_lines_are_read_or_refused_by_code(attributes: list[str]) -> None:
    with contextlib.suppress(OfferRefusedError):
        assert len(rids(*attributes)) in {0, 2, 3}
