"""A slot: one fixed stream to one endpoint, onto which whoever sits in it is forwarded.

The stream a receiver sees never restarts: its sequence numbers and timestamps go on when another source is
seated, after a gate and after a hole, and a number is used for exactly one plaintext (SRTP in AES-GCM must
never see it twice with different contents).
"""

from typing import TYPE_CHECKING, Final

from media.core import negotiated
from media.core.events import Seat
from media.core.negotiated import Codec, Kind, Source
from media.core.picture_ids import PictureIds, continued
from media.core.playout import Playout
from media.core.rtp import Packet, bounds, find_extension, packer, send_time, signed32
from media.core.send_cache import TURN, TURN_MOST, SendCache
from media.core.send_log import SendLog

if TYPE_CHECKING:
    from media.core.pacer import Pacer
    from media.core.track import Track

CLOCK_RATES: Final = {Kind.AUDIO: 48_000, Kind.VIDEO: 90_000}
_HOLES: Final = 64
"""Closed holes that are remembered for packets that come late."""
_LEAP: Final = 10.0
"""Seconds by which a source's timestamps may run ahead of the time that passed and still be its own."""


class Slot:
    """Of one endpoint. Numbers without wrap-around are called `count`s here."""

    __slots__ = (
        "_holes", "_last", "_mapped", "aim", "cache", "clock", "codec", "endpoint", "floor", "ids", "last_at",
        "last_count", "log", "occupant", "octets", "on", "pacer", "pack", "packets", "paused", "playout",
        "record",
        "repair_sequence", "repair_type", "settled", "shift", "ssrc", "time_shift", "track", "type", "types",
        "video",
    )  # fmt: skip

    def __init__(self, endpoint: str, record: negotiated.Slot) -> None:
        self.endpoint = endpoint
        self.clock = CLOCK_RATES[record.kind]
        self.video = record.kind is Kind.VIDEO
        self.track: Track | None = None  # who sits here: the source, whichever layer of it comes
        self.on: Track | None = None  # what is forwarded: the source or a layer of it; None behind the gate
        self.aim: Track | None = None  # what is let in next, from its keyframe on
        self.occupant: tuple[str, Source] | None = None  # who sits here, or sat here last
        self.paused = False  # whether its endpoint is shown no cameras: it stays gated then
        self.codec = Codec.VP8 if self.video else Codec.OPUS  # of what is forwarded, or was last
        self.shift = 0  # from a source's count to ours
        self.time_shift = 0
        self.ids: PictureIds | None = None  # how picture ids go on after another layer
        self.floor = 0  # the source's counts below are older than the gate
        self.settled = 0  # the source's counts up to here need `late`
        self.last_count = 0
        self.last_at = 0.0
        self._last = b""  # the newest packet that was sent
        self.packets = 0
        self.octets = 0
        self.repair_sequence = 0
        self.cache = SendCache()
        self.log: SendLog | None = None  # where its packets get transport-wide numbers, if they do
        self.pacer: Pacer | None = None  # while its endpoint's downlink is narrow
        self.playout = Playout()
        self._mapped: Track | None = None
        self._holes: list[int] = []
        self.adopt(record)

    @property
    def gated(self) -> bool:
        """Whether nothing is forwarded."""
        return self.on is None

    @property
    def last_time(self) -> int:
        """The timestamp of the newest packet that was sent."""
        return int.from_bytes(self._last[4:8], "big")

    def adopt(self, record: negotiated.Slot) -> None:
        """Take what was negotiated for this slot, first or anew; its numbers go on."""
        self.record = record
        self.ssrc = record.ssrc
        self.types = negotiated.types(record)
        if self.codec in self.types:
            self._carry(self.codec)
        else:  # what is forwarded now is carried here no more
            self._carry(next(iter(self.types)))
            self.gate()
        self._lay_out()

    def _lay_out(self) -> None:
        self.pack = packer(self.record.mid, self.record.extensions, self.playout.seconds)

    def wait_for(self, late: float, now: float) -> None:
        """Have its receiver hold it back for what is repaired so many seconds late."""
        if self.playout.judge(late, now):
            self._lay_out()

    def keep_for(self, seconds: float) -> None:
        """Keep what is sent for so long, and for as long as its receiver waits for what comes late to us."""
        self.cache.turn = min(max(TURN, seconds, self.playout.seconds or 0.0), TURN_MOST)

    def _carry(self, codec: Codec) -> None:
        """Send this codec from now on, by the payload types that the endpoint has for it."""
        self.codec = codec
        self.type = self.types[codec].media
        self.repair_type = self.types[codec].repair if self.record.rtx_ssrc is not None else None

    def takes(self, kind: Kind, source: Source) -> bool:
        """Whether such a source may sit here."""
        return self.record.kind is kind and self.record.source in {None, source}

    def fitness(self, track: "Track") -> tuple[bool, bool, bool]:
        """How well this free slot suits a track: it sat here; kept for its like; nobody sat here."""
        sat = self.occupant == (track.endpoint, track.source)
        return sat, self.record.source is not None, self.occupant is None

    def seat(self, track: "Track | None") -> None:
        """Put a source here, or nobody."""
        self.gate()
        self.track = self.aim = track
        if track is not None:
            self.occupant = (track.endpoint, track.source)

    def turn_to(self, layer: "Track", now: float) -> None:
        """Have another layer of who sits here, from its next keyframe on; what comes now comes until then.

        While the room's gate is open, that is.
        """
        before, self.aim = self.aim, layer
        if before is not None and before is not layer and before is not self.on:
            _take_out(self, before)
        if layer is not self.on and self not in layer.targets:
            layer.targets.append(self)
            if not self.paused:
                layer.want_keyframe(now)

    def seen(self) -> Seat:
        """This slot as its endpoint is told of it."""
        track = self.track
        if track is None:
            return Seat(self.record.mid, self.record.kind, None, None)
        return Seat(self.record.mid, self.record.kind, track.endpoint, track.source)

    def gate(self, *, another: bool = False) -> None:
        """Forward nothing until `enter`; `another` stream than before then comes, whose time is its own."""
        if self.on is not None and self.on is not self.aim:
            _take_out(self, self.on)
        self.on = None
        self.cache.clear()
        if self.pacer is not None:
            self.pacer.forget(self)
        if another:
            self._mapped = None

    def enter(self, track: "Track", count: int, timestamp: int, payload: Packet, now: float) -> None:
        """Let the source in from its packet `count` on, continuing our numbers and our time.

        Another layer of the source than before continues the picture ids as well. What is held back of that
        is never sent, and what was lost of it never again: it would only come before the new picture.
        """
        if self.on is not None:
            _take_out(self, self.on)
            self.cache.clear()
            if self.pacer is not None:
                self.pacer.forget(self)
                if track.is_smaller_than(self.on):
                    self.pacer.forgive()
        self.on = track
        self.shift = self.last_count + 1 - count
        self.floor = count
        self.settled = count - 1
        self._holes.clear()
        if self.last_count:
            elapsed = now - self.last_at
            shift = self._shift_to(track)
            ahead = signed32(timestamp + shift - self.last_time) if shift is not None else 0
            if shift is None or not 0 < ahead <= (elapsed + _LEAP) * self.clock:
                shift = self.last_time + max(1, int(elapsed * self.clock)) - timestamp
            self.time_shift = shift
        if self._mapped is not track:
            self.ids = None
            if self._mapped is not None and self._mapped.head is track.head:
                self.ids = self._ids_to(track, payload)
        self._mapped = track
        if track.codec is not self.codec:
            self._carry(track.codec)

    def _shift_to(self, track: "Track") -> int | None:
        """What makes our time of the source's, as far as that is known from what was forwarded before."""
        before = self._mapped
        if before is track:
            return self.time_shift
        if before is None or before.head is not track.head or not before.told.ntp or not track.told.ntp:
            return None
        passed = (track.told.ntp - before.told.ntp) * self.clock  # of one clock (RFC 3550 §6.4)
        return before.told.timestamp + self.time_shift + (passed + (1 << 31) >> 32) - track.told.timestamp

    def _ids_to(self, track: "Track", payload: Packet) -> PictureIds | None:
        """How the picture ids of another layer go on from those that were sent."""
        if not self.codec is track.codec is Codec.VP8:
            return None
        start, end = bounds(self._last)
        return continued(self._last[start:end], payload)

    def close_hole(self, count: int) -> None:
        """The source's newest packet `count` is not forwarded: the numbers after it close up."""
        self.shift -= 1
        self.settled = count
        self._holes.append(count)
        if len(self._holes) > _HOLES:
            self.floor = self._holes.pop(0) + 1

    def late(self, count: int) -> int:
        """Our count for a source's packet that is not newer than the last closed hole; 0 if it has none."""
        if count < self.floor or count in self._holes:
            return 0
        return count + self.shift + sum(1 for hole in self._holes if hole > count)

    def send(self, marker: int, count: int, timestamp: int, payload: Packet, now: float) -> bytes:
        """The packet that takes this payload on, numbered as what is sent now; counted and kept."""
        size = len(payload)
        sequence = count & 0xFFFF
        stamp = send_time(now) if self.log is None else self.log.number(size, now)
        packet = self.pack(marker | self.type, sequence, timestamp, self.ssrc, stamp) + payload
        if count > self.last_count:
            self.last_count = count
            self.last_at = now
            self._last = packet
        self.packets += 1
        self.octets += size
        if self.video:
            self.cache.put(sequence, packet, now)
        return packet

    def sent_as(self, numbers: list[int]) -> tuple[int, ...]:
        """The sequence numbers of what was sent under these transport-wide numbers, the oldest first."""
        transport_cc = self.record.extensions.transport_cc
        if transport_cc is None:
            return ()
        wanted = frozenset(numbers)
        found = []
        for sequence, packet in self.cache.backwards():
            at, _ = find_extension(packet, bounds(packet)[0], transport_cc)
            number = int.from_bytes(packet[at : at + 2], "big")
            if (number - numbers[0]) & 0x8000:
                break  # older than all of them
            if number in wanted:
                found.append(sequence)
        return tuple(reversed(found))

    def repair(self, packet: bytes, now: float) -> bytes:
        """What to send for a packet that was lost: by RTX (RFC 4588), else itself, byte for byte."""
        if self.repair_type is None or self.record.rtx_ssrc is None:
            return packet
        self.repair_sequence = (self.repair_sequence + 1) & 0xFFFF
        head = self.pack(
            (packet[1] & 0x80) | self.repair_type,
            self.repair_sequence,
            int.from_bytes(packet[4:8], "big"),
            self.record.rtx_ssrc,
            send_time(now) if self.log is None else self.log.number(len(packet), now),
        )
        return head + packet[2:4] + packet[bounds(packet)[0] :]


def _take_out(slot: Slot, track: "Track") -> None:
    """Forward a layer onto a slot no more; one that nobody takes any more needs no keyframe."""
    track.targets = [one for one in track.targets if one is not slot]
    track.wants_keyframe &= track.taken
