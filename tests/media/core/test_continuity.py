"""Whatever comes: no RTP before the gate opens, and a stream that never restarts, repeats or turns back."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from media.core.rtp import signed32
from tests.media.core.packets import DELTA, KEY, negotiated, rtp
from tests.media.core.visit import CLINICIAN, MEMBER, C, M, Sent, Visit


@given(st.integers(0, 0xFFFF), st.integers(1, 300))
def test_in_order_in_is_in_order_out_without_gap_or_repeat(start: int, count: int) -> None:
    visit = Visit()
    sent = [packet for number in range(start, start + count) for packet in visit.sound(number)]
    assert [packet.sequence for packet in sent] == list(range(1, count + 1))
    assert [packet.timestamp - sent[0].timestamp & 0xFFFFFFFF for packet in sent] == [
        n * 960 for n in range(count)
    ]


@given(st.integers(0, 0xFFFF), st.lists(st.integers(1, 40), max_size=80), st.booleans())
def test_any_loss_in_is_the_same_loss_out(start: int, steps: list[int], video: bool) -> None:
    visit = Visit()
    number = start
    sent = visit.keyframe(number) if video else visit.sound(number)
    for step in steps:
        number += step
        sent += visit.picture(number) if video else visit.sound(number)
    offsets = [packet.sequence - sent[0].sequence & 0xFFFF for packet in sent]
    assert offsets == [sum(steps[:index]) for index in range(len(steps) + 1)]


@given(st.integers(0, 0xFFFF), st.permutations(range(1, 12)), st.sets(st.integers(1, 11), max_size=5))
def test_any_order_and_any_padding_leave_no_hole_that_was_none(
    start: int, order: list[int], padding: set[int]
) -> None:
    visit = Visit()
    sent = visit.keyframe(start)
    for place in order:
        if place in padding:
            sent += visit.picture(start + place, b"", padding=9)
        else:
            sent += visit.picture(start + place, DELTA + bytes((place,)))
    numbers = sorted(packet.sequence for packet in sent)
    assert numbers == list(range(1, len(sent) + 1))  # all came, so all numbers are used, once
    media = [
        packet.payload[-1] for packet in sorted(sent, key=lambda packet: packet.sequence) if packet.payload
    ]
    assert media[1:] == sorted(media[1:])


@given(
    st.lists(
        st.tuples(st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF), st.floats(0, 30)),
        min_size=1,
        max_size=6,
    )
)
def test_timestamps_go_on_across_switches(sources: list[tuple[int, int, float]]) -> None:
    visit = Visit()
    last: Sent | None = None
    for index, (sequence, timestamp, pause) in enumerate(sources):
        visit.now += pause
        base = 100_000 + index * 1000
        visit.join(MEMBER, negotiated(base))
        for step in range(4):
            (sent,) = visit.raw(MEMBER, rtp(base + 2, sequence + step, timestamp + step * 3000, KEY, 96))
            if last is not None:
                assert sent.sequence == last.sequence + 1
                assert 0 < signed32(sent.timestamp - last.timestamp) <= 90_000 * (pause + 1)
            last = sent
            visit.now += 1 / 30


class AnythingThatHappens(RuleBasedStateMachine):
    """Two cameras and microphones, gates, replacements, holes, repairs and jumps, in any order."""

    @initialize()
    def begin(self) -> None:
        self.visit = Visit(opened=False)
        self.visit.out.clear()
        self.is_open = False
        self.base = M
        self.video = 1000
        self.audio = 500
        self.time = 0
        self.seen: dict[tuple[int, int], bytes] = {}
        self.highest: dict[int, tuple[int, int]] = {}
        self.sent: list[Sent] = []
        self.forwarded = False

    def take(self, sent: list[Sent]) -> None:
        """Judge what left."""
        if not self.is_open:
            assert sent == []
        for packet in sent:
            assert packet.to == CLINICIAN
            assert packet.ssrc in {C + 11, C + 21, C + 31}
            key = packet.ssrc, packet.sequence
            assert self.seen.setdefault(key, packet.raw) == packet.raw  # one number, one plaintext
            if packet.ssrc != C + 31:
                last, stamp = self.highest.get(packet.ssrc, (0, packet.timestamp - 1))
                assert packet.sequence <= last + 201  # loss is never more than what is loss
                if packet.sequence > last:
                    self.highest[packet.ssrc] = packet.sequence, packet.timestamp
                    assert signed32(packet.timestamp - stamp) >= 0
                if not self.forwarded and packet.ssrc == C + 21:
                    assert packet.payload == KEY
                    self.forwarded = True
        self.sent += sent

    @rule()
    def open(self) -> None:
        self.is_open = True
        self.visit.room.open(self.visit.now, self.visit.out)

    @rule()
    def close(self) -> None:
        self.is_open = False
        self.forwarded = False
        self.visit.room.close(self.visit.now)

    @rule(seconds=st.sampled_from([0.01, 0.3, 2.5, 7.0]))
    def pass_time(self, seconds: float) -> None:
        self.time += int(seconds * 90_000)
        self.take(self.visit.pass_time(seconds))

    @rule()
    def replace(self) -> None:
        self.base += 1000
        self.visit.join(MEMBER, negotiated(self.base))
        self.video, self.audio, self.time = self.video * 7 & 0xFFFF, 3, self.time * 5

    @rule(
        step=st.sampled_from([1, 1, 1, 2, 50, 201, 5000]), payload=st.sampled_from([KEY, DELTA, DELTA, b""])
    )
    def picture(self, step: int, payload: bytes) -> None:
        self.video += step
        self.time += 3000
        packet = rtp(self.base + 2, self.video, self.time, payload, 96, padding=0 if payload else 7)
        self.take(self.visit.raw(MEMBER, packet))

    @rule(back=st.sampled_from([1, 2, 3, 40, 2000, 30_000]), payload=st.sampled_from([KEY, DELTA, b""]))
    def late_picture(self, back: int, payload: bytes) -> None:
        packet = rtp(self.base + 2, self.video - back, self.time, payload, 96, padding=0 if payload else 7)
        self.take(self.visit.raw(MEMBER, packet))

    @rule(back=st.integers(-3, 50))
    def repair(self, back: int) -> None:
        content = (self.video - back & 0xFFFF).to_bytes(2, "big") + DELTA
        self.take(self.visit.raw(MEMBER, rtp(self.base + 3, 1, self.time, content, 97)))

    @rule(step=st.sampled_from([1, 1, 3, 300]))
    def sound(self, step: int) -> None:
        self.audio += step
        self.take(self.visit.raw(MEMBER, rtp(self.base + 1, self.audio, self.audio * 960, b"sound", 111)))

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def miss(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from([packet.sequence for packet in self.sent[-50:]]))
        body = b"\x81\xcd\x00\x03" + b"".join(value.to_bytes(4, "big") for value in (1, C + 21, number << 16))
        self.take(self.visit.control(CLINICIAN, body))

    @rule()
    def go_and_come_back(self) -> None:
        self.visit.room.leave(MEMBER, self.visit.now)
        self.replace()

    @invariant()
    def the_gate_is_what_was_said(self) -> None:
        assert self.visit.room.is_open == self.is_open
        self.visit.out.clear()


AnythingThatHappens.TestCase.settings = settings(max_examples=40, stateful_step_count=50)
TestAnythingThatHappens = AnythingThatHappens.TestCase
