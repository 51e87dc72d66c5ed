"""A visit as the tests drive it: two endpoints, a clock in hand, and what leaves the room, read."""

from dataclasses import dataclass
from struct import unpack_from

from aiortc.rtp import RtcpPacket

from media.core.asking import Send
from media.core.events import Event
from media.core.negotiated import Negotiated
from media.core.room import Room
from media.core.rtp import bounds, find_extension
from tests.media.core.packets import DELTA, KEY, TIME, negotiated, rtp

MEMBER, CLINICIAN = "member", "clinician"
M, C = 10_000, 20_000
"""Where the SSRCs of the two begin (see `packets.negotiated`)."""


@dataclass(frozen=True)
class Sent:
    """An RTP packet that left."""

    to: str
    ssrc: int
    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    payload: bytes
    send_time: bytes
    raw: bytes


def read(to: str, packet: bytes) -> Sent:
    _, marked, sequence, timestamp, ssrc = unpack_from(">BBHII", packet)
    start, end = bounds(packet)
    assert start
    at, size = find_extension(packet, start, TIME)
    return Sent(
        to,
        ssrc,
        marked & 0x7F,
        marked > 0x7F,
        sequence,
        timestamp,
        packet[start:end],
        packet[at : at + size],
        packet,
    )


class Visit:
    """`member` speaks Chromium's payload types (VP8 96, Opus 111), `clinician` Firefox's (120, 109)."""

    def __init__(self, *, opened: bool = True, **shape: int | bool) -> None:
        self.now = 100.0
        self.room = Room()
        self.out: list[Send] = []
        self.join(MEMBER, negotiated(M, **shape))
        self.join(CLINICIAN, negotiated(C, vp8=120, opus=109, **shape))
        if opened:
            self.room.open(self.now, self.out)
            self.events()
            self.out.clear()

    def join(self, name: str, record: Negotiated) -> None:
        self.room.join(name, record, self.now, self.out)

    def events(self) -> list[Event]:
        return self.room.take_events()

    def _drain(self) -> list[Sent]:
        """The RTP that left; RTCP stays for `rtcp`."""
        media = [read(to, packet) for to, packet, is_rtcp in self.out if not is_rtcp]
        self.out[:] = [send for send in self.out if send[2]]
        return media

    def rtcp(self) -> list[tuple[str, object]]:
        """The RTCP that left since the last call."""
        assert all(is_rtcp for _, _, is_rtcp in self.out)
        said = [(to, part) for to, packet, _ in self.out for part in RtcpPacket.parse(packet)]
        self.out.clear()
        return said

    def raw(self, name: str, packet: bytes | bytearray | memoryview) -> list[Sent]:
        self.room.receive_rtp(name, packet, self.now, self.out)
        return self._drain()

    def control(self, name: str, packet: object) -> list[Sent]:
        self.room.receive_rtcp(name, bytes(packet), self.now, self.out)  # type: ignore[call-overload]
        return self._drain()

    def sound(self, sequence: int, timestamp: int | None = None, **more: object) -> list[Sent]:
        """A packet of the member's microphone."""
        return self.raw(
            MEMBER, rtp(M + 1, sequence, sequence * 960 if timestamp is None else timestamp, **more)
        )

    def picture(
        self, sequence: int, payload: bytes = DELTA, timestamp: int | None = None, **more: object
    ) -> list[Sent]:
        """A packet of the member's camera."""
        stamp = sequence * 3000 if timestamp is None else timestamp
        return self.raw(MEMBER, rtp(M + 2, sequence, stamp, payload, 96, **more))

    def keyframe(self, sequence: int, **more: object) -> list[Sent]:
        return self.picture(sequence, KEY, **more)

    def again(self, sequence: int, payload: bytes = DELTA, repair: int = 1, **more: object) -> list[Sent]:
        """The member's camera repeats a packet on its retransmission stream."""
        content = sequence.to_bytes(2, "big") + payload
        return self.raw(MEMBER, rtp(M + 3, repair, sequence * 3000, content, 97, **more))

    def pass_time(self, seconds: float) -> list[Sent]:
        """Tick every 50 ms for so long, while the room wants to be."""
        end = self.now + seconds
        while self.now < end - 1e-9:
            self.now = min(self.now + 0.05, end)
            self.wanted = self.room.tick(self.now, self.out)
        return self._drain()
