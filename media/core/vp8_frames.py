"""Whole VP8 frames out of RTP payloads (RFC 7741, RFC 6386 §9.1). Nothing is decoded.

A frame that lacks a packet is dropped, and with it everything up to the next keyframe: what follows refers
to it, and a decoder would show the damage. A missing number alone is no loss where the picture ids go on:
senders fill up with empty packets.
"""

from typing import Final, NamedTuple

from media.core.picture import Picture, Size
from media.core.recording import Packet

START_CODE: Final = b"\x9d\x01\x2a"


class Descriptor(NamedTuple):
    """What is read of a payload descriptor. `picture`: its id; -1 without one. `mask`: the id's width."""

    begins: bool
    picture: int
    mask: int
    length: int


def descriptor(payload: bytes) -> Descriptor | None:
    """The payload descriptor; `None` if nothing of a frame follows it."""
    first = payload[0]
    begins = first & 0x17 == 0x10  # S set and partition 0: the frame begins here
    at = 1
    picture, mask = -1, 0
    end = len(payload)
    if first & 0x80:
        if end < 2:
            return None
        present = payload[1]
        at = 2
        if present & 0x80:
            if at + 2 > end:
                return None
            picture, mask = payload[at], 0x7F
            at += 1
            if picture & 0x80:
                picture, mask = (picture & 0x7F) << 8 | payload[at], 0x7FFF
                at += 1
        if present & 0x40:  # TL0PICIDX
            at += 1
        if present & 0x30:  # TID, KEYIDX
            at += 1
    return Descriptor(begins, picture, mask, at) if at < end else None


def size(frame: bytes) -> Size | None:
    """Width and height of a keyframe, scaling left off; `None` if it is no sound keyframe."""
    if len(frame) < 10 or frame[0] & 1 or frame[3:6] != START_CODE:
        return None
    width = (frame[6] | frame[7] << 8) & 0x3FFF
    height = (frame[8] | frame[9] << 8) & 0x3FFF
    return (width, height) if width and height else None


class Vp8Frames:
    """One track's packets in, by their count and each once; whole frames out, beginning with a keyframe."""

    __slots__ = ("_count", "_next", "_parts", "_picture", "_timestamp", "_waits")

    def __init__(self) -> None:
        self._next = -1  # the count that comes next
        self._waits = True  # for a keyframe
        self._picture = -1  # the id of the last frame that was begun
        self._parts: list[bytes] = []  # of the frame that is being put together
        self._timestamp = self._count = 0

    def push(self, packet: Packet) -> Picture | None:
        """The frame that this packet ends."""
        hole = packet.count != self._next
        self._next = packet.count + 1
        found = descriptor(packet.payload)
        if found is None:
            self._lose()
            return None
        if self._parts and (hole or found.begins or packet.timestamp != self._timestamp):
            self._lose()  # the rest of the frame before is not there
        if not self._parts:
            if not found.begins:
                self._lose()
                return None
            if hole and not (self._picture >= 0 and found.picture == (self._picture + 1) & found.mask):
                self._waits = True
            self._picture = found.picture
            self._timestamp = packet.timestamp
            self._count = packet.count
        self._parts.append(packet.payload[found.length :])
        return self._ended() if packet.marker else None

    def _ended(self) -> Picture | None:
        data = b"".join(self._parts) if len(self._parts) > 1 else self._parts[0]
        self._parts.clear()
        key = not data[0] & 1
        dimensions = size(data) if key else None
        if (key and dimensions is None) or not _holds_first_partition(data, key=key):
            self._lose()
            return None
        if self._waits and not key:
            return None
        self._waits = False
        return Picture(self._timestamp, self._count, data, dimensions)

    def _lose(self) -> None:
        self._parts.clear()
        self._picture = -1
        self._waits = True


def _holds_first_partition(frame: bytes, *, key: bool) -> bool:
    """Whether the frame is as long as its own header says at least: one that was cut off is not."""
    if len(frame) < 3:
        return False
    first_partition = (frame[0] | frame[1] << 8 | frame[2] << 16) >> 5
    return (10 if key else 3) + first_partition <= len(frame)
