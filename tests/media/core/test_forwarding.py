from media.core.events import Flowing
from media.core.rtp import send_time
from tests.media.core.packets import DELTA, KEY, MIDDLE, extension, rtp
from tests.media.core.visit import CLINICIAN, MEMBER, C, M, Visit


def test_sound_is_forwarded_at_once_as_the_slots_own() -> None:
    visit = Visit()
    (sent,) = visit.sound(500, 7777, marker=True)
    assert (sent.to, sent.ssrc, sent.payload_type, sent.marker) == (CLINICIAN, C + 11, 109, True)
    assert sent.payload == b"sound"
    assert sent.raw[0] == 0x80  # no extension was negotiated for audio slots
    assert visit.events() == [Flowing(CLINICIAN, "a0")]


def test_pictures_wait_for_a_keyframe() -> None:
    visit = Visit()
    assert visit.picture(1) == []
    assert visit.picture(2, MIDDLE) == []
    (sent,) = visit.keyframe(3)
    assert (sent.ssrc, sent.payload_type, sent.payload) == (C + 21, 120, KEY)
    assert [packet.payload for packet in visit.picture(4)] == [DELTA]
    assert visit.events() == [Flowing(CLINICIAN, "v0")]


def test_the_send_time_is_written_here() -> None:
    visit = Visit()
    (sent,) = visit.keyframe(1, block=extension((2, b"\xff\xff\xff")))
    assert sent.send_time == send_time(visit.now).to_bytes(3, "big")


def test_any_buffer_will_do_and_none_is_kept() -> None:
    visit = Visit()
    buffer = bytearray(rtp(M + 1, 1, payload=b"one"))
    (first,) = visit.raw(MEMBER, buffer)
    buffer[:] = rtp(M + 1, 2, payload=b"two")
    (second,) = visit.raw(MEMBER, memoryview(buffer))
    assert (first.payload, second.payload) == (b"one", b"two")
    assert all(type(packet.raw) is bytes for packet in (first, second))


def test_sequence_numbers_begin_small_and_go_on_by_one() -> None:
    visit = Visit()
    sequences = [packet.sequence for number in range(65530, 65545) for packet in visit.sound(number)]
    assert sequences == list(range(1, 16))


def test_loss_stays_the_same_loss() -> None:
    visit = Visit()
    sequences = [packet.sequence for number in (10, 11, 14, 15, 20) for packet in visit.sound(number)]
    assert sequences == [1, 2, 5, 6, 11]


def test_reordered_packets_keep_their_numbers() -> None:
    visit = Visit()
    sequences = [packet.sequence for number in (10, 12, 11, 14, 13) for packet in visit.sound(number)]
    assert sequences == [1, 3, 2, 5, 4]


def test_what_is_older_than_the_gate_is_not_forwarded() -> None:
    visit = Visit()
    visit.picture(1)
    visit.picture(3)
    visit.keyframe(5)
    assert visit.picture(4) == []
    assert visit.picture(2) == []


def test_what_came_twice_or_far_too_late_is_dropped() -> None:
    visit = Visit()
    for number in range(1, 1500):
        visit.sound(number)
    assert visit.sound(1499) == []
    assert visit.sound(1400) == []
    assert visit.sound(3) == []
    assert visit.room.counts(MEMBER)["dropped"] == 3


def test_another_codec_is_not_forwarded_but_its_number_is() -> None:
    visit = Visit()
    visit.sound(1)
    assert visit.sound(2, payload_type=13) == []
    (sent,) = visit.sound(3)
    assert sent.sequence == 2


def test_an_endpoint_that_is_not_here_says_nothing() -> None:
    visit = Visit()
    assert visit.raw("stranger", rtp(M + 1, 1)) == []
    assert visit.control("stranger", b"") == []
    assert visit.room.counts("stranger") == {}


class TestPadding:
    def test_its_number_closes(self) -> None:
        visit = Visit()
        sequences = [packet.sequence for packet in visit.keyframe(1)]
        for number in (2, 3):
            assert visit.picture(number, b"", padding=200) == []
        sequences += [packet.sequence for number in (4, 5) for packet in visit.picture(number)]
        assert sequences == [1, 2, 3]

    def test_packets_that_were_late_keep_theirs(self) -> None:
        visit = Visit()
        visit.keyframe(1)
        visit.picture(4, b"", padding=10)
        visit.picture(6, b"", padding=10)
        assert [packet.sequence for packet in visit.picture(7)] == [5]
        assert [packet.sequence for packet in visit.picture(5)] == [4]
        assert [packet.sequence for packet in visit.picture(2)] == [2]
        assert [packet.sequence for packet in visit.picture(3)] == [3]

    def test_that_comes_late_leaves_an_empty_packet_in_its_place(self) -> None:
        visit = Visit()
        visit.keyframe(1)
        visit.picture(3)
        visit.picture(4, b"", padding=10)
        (sent,) = visit.picture(2, b"", padding=10)
        assert (sent.sequence, sent.payload) == (2, b"")
        (sent,) = visit.picture(5)
        assert sent.sequence == 4
        visit.picture(7)
        (sent,) = visit.picture(6, b"", padding=10)
        assert sent.sequence == 5

    def test_before_the_gate_is_nothing(self) -> None:
        visit = Visit()
        assert visit.picture(1, b"", padding=10) == []
        visit.keyframe(3)
        assert visit.picture(2, b"", padding=10) == []
        visit.picture(5, b"", padding=10)
        assert visit.picture(2, b"", padding=10) == []

    def test_numbers_stay_unique_however_much_of_it_comes(self) -> None:
        visit = Visit()
        visit.keyframe(1)
        seen = {1}
        for number in range(3, 400, 2):
            visit.picture(number, b"", padding=10)
        for number in [*range(2, 400, 2), *range(400, 410)]:
            for packet in visit.picture(number):
                assert packet.sequence not in seen
                seen.add(packet.sequence)


class TestRetransmissions:
    def test_bring_back_what_was_lost(self) -> None:
        visit = Visit()
        visit.keyframe(1)
        visit.picture(3)
        (sent,) = visit.again(2)
        assert (sent.ssrc, sent.sequence, sent.payload, sent.payload_type) == (C + 21, 2, DELTA, 120)
        assert sent.timestamp == 6000

    def test_of_what_came_are_dropped(self) -> None:
        visit = Visit()
        visit.keyframe(1)
        visit.picture(2)
        assert visit.again(2) == []
        assert visit.again(1, repair=2) == []
        visit.again(3, repair=3)
        assert visit.picture(3) == []
        assert visit.room.counts(MEMBER)["dropped"] == 3

    def test_that_are_padding_are_dropped(self) -> None:
        visit = Visit()
        visit.keyframe(1)
        for content in (b"", b"\x00", b"\x00\x02"):
            assert visit.raw(MEMBER, rtp(M + 3, 1, 0, content, 97, padding=100)) == []
        assert [packet.sequence for packet in visit.picture(2)] == [2]

    def test_before_the_stream_or_far_ahead_of_it_are_dropped(self) -> None:
        visit = Visit()
        assert visit.again(5) == []
        visit.keyframe(1)
        assert visit.again(900) == []

    def test_while_nobody_may_see_go_nowhere(self) -> None:
        visit = Visit(opened=False)
        visit.keyframe(1)
        visit.picture(3)
        assert visit.again(2) == []
