import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offering import CAMERA, CHROMIUM, MICROPHONE, SCREEN, SHA256, Line, changed, offer, slots, typical

from media.dtls import Fingerprint
from media.sdp import MAX_BYTES, OfferCode, OfferRefusedError, Stream, read_offer


def refusal(text: str) -> OfferCode:
    with pytest.raises(OfferRefusedError) as caught:
        read_offer(text)
    assert caught.value.sentence == str(caught.value)
    return caught.value.code


def test_a_browsers_offer_is_read() -> None:
    found = read_offer(CHROMIUM)
    assert [(section.kind, section.direction, section.codec, section.rtx) for section in found.sections] == [
        ("audio", "sendonly", 111, None),
        ("video", "sendonly", 96, 97),
        ("video", "sendonly", 96, 97),
        ("audio", "recvonly", 111, None),
        ("video", "recvonly", 96, 97),
        ("video", "recvonly", 96, 97),
    ]
    camera = found.sections[1].streams
    assert len(camera) == 1
    assert camera[0].rtx is not None
    assert "transport-cc" in found.sections[0].feedback


def test_payload_types_are_the_endpoints_own() -> None:
    found = read_offer(typical())
    assert [section.codec for section in found.sections] == [109, 120, 120, 109, 120]
    assert found.sections[1].streams == (Stream(2001, 2002),)
    assert (found.ufrag, found.password) == ("fragment", "0123456789abcdefghijkl")
    assert found.fingerprints == (Fingerprint("sha-256", SHA256),)


def test_what_holds_for_all_sections_may_stand_before_them() -> None:
    shared = ("a=fingerprint", "a=ice-ufrag", "a=ice-pwd", "a=setup")
    text = offer(changed(MICROPHONE, without=shared), changed(CAMERA, without=shared))
    head = [
        f"a=fingerprint:sha-256 {SHA256}",
        "a=setup:actpass",
        "a=ice-ufrag:fragment",
        "a=ice-pwd:0123456789abcdefghijkl",
        "a=group:",
    ]
    found = read_offer(text.replace("a=group:", "\r\n".join(head)))
    assert found.fingerprints == (Fingerprint("sha-256", SHA256),)
    assert found.ufrag == "fragment"


def test_remote_candidates_are_not_read() -> None:
    text = offer(
        changed(MICROPHONE, more=("a=candidate:nonsense that is no candidate", "a=end-of-candidates"))
    )
    assert read_offer(text) == read_offer(offer(MICROPHONE))


def test_a_section_without_vp8_is_kept_without_codec() -> None:
    found = read_offer(offer(MICROPHONE, changed(CAMERA, codec="H264/90000", repair_type=None)))
    assert found.sections[1].codec is None


def test_a_stopped_section_is_kept_without_codec() -> None:
    found = read_offer(offer(MICROPHONE, changed(CAMERA, port=0), bundle="0"))
    assert found.sections[1].codec is None


def test_a_section_that_waits_for_its_bundle_is_live() -> None:
    found = read_offer(offer(MICROPHONE, changed(CAMERA, port=0, more=("a=bundle-only",))))
    assert found.sections[1].codec == 120


@pytest.mark.parametrize("payload_type", [64, 71, 77, 95])
def test_payload_types_that_look_like_rtcp_are_not_used(payload_type: int) -> None:
    found = read_offer(offer(MICROPHONE, changed(CAMERA, payload_type=payload_type)))
    assert found.sections[1].codec is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", OfferCode.MALFORMED),
        ("hello", OfferCode.MALFORMED),
        ("v=0\r\n", OfferCode.TOO_MANY_SECTIONS),
        ("v=0\r\n" + "a" * MAX_BYTES, OfferCode.TOO_LONG),
        ("v=0\r\n" + "é" * (MAX_BYTES // 2), OfferCode.TOO_LONG),
        (offer(*slots(13)), OfferCode.TOO_MANY_SECTIONS),
        (typical() + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n", OfferCode.DATA_CHANNEL),
        (typical() + "m=text 9 UDP/TLS/RTP/SAVPF 98\r\n", OfferCode.MALFORMED),
        (typical() + "a=mid:x\0y\r\n", OfferCode.MALFORMED),
        (typical() + "nonsense\r\n", OfferCode.MALFORMED),
        (typical() + "a=" + "x" * 2000 + "\r\n", OfferCode.MALFORMED),
        (typical() + "a=ssrc:zero cname:x\r\n", OfferCode.MALFORMED),
        (typical() + "a=fmtp:99 apt=96\r\n", None),
        (typical(bundle="0 1"), OfferCode.NOT_BUNDLED),
        (typical(bundle=""), OfferCode.MALFORMED),
        (typical().replace("a=group:BUNDLE", "a=group:LS"), OfferCode.NOT_BUNDLED),
        (offer(MICROPHONE, changed(CAMERA, without=("a=rtcp-mux",))), OfferCode.NO_RTCP_MUX),
        (offer(changed(MICROPHONE, without=("a=fingerprint",))), OfferCode.NO_FINGERPRINT),
        (typical(fingerprint="sha-1 " + ":".join(["AB"] * 20)), OfferCode.NO_FINGERPRINT),
        (typical(fingerprint="sha-256 " + ":".join(["AB"] * 31)), OfferCode.NO_FINGERPRINT),
        (typical(fingerprint="sha-256 nothing"), OfferCode.MALFORMED),
        (typical(setup="passive"), OfferCode.WRONG_SETUP),
        (typical(setup="holdconn"), OfferCode.MALFORMED),
        (offer(changed(MICROPHONE, without=("a=setup",))), OfferCode.NO_FINGERPRINT),
        (typical(ufrag="abc"), OfferCode.MALFORMED),
        (typical(password="short"), OfferCode.MALFORMED),
        (offer(changed(MICROPHONE, without=("a=ice-pwd",))), OfferCode.NO_CREDENTIALS),
        (offer(MICROPHONE, changed(CAMERA, more=("a=ice-ufrag:another",))), OfferCode.NO_CREDENTIALS),
        (offer(MICROPHONE, changed(CAMERA, mid="0")), OfferCode.MALFORMED),
        (offer(MICROPHONE, changed(CAMERA, ssrc=1001)), OfferCode.MALFORMED),
        (offer(changed(MICROPHONE, ssrc=0)), OfferCode.MALFORMED),
        (offer(changed(MICROPHONE, ssrc=1 << 32)), OfferCode.MALFORMED),
        (offer(changed(CAMERA, more=("a=ssrc-group:FID 2001 9999",))), OfferCode.MALFORMED),
        (offer(changed(CAMERA, codec="AV1/90000")), OfferCode.NO_COMMON_CODEC),
        (offer(changed(CAMERA, port=0)), OfferCode.NO_COMMON_CODEC),
    ],
)
def test_a_wrong_offer_is_refused_with_its_code(text: str, code: OfferCode | None) -> None:
    if code is None:
        read_offer(text)
    else:
        assert refusal(text) is code


def test_many_ssrcs_are_refused() -> None:
    many = tuple(f"a=ssrc:{5000 + index} cname:x" for index in range(20))
    assert refusal(offer(changed(CAMERA, more=many))) is OfferCode.MALFORMED


def test_the_sentence_says_nothing_of_the_offer() -> None:
    with pytest.raises(OfferRefusedError) as caught:
        read_offer(typical(ufrag="sec"))
    assert "sec" not in caught.value.sentence.split()


def read_or_refuse(text: str) -> None:
    try:
        found = read_offer(text)
    except OfferRefusedError:
        return
    assert found.sections
    assert all(re.fullmatch(r"[\w.\-]{1,16}", section.mid) for section in found.sections)


@given(st.text(max_size=300))
def test_arbitrary_text_is_refused_in_order(text: str) -> None:
    read_or_refuse(text)
    read_or_refuse("v=0\r\n" + text)


SHORT = offer(MICROPHONE, CAMERA, *slots(1)).split("\r\n")
ATTRIBUTES = [
    "a=mid:",
    "a=ssrc:",
    "a=fmtp:",
    "a=rtpmap:",
    "a=extmap:",
    "a=group:",
    "a=setup:",
    "a=rtcp-fb:",
    "m=audio ",
]


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_offer_is_read_or_refused_in_order(data: st.DataObject) -> None:
    lines = list(SHORT)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        kind = data.draw(st.integers(0, 5))
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(at, lines[data.draw(st.integers(0, len(lines) - 1))])
        elif kind == 2:
            lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
        elif kind == 3:
            lines[at] = lines[at] + data.draw(st.text(max_size=8))
        elif kind == 4:
            lines.insert(
                at, data.draw(st.sampled_from(ATTRIBUTES)) + data.draw(st.text("0123456789 :/a", max_size=12))
            )
        else:
            lines[at] = re.sub(r"\d+", str(data.draw(st.integers(0, 1 << 40))), lines[at])
        if not lines:
            return
    read_or_refuse("\r\n".join(lines))


KINDS = st.sampled_from(["audio", "video"])


@given(
    st.lists(
        st.tuples(KINDS, st.sampled_from(["sendonly", "recvonly", "sendrecv", "inactive"])),
        min_size=1,
        max_size=24,
    )
)
def test_every_arrangement_of_sections_is_read(arrangement: list[tuple[str, str]]) -> None:
    text = offer(*(Line(kind, direction, f"m{index}") for index, (kind, direction) in enumerate(arrangement)))
    found = read_offer(text)
    assert [(section.kind, section.direction) for section in found.sections] == arrangement


def test_the_screen_is_the_second_video() -> None:
    assert len(read_offer(offer(MICROPHONE, CAMERA, SCREEN)).sections) == 3
