"""A visit of three whose cameras come in layers, as tests drive it."""

from struct import pack, unpack_from

from aiortc.rtp import RtcpSenderInfo, RtcpSrPacket

from media.core.asking import Send
from media.core.events import Event, LayersChanged
from media.core.room import Room
from media.core.rtp import bounds
from media.core.track import Track
from tests.media.core.packets import MID, REPAIRED, RID, extension, negotiated, rtp
from tests.media.core.visit import Sent, read

RIDS = ("h", "m", "l")
PEOPLE = {"ana": 10_000, "lee": 20_000, "sol": 30_000}
SIZES = {"h": 1_500, "m": 500, "l": 150}
"""kbit/s of the layers, where frames are sent by themselves."""


def picture(number: int, *, key: bool = False, base: int | None = None, size: int = 40) -> bytes:
    """VP8 that begins a frame, with a picture id of 15 bits and a TL0PICIDX."""
    base = number if base is None else base
    head = bytes((0x90, 0xC0, 0x80 | number >> 8 & 0x7F, number & 0xFF, base & 0xFF))
    return head + (b"\x10" if key else b"\x11") + bytes(size)


def ids(packet: Sent) -> tuple[int, int]:
    """Picture id and TL0PICIDX."""
    return unpack_from(">H", packet.payload, 2)[0] & 0x7FFF, packet.payload[4]


def is_key(packet: Sent) -> bool:
    return packet.payload[5] == 0x10


class Layered:
    """`ana`, `lee` and `sol`, each with a camera in three layers, one slot for sound and two for pictures."""

    def __init__(self, *names: str, rids: tuple[str, ...] = RIDS, **shape: int | bool) -> None:
        self.now = 100.0
        self.room = Room()
        self.out: list[Send] = []
        self.rids = rids
        self.shape: dict[str, int | bool] = {"video_slots": 2, "audio_slots": 2, **shape}
        self.told: list[Event] = []
        self._numbers: dict[tuple[str, str], int] = {}
        self.silent: set[tuple[str, str]] = set()
        """Layers that a browser does not send although it was asked."""
        for name in names or PEOPLE:
            self.join(name)
        self.room.open(self.now, self.out)
        self.out.clear()

    def join(self, name: str) -> None:
        record = negotiated(PEOPLE[name], rids=self.rids, **self.shape)  # type: ignore[arg-type]
        self.room.join(name, record, self.now, self.out)

    def track(self, name: str, rid: str) -> Track:
        return next(one for one in self.room._endpoints[name].tracks if one.rid == rid)

    def _drain(self) -> list[Sent]:
        media = [read(to, packet) for to, packet, is_rtcp in self.out if not is_rtcp]
        self.out[:] = [send for send in self.out if send[2]]
        self.told += self.room.take_events()
        return media

    def send(
        self, name: str, rid: str, sequence: int, payload: bytes, timestamp: int, **more: object
    ) -> list[Sent]:
        """A packet of a camera's layer."""
        block = extension((MID, b"1"), (RID, rid.encode()))
        ssrc = PEOPLE[name] + 500 + RIDS.index(rid)
        packet = rtp(ssrc, sequence, timestamp, payload, 96, block=block, **more)  # type: ignore[arg-type]
        self.room.receive_rtp(name, packet, self.now, self.out)
        return self._drain()

    def again(self, name: str, rid: str, sequence: int, payload: bytes, timestamp: int) -> list[Sent]:
        """A layer repeats a packet on its retransmission stream."""
        block = extension((MID, b"1"), (REPAIRED, rid.encode()))
        ssrc = PEOPLE[name] + 510 + RIDS.index(rid)
        packet = rtp(ssrc, 1, timestamp, pack(">H", sequence & 0xFFFF) + payload, 97, block=block)
        self.room.receive_rtp(name, packet, self.now, self.out)
        return self._drain()

    def report(self, name: str, rid: str, timestamp: int, at: float) -> None:
        """A layer's sender report: `timestamp` was at so many seconds of the sender's clock."""
        info = RtcpSenderInfo(int(at * (1 << 32)), timestamp & 0xFFFFFFFF, 1, 1)
        packet = RtcpSrPacket(ssrc=PEOPLE[name] + 500 + RIDS.index(rid), sender_info=info)
        self.room.receive_rtcp(name, bytes(packet), self.now, self.out)

    def tick(self) -> list[Sent]:
        self.wanted = self.room.tick(self.now, self.out)
        return self._drain()

    def asked(self, name: str, rid: str) -> bool:
        """Whether a keyframe of a layer was asked for since the last look at what left."""
        ssrc = PEOPLE[name] + 500 + RIDS.index(rid)
        asked = any(
            is_rtcp and to == name and packet[1] == 206 and packet[8:12] == pack(">I", ssrc)
            for to, packet, is_rtcp in self.out
        )
        self.out.clear()
        return asked

    def encodes(self, name: str) -> tuple[str, ...]:
        """What an endpoint is to encode, as it was told."""
        told = [one for one in self.told if isinstance(one, LayersChanged) and one.endpoint == name]
        return told[-1].rids if told else (self.rids[0],)

    def goes_on(self, seconds: float, *names: str) -> list[Sent]:
        """These send ten frames a second in the layers that are wanted of them; keyframes when asked."""
        sent: list[Sent] = []
        end = self.now + seconds
        while self.now < end - 1e-9:
            self.now += 0.1
            sent += self.tick()
            for name in names or PEOPLE:
                for rid in self.encodes(name) if name in self.room.endpoints() else ():
                    if (name, rid) not in self.silent:
                        sent += self._frame(name, rid)
        return sent

    def _frame(self, name: str, rid: str) -> list[Sent]:
        number = self._numbers[name, rid] = self._numbers.get((name, rid), 0) + 1
        track = self.track(name, rid)
        key = track.wants_keyframe or number == 1
        payload = picture(number, key=key, size=SIZES[rid] * 100 // 8)
        return self.send(name, rid, number, payload, int(self.now * 90_000), marker=True)

    def narrow(self, name: str, cap: float | None) -> None:
        """The way to somebody carries so much, as if feedback had said so."""
        estimate = self.room._endpoints[name].downlink._estimate
        estimate.cap = cap
        estimate.heard_at = self.now + 1000.0

    def has(self, name: str, whom: str) -> str | None:
        """The layer of somebody's camera that is forwarded to an endpoint."""
        for slot in self.room._endpoints[name].slots:
            if slot.video and slot.track is not None and slot.track.endpoint == whom:
                return slot.on.rid if slot.on is not None else None
        raise AssertionError("nobody sits there")


def payload_of(packet: bytes) -> bytes:
    start, end = bounds(packet)
    return packet[start:end]
