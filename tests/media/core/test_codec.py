"""The room's codec: who decides it, and pictures that change theirs on the way."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.core.codec import has_h264, room_codec
from media.core.events import CodecChanged, Flowing
from media.core.negotiated import Codec, Kind, Negotiated
from media.core.recording import Packet, Track
from tests.media.core.packets import DELTA, H264_DELTA, H264_KEY, KEY, negotiated, rtp
from tests.media.core.recorded import Recorded
from tests.media.core.test_gate import keyframe_requests, pli
from tests.media.core.test_repair import nack
from tests.media.core.visit import CLINICIAN, MEMBER, C, M, Sent, Visit

GUEST, G = "guest", 30_000


def people(*shapes: tuple[bool, bool]) -> list[Negotiated]:
    """Endpoints, each as (has H.264, needs it)."""
    return [
        negotiated(base, h264=102 if has else None, needs_h264=needs)
        for base, (has, needs) in enumerate(shapes)
    ]


def test_a_room_is_in_vp8_unless_somebody_needs_another() -> None:
    assert room_codec([]) is Codec.VP8
    assert room_codec(people((True, False), (True, False))) is Codec.VP8
    assert room_codec(people((True, False), (True, True))) is Codec.H264
    assert room_codec(people((False, True))) is Codec.VP8
    assert room_codec(people((True, True), (False, False))) is Codec.VP8


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=8))
def test_nobody_is_ever_told_to_send_what_somebody_cannot_take(shapes: list[tuple[bool, bool]]) -> None:
    present = people(*shapes)
    h264 = room_codec(present) is Codec.H264
    assert h264 == (all(has for has, _ in shapes) and any(needs for _, needs in shapes))
    assert room_codec(reversed(present)) is room_codec(present)
    assert room_codec([*present, negotiated(99)]) is Codec.VP8


@pytest.mark.parametrize("part", ["uplinks", "slots"])
def test_both_ways_are_both_ways(part: str) -> None:
    whole = negotiated(0, h264=102, screen=True, video_slots=2)
    assert has_h264(whole)
    lines = getattr(whole, part)
    assert not has_h264(replace(whole, **{part: (*lines[:-1], replace(lines[-1], h264=None))}))
    sound = tuple(line for line in lines if line.kind is Kind.AUDIO)
    assert has_h264(replace(whole, **{part: sound}))


class Room(Visit):
    """The clinician needs H.264 and calls it 125; the member calls it 102."""

    def __init__(self, *, opened: bool = True, **shape: int | bool) -> None:
        super().__init__(opened=opened, h264=102, **shape)
        other = negotiated(C, vp8=120, opus=109, h264=125, needs_h264=True, **shape)
        self.room.amend(CLINICIAN, other, self.now, self.out)
        self.out.clear()

    def shot(self, sequence: int, payload: bytes = H264_DELTA, **more: object) -> list[Sent]:
        """A packet of the member's camera in H.264."""
        return self.raw(MEMBER, rtp(M + 2, sequence, sequence * 3000, payload, 102, **more))

    def codecs(self) -> list[Codec]:
        return [event.codec for event in self.events() if isinstance(event, CodecChanged)]


def test_a_room_tells_what_to_send_and_takes_it_back_when_somebody_comes_without() -> None:
    visit = Room()
    assert visit.codecs() == [Codec.H264]
    visit.join(GUEST, negotiated(G))
    assert visit.codecs() == [Codec.VP8]
    visit.join(GUEST, negotiated(G))
    assert visit.codecs() == []
    visit.room.leave(GUEST, visit.now)
    assert visit.codecs() == [Codec.H264]
    assert visit.room.codec is Codec.H264
    visit.room.amend(CLINICIAN, negotiated(C, vp8=120, opus=109, h264=125), visit.now, visit.out)
    assert visit.codecs() == [Codec.VP8]


def test_a_stream_goes_on_in_another_codec_from_a_keyframe_under_the_receivers_own_type() -> None:
    visit = Room()
    sent = [*visit.keyframe(1), *visit.picture(2)]
    assert visit.shot(3) == []
    sent += [*visit.shot(4, H264_KEY), *visit.shot(5), *visit.picture(6, KEY), *visit.picture(7)]
    assert [packet.payload_type for packet in sent] == [120, 120, 125, 125, 120, 120]
    assert [packet.sequence for packet in sent] == [1, 2, 3, 4, 5, 6]
    assert [packet.timestamp for packet in sent] == [3000 * number for number in (1, 2, 4, 5, 6, 7)]


def test_a_keyframe_is_asked_for_where_a_source_changes_its_codec_without_one() -> None:
    visit = Room()
    visit.keyframe(1)
    visit.rtcp()
    visit.shot(2)
    assert keyframe_requests(visit) == 1
    visit.shot(3, H264_KEY)
    visit.shot(4)
    assert keyframe_requests(visit) == 0


def test_a_source_that_nobody_takes_turns_in_silence() -> None:
    visit = Room(opened=False)
    visit.keyframe(1)
    assert visit.shot(2) == []
    assert keyframe_requests(visit) == 0
    visit.room.open(visit.now, visit.out)
    (sent,) = visit.shot(3, H264_KEY)
    assert sent.payload_type == 125


def test_a_keyframe_of_the_codec_before_opens_nothing() -> None:
    visit = Room()
    visit.keyframe(1)
    assert visit.shot(2, KEY) == []
    assert visit.shot(3, bytes((0x90, 0x80, 0x9A, 0xC1, 0x10))) == []


def test_what_comes_late_of_the_codec_before_is_dropped() -> None:
    visit = Room()
    visit.keyframe(1)
    (sent,) = visit.shot(4, H264_KEY)
    assert visit.picture(3, KEY) == []
    assert visit.again(2, KEY) == []
    (after,) = visit.shot(5)
    assert (after.sequence, after.payload_type) == (sent.sequence + 1, 125)


def test_what_is_sent_again_of_the_new_codec_is_passed_on() -> None:
    visit = Room(nack=True)
    visit.keyframe(1)
    visit.shot(2, H264_KEY)
    visit.shot(4)
    content = (3).to_bytes(2, "big") + H264_DELTA
    (sent,) = visit.raw(MEMBER, rtp(M + 3, 1, 9000, content, 103))
    assert (sent.sequence, sent.payload_type, sent.payload) == (3, 125, H264_DELTA)


def test_a_receiver_misses_packets_of_the_new_codec_and_gets_them_by_its_own_type() -> None:
    visit = Room()
    for _ in range(20):
        visit.keyframe(1)
    visit.shot(2, H264_KEY + bytes(900))
    for number in range(3, 12):
        visit.shot(number, H264_DELTA + bytes(900))
    visit.now += 0.1
    repaired = visit.control(CLINICIAN, nack(C + 21, 3))
    assert [(packet.payload_type, packet.ssrc) for packet in repaired] == [(126, C + 31)]
    assert visit.control(CLINICIAN, nack(C + 21, 1)) == []  # it was of the codec before


def test_who_has_no_h264_gets_nothing_of_it_and_is_back_with_the_first_vp8() -> None:
    visit = Room(video_slots=2)
    visit.keyframe(1)
    visit.shot(2, H264_KEY)
    visit.join(GUEST, negotiated(G, video_slots=2))
    visit.events()
    visit.rtcp()
    assert [packet.to for packet in visit.shot(3, H264_KEY)] == [CLINICIAN]
    assert [packet.to for packet in visit.shot(4)] == [CLINICIAN]
    visit.control(GUEST, pli(G + 21))
    assert [packet.to for packet in visit.shot(5, H264_KEY)] == [CLINICIAN]
    visit.rtcp()
    assert visit.picture(6) == []  # turned back, without a keyframe: one is asked for
    assert keyframe_requests(visit) == 1
    assert sorted(packet.to for packet in visit.picture(7, KEY)) == [CLINICIAN, GUEST]
    assert sum(isinstance(event, Flowing) and event.endpoint == GUEST for event in visit.events()) == 1


def test_a_type_that_was_never_agreed_on_is_padding_as_before() -> None:
    visit = Room()
    visit.keyframe(1)
    assert visit.raw(MEMBER, rtp(M + 2, 2, 6000, H264_KEY, 99)) == []
    (sent,) = visit.picture(3)
    assert sent.sequence == 2


def test_an_undeclared_stream_may_begin_in_either() -> None:
    visit = Room(declared=False)
    (sent,) = visit.raw(MEMBER, rtp(77, 1, 0, H264_KEY, 102))
    assert sent.payload_type == 125
    visit.raw(MEMBER, rtp(77, 3, 0, H264_DELTA, 102))
    (again,) = visit.raw(MEMBER, rtp(78, 1, 0, b"\x00\x02" + H264_DELTA, 103))
    assert again.payload == H264_DELTA


def test_a_slot_that_loses_h264_in_a_new_offer_waits_for_vp8() -> None:
    visit = Room()
    visit.shot(1, H264_KEY)
    visit.room.amend(CLINICIAN, negotiated(C, vp8=120, opus=109), visit.now, visit.out)
    assert visit.codecs()[-1] is Codec.VP8
    assert visit.shot(2, H264_KEY) == []
    (sent,) = visit.keyframe(3)
    assert (sent.sequence, sent.payload_type) == (2, 120)


def test_a_slot_keeps_what_it_carries_in_a_new_offer() -> None:
    visit = Room()
    visit.shot(1, H264_KEY)
    same = negotiated(C, vp8=120, opus=109, h264=125, audio_slots=2, needs_h264=True)
    visit.room.amend(CLINICIAN, same, visit.now, visit.out)
    (sent,) = visit.shot(2)
    assert (sent.sequence, sent.payload_type) == (2, 125)


def test_another_source_in_the_same_slot_brings_its_own_codec() -> None:
    visit = Room()
    visit.shot(1, H264_KEY)
    visit.room.leave(MEMBER, visit.now)
    visit.join(GUEST, negotiated(G))
    (sent,) = visit.raw(GUEST, rtp(G + 2, 1, 0, KEY, 96))
    assert (sent.to, sent.payload_type, sent.sequence) == (CLINICIAN, 120, 2)


@given(st.lists(st.sampled_from([(96, KEY), (96, DELTA), (102, H264_KEY), (102, H264_DELTA)]), max_size=30))
def test_a_receiver_sees_each_codec_begin_with_its_keyframe_and_numbers_without_a_hole(
    packets: list[tuple[int, bytes]],
) -> None:
    visit = Room()
    sent = [
        packet
        for number, (kind, payload) in enumerate(packets, 1)
        for packet in visit.raw(MEMBER, rtp(M + 2, number, number * 3000, payload, kind))
    ]
    assert [packet.sequence for packet in sent] == list(range(1, len(sent) + 1))
    types = {KEY: 120, DELTA: 120, H264_KEY: 125, H264_DELTA: 125}
    assert all(packet.payload_type == types[packet.payload] for packet in sent)
    before = None
    for packet in sent:
        assert packet.payload_type == before or packet.payload in {KEY, H264_KEY}
        before = packet.payload_type


def test_a_recorded_source_that_changes_its_codec_is_another_track() -> None:
    visit = Recorded(h264=102)
    visit.keyframe(1)
    visit.picture(3)
    visit.raw(MEMBER, rtp(M + 2, 4, 12000, H264_KEY, 102))
    visit.picture(2)  # late, of the codec before
    entries = visit.read()
    tracks = {entry.number: entry.codec for entry in entries if isinstance(entry, Track)}
    assert [
        (tracks[entry.track], entry.count & 0xFFFF) for entry in entries if isinstance(entry, Packet)
    ] == [
        ("VP8", 1),
        ("VP8", 3),
        ("H264", 4),
    ]
