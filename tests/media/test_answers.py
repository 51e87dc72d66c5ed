import itertools

from aiortc import sdp
from hypothesis import given
from hypothesis import strategies as st
from offering import CAMERA, CHROMIUM, MICROPHONE, SCREEN, SHA256, Line, changed, offer, slots, typical

from media.answer import Lane, Local, decide_lanes, write_answer
from media.dtls import Fingerprint
from media.sdp import ABS_SEND_TIME, MID, PLAYOUT_DELAY, TRANSPORT_CC, read_offer

LOCAL = Local(
    session=7,
    version=1,
    ufrag="server",
    password="abcdefghijklmnopqrstuv",
    fingerprint=Fingerprint("sha-256", SHA256),
    addresses=(("192.0.2.1", 40000), ("198.51.100.1", 40000)),
)


def lanes_of(text: str, before: tuple[Lane, ...] = ()) -> tuple[Lane, ...]:
    return decide_lanes(read_offer(text), itertools.count(900_000).__next__, before)


def answer_of(text: str) -> sdp.SessionDescription:
    return sdp.SessionDescription.parse(write_answer(lanes_of(text), LOCAL))


def test_what_the_endpoint_sends_is_received_and_what_it_waits_for_is_sent() -> None:
    assert [media.direction for media in answer_of(typical()).media] == [
        "recvonly",
        "recvonly",
        "recvonly",
        "sendonly",
        "sendonly",
    ]


def test_the_worker_is_ice_lite_and_passive() -> None:
    text = write_answer(lanes_of(typical()), LOCAL)
    assert "\r\na=ice-lite\r\n" in text
    for media in sdp.SessionDescription.parse(text).media:
        assert media.dtls is not None
        assert media.dtls.role == "server"
        assert media.rtcp_mux
        assert media.ice is not None
        assert (media.ice.usernameFragment, media.ice.password) == ("server", "abcdefghijklmnopqrstuv")


def test_one_candidate_for_each_address() -> None:
    for media in answer_of(typical()).media:
        assert [(item.ip, item.port, item.type) for item in media.ice_candidates] == [
            ("192.0.2.1", 40000, "host"),
            ("198.51.100.1", 40000, "host"),
        ]
        assert media.ice_candidates[0].priority > media.ice_candidates[1].priority
        assert media.ice_candidates_complete


def test_a_rejected_section_has_no_transport() -> None:
    text = offer(changed(CAMERA, mid="v", codec="H264/90000"), MICROPHONE)
    rejected, live = answer_of(text).media
    assert (rejected.port, live.port) == (0, 9)
    assert len(live.ice_candidates) == 2
    assert not rejected.ice_candidates


def test_the_payload_types_are_the_offers() -> None:
    for text, video, audio in ((typical(), [120, 124], [109]), (CHROMIUM, [96, 97, 108, 109], [111])):
        for media in answer_of(text).media:
            assert media.fmt == (video if media.kind == "video" else audio)


def test_an_uplink_gets_transport_feedback_and_repeats_what_is_lost() -> None:
    microphone, camera, *_ = answer_of(typical()).media
    assert [(item.type, item.parameter) for item in camera.rtp.codecs[0].rtcpFeedback] == [
        ("transport-cc", None),
        ("ccm", "fir"),
        ("nack", None),
        ("nack", "pli"),
    ]
    assert [item.type for item in microphone.rtp.codecs[0].rtcpFeedback] == ["transport-cc"]
    assert {item.uri: item.id for item in camera.rtp.headerExtensions} == {MID: 5, TRANSPORT_CC: 7}


def test_a_slot_asks_for_an_estimate_and_for_what_it_misses() -> None:
    slot = answer_of(typical()).media[4]
    assert [(item.type, item.parameter) for item in slot.rtp.codecs[0].rtcpFeedback] == [
        ("transport-cc", None),
        ("ccm", "fir"),
        ("nack", None),
        ("nack", "pli"),
    ]
    assert {item.uri: item.id for item in slot.rtp.headerExtensions} == {TRANSPORT_CC: 7}


def test_a_slot_can_say_for_how_long_to_hold_it_back() -> None:
    able = changed(slots(1)[1], more=(f"a=extmap:9/recvonly {PLAYOUT_DELAY}",))
    answer = answer_of(offer(MICROPHONE, CAMERA, able))
    extensions = answer.media[2].rtp.headerExtensions
    assert {item.uri: item.id for item in extensions} == {TRANSPORT_CC: 7, PLAYOUT_DELAY: 9}


def test_who_offers_no_transport_feedback_is_asked_for_remb() -> None:
    plain = changed(slots(1)[1], without=("a=rtcp-fb:120 transport-cc",))
    slot = answer_of(offer(MICROPHONE, CAMERA, plain)).media[2]
    assert ("goog-remb", None) in [(item.type, item.parameter) for item in slot.rtp.codecs[0].rtcpFeedback]
    assert {item.uri: item.id for item in slot.rtp.headerExtensions} == {ABS_SEND_TIME: 6}


def test_feedback_that_was_not_offered_is_not_answered() -> None:
    bare = changed(CAMERA, without=("a=rtcp-fb", "a=extmap"))
    media = answer_of(offer(bare)).media[0]
    assert media.rtp.codecs[0].rtcpFeedback == []
    assert media.rtp.headerExtensions == []


def test_a_slot_has_one_stream_and_its_retransmissions() -> None:
    lanes = lanes_of(typical())
    slot = answer_of(typical()).media[4]
    assert [item.ssrc for item in slot.ssrc] == [lanes[4].ssrc, lanes[4].rtx_ssrc]
    assert [group.items for group in slot.ssrc_group] == [[lanes[4].ssrc, lanes[4].rtx_ssrc]]
    assert len({item.cname for media in answer_of(typical()).media for item in media.ssrc}) == 1


def test_audio_and_video_of_a_slot_are_one_stream() -> None:
    answer = answer_of(offer(MICROPHONE, *slots(2)))
    streams = [(media.msid or "").split()[0] for media in answer.media[1:]]
    assert streams == ["slot0", "slot0", "slot1", "slot1"]


def test_the_first_sections_of_a_kind_name_their_source() -> None:
    assert [lane.source for lane in lanes_of(offer(MICROPHONE, CAMERA, SCREEN))] == [
        "microphone",
        "camera",
        "screen",
    ]


def test_more_than_anybody_needs_stays_idle() -> None:
    third = changed(CAMERA, mid="9", ssrc=7, rtx_ssrc=8)
    assert [lane.direction for lane in lanes_of(offer(CAMERA, SCREEN, third))] == [
        "recvonly",
        "recvonly",
        "inactive",
    ]
    many = [Line("audio", "recvonly", f"a{index}", payload_type=109) for index in range(9)]
    assert [lane.direction for lane in lanes_of(offer(*many))].count("sendonly") == 8


def test_an_answer_to_a_new_offer_keeps_the_slots() -> None:
    first = lanes_of(typical())
    again = decide_lanes(read_offer(typical()), itertools.count(1).__next__, first)
    assert [(lane.ssrc, lane.rtx_ssrc) for lane in again] == [(lane.ssrc, lane.rtx_ssrc) for lane in first]


def test_a_new_slot_does_not_disturb_the_old() -> None:
    first = lanes_of(offer(MICROPHONE, *slots(1)))
    again = decide_lanes(read_offer(offer(MICROPHONE, *slots(2))), itertools.count(1).__next__, first)
    assert [lane.ssrc for lane in again[:3]] == [lane.ssrc for lane in first]
    assert all(lane.ssrc is not None for lane in again[3:])


MIDS = st.text("abcXYZ019._-", min_size=1, max_size=15).map(lambda tail: "m" + tail)
SECTIONS = st.lists(
    st.tuples(
        st.sampled_from(["audio", "video"]),
        st.sampled_from(["sendonly", "recvonly", "sendrecv", "inactive"]),
        MIDS,
        st.sampled_from(["", "", "G722/8000", "H264/90000"]),
    ),
    min_size=1,
    max_size=23,
    unique_by=lambda section: section[2],
)


@given(SECTIONS)
def test_an_answer_reads_back_as_exactly_what_was_decided(
    sections: list[tuple[str, str, str, str]],
) -> None:
    lines = [Line(kind, direction, mid, codec) for kind, direction, mid, codec in sections]
    lanes = lanes_of(offer(MICROPHONE, *lines))
    written = write_answer(lanes, LOCAL)
    assert all(line.isprintable() for line in written.split("\r\n"))
    answer = sdp.SessionDescription.parse(written)
    assert len(answer.media) == len(lanes)
    accepted = [lane.section.mid for lane in lanes if lane.direction != "rejected"]
    assert [group.items for group in answer.group] == [accepted]
    for media, lane in zip(answer.media, lanes, strict=True):
        assert (media.kind, media.rtp.muxId) == (lane.section.kind, lane.section.mid)
        if lane.direction == "rejected":
            assert media.port == 0
            continue
        assert media.direction == lane.direction
        assert media.rtp.codecs[0].payloadType == lane.section.codec
        assert [item.ssrc for item in media.ssrc] == [
            ssrc for ssrc in (lane.ssrc, lane.rtx_ssrc) if ssrc is not None
        ]
