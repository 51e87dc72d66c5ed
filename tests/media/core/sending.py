"""Senders as a recorder hears them: their frames as packets, their clocks and their ways."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from media.core.negotiated import Kind, Source
from media.core.recording import Entry, Packet, Report, Track

MTU = 1100
NTP_1970 = 2208988800


def key(width: int = 640, height: int = 360, body: bytes = b"key") -> bytes:
    """What a decoder would take for the beginning of a keyframe, and the composer for a whole one."""
    return b"\x10\x00\x00\x9d\x01\x2a" + width.to_bytes(2, "little") + height.to_bytes(2, "little") + body


def delta(body: bytes = b"delta") -> bytes:
    return b"\x11\x00\x00" + body


def film(count: int, *, every: int = 45) -> tuple[bytes, ...]:
    """So many frames that tell themselves apart, with a keyframe now and then."""
    return tuple(key(body=b"%d" % n) if n % every == 0 else delta(b"%d" % n) for n in range(count))


def talk(count: int) -> tuple[bytes, ...]:
    """So many Opus packets of 20 ms that tell themselves apart."""
    return tuple(b"\x78%d" % n for n in range(count))


def packed_h264(frame: bytes) -> list[bytes]:
    """A picture's RTP payloads (RFC 6184), out of Annex B: small units together, large ones in fragments."""
    units = [unit for unit in re.split(b"\x00?\x00\x00\x01", frame) if unit]
    payloads: list[bytes] = []
    small: list[bytes] = []

    def together() -> None:
        if len(small) == 1:
            payloads.append(small[0])
        elif small:
            payloads.append(b"\x78" + b"".join(len(unit).to_bytes(2, "big") + unit for unit in small))
        small.clear()

    for unit in units:
        if len(unit) <= 200:
            small.append(unit)
            continue
        together()
        if len(unit) <= MTU:
            payloads.append(unit)
            continue
        pieces = [unit[at : at + MTU] for at in range(1, len(unit), MTU)]
        for at, piece in enumerate(pieces):
            mark = (0x80 if at == 0 else 0) | (0x40 if at == len(pieces) - 1 else 0)
            payloads.append(bytes((unit[0] & 0xE0 | 28, unit[0] & 0x1F | mark)) + piece)
    together()
    return payloads


def packed(frame: bytes, picture: int) -> list[bytes]:
    """A frame's RTP payloads (RFC 7741), with a picture id of 15 bits."""
    tail = bytes((0x80, 0x80 | picture >> 8 & 0x7F, picture & 0xFF))
    pieces = [frame[at : at + MTU] for at in range(0, len(frame), MTU)]
    return [bytes((0x90 if at == 0 else 0x80,)) + tail + piece for at, piece in enumerate(pieces)]


@dataclass
class Sender:
    """One source of a sender: what it sends, and how its clocks and its way run."""

    track: Track
    frames: Sequence[bytes]
    every: float
    """Seconds between two frames."""
    begins: float = 0.0
    """On the true clock, which is also the recorder's."""
    delay: float = 0.02
    """Seconds on the way."""
    first_timestamp: int = 1000
    own_clock: float = 0.0
    """What to add to the true time for what the sender's clock shows."""
    reports: float = 1.0
    """Seconds between two reports; 0: none."""
    first_report: float = 0.5
    count: int = 65536
    rate_error: float = 0.0
    """Of the timestamps against the true time: 0.0001 is fast by 100 ppm."""
    holes: tuple[tuple[float, float], ...] = ()
    """(from, to): not recorded, as in a pause."""
    queue: Callable[[float], float] = lambda _: 0.0
    """Further seconds on the way, for what is sent at that time."""
    stands: tuple[float, float] | None = None
    """(from, to): nothing is sent, and the timestamps stand still."""
    sets_clock: tuple[float, float] | None = None
    """(when, by how much): somebody sets the sender's clock."""

    def timestamp(self, true: float) -> int:
        elapsed = true - self.begins
        if self.stands is not None and true >= self.stands[1]:
            elapsed -= self.stands[1] - self.stands[0]
        return (
            self.first_timestamp + round(elapsed * self.track.clock_rate * (1 + self.rate_error))
        ) & 0xFFFFFFFF

    def ntp(self, true: float) -> int:
        jump = self.sets_clock[1] if self.sets_clock is not None and true >= self.sets_clock[0] else 0.0
        return round((true + self.own_clock + jump + NTP_1970) * 2**32)

    def times(self) -> Iterator[float]:
        """When each frame is sent, on the true clock."""
        for n in range(len(self.frames)):
            true = self.begins + n * self.every
            if self.stands is not None and true >= self.stands[0]:
                true += self.stands[1] - self.stands[0]
            yield true

    def send(self) -> list[Entry]:
        """The source's entries, in the order in which they came."""
        number = self.track.number
        out: list[Entry] = []
        count = self.count
        due = self.begins + self.first_report
        came = 0.0
        for n, (frame, true) in enumerate(zip(self.frames, self.times(), strict=True)):
            while self.reports and due <= true:
                at = due + self.delay + self.queue(due)
                out.append(Report(number, at, self.ntp(due), self.timestamp(due)))
                due += self.reports
            if self.track.codec == "H264":
                payloads = packed_h264(frame)
            else:
                payloads = packed(frame, n & 0x7FFF) if self.track.kind is Kind.VIDEO else [frame]
            for at, payload in enumerate(payloads):
                count += 1
                if any(since <= true < to for since, to in self.holes):
                    continue
                came = max(came, true + self.delay + self.queue(true) + at * 0.0001)  # ways keep the order
                last = at == len(payloads) - 1
                out.append(Packet(number, came, count, self.timestamp(true), last, payload))
        return out


def camera(number: int, endpoint: str = "member", *, screen: bool = False, codec: str = "VP8") -> Track:
    source = Source.SCREEN if screen else Source.CAMERA
    return Track(number, endpoint, source, Kind.VIDEO, codec, 90000)


def microphone(number: int, endpoint: str = "member") -> Track:
    return Track(number, endpoint, Source.MICROPHONE, Kind.AUDIO, "opus", 48000)


def recorded(*sources: Sender) -> list[Entry]:
    """Everything that came, in order, each track before its first packet."""
    arrived = sorted(
        (entry for source in sources for entry in source.send()), key=lambda entry: (entry.at, entry.track)
    )
    return [*(source.track for source in sources), *arrived]
