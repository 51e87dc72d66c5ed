"""RTP and RTCP into a room of the core, from somebody who has keys: the hostile participant.

Nothing may be raised, what cannot be read may change nothing, what can be read may move nobody's seat or gate
and send nothing anywhere but to the people of the room, and the other room must never notice.
"""

from struct import pack, pack_into, unpack_from
from typing import Any, Final

from media.core.asking import Send
from media.core.room import Room
from tests.fuzz.hunt import StateChangedError
from tests.fuzz.mutating import Mutator
from tests.media.core.packets import (
    DELTA,
    KEY,
    MID,
    MIDDLE,
    TIME,
    TRANSPORT,
    extension,
    negotiated,
    rtp,
    transport,
)  # fmt: skip
from tests.media.core.visit import CLINICIAN, MEMBER, C, M

STEP: Final = 0.001
"""Seconds of the room's clock between two inputs."""
TICK_EVERY: Final = 50
LIFE: Final = 4_000
"""Inputs that one room takes: an endpoint's bounds are used up long before."""
CLOSED_SHARE: Final = 0.25
"""Of the rooms: those whose gate is closed."""
SENT_MAX: Final = 1_200
"""Packets that one input may give rise to: a NACK names up to 1,088."""
HELD_MAX: Final = 70_000
"""Entries of any table of a room: transport-wide numbers between two ticks are at most 65,536."""

TWO_BYTES: Final = pack(">HH", 0x1000, 2) + bytes((MID, 1)) + b"1" + bytes((TRANSPORT, 2)) + b"\1\2\0"

PACKETS: Final = (
    rtp(M + 1, 10, 9600),
    rtp(M + 1, 11, 10560, block=transport(7)),
    rtp(M + 2, 20, 3000, KEY, 96, marker=True, block=transport(8, (MID, b"1"))),
    rtp(M + 2, 21, 6000, DELTA, 96, block=extension((MID, b"1"), (TIME, b"abc"))),
    rtp(M + 2, 22, 6000, MIDDLE, 96, marker=True, padding=9),
    rtp(M + 2, 23, 9000, b"", 96, padding=200),
    rtp(M + 3, 5, 6000, b"\0\x15" + DELTA, 97, block=transport(9, (MID, b"1"))),
    rtp(M + 3, 6, 6000, b"", 97, padding=100),
    rtp(M + 4, 30, 3000, KEY, 96, block=transport(10, (MID, b"2"))),
    rtp(M + 9, 40, 3000, DELTA, 96, block=TWO_BYTES),
    rtp(M + 2, 24, 9000, KEY, 96, block=pack(">HH", 0xABAC, 1) + b"some"),
    bytes((0x93,)) + rtp(M + 2, 25, 12000, b"", 96)[1:12] + bytes(12) + transport(11) + DELTA,
)


def control(kind: int, count: int, body: bytes, padding: int = 0) -> bytes:
    """One part of a compound packet."""
    tail = bytes(padding - 1) + bytes((padding,)) if padding else b""
    body += tail
    return pack(">BBH", 0x80 | count | (0x20 if padding else 0), kind, len(body) // 4) + body


def _block(ssrc: int) -> bytes:
    return pack(">IIIIII", ssrc, 0x20000003, 900, 12, 0x12345678, 65536)


_SDES: Final = control(202, 1, pack(">I", M + 1) + b"\1\4name\0\0")
CONTROLS: Final = (
    control(200, 0, pack(">IQIII", M + 2, 0xE9A1_0000_1234_5678, 3000, 10, 1000)) + _SDES,
    control(200, 2, pack(">IQIII", M + 1, 0xE9A1_0000_1234_5678, 960, 1, 2) + _block(M + 11) + _block(M + 21))
    + _SDES,
    control(201, 1, pack(">I", M + 1) + _block(M + 21)) + _SDES,
    control(201, 0, pack(">I", M + 1)) + control(205, 1, pack(">IIHH", M + 1, M + 21, 3, 0xFFFF)),
    control(205, 1, pack(">II", M + 1, M + 21) + b"".join(pack(">HH", 17 * n, 0xFFFF) for n in range(70))),
    control(206, 1, pack(">II", M + 1, M + 21)),
    control(206, 4, pack(">IIIBBH", M + 1, 0, M + 21, 1, 0, 0)),
    control(206, 15, pack(">II", M + 1, 0) + b"REMB" + pack(">II", 1 << 24 | 3 << 18 | 99_999, M + 21)),
    control(205, 15, pack(">IIHHI", M + 1, M + 21, 5, 7, 0x1234_5601) + b"\xd5\x55\0\0"),
    control(203, 1, pack(">I", M + 1)),
    control(204, 0, pack(">I", M + 1) + b"name" + bytes(8)),
    control(201, 0, pack(">I", M + 1)) + control(206, 1, pack(">II", M + 1, M + 21), padding=4),
)  # fmt: skip


def seats(room: Room) -> tuple[object, ...]:
    """Gate, people, seats, and which SSRCs mean something."""
    return (
        room.is_open,
        room.endpoints(),
        [
            (
                [(slot.ssrc, slot.track, slot.type) for slot in endpoint.slots],
                list(endpoint.media),
                list(endpoint.repairs),
            )
            for endpoint in room._endpoints.values()
        ],
    )


def everything(room: Room) -> tuple[object, ...]:
    """What an input that is refused must leave as it was: all but counts of what was refused, and clocks."""
    return (
        seats(room),
        [
            (
                [
                    (s.gated, s.shift, s.time_shift, s.last_count, s.last_time, s.settled, s.octets)
                    for s in endpoint.slots
                ],
                [(t.highest, t.timestamp, t.ssrc, t.repair_ssrc, t.live, t.told) for t in endpoint.tracks],
                (endpoint.downlink._loss.cap, endpoint.downlink._remb, endpoint.downlink.round_trip),
                (endpoint.ladder.rung, endpoint.ladder.wish, len(endpoint.pacer or ())),
            )
            for endpoint in room._endpoints.values()
        ],
    )  # fmt: skip


def largest(thing: Any, depth: int = 6, seen: set[int] | None = None) -> int:
    """The most entries of any table that hangs on a thing."""
    seen = set() if seen is None else seen
    if depth == 0 or id(thing) in seen or isinstance(thing, (bytes, str, int, float, type(None))):
        return 0
    seen.add(id(thing))
    if isinstance(thing, dict):
        parts, size = list(thing.values())[:64], len(thing)
    elif isinstance(thing, (list, tuple, set)):
        parts, size = list(thing)[:64], len(thing)
    else:
        names = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
        parts, size = [getattr(thing, name) for name in names if hasattr(thing, name)], 0
    return max([size, *(largest(part, depth - 1, seen) for part in parts)])


def is_rtp(data: bytes) -> bool:
    """RFC 3550 §5.1 and §5.3.1, read anew: whether this is an RTP packet whose parts fit into it."""
    if len(data) < 12 or data[0] & 0xC0 != 0x80:
        return False
    head = 12 + 4 * (data[0] & 15)
    if data[0] & 0x10:
        if len(data) < head + 4:
            return False
        head += 4 + 4 * int(unpack_from(">H", data, head + 2)[0])
    if len(data) < head:
        return False
    return not data[0] & 0x20 or len(data) == head or data[-1] <= len(data) - head


def is_rtcp(data: bytes) -> bool:
    """RFC 3550 §6.4, read anew: whether this is a chain of RTCP parts that ends where the data does."""
    at = 0
    while at < len(data):
        if len(data) - at < 4 or data[at] & 0xC0 != 0x80:
            return False
        at += 4 + 4 * int(unpack_from(">H", data, at + 2)[0])
    return bool(data) and at == len(data)


class _Rooms:
    """A hostile member's room and another one; `feed` is for the kinds below."""

    look_every = 97

    def __init__(self, valid: tuple[bytes, ...], seed: int) -> None:
        self._mutator = Mutator(valid, seed)
        self._other = self._room()
        self._other.open(0.0, [])
        for number in range(3):
            self._other.receive_rtp(MEMBER, rtp(M + 2, number, 3000 * number, KEY, 96), 0.0, [])
        self._other_is = everything(self._other)
        self._slots = {C + 11, C + 21, C + 31, C + 22, C + 32}
        self._begin()

    def _room(self) -> Room:
        room = Room()
        for name, base, types in ((MEMBER, M, {}), (CLINICIAN, C, {"vp8": 120, "opus": 109})):
            room.join(name, negotiated(base, screen=True, video_slots=2, **types), 0.0, [])
        return room

    def _begin(self) -> None:
        """A fresh room with media flowing both ways, if its gate is open."""
        self.now, self._fed, self._count = 100.0, 0, 1000
        self.room = self._room()
        self.out: list[Send] = []
        if not self._mutator.chance(CLOSED_SHARE):
            self.room.open(self.now, self.out)
        self._flow()
        self._seated = seats(self.room)

    def _flow(self) -> None:
        """What a decent pair sends: it goes on through all of this."""
        self._count += 1
        count = self._count
        for name, base, opus, vp8 in ((MEMBER, M, 111, 96), (CLINICIAN, C, 109, 120)):
            self.room.receive_rtp(name, rtp(base + 1, count, count * 960, b"sound", opus), self.now, self.out)
            picture = KEY if count % 10 == 1 else DELTA
            self.room.receive_rtp(name, rtp(base + 2, count, count * 3000, picture, vp8), self.now, self.out)
        self.out.clear()

    def _pass_time(self) -> None:
        self.now += STEP
        self._fed += 1
        if self._fed % TICK_EVERY == 0:
            self.room.tick(self.now, self.out)
            self.room.take_events()
            self._flow()
        if self._fed >= LIFE:
            self.look()
            self._begin()

    def _check_sent(self, size: int) -> None:
        """RTP leaves for the clinician's slots alone, and only through an open gate."""
        out = self.out
        if len(out) > SENT_MAX:
            raise StateChangedError(f"{len(out)} packets for one")
        for to, packet, is_rtcp in out:
            if is_rtcp:
                continue
            if not self.room.is_open:
                raise StateChangedError("media through a closed gate")
            if to == MEMBER:
                continue
            if unpack_from(">I", packet, 8)[0] not in self._slots or len(packet) > size + 40:
                raise StateChangedError("a packet that is none of its receiver's")
        out.clear()

    def look(self) -> None:
        if everything(self._other) != self._other_is:
            raise StateChangedError("the other room moved")
        if self._fed % LIFE < self.look_every and (held := largest(self.room)) > HELD_MAX:
            raise StateChangedError(f"a table of {held} entries")


class RtpPrey(_Rooms):
    """RTP of the member."""

    def __init__(self, seed: int) -> None:
        super().__init__(PACKETS, seed)

    def input(self) -> bytes:
        data = self._mutator.input()
        if len(data) >= 12 and self._mutator.chance(0.6):  # or most of them would only be late
            self._count += 1
            pack_into(">H", data, 2, self._count & 0xFFFF)
        return bytes(data)

    def feed(self, data: bytes) -> None:
        room = self.room
        before = everything(room) if not is_rtp(data) else None
        was_open, people = room.is_open, room.endpoints()
        room.receive_rtp(MEMBER, data, self.now, self.out)
        if before is not None and (self.out or everything(room) != before):
            raise StateChangedError("what is no RTP packet changed something")
        if room.is_open != was_open or room.endpoints() != people:
            raise StateChangedError("the gate or the people changed")
        self._check_sent(len(data))
        self._pass_time()


class RtcpPrey(_Rooms):
    """RTCP of the member, about their own slots and others'."""

    def __init__(self, seed: int) -> None:
        super().__init__(CONTROLS, seed)

    def input(self) -> bytes:
        return bytes(self._mutator.input())

    def feed(self, data: bytes) -> None:
        room = self.room
        before = everything(room) if not is_rtcp(data) else None
        room.receive_rtcp(MEMBER, data, self.now, self.out)
        if before is not None and (self.out or everything(room) != before):
            raise StateChangedError("what is no RTCP packet changed something")
        if seats(room) != self._seated:
            raise StateChangedError("a seat, the gate or a binding moved")
        self._check_sent(1500)
        self._pass_time()
