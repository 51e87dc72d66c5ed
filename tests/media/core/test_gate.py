from aiortc.rtp import RtcpPsfbPacket, RtcpRtpfbPacket

from media.core.events import Flowing
from media.core.room import Room
from tests.media.core.packets import DELTA, KEY, negotiated, rtp
from tests.media.core.visit import CLINICIAN, MEMBER, C, M, Visit


def keyframe_requests(visit: Visit, to: str = MEMBER) -> int:
    return sum(
        name == to and isinstance(part, RtcpPsfbPacket) and part.fmt == 1 for name, part in visit.rtcp()
    )


def pli(ssrc: int) -> RtcpPsfbPacket:
    return RtcpPsfbPacket(fmt=1, ssrc=1, media_ssrc=ssrc)


def test_a_room_starts_closed_and_forwards_nothing() -> None:
    visit = Visit(opened=False)
    assert not visit.room.is_open
    assert visit.sound(1) == []
    assert visit.keyframe(1) == []
    assert visit.pass_time(1.0) == []
    assert not [event for event in visit.events() if isinstance(event, Flowing)]


def test_a_closed_room_asks_nobody_for_keyframes() -> None:
    visit = Visit(opened=False)
    visit.out.clear()
    visit.picture(1)
    visit.control(CLINICIAN, pli(C + 21))
    visit.pass_time(1.0)
    assert keyframe_requests(visit) == 0


def test_opening_asks_each_camera_for_one_keyframe() -> None:
    visit = Visit(opened=False)
    visit.out.clear()
    visit.room.open(visit.now, visit.out)
    visit.room.open(visit.now, visit.out)
    assert sorted(to for to, _, _ in visit.out) == [CLINICIAN, MEMBER]
    assert keyframe_requests(visit) == 1
    assert visit.room.is_open


def test_open_by_default_is_open() -> None:
    room = Room(open_by_default=True)
    out: list = []
    room.join(MEMBER, negotiated(M), 0.0, out)
    room.join(CLINICIAN, negotiated(C), 0.0, out)
    out.clear()
    room.receive_rtp(MEMBER, rtp(M + 1, 1), 0.1, out)
    assert len(out) == 1


def test_closing_stops_everything_repair_included() -> None:
    visit = Visit()
    visit.sound(1)
    (sent,) = visit.keyframe(1)
    visit.room.close(visit.now)
    visit.room.close(visit.now)
    assert visit.sound(2) == []
    assert visit.picture(2) == []
    assert visit.again(2) == []
    assert (
        visit.control(CLINICIAN, RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=C + 21, lost=[sent.sequence]))
        == []
    )
    assert visit.pass_time(1.0) == []


def test_opening_again_goes_on_with_the_numbers_and_waits_for_a_keyframe() -> None:
    visit = Visit()
    visit.sound(1)
    visit.keyframe(1)
    visit.room.close(visit.now)
    visit.sound(2)
    visit.picture(2)
    visit.now += 1.0
    visit.room.open(visit.now, visit.out)
    assert keyframe_requests(visit) == 1
    assert [packet.sequence for packet in visit.sound(3)] == [2]
    assert visit.picture(3) == []
    assert [packet.sequence for packet in visit.keyframe(4)] == [2]
    assert [event for event in visit.events() if isinstance(event, Flowing)][2:] == [
        Flowing(CLINICIAN, "a0"),
        Flowing(CLINICIAN, "v0"),
    ]


def test_the_wanted_keyframe_is_asked_for_again_every_300_ms() -> None:
    visit = Visit()
    number = 0
    asked = []
    for _ in range(20):
        visit.now += 0.0501
        number += 1
        visit.picture(number)
        visit.room.tick(visit.now, visit.out)
        if keyframe_requests(visit):
            asked.append(round(visit.now - 100, 1))
    assert asked == [0.3, 0.6, 0.9]
    visit.keyframe(number + 1)
    visit.pass_time(1.0)
    assert keyframe_requests(visit) == 0


def test_a_silent_camera_is_not_asked_forever() -> None:
    visit = Visit()
    visit.pass_time(10.0)
    assert 8 <= keyframe_requests(visit) <= 10  # in the first three seconds
    assert not visit.wanted


def test_a_receiver_that_cannot_go_on_is_heard_and_keeps_receiving() -> None:
    visit = Visit()
    visit.keyframe(1)
    visit.now += 1.0
    visit.control(CLINICIAN, pli(C + 21))
    assert keyframe_requests(visit) == 1
    assert len(visit.picture(2)) == 1


def test_requests_within_300_ms_are_one() -> None:
    visit = Visit()
    visit.keyframe(1)
    visit.now += 1.0
    for _ in range(5):
        visit.control(CLINICIAN, pli(C + 21))
    assert keyframe_requests(visit) == 1
    visit.keyframe(2)
    visit.now += 0.1
    visit.control(CLINICIAN, pli(C + 21))
    assert keyframe_requests(visit) == 0
    visit.picture(3)
    visit.pass_time(0.4)
    assert keyframe_requests(visit) == 1


def test_requests_for_sound_or_for_nothing_are_nobodys() -> None:
    visit = Visit()
    visit.now += 1.0
    visit.control(CLINICIAN, pli(C + 11))
    visit.control(CLINICIAN, pli(12345))
    visit.control(MEMBER, pli(C + 21))
    assert keyframe_requests(visit) == 0
    visit.room.leave(MEMBER, visit.now)
    visit.control(CLINICIAN, pli(C + 21))
    assert visit.rtcp() == []


def test_a_camera_of_unknown_ssrc_cannot_be_asked_yet() -> None:
    visit = Visit(declared=False)
    visit.pass_time(0.5)
    assert keyframe_requests(visit) == 0


def test_a_hole_of_more_than_two_seconds_gates_video_until_a_keyframe() -> None:
    visit = Visit()
    visit.keyframe(1)
    visit.sound(1)
    visit.now += 2.1
    assert visit.picture(2) == []
    assert keyframe_requests(visit) == 1
    assert len(visit.sound(2)) == 1
    (sent,) = visit.keyframe(3)
    assert sent.sequence == 2


def test_a_camera_that_pauses_and_begins_with_a_keyframe_flows_at_once() -> None:
    visit = Visit()
    visit.keyframe(1)
    visit.now += 6.0
    (sent,) = visit.keyframe(2, timestamp=3000 + 6 * 90_000)
    assert (sent.sequence, sent.timestamp) == (2, 3000 + 6 * 90_000)  # its own clock went on
    assert keyframe_requests(visit) == 0


def test_a_hole_of_two_seconds_does_not() -> None:
    visit = Visit()
    visit.keyframe(1)
    visit.now += 1.9
    assert len(visit.picture(2)) == 1


def test_a_jump_of_more_than_200_numbers_gates_and_closes_up() -> None:
    visit = Visit()
    visit.keyframe(1)
    visit.sound(1)
    assert visit.picture(202) == []
    assert keyframe_requests(visit) == 1
    assert [packet.sequence for packet in visit.keyframe(203)] == [2]
    assert [packet.sequence for packet in visit.sound(300)] == [2]
    visit.sound(301)
    assert [packet.sequence for packet in visit.sound(501)] == [203]  # 200 is loss


def test_a_stream_that_goes_far_back_begins_anew_with_its_second_packet() -> None:
    visit = Visit()
    visit.keyframe(30_000)
    assert visit.keyframe(5_000) == []
    assert visit.keyframe(9_000) == []
    assert visit.picture(9_001) == []
    assert [packet.sequence for packet in visit.keyframe(9_002)] == [2]
    assert [packet.sequence for packet in visit.picture(9_003)] == [3]


def test_one_straggler_from_far_back_changes_nothing() -> None:
    visit = Visit()
    for number in range(20_000, 22_000):
        visit.sound(number)
    assert visit.sound(20_001) == []
    (sent,) = visit.sound(22_000)
    assert sent.sequence == 2001


def test_a_keyframe_that_begins_late_lets_in_but_another_is_asked_for() -> None:
    visit = Visit()
    visit.picture(2)
    visit.rtcp()
    assert [packet.payload for packet in visit.keyframe(1)] == [KEY]
    assert [packet.payload for packet in visit.picture(3)] == [DELTA]
    visit.pass_time(0.4)
    assert keyframe_requests(visit) == 1


def test_a_hole_while_the_room_is_closed_is_nobodys() -> None:
    visit = Visit(opened=False)
    visit.out.clear()
    visit.picture(1)
    visit.now += 5.0
    visit.picture(2)
    assert keyframe_requests(visit) == 0


class TestTime:
    def test_of_a_source_goes_on_across_a_gate(self) -> None:
        visit = Visit()
        visit.sound(1, 1000)
        visit.room.close(visit.now)
        visit.now += 1.0
        visit.room.open(visit.now, visit.out)
        (sent,) = visit.sound(51, 49_000)
        assert sent.timestamp == 49_000

    def test_that_went_back_is_mapped_to_go_on(self) -> None:
        visit = Visit()
        visit.sound(1, 100_000)
        visit.now += 1.0
        (sent,) = visit.sound(300, 50)
        assert sent.timestamp == 100_000 + 48_000

    def test_that_leapt_is_mapped_to_what_passed(self) -> None:
        visit = Visit()
        visit.sound(1, 100_000)
        visit.now += 1.0
        (sent,) = visit.sound(300, 1 << 30)
        assert sent.timestamp == 100_000 + 48_000

    def test_goes_on_by_one_when_none_passed(self) -> None:
        visit = Visit()
        visit.sound(1, 100_000)
        (sent,) = visit.sound(300, 50)
        assert sent.timestamp == 100_001


def test_who_is_on_another_way_is_asked_for_a_keyframe_at_once() -> None:
    visit = Visit(screen=True)
    visit.keyframe(1)
    visit.now += 1.0
    visit.picture(2)
    visit.rtcp()
    visit.room.moved(MEMBER, visit.now, visit.out)
    assert keyframe_requests(visit) == 1
    assert [packet.payload for packet in visit.picture(9)] == [DELTA], "nobody is held up until it comes"
    assert [packet.payload for packet in visit.keyframe(10)] == [KEY]
    visit.pass_time(1.0)
    assert keyframe_requests(visit) == 0


def test_who_moves_again_before_anything_came_is_not_asked_again() -> None:
    visit = Visit()
    visit.keyframe(1)
    visit.now += 1.0
    visit.picture(2)
    visit.room.moved(MEMBER, visit.now, visit.out)
    visit.rtcp()
    visit.room.moved(MEMBER, visit.now, visit.out)
    assert keyframe_requests(visit) == 0


def test_a_move_behind_a_closed_gate_or_of_a_stranger_is_nobodys() -> None:
    visit = Visit(opened=False)
    visit.picture(1)
    visit.out.clear()
    visit.now += 1.0
    visit.room.moved(MEMBER, visit.now, visit.out)
    visit.room.moved("stranger", visit.now, visit.out)
    assert visit.out == []
