from dataclasses import replace

from media.core.endpoint import BOUND_MAX, LEARNT_MAX
from media.core.negotiated import Extensions, Kind, Source, Uplink
from tests.media.core.packets import KEY, MID, extension, negotiated, rtp
from tests.media.core.visit import CLINICIAN, MEMBER, M, Visit


def of(mid: bytes) -> bytes:
    return extension((MID, mid))


def test_an_undeclared_stream_is_known_by_its_mid() -> None:
    visit = Visit(declared=False, screen=True, video_slots=2)
    assert len(visit.raw(MEMBER, rtp(77, 1, 0, KEY, 96, block=of(b"1")))) == 1
    assert len(visit.raw(MEMBER, rtp(78, 1, 0, KEY, 96, block=of(b"2")))) == 1
    assert len(visit.raw(MEMBER, rtp(77, 2, 0, KEY, 96))) == 1  # from now on by its SSRC


def test_or_by_a_payload_type_that_one_m_line_alone_has() -> None:
    visit = Visit(declared=False, screen=True)
    assert len(visit.raw(MEMBER, rtp(77, 1))) == 1
    assert visit.raw(MEMBER, rtp(78, 1, 0, KEY, 96)) == []  # camera or screen?
    assert visit.room.counts(MEMBER)["unbound"] == 1


def test_an_undeclared_repair_stream_is_known_too() -> None:
    visit = Visit(declared=False)
    visit.raw(MEMBER, rtp(77, 1, 0, KEY, 96))
    visit.raw(MEMBER, rtp(77, 3, 0, KEY, 96))
    content = b"\x00\x02" + KEY
    assert len(visit.raw(MEMBER, rtp(78, 1, 0, content, 97))) == 1
    assert visit.raw(MEMBER, rtp(78, 2, 0, content, 97)) == []


def test_a_mid_of_another_kind_or_of_nobody_binds_nothing() -> None:
    visit = Visit()
    assert visit.raw(MEMBER, rtp(77, 1, 0, KEY, 96, block=of(b"0"))) == []
    assert visit.raw(MEMBER, rtp(77, 1, 0, KEY, 96, block=of(b"9"))) == []
    assert visit.raw(MEMBER, rtp(77, 1, 0, KEY, 50, block=of(b"1"))) == []
    assert visit.room.counts(MEMBER)["unbound"] == 3


def test_a_declared_stream_is_not_displaced_by_a_payload_type() -> None:
    visit = Visit()
    visit.sound(1)
    assert visit.raw(MEMBER, rtp(77, 1)) == []
    assert len(visit.sound(2)) == 1


def test_an_m_line_that_changes_its_stream_goes_on_from_a_keyframe() -> None:
    visit = Visit()
    visit.keyframe(1)
    visit.rtcp()
    visit.now += 1.0
    assert visit.raw(MEMBER, rtp(77, 9_000, 5, b"\x10\x01", 96, block=of(b"1"))) == []
    assert [to for to, _ in visit.rtcp()] == [MEMBER]
    (sent,) = visit.raw(MEMBER, rtp(77, 9_001, 6, KEY, 96))
    assert (sent.sequence, sent.timestamp) == (2, 3000 + 90_000)
    assert visit.picture(2) == []  # the old one is nobody's now


def test_a_microphone_that_changes_its_stream_goes_on_at_once() -> None:
    visit = Visit()
    visit.sound(1, 5)
    (sent,) = visit.raw(MEMBER, rtp(77, 9_000, 99_999, block=of(b"0")))
    assert (sent.sequence, sent.timestamp) == (2, 6)


def test_streams_that_change_too_often_are_not_followed() -> None:
    visit = Visit()
    heard = sum(len(visit.raw(MEMBER, rtp(100 + n, 1, n, block=of(b"0")))) for n in range(100))
    assert heard == LEARNT_MAX
    assert len(visit.room._endpoints[MEMBER].media) <= BOUND_MAX


def test_so_many_streams_are_bound_at_most() -> None:
    visit = Visit()
    extensions = Extensions(mid=MID)
    uplinks = tuple(
        Uplink(str(n), Kind.AUDIO, Source.MICROPHONE, 111, ssrc=500 + n, extensions=extensions)
        for n in range(BOUND_MAX + 4)
    )
    visit.join(MEMBER, replace(negotiated(M), uplinks=uplinks))
    bound = visit.room._endpoints[MEMBER].media
    assert sorted(bound) == list(range(500, 500 + BOUND_MAX))
    visit.raw(MEMBER, rtp(77, 1, block=of(b"14")))
    assert sorted(bound) == list(range(500, 500 + BOUND_MAX))
    visit.raw(MEMBER, rtp(77, 1, block=of(b"3")))
    assert len(bound) == BOUND_MAX


def test_an_endpoint_that_sends_nothing_only_receives() -> None:
    visit = Visit()
    visit.join(CLINICIAN, replace(negotiated(20_000), uplinks=()))
    assert len(visit.sound(1)) == 1
    assert visit.raw(CLINICIAN, rtp(20_001, 1)) == []
    visit.pass_time(0.2)


def test_without_a_mid_extension_the_payload_type_decides() -> None:
    visit = Visit()
    record = negotiated(M, declared=False)
    uplinks = tuple(replace(uplink, extensions=Extensions()) for uplink in record.uplinks)
    visit.join(MEMBER, replace(record, uplinks=uplinks))
    assert len(visit.raw(MEMBER, rtp(77, 1))) == 1
