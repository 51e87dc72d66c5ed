from dataclasses import replace

from media.core.events import Flowing, Seat, SlotsChanged
from media.core.negotiated import Kind, Source
from media.core.room import Room
from tests.media.core.packets import DELTA, KEY, negotiated, rtp
from tests.media.core.visit import CLINICIAN, MEMBER, C, M, Visit, read


def seats(events: list, endpoint: str) -> list[tuple[str, str | None, str | None]]:
    """The last seats that `endpoint` was told of."""
    told = [event for event in events if isinstance(event, SlotsChanged) and event.endpoint == endpoint]
    return [(seat.mid, seat.endpoint, seat.source) for seat in told[-1].seats] if told else []


def test_each_sees_the_other_and_never_oneself() -> None:
    visit = Visit(opened=False)
    events = visit.events()
    assert events[0] == SlotsChanged(
        MEMBER, (Seat("a0", Kind.AUDIO, None, None), Seat("v0", Kind.VIDEO, None, None))
    )
    assert seats(events, MEMBER) == [("a0", CLINICIAN, "microphone"), ("v0", CLINICIAN, "camera")]
    assert seats(events, CLINICIAN) == [("a0", MEMBER, "microphone"), ("v0", MEMBER, "camera")]
    assert visit.room.endpoints() == (MEMBER, CLINICIAN)


def test_who_leaves_frees_the_seats_and_who_left_is_unknown() -> None:
    visit = Visit()
    visit.room.leave(MEMBER, visit.now)
    visit.room.leave(MEMBER, visit.now)
    assert visit.events() == [
        SlotsChanged(CLINICIAN, (Seat("a0", Kind.AUDIO, None, None), Seat("v0", Kind.VIDEO, None, None)))
    ]
    assert visit.sound(1) == []
    assert visit.room.endpoints() == (CLINICIAN,)


def test_who_is_replaced_keeps_the_seats_and_nobody_is_told_of_it() -> None:
    visit = Visit(audio_slots=3, video_slots=3)
    visit.keyframe(1)
    visit.sound(1, 5_000)
    visit.events()
    visit.now += 2.0
    visit.join(MEMBER, negotiated(M + 500))
    assert [event.endpoint for event in visit.events()] == [MEMBER]
    assert visit.sound(2) == []  # the old stream is nobody's
    (sound,) = visit.raw(MEMBER, rtp(M + 501, 9_000, 77))
    (picture,) = visit.raw(MEMBER, rtp(M + 502, 40_000, 88, KEY, 96))
    assert (sound.ssrc, sound.sequence, sound.timestamp) == (C + 11, 2, 5_000 + 96_000)
    assert (picture.ssrc, picture.sequence, picture.timestamp) == (C + 21, 2, 3_000 + 180_000)


def test_a_replaced_endpoint_is_asked_for_a_keyframe_at_once_and_asks_for_its_own() -> None:
    visit = Visit()
    visit.keyframe(1)
    visit.now += 1.0
    visit.join(CLINICIAN, negotiated(C + 500))
    assert sorted(to for to, _ in visit.rtcp()) == [CLINICIAN, MEMBER]
    (sent,) = visit.keyframe(2)
    assert (sent.ssrc, sent.sequence) == (C + 521, 1)  # new keys, new numbers


def test_four_people_sit_in_joining_order_and_stay() -> None:
    room = Room(open_by_default=True)
    out: list = []
    for index, name in enumerate("abcd"):
        room.join(name, negotiated(1000 * index, audio_slots=3, video_slots=3), 0.0, out)
    events = room.take_events()
    assert seats(events, "b")[3:] == [("v0", "a", "camera"), ("v1", "c", "camera"), ("v2", "d", "camera")]
    room.leave("c", 1.0)
    room.join("e", negotiated(9000, audio_slots=3, video_slots=3), 1.0, out)
    assert seats(room.take_events(), "b")[3:] == [
        ("v0", "a", "camera"),
        ("v1", "e", "camera"),
        ("v2", "d", "camera"),
    ]


def test_a_seat_somebody_left_is_given_last_and_back_to_them_first() -> None:
    room = Room(open_by_default=True)
    out: list = []
    for index, name in enumerate("abc"):
        room.join(name, negotiated(1000 * index, audio_slots=3, video_slots=3), 0.0, out)
    room.leave("b", 1.0)
    room.join("d", negotiated(9000, audio_slots=3, video_slots=3), 1.0, out)
    room.join("b", negotiated(1000, audio_slots=3, video_slots=3), 1.0, out)
    assert seats(room.take_events(), "a")[3:] == [
        ("v0", "b", "camera"),
        ("v1", "c", "camera"),
        ("v2", "d", "camera"),
    ]


def test_more_people_than_slots_stand_until_a_seat_is_free() -> None:
    room = Room(open_by_default=True)
    out: list = []
    for index, name in enumerate("abc"):
        room.join(name, negotiated(1000 * index), 0.0, out)
    out.clear()
    room.receive_rtp("c", rtp(2001, 1), 0.1, out)
    assert out == []
    room.leave("b", 1.0)
    room.receive_rtp("c", rtp(2001, 2), 1.1, out)
    assert [to for to, _, _ in out] == ["a"]


def test_one_packet_goes_to_everybody_else_in_their_own_numbers() -> None:
    room = Room(open_by_default=True)
    out: list = []
    for index, name in enumerate("abc"):
        room.join(name, negotiated(1000 * index, audio_slots=2), 0.0, out)
    room.receive_rtp("c", rtp(2001, 50), 0.0, [])
    out.clear()
    room.receive_rtp("a", rtp(1, 7), 0.1, out)
    sent = [read(to, packet) for to, packet, _ in out]
    assert [(packet.to, packet.ssrc, packet.sequence) for packet in sent] == [("b", 1011, 1), ("c", 2011, 1)]


class TestScreens:
    def test_are_seated_while_packets_of_them_come(self) -> None:
        visit = Visit(screen=True, video_slots=2)
        assert visit.raw(MEMBER, rtp(M + 4, 1, 0, b"", 96, padding=20)) == []
        assert visit.events() == []
        (sent,) = visit.raw(MEMBER, rtp(M + 4, 2, 0, KEY, 96))
        assert sent.ssrc == C + 22
        events = visit.events()
        assert seats(events, CLINICIAN)[1:] == [("v0", MEMBER, "camera"), ("v1", MEMBER, "screen")]
        assert events[-1] == Flowing(CLINICIAN, "v1")
        visit.pass_time(4.9)
        assert visit.events() == []
        visit.pass_time(0.2)
        assert seats(visit.events(), CLINICIAN)[1:] == [("v0", MEMBER, "camera"), ("v1", None, None)]
        visit.pass_time(6.1)
        assert not visit.wanted

    def test_come_back_to_their_seat(self) -> None:
        visit = Visit(screen=True, video_slots=3)
        visit.raw(MEMBER, rtp(M + 4, 1, 0, KEY, 96))
        visit.pass_time(6.0)
        assert visit.raw(MEMBER, rtp(M + 4, 2, 0, DELTA, 96)) == []
        (sent,) = visit.raw(MEMBER, rtp(M + 4, 3, 0, KEY, 96))
        assert (sent.ssrc, sent.sequence) == (C + 22, 2)

    def test_take_the_slot_that_is_kept_for_them(self) -> None:
        visit = Visit(opened=False, screen=True, video_slots=3)
        record = negotiated(C, video_slots=3)
        slots = list(record.slots)
        slots[1] = replace(slots[1], source=Source.SCREEN)
        visit.join(CLINICIAN, replace(record, slots=tuple(slots)))
        assert seats(visit.events(), CLINICIAN)[1:] == [
            ("v0", None, None),
            ("v1", MEMBER, "camera"),
            ("v2", None, None),
        ]
        visit.raw(MEMBER, rtp(M + 4, 1, 0, KEY, 96))
        assert seats(visit.events(), CLINICIAN)[1:] == [
            ("v0", MEMBER, "screen"),
            ("v1", MEMBER, "camera"),
            ("v2", None, None),
        ]


class TestAmended:
    def test_slots_are_added_and_the_others_go_on(self) -> None:
        visit = Visit(screen=True)
        visit.keyframe(1)
        visit.sound(1)
        visit.events()
        visit.room.amend(
            CLINICIAN, negotiated(C, vp8=120, opus=109, screen=True, video_slots=2), visit.now, visit.out
        )
        assert seats(visit.events(), CLINICIAN) == [
            ("a0", MEMBER, "microphone"),
            ("v0", MEMBER, "camera"),
            ("v1", None, None),
        ]
        assert [packet.sequence for packet in visit.sound(2)] == [2]
        assert [packet.sequence for packet in visit.picture(2)] == [2]
        assert len(visit.raw(MEMBER, rtp(M + 4, 1, 0, KEY, 96))) == 1

    def test_m_lines_that_went_are_gone_and_new_ones_heard(self) -> None:
        visit = Visit()
        visit.sound(1)
        record = negotiated(M, screen=True)
        visit.room.amend(MEMBER, replace(record, uplinks=record.uplinks[1:]), visit.now, visit.out)
        assert visit.sound(2) == []
        assert len(visit.keyframe(1)) == 1
        assert seats(visit.events(), CLINICIAN) == [("a0", None, None), ("v0", MEMBER, "camera")]

    def test_a_slot_that_changed_its_types_keeps_its_numbers(self) -> None:
        visit = Visit()
        visit.keyframe(1)
        visit.room.amend(CLINICIAN, negotiated(C, vp8=100, opus=109), visit.now, visit.out)
        (sent,) = visit.picture(2)
        assert (sent.payload_type, sent.sequence) == (100, 2)

    def test_a_number_that_now_carries_another_kind_is_another_slot(self) -> None:
        visit = Visit()
        visit.sound(1)
        record = negotiated(C)
        slots = (replace(record.slots[1], ssrc=C + 11), replace(record.slots[0], ssrc=C + 99))
        visit.room.amend(CLINICIAN, replace(record, slots=slots), visit.now, visit.out)
        assert seats(visit.events(), CLINICIAN) == [("v0", MEMBER, "camera"), ("a0", MEMBER, "microphone")]
        assert [packet.ssrc for packet in visit.sound(2)] == [C + 99]

    def test_an_unknown_endpoint_is_ignored(self) -> None:
        visit = Visit()
        visit.room.amend("stranger", negotiated(1), visit.now, visit.out)
        assert visit.room.endpoints() == (MEMBER, CLINICIAN)
