"""What of a visit gets onto the tape: packets of named endpoints while the room is open, and nothing else."""

from struct import pack

from aiortc.rtp import RtcpSenderInfo, RtcpSrPacket
from hypothesis import given
from hypothesis import strategies as st

from media.core.negotiated import Kind, Source
from media.core.recording import Packet, Report, Track
from media.core.tape import Tape
from tests.media.core.packets import DELTA, KEY, negotiated, rtp, transport
from tests.media.core.recorded import Recorded
from tests.media.core.test_gate import keyframe_requests
from tests.media.core.visit import CLINICIAN, MEMBER, C, M


def sender_report(ssrc: int, ntp: int, timestamp: int) -> bytes:
    return bytes(
        RtcpSrPacket(
            ssrc=ssrc,
            sender_info=RtcpSenderInfo(
                ntp_timestamp=ntp, rtp_timestamp=timestamp, packet_count=1, octet_count=1
            ),
        )
    )


def test_packets_are_recorded_as_they_came_without_head_extensions_and_padding() -> None:
    visit = Recorded()
    visit.now += 0.25
    visit.raw(MEMBER, rtp(M + 1, 7, 960, b"words", marker=True, block=transport(3), padding=4))
    visit.now += 0.25
    visit.keyframe(9)
    first, sound, second, picture = visit.read()
    assert first == Track(1, MEMBER, Source.MICROPHONE, Kind.AUDIO, "opus", 48_000)
    assert sound == Packet(1, 0.25, 0x1_0007, 960, True, b"words")
    assert second == Track(2, MEMBER, Source.CAMERA, Kind.VIDEO, "VP8", 90_000)
    assert picture == Packet(2, 0.5, 0x1_0009, 27_000, False, KEY)


def test_everything_that_is_forwarded_is_still_forwarded() -> None:
    visit = Recorded()
    (sent,) = visit.sound(1)
    assert sent.to == CLINICIAN


def test_somebody_alone_in_an_open_room_is_recorded() -> None:
    visit = Recorded()
    visit.room.leave(CLINICIAN, visit.now)
    assert visit.sound(1, payload=b"hello?") == []
    assert visit.payloads() == [b"hello?"]


def test_a_closed_room_is_not_recorded() -> None:
    visit = Recorded(opened=False)
    visit.sound(1)
    assert visit.read() == []
    visit.room.open(visit.now, visit.out)
    visit.sound(2, payload=b"open")
    assert visit.payloads() == [b"open"]
    visit.now += 1
    visit.room.close(visit.now)
    visit.room.close(visit.now)
    visit.sound(3)
    assert visit.payloads() == [b"open"]
    assert visit.gaps() == [(1.0, (MEMBER, CLINICIAN), "closed")]


def test_an_endpoint_that_is_not_named_is_never_recorded() -> None:
    visit = Recorded(CLINICIAN)
    visit.sound(1)
    visit.keyframe(1)
    visit.control(MEMBER, sender_report(M + 1, 5, 6))
    visit.raw(CLINICIAN, rtp(C + 1, 1, 0, b"doctor", 109))
    assert visit.payloads() == [b"doctor"]
    assert {track.endpoint for track in visit.tracks()} == {CLINICIAN}


def flows(*names: str) -> Recorded:
    """A visit whose pictures have flowed for a while when its recording begins."""
    visit = Recorded(*names, opened=False)
    visit.room.record(None)
    visit.room.open(visit.now, visit.out)
    visit.keyframe(1)
    visit.raw(CLINICIAN, rtp(C + 2, 1, 0, KEY, 120))
    visit.pass_time(0.5)
    visit.rtcp()
    return visit


def test_what_is_recorded_from_the_middle_of_a_visit_begins_with_a_keyframe() -> None:
    visit = flows()
    visit.room.record(visit.tape)
    visit.lease(MEMBER, CLINICIAN)
    visit.pass_time(0.05)
    assert keyframe_requests(visit, MEMBER) == 1


def alone() -> Recorded:
    """Somebody whom nobody receives, and who is recorded now."""
    visit = flows()
    visit.room.leave(CLINICIAN, visit.now)
    visit.rtcp()
    visit.room.record(visit.tape)
    visit.lease(MEMBER)
    return visit


def test_somebody_alone_is_asked_for_the_keyframe_that_the_recording_begins_with() -> None:
    visit = alone()
    visit.pass_time(0.05)
    assert keyframe_requests(visit, MEMBER) == 1
    visit.keyframe(2)
    visit.picture(3)
    visit.pass_time(1.0)
    assert keyframe_requests(visit, MEMBER) == 0


def test_somebody_alone_is_asked_again_where_no_keyframe_comes() -> None:
    visit = alone()
    visit.pass_time(0.05)
    visit.now += 0.5
    visit.picture(2)
    assert keyframe_requests(visit, MEMBER) == 2


def test_a_keyframe_of_somebody_alone_that_came_by_repair_may_lack_its_rest() -> None:
    visit = alone()
    visit.pass_time(0.05)
    visit.picture(3)
    visit.again(2, KEY)
    visit.pass_time(0.5)
    assert keyframe_requests(visit, MEMBER) == 2


def test_somebody_alone_whose_numbers_leap_is_asked_for_a_keyframe() -> None:
    visit = alone()
    visit.pass_time(0.05)
    visit.keyframe(2)
    visit.rtcp()
    visit.picture(2000)
    assert keyframe_requests(visit, MEMBER) == 1


def test_nobody_alone_is_asked_when_the_recording_ended() -> None:
    visit = alone()
    visit.room.record(None)
    visit.picture(2)
    visit.pass_time(1.0)
    assert keyframe_requests(visit, MEMBER) == 0


def test_nobody_who_is_not_recorded_is_asked_for_a_keyframe() -> None:
    visit = flows(CLINICIAN)
    visit.room.record(visit.tape)
    visit.lease(CLINICIAN)
    visit.pass_time(0.05)
    assert keyframe_requests(visit, MEMBER) == 0


def test_a_lease_that_lapsed_and_is_renewed_needs_a_keyframe_and_one_that_goes_on_does_not() -> None:
    visit = flows()
    visit.room.record(visit.tape)
    visit.lease(MEMBER, CLINICIAN, seconds=1)
    visit.pass_time(0.05)
    visit.keyframe(2)
    visit.rtcp()
    visit.lease(MEMBER, CLINICIAN, seconds=1)
    visit.pass_time(0.5)
    assert keyframe_requests(visit, MEMBER) == 0
    visit.pass_time(1.0)
    visit.tape.tick(visit.now)
    visit.rtcp()
    visit.picture(3)
    visit.lease(MEMBER, CLINICIAN)
    visit.pass_time(0.05)
    assert keyframe_requests(visit, MEMBER) == 1


def test_withdrawal_takes_effect_with_the_very_next_packet() -> None:
    visit = Recorded()
    visit.sound(1, payload=b"before")
    visit.now += 1
    visit.lease(CLINICIAN)
    visit.sound(2, payload=b"after")
    assert visit.payloads() == [b"before"]
    assert visit.gaps() == [(1.0, (MEMBER,), "no_consent")]
    assert visit.tape.state == ("recording", None)
    visit.lease()
    visit.raw(CLINICIAN, rtp(C + 1, 1, 0, b"doctor", 109))
    assert visit.payloads() == [b"before"]
    assert visit.tape.state == ("paused", "no_consent")


def test_what_was_sent_before_consent_and_comes_late_is_not_recorded() -> None:
    visit = Recorded(CLINICIAN)
    visit.keyframe(10)
    visit.picture(12)
    visit.lease(MEMBER, CLINICIAN)
    visit.picture(11)
    visit.again(11)
    visit.picture(13)
    assert visit.counts() == [13]


def test_a_lease_ends_by_itself_and_a_renewal_resumes() -> None:
    visit = Recorded(seconds=2)
    visit.now += 1.999
    visit.sound(1, payload=b"in time")
    visit.now += 0.001
    visit.sound(2)
    assert visit.tape.state == ("paused", "lease_lapsed")
    visit.now += 1
    visit.sound(3)
    visit.lease(MEMBER, CLINICIAN)
    visit.sound(4, payload=b"again")
    assert visit.payloads() == [b"in time", b"again"]
    assert visit.gaps() == [(2.0, (MEMBER, CLINICIAN), "lease_lapsed")]


def test_a_lease_that_is_renewed_in_time_leaves_no_gap() -> None:
    visit = Recorded(seconds=2)
    for number in range(1, 6):
        visit.now += 1
        visit.sound(number)
        visit.lease(MEMBER, CLINICIAN, seconds=2)
    assert visit.counts() == [1, 2, 3, 4, 5]
    assert visit.gaps() == []


def test_what_is_sent_again_stands_under_its_own_number() -> None:
    visit = Recorded()
    visit.keyframe(1)
    visit.picture(3)
    visit.again(2, b"\x00" + DELTA, marker=True)
    visit.again(2, b"\x00" + DELTA, repair=2)
    assert visit.counts() == [1, 3, 2]
    repaired = visit.read()[-1]
    assert isinstance(repaired, Packet)
    assert (repaired.payload, repaired.marker, repaired.timestamp) == (b"\x00" + DELTA, True, 6000)


def test_padding_and_twice_the_same_are_not_recorded() -> None:
    visit = Recorded()
    visit.keyframe(1)
    visit.keyframe(1)
    visit.picture(2, b"", padding=10)
    visit.again(2, b"")
    assert visit.counts() == [1]


def test_sender_reports_are_recorded_with_their_track() -> None:
    visit = Recorded()
    visit.keyframe(1)
    visit.now += 0.5
    visit.control(MEMBER, sender_report(M + 2, 0x1234_5678_9ABC_DEF0, 777))
    visit.control(MEMBER, sender_report(M + 99, 1, 1))
    track, _, report = visit.read()
    assert isinstance(track, Track)
    assert track.source is Source.CAMERA
    assert report == Report(track.number, 0.5, 0x1234_5678_9ABC_DEF0, 777)
    visit.now += 1
    visit.control(MEMBER, sender_report(M + 2, 2, 2))
    assert len(visit.reports()) == 2


def test_what_a_source_said_of_its_clock_before_it_was_recorded_is_told_with_its_first_packet() -> None:
    visit = Recorded(CLINICIAN)
    visit.sound(1, 960)
    visit.control(MEMBER, sender_report(M + 1, 0x1234_5678_9ABC_DEF0, 960))
    visit.now += 1
    visit.sound(2, 48_960)
    visit.lease(MEMBER, CLINICIAN)
    assert visit.read() == []
    visit.sound(3, 49_920)
    visit.sound(4, 50_880)
    track, packet, report, _ = visit.read()
    assert isinstance(track, Track)
    assert isinstance(packet, Packet)
    assert report == Report(track.number, 1.0, 0x1234_5678_9ABC_DEF0, 960)


def test_a_picture_may_take_its_time_through_an_encoder() -> None:
    """The report says what the time is; the picture that comes next was taken 150 ms ago."""
    visit = Recorded(CLINICIAN)
    visit.control(MEMBER, sender_report(M + 2, 0x1234_5678_9ABC_DEF0, 90_000))
    visit.lease(MEMBER, CLINICIAN)
    visit.now += 0.15
    visit.keyframe(1, timestamp=90_000)
    (report,) = visit.reports()
    assert (report.ntp, report.timestamp) == (0x1234_5678_9ABC_DEF0, 90_000)


def test_a_clock_that_stood_still_since_it_was_told_of_is_not_told() -> None:
    visit = Recorded(CLINICIAN)
    visit.sound(1, 960)
    visit.control(MEMBER, sender_report(M + 1, 0x1234_5678_9ABC_DEF0, 960))
    visit.now += 10
    visit.lease(MEMBER, CLINICIAN)
    visit.sound(2, 1920)
    assert visit.reports() == []


def test_nobodys_report_is_recorded_without_consent() -> None:
    visit = Recorded(seconds=1)
    visit.now += 1
    visit.control(MEMBER, sender_report(M + 2, 1, 1))
    assert visit.reports() == []


def test_a_source_whose_numbers_begin_anew_is_another_track() -> None:
    visit = Recorded()
    visit.keyframe(30_000)
    visit.keyframe(5)
    visit.keyframe(6)
    visit.keyframe(7)
    first, second = visit.tracks()
    assert (first.source, second.source) == (Source.CAMERA, Source.CAMERA)
    assert [(entry.track, entry.count & 0xFFFF) for entry in visit.read() if isinstance(entry, Packet)] == [
        (first.number, 30_000),
        (second.number, 6),
        (second.number, 7),
    ]


def test_another_ssrc_is_another_track() -> None:
    visit = Recorded(declared=False)
    visit.sound(100, payload=b"one")
    visit.raw(MEMBER, rtp(M + 7, 5, 0, b"two"))
    first, second = visit.tracks()
    assert first.number != second.number
    assert [entry.track for entry in visit.read() if isinstance(entry, Packet)] == [
        first.number,
        second.number,
    ]


def test_another_ssrc_of_somebody_not_named_stays_unrecorded() -> None:
    visit = Recorded(CLINICIAN, declared=False)
    visit.sound(100)
    visit.raw(MEMBER, rtp(M + 7, 5))
    assert visit.read() == []


def test_an_endpoint_that_comes_back_is_another_track() -> None:
    visit = Recorded()
    visit.sound(1, payload=b"first")
    visit.join(MEMBER, negotiated(M))
    visit.sound(1, payload=b"second")
    assert visit.payloads() == [b"first", b"second"]
    assert len({track.number for track in visit.tracks()}) == 2


def test_a_lease_for_a_room_without_a_tape_changes_nothing() -> None:
    visit = Recorded()
    visit.room.record(None)
    visit.lease(MEMBER)
    visit.sound(1)
    assert visit.read() == []


def test_another_tape_begins_with_its_own_tracks() -> None:
    visit = Recorded()
    visit.sound(1)
    visit.room.record(None)
    visit.tape = Tape(visit.now)
    visit.room.record(visit.tape)
    visit.sound(2)
    assert visit.read() == []
    visit.lease(MEMBER)
    visit.sound(3, payload=b"new")
    track, packet = visit.read()
    assert isinstance(track, Track)
    assert isinstance(packet, Packet)
    assert (track.number, packet.track, packet.payload) == (1, 1, b"new")


steps = st.lists(
    st.one_of(
        st.tuples(st.just("lease"), st.sets(st.sampled_from([MEMBER, CLINICIAN])), st.floats(0.1, 5)),
        st.tuples(st.just("pass"), st.floats(0, 3)),
        st.tuples(st.just("gate"), st.booleans()),
        st.tuples(st.just("file"), st.booleans()),
        st.tuples(st.just("send"), st.sampled_from([MEMBER, CLINICIAN])),
        st.tuples(st.just("rejoin"), st.sampled_from([MEMBER, CLINICIAN])),
    ),
    max_size=40,
)


@given(steps)
def test_no_packet_is_recorded_that_no_lease_allows(script: list[tuple[object, ...]]) -> None:
    """A model of three lines: the newest lease names its sender and is not over, and the gate is open."""
    visit = Recorded(CLINICIAN, seconds=1)
    named, until, takes = {CLINICIAN}, visit.now + 1, True
    number, allowed = 0, []
    for step in script:
        match step:
            case ("lease", set(names), float(seconds)):
                named, until = names, visit.now + seconds
                visit.lease(*sorted(names), seconds=seconds)
            case ("pass", float(seconds)):
                visit.now += seconds
                visit.tape.tick(visit.now)
            case ("gate", bool(opened)):
                visit.room.open(visit.now, visit.out) if opened else visit.room.close(visit.now)
                visit.out.clear()
            case ("file", bool(good)):
                takes = good
                visit.tape.go_on(visit.now) if good else visit.tape.halt(visit.now)
            case ("rejoin", str(name)):
                visit.join(name, negotiated(M) if name == MEMBER else negotiated(C, opus=109))
                visit.out.clear()
            case ("send", str(name)):
                number += 1
                payload = pack(">I", number)
                base, type_ = (M, 111) if name == MEMBER else (C, 109)
                visit.raw(name, rtp(base + 1, number, number * 960, payload, type_))
                if visit.room.is_open and takes and name in named and visit.now < until:
                    allowed.append(payload)
    assert visit.payloads() == allowed
    known: set[int] = set()
    for entry in visit.read():
        if isinstance(entry, Track):
            known.add(entry.number)
        elif isinstance(entry, Packet):
            assert entry.track in known
