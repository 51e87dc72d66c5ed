"""Whole H.264 pictures out of RTP payloads (RFC 6184), in Annex B form. Nothing is decoded.

As with VP8, a picture that lacks a packet is dropped, and all until the next keyframe. Pictures have no ids
here, so a missing number always counts as a loss. (Senders that repair by RTX, as all do that are answered
H.264 in place of a VP8 so repaired, fill up on that stream and not on this one.)

Every keyframe that comes out begins with its parameter sets, whether it was sent with them or they stayed.
"""

from typing import Final

from media.core.h264 import FU_A, IDR, SPS, STAP_A
from media.core.h264_sps import size
from media.core.picture import Picture, Size
from media.core.recording import Packet

START_CODE: Final = b"\x00\x00\x00\x01"
PPS: Final = 8
_SLICE: Final = 1
_DELIMITER: Final = 9
"""Says that a picture begins; it would have to come before the parameter sets, and is not needed."""


class H264Frames:
    """One track's packets in, by their count and each once; whole pictures out, beginning with a keyframe."""

    __slots__ = (
        "_begun",
        "_count",
        "_fragments",
        "_next",
        "_sets",
        "_size",
        "_timestamp",
        "_units",
        "_waits",
    )

    def __init__(self) -> None:
        self._next = -1  # the count that comes next
        self._waits = True  # for a keyframe with parameter sets of its own
        self._begun = False  # a picture is being put together
        self._units: list[bytes] = []  # of it
        self._fragments: list[bytes] = []  # of the unit that is being put together
        self._timestamp = self._count = 0
        self._sets: list[bytes] = []  # the newest parameter sets
        self._size: Size | None = None

    def push(self, packet: Packet) -> Picture | None:
        """The picture that this packet ends."""
        hole = packet.count != self._next
        self._next = packet.count + 1
        if hole or (self._begun and packet.timestamp != self._timestamp):
            self._lose(waits=hole or self._begun)
        if not self._begun:
            self._begun = True
            self._timestamp = packet.timestamp
            self._count = packet.count
        if not self._take(packet.payload):
            self._lose()
            return None
        return self._ended() if packet.marker else None

    def _take(self, payload: bytes) -> bool:
        """Add what a packet holds; whether it is sound."""
        kind = payload[0] & 0x1F
        if kind == FU_A:
            return self._take_fragment(payload)
        if self._fragments:
            return False
        if kind == STAP_A:
            return self._take_several(payload)
        if not 0 < kind < STAP_A:
            return False
        self._units.append(payload)
        return True

    def _take_fragment(self, payload: bytes) -> bool:
        if len(payload) < 3 or bool(payload[1] & 0x80) == bool(self._fragments):
            return False
        if payload[1] & 0x80:
            self._fragments.append(bytes((payload[0] & 0xE0 | payload[1] & 0x1F,)))
        self._fragments.append(payload[2:])
        if payload[1] & 0x40:
            self._units.append(b"".join(self._fragments))
            self._fragments.clear()
        return True

    def _take_several(self, payload: bytes) -> bool:
        at = 1
        while at < len(payload):
            length = int.from_bytes(payload[at : at + 2])
            unit = payload[at + 2 : at + 2 + length]
            if not length or len(unit) < length:
                return False
            self._units.append(unit)
            at += 2 + length
        return True

    def _ended(self) -> Picture | None:
        if self._fragments or any(START_CODE in unit for unit in self._units):
            self._lose()
            return None
        kinds = {unit[0] & 0x1F for unit in self._units}
        self._keep_sets([unit for unit in self._units if unit[0] & 0x1F in {SPS, PPS}])
        pictured = [unit for unit in self._units if unit[0] & 0x1F not in {SPS, PPS, _DELIMITER}]
        self._units.clear()
        self._begun = False
        if not any(_SLICE <= kind <= IDR for kind in kinds):
            return None  # parameter sets by themselves
        key = IDR in kinds
        if key:
            self._waits = self._size is None or (self._waits and SPS not in kinds)
            pictured = [*self._sets, *pictured]
        if self._waits:
            return None
        data = b"".join(START_CODE + unit for unit in pictured)
        return Picture(self._timestamp, self._count, data, self._size if key else None)

    def _keep_sets(self, sets: list[bytes]) -> None:
        """Of a sequence they take the place of all before; of pictures, only of those."""
        sequences = [unit for unit in sets if unit[0] & 0x1F == SPS]
        if sequences:
            self._size = size(sequences[-1])
        elif sets:
            sequences = [unit for unit in self._sets if unit[0] & 0x1F == SPS]
        if sets:
            self._sets = [*sequences, *(unit for unit in sets if unit[0] & 0x1F == PPS)]

    def _lose(self, *, waits: bool = True) -> None:
        self._begun = False
        self._units.clear()
        self._fragments.clear()
        self._waits |= waits
