"""A visit as its recording holds it: real VP8 and Opus of a picture that flashes while a tone beeps.

Every second, for a fifth of it, the picture is white and the tone sounds; so what was seen and heard at once
can be measured in whatever is made of it.
"""

import math
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache

import av

from media.core.negotiated import Kind, Source
from media.core.recording import Entry, Packet, Report, Track

FLASH = 0.2
"""Seconds of white and of tone, at the beginning of each second."""
MTU = 1100
NTP_1970 = 2208988800
Size = tuple[int, int]


def bright(t: float) -> bool:
    return t % 1.0 < FLASH - 1e-9


@cache
def pictures(seconds: float, fps: int, sizes: tuple[Size, ...] = ((320, 180),), kbps: int = 300) -> tuple[bytes, ...]:
    """VP8 frames, the sizes one after the other for equally long; keyframes where the size changes and every 3 s."""
    frames: list[bytes] = []
    total = round(seconds * fps)
    share = -(-total // len(sizes))
    for part, (width, height) in enumerate(sizes):
        encoder = av.CodecContext.create("libvpx", "w")
        encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
        encoder.time_base, encoder.framerate = Fraction(1, fps), Fraction(fps)
        encoder.bit_rate, encoder.gop_size, encoder.thread_count = kbps * 1000, 3 * fps, 1
        encoder.options = {"deadline": "realtime", "cpu-used": "-12", "lag-in-frames": "0"}
        for n in range(part * share, min((part + 1) * share, total)):
            picture = av.VideoFrame(width, height, "yuv420p")
            light = 235 if bright(n / fps) else 16
            luma = bytearray([light]) * picture.planes[0].buffer_size
            stride, at = picture.planes[0].line_size, n * 7 % (height - 16)
            for row in range(at, at + 16):  # a moving bar, so that there is something to encode
                luma[row * stride : row * stride + 64] = bytes((row * 5 + n * 3 + x) % 256 for x in range(64))
            picture.planes[0].update(bytes(luma))
            for chroma in picture.planes[1:]:
                chroma.update(b"\x80" * chroma.buffer_size)
            picture.pts, picture.time_base = n, Fraction(1, fps)
            frames.extend(bytes(packet) for packet in encoder.encode(picture))
        frames.extend(bytes(packet) for packet in encoder.encode(None))
    return tuple(frames)


@cache
def sounds(seconds: float, hertz: int = 1000) -> tuple[bytes, ...]:
    """Opus packets of 20 ms."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48000, "mono", "s16"
    encoder.time_base, encoder.bit_rate = Fraction(1, 48000), 32000
    packets: list[bytes] = []
    for n in range(round(seconds * 50)):
        wave = (
            (round(12000 * math.sin(2 * math.pi * hertz * at / 48000)) for at in range(n * 960, n * 960 + 960))
            if bright(n / 50)
            else (0 for _ in range(960))
        )
        sound = av.AudioFrame("s16", "mono", 960)
        sound.planes[0].update(array("h", wave).tobytes())
        sound.sample_rate, sound.pts, sound.time_base = 48000, n * 960, Fraction(1, 48000)
        packets.extend(bytes(packet) for packet in encoder.encode(sound))
    return tuple(packets[: round(seconds * 50)])


def packed(frame: bytes, picture: int) -> list[bytes]:
    """A frame's RTP payloads (RFC 7741), with a picture id of 15 bits."""
    tail = bytes((0x80, 0x80 | picture >> 8 & 0x7F, picture & 0xFF))
    pieces = [frame[at : at + MTU] for at in range(0, len(frame), MTU)]
    return [bytes((0x90 if at == 0 else 0x80,)) + tail + piece for at, piece in enumerate(pieces)]


@dataclass
class Sender:
    """One source of a sender: what it sends, and how its clocks and its way run."""

    track: Track
    frames: tuple[bytes, ...]
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
    entries: list[Entry] = field(default_factory=list)

    def timestamp(self, true: float) -> int:
        ticks = (true - self.begins) * self.track.clock_rate * (1 + self.rate_error)
        return (self.first_timestamp + round(ticks)) & 0xFFFFFFFF

    def send(self) -> list[Entry]:
        """The source's entries, in the order in which they came."""
        out: list[Entry] = []
        count = self.count
        due = self.begins + self.first_report
        for n, frame in enumerate(self.frames):
            true = self.begins + n * self.every
            while self.reports and due <= true:
                ntp = round((due + self.own_clock + NTP_1970) * 2**32)
                out.append(Report(self.track.number, due + self.delay, ntp, self.timestamp(due)))
                due += self.reports
            payloads = packed(frame, n & 0x7FFF) if self.track.kind is Kind.VIDEO else [frame]
            for at, payload in enumerate(payloads):
                count += 1
                if any(since <= true < to for since, to in self.holes):
                    continue
                out.append(
                    Packet(
                        self.track.number,
                        true + self.delay + at * 0.0001,
                        count,
                        self.timestamp(true),
                        at == len(payloads) - 1,
                        payload,
                    )
                )
        return out


def camera(number: int, endpoint: str = "member", *, screen: bool = False) -> Track:
    source = Source.SCREEN if screen else Source.CAMERA
    return Track(number, endpoint, source, Kind.VIDEO, "VP8", 90000)


def microphone(number: int, endpoint: str = "member") -> Track:
    return Track(number, endpoint, Source.MICROPHONE, Kind.AUDIO, "opus", 48000)


def recorded(*sources: Sender) -> list[Entry]:
    """Everything that came, in order, each track before its first packet."""
    arrived = sorted(
        (entry for source in sources for entry in source.send()), key=lambda entry: (entry.at, entry.track)
    )
    return [*(source.track for source in sources), *arrived]


def person(
    endpoint: str = "member", number: int = 1, seconds: float = 6, *, begins: float = 0.0, fps: int = 15, **kind: object
) -> list[Sender]:
    """Somebody with a camera and a microphone; `number` and the next one name the tracks."""
    return [
        replace(Sender(camera(number, endpoint), pictures(seconds, fps), 1 / fps, begins), **kind),
        replace(Sender(microphone(number + 1, endpoint), sounds(seconds), 0.02, begins), **kind),
    ]


def only_packets(entries: Iterable[Entry]) -> Iterator[Packet]:
    return (entry for entry in entries if isinstance(entry, Packet))
