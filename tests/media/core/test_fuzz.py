"""Any bytes into the door: nothing is raised, and nothing that matters changes."""

from struct import pack

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.media.core.packets import KEY
from tests.media.core.visit import CLINICIAN, MEMBER, C, M, Visit

VISIT = Visit(screen=True, video_slots=2)
VISIT.keyframe(1)
VISIT.sound(1)

TYPES = (96, 97, 111, 64, 72, 127)


def state(visit: Visit) -> tuple[object, ...]:
    """Gate, seats and the numbers of every slot."""
    slots = [
        (slot.gated, slot.track, slot.shift, slot.time_shift, slot.last_count, slot.last_time, slot.packets)
        for endpoint in visit.room._endpoints.values()
        for slot in endpoint.slots
    ]
    bound = [(*endpoint.media, *endpoint.repairs) for endpoint in visit.room._endpoints.values()]
    return visit.room.is_open, visit.room.endpoints(), slots, bound


@given(st.binary(max_size=100))
@example(b"")
@example(bytes(12))
def test_any_bytes_as_rtp_change_nothing(packet: bytes) -> None:
    before = state(VISIT)
    assert VISIT.raw(MEMBER, packet) == []
    assert state(VISIT) == before


@given(st.binary(max_size=100))
@example(b"")
def test_any_bytes_as_rtcp_change_nothing(packet: bytes) -> None:
    before = state(VISIT)
    assert VISIT.control(CLINICIAN, packet) == []
    assert state(VISIT) == before


@given(
    st.integers(0, 255),
    st.sampled_from(TYPES),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFFFFFF),
    st.sampled_from([M + 1, M + 2, M + 3, M + 4, M + 5, 99]),
    st.binary(max_size=60),
)
@settings(max_examples=150)
def test_bytes_that_begin_like_a_streams_raise_nothing(
    flags: int, payload_type: int, sequence: int, timestamp: int, ssrc: int, rest: bytes
) -> None:
    visit = Visit(screen=True, video_slots=2)
    visit.keyframe(1)
    for step in range(3):
        head = pack(">BBHII", flags, payload_type, (sequence + step) & 0xFFFF, timestamp, ssrc)
        for sent in visit.raw(MEMBER, head + rest):
            assert sent.to == CLINICIAN
        visit.now += 0.01
    visit.pass_time(0.2)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 31),
            st.sampled_from([200, 201, 202, 203, 204, 205, 206, 207]),
            st.sampled_from([C + 11, C + 21, C + 31, M + 1, M + 2, 1]),
            st.sampled_from([C + 11, C + 21, C + 31, M + 1, M + 2, 1]),
            st.binary(max_size=60),
        ),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from([MEMBER, CLINICIAN]),
)
@settings(max_examples=150)
def test_plausible_rtcp_opens_no_gate_and_moves_no_seat(
    parts: list[tuple[int, int, int, int, bytes]], sender: str
) -> None:
    packet = b""
    for count, kind, first, second, rest in parts:
        body = pack(">II", first, second) + rest[: len(rest) // 4 * 4]
        packet += pack(">BBH", 0x80 | count, kind, len(body) // 4) + body
    before = state(VISIT)
    VISIT.now += 0.01
    VISIT.control(sender, packet)
    after = state(VISIT)
    assert after == before
    closed = Visit(opened=False)
    closed.keyframe(1)
    assert closed.control(sender, packet) == []


@given(st.binary(min_size=0, max_size=40), st.integers(1, 255))
def test_any_payload_of_a_camera_is_forwarded_or_not_but_never_altered(payload: bytes, padding: int) -> None:
    visit = Visit()
    visit.keyframe(1)
    sent = visit.picture(2, payload, padding=padding)
    assert [packet.payload for packet in sent] == ([payload] if payload else [])
    assert [packet.payload for packet in visit.picture(3, KEY)] == [KEY]
