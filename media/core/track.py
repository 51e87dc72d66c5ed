"""A track: one stream that one endpoint sends, whoever it is forwarded to.

An m-line has one, or a camera one for each of its layers: the same picture, larger and smaller. The first of
them, the largest, stands for the source (`head`): that is what sits in slots.
"""

from array import array
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from media.core import h264, negotiated, vp8
from media.core.missing import Missing
from media.core.negotiated import Codec, Kind, Source
from media.core.rtcp import Block
from media.core.rtp import Packet, signed32
from media.core.slot import CLOCK_RATES

if TYPE_CHECKING:
    from media.core.meters import Meter
    from media.core.slot import Slot
    from media.core.tape import Tap

HOLE: Final = 2.0
"""Seconds of silence after which video starts anew from a keyframe: repair would come too late."""
JUMP: Final = 200
"""Missing packets after which a stream starts anew."""
REASK: Final = 0.3
"""Seconds between two requests for a keyframe."""
RECENT: Final = 1024
"""Packets for which duplicates are told from late ones; older ones are dropped."""
PATIENCE: Final = 3.0
"""Seconds for which a silent source is asked again."""
REPORT_APART: Final = 0.1
"""Seconds between two sender reports that are taken from a source; browsers send one a second."""
SCREEN_GONE: Final = 5.0
"""Seconds of silence after which a screen is no longer shared."""
_NEVER: Final = float("-inf")
_BEGINS: Final[Mapping[Codec, Callable[[Packet], bool]]] = {
    Codec.OPUS: bool,  # every packet of sound stands for itself
    Codec.VP8: vp8.begins_keyframe,
    Codec.H264: h264.begins_keyframe,
}
_NONE_SEEN: Final = array("Q", [0]) * RECENT


class Told(NamedTuple):
    """A source's newest sender report: `timestamp` was at `ntp` on its own clock. It came `at`."""

    ntp: int
    timestamp: int
    at: float


_NOTHING: Final = Told(0, 0, _NEVER)


class Track:
    """Sequence numbers without wrap-around are `count`s; they start at 65,536 and more."""

    __slots__ = (
        "_base", "_expected_before", "_jitter", "_odd", "_received", "_received_before", "_seen",
        "asked_at", "begins_keyframe", "clock", "codec", "endpoint", "head", "heard_at", "heir", "highest",
        "kind", "layers", "live", "meter", "mid", "missing", "record", "repair_ssrc", "repair_type", "rid",
        "source", "split", "ssrc", "tap", "targets", "timestamp", "told", "type", "types", "video",
        "wanted_at", "wants_keyframe",
    )  # fmt: skip

    def __init__(self, endpoint: str, record: negotiated.Uplink, rid: str | None = None) -> None:
        self.endpoint = endpoint
        self.record = record
        self.rid = rid
        self.head = self
        self.layers: tuple[Track, ...] = (self,)  # of the same picture, the largest first
        self.split = False  # of a head: whether receivers of its picture have layers to choose from
        self.meter: Meter | None = None  # where what comes is measured
        self.mid = record.mid
        self.kind = record.kind
        self.source = record.source
        self.video = record.kind is Kind.VIDEO
        self.missing = Missing()
        self.types = negotiated.types(record)
        self._carry(next(iter(self.types)))
        self.clock = CLOCK_RATES[record.kind]
        self.ssrc = record.ssrc
        self.repair_ssrc = record.rtx_ssrc
        self.live = record.source is not Source.SCREEN  # a screen is, while packets of it come
        self.tap: Tap | None = None  # where it is recorded, if its room is
        self.heir: Tap | None = None  # where it is recorded from its next keyframe on
        self.targets: list[Slot] = []  # slots that are on it or wait for it; none while the gate is closed
        self.wants_keyframe = False
        self.wanted_at = self.asked_at = _NEVER
        self.restart()

    def _carry(self, codec: Codec) -> None:
        self.codec = codec
        self.type = self.types[codec].media
        self.repair_type = self.types[codec].repair
        self.begins_keyframe = _BEGINS[codec]

    def turn(self, payload_type: int, count: int, now: float) -> bool:
        """Whether a packet of another payload type than before shows that the source has changed its codec.

        Only its newest one does: what comes late of the codec before is nothing to anybody. Numbers and times
        go on; whoever receives it, or records it, begins anew with a keyframe.
        """
        codec = next((codec for codec, known in self.types.items() if known.media == payload_type), None)
        if codec is None or count != self.highest:
            return False
        self._carry(codec)
        if self.tap is not None:
            self.tap.renew(count - 1)
        self._gate()
        if self.taken:
            self.want_keyframe(now)
            self.asked_at = _NEVER
        return True

    def _gate(self, *, another: bool = False) -> None:
        """Let it out of the slots it is in. Those that have another layer of it still have that."""
        for slot in tuple(self.targets):
            if slot.on is self or slot.on is None:
                slot.gate(another=another)

    def is_smaller_than(self, other: "Track") -> bool:
        """Whether this layer of a picture is smaller than that one."""
        return self.layers.index(self) > self.layers.index(other)

    def inherit(self, count: int) -> None:
        """Be recorded from the packet `count` on, the first of a keyframe, in place of another layer."""
        assert self.heir is not None
        self.tap, self.heir = self.heir, None
        before = self.tap.source
        before.tap = None
        before.wants_keyframe &= before.taken
        self.tap.follow(self, count - 1)

    def restart(self) -> None:
        """Begin counting: nothing came yet (of this SSRC)."""
        self.highest = 0
        self.timestamp = 0
        self.heard_at = _NEVER
        self._seen = array("Q")  # made by the first packet: most tracks of a warm room never see one
        self._odd = -1  # the number that would prove that a stream went back
        self._base = 0
        self._received = self._received_before = self._expected_before = 0
        self._jitter = 0.0
        self.told = _NOTHING
        self.missing.clear()

    @property
    def taken(self) -> bool:
        """Whether anything becomes of its packets: they are forwarded, or recorded."""
        return (
            bool(self.targets)
            or (self.tap is not None and self.tap.takes)
            or (self.heir is not None and self.heir.takes)
        )

    def change(self, ssrc: int) -> None:
        """The m-line's stream has another SSRC now, and with it other numbers and times."""
        self.ssrc = ssrc
        self.restart()
        if self.tap is not None:
            self.tap.renew(self.highest)
        self._gate(another=True)
        if self.video and self.taken:
            self.wants_keyframe = True
            self.asked_at = _NEVER

    def accept(self, sequence: int, timestamp: int, now: float) -> int:
        """The count of a packet that came; 0 if it is to be dropped (twice, too old). Gates after a hole."""
        step = (sequence - self.highest) & 0xFFFF
        if step - 1 < 0x7FFF and step and self.highest:
            if step > JUMP or now - self.heard_at > HOLE:
                self._regate(now, jumped=step > JUMP)
            elif step > 1 and self.record.nack:
                self.missing.lost(self.highest + 1, self.highest + step - 1, now)
            count = self.highest + step
            self.highest = count
            if timestamp != self.timestamp:
                apart = (now - self.heard_at) * self.clock - signed32(timestamp - self.timestamp)
                self._jitter += ((apart if apart >= 0 else -apart) - self._jitter) / 16
                self.timestamp = timestamp
        elif not self.highest:
            count = self.highest = self._base = sequence | 0x1_0000
            self._seen = _NONE_SEEN[:]
            self.timestamp = timestamp
        else:
            count = self.accept_late(sequence, now)
            if not count:
                count = self._went_back(sequence, now)
                if not count:
                    return 0
                self.timestamp = timestamp
        self.heard_at = now
        self._seen[count & 1023] = count
        self._received += 1
        return count

    def accept_late(self, sequence: int, now: float) -> int:
        """The count of a packet that is not newer than the newest; 0 if it was seen or is too old."""
        back = (self.highest - sequence) & 0xFFFF
        count = self.highest - back
        if back >= RECENT or self._seen[count & 1023] == count:
            return 0
        self.missing.came(count, now)
        return count

    def accept_repair(self, sequence: int, now: float) -> int:
        """The count of a packet restored from a retransmission; 0 if it was seen, is too old or too new."""
        if not self.highest:
            return 0
        step = (sequence - self.highest) & 0xFFFF
        if 0 < step <= JUMP:
            if step > 1 and self.record.nack:
                self.missing.lost(self.highest + 1, self.highest + step - 1, now)
            count = self.highest = self.highest + step
        else:
            count = self.accept_late(sequence, now)
        if count:
            self._seen[count & 1023] = count
        return count

    def want_keyframe(self, now: float) -> None:
        """Somebody cannot go on without one."""
        if not self.wants_keyframe:
            self.wants_keyframe = True
            self.wanted_at = now

    def may_ask(self, now: float) -> bool:
        """Whether to ask for the wanted keyframe now: not too often, and not forever while nothing comes."""
        if now - self.asked_at < REASK:
            return False
        return self.heard_at > self.asked_at or now - self.wanted_at <= PATIENCE

    def stop_sharing(self, now: float) -> bool:
        """Whether a screen has just been found to be shared no longer."""
        if self.source is not Source.SCREEN or not self.live or now - self.heard_at <= SCREEN_GONE:
            return False
        self.live = False
        return True

    def late(self, now: float) -> float:
        """How late what is lost on the way to us comes after all (`lateness`)."""
        return self.missing.lateness.seconds(self.highest, now)

    def reported(self, ntp: int, timestamp: int, now: float) -> bool:
        """The source's sender report came; whether to pass it on. Our next reception report answers it."""
        if now - self.told.at < REPORT_APART:
            return False
        self.told = Told(ntp, timestamp, now)
        return True

    def block(self, now: float) -> Block | None:
        """Our reception report since the last one; `None` if nothing came."""
        if self.ssrc is None or self._received == self._received_before:
            return None
        expected = self.highest - self._base + 1
        interval = expected - self._expected_before
        lost = interval - (self._received - self._received_before)
        self._expected_before = expected
        self._received_before = self._received
        report = self.told.ntp >> 16 & 0xFFFFFFFF
        since = now - self.told.at
        return Block(
            ssrc=self.ssrc,
            fraction=min((lost << 8) // interval, 255) if lost > 0 else 0,
            lost=expected - self._received,
            highest=(self.highest - 0x1_0000) & 0xFFFFFFFF,
            jitter=min(int(self._jitter), 0xFFFFFFFF),
            last_report=report,
            delay=min(int(since * 65536), 0xFFFFFFFF) if report else 0,
        )

    def _regate(self, now: float, *, jumped: bool) -> None:
        """After a hole video needs a keyframe; after a jump every slot closes the numbers up."""
        self.missing.clear()
        if not (jumped or self.video):
            return
        self._gate()
        if self.video and self.taken:
            self.want_keyframe(now)
            self.asked_at = _NEVER

    def _went_back(self, sequence: int, now: float) -> int:
        """Two packets in a row far behind the rest are a stream that began anew (RFC 3550 A.1)."""
        if (self.highest - sequence) & 0xFFFF < RECENT:
            return 0
        if sequence != self._odd:
            self._odd = (sequence + 1) & 0xFFFF
            return 0
        self._regate(now, jumped=True)
        if self.tap is not None:
            self.tap.renew(self.highest)
        self._seen = _NONE_SEEN[:]
        self.highest = (self.highest & ~0xFFFF) + 0x1_0000 + sequence
        return self.highest
