"""RTP packets as bytes (RFC 3550 §5.1, RFC 8285): what is read of one that came, the head of one that leaves.

Outgoing heads are made from a template per slot: everything that stays the same (extension ids, mid) is laid
out once, so that one `Struct.pack` writes a whole head.
"""

from collections.abc import Callable
from struct import Struct
from typing import Final

from media.core.negotiated import Extensions

Packet = bytes | bytearray | memoryview

FIXED: Final = Struct(">BBHII")
"""Version and flags, marker and payload type, sequence number, timestamp, SSRC."""
FIXED_SIZE: Final = 12
SEQUENCE: Final = Struct(">H")

_EXTENSION: Final = Struct(">HH")
_ONE_BYTE: Final = 0xBEDE
_TWO_BYTE: Final = 0x1000
_ONE_BYTE_ID_MAX: Final = 14
_ONE_BYTE_LENGTH_MAX: Final = 16
_HOLD_MAX: Final = 0xFFF

Pack = Callable[[int, int, int, int, int], bytes]
"""Marker with payload type, sequence, timestamp, SSRC, and what changes in the extension → a head.

That is a transport-wide number where the slot has them, else the abs-send-time."""


def bounds(packet: Packet) -> tuple[int, int]:
    """Where the payload begins and ends, padding left off; (0, 0) if this is no RTP packet."""
    end = len(packet)
    if end < FIXED_SIZE:
        return 0, 0
    flags = packet[0]
    if flags >> 6 != 2:
        return 0, 0
    start = FIXED_SIZE + ((flags & 0x0F) << 2)
    if flags & 0x10:
        if start + 4 > end:
            return 0, 0
        start += 4 + (packet[start + 2] << 10 | packet[start + 3] << 2)
    if flags & 0x20 and start < end:
        end -= packet[-1]
    return (start, end) if start <= end else (0, 0)


def find_extension(packet: Packet, end: int, wanted: int) -> tuple[int, int]:
    """(offset, length) of the data of header extension `wanted`; (0, 0) if it is not there.

    `end` is where the payload begins, as `bounds` says. A malformed block simply ends.
    """
    at = FIXED_SIZE + ((packet[0] & 0x0F) << 2)
    if not packet[0] & 0x10:
        return 0, 0
    profile = (packet[at] << 8) | packet[at + 1]
    at += 4
    if profile == _ONE_BYTE:
        while at < end:
            first = packet[at]
            if first >> 4 == wanted:
                size = (first & 0x0F) + 1
                return (at + 1, size) if at + 1 + size <= end else (0, 0)
            if first >> 4 == 15:  # reserved: processing stops (RFC 8285 §4.2)
                break
            at += 1 if first == 0 else (first & 0x0F) + 2
    elif profile & 0xFFF0 == _TWO_BYTE:
        while at + 1 < end:
            number, size = packet[at], packet[at + 1]
            if number == wanted:
                return (at + 2, size) if at + 2 + size <= end else (0, 0)
            at += 1 if number == 0 else size + 2
    return 0, 0


def packer(mid: str, extensions: Extensions, hold: float | None = None) -> Pack:
    """The function that writes the heads of one slot.

    With its mid and either a transport-wide number or abs-send-time, each if negotiated; and with `hold`, the
    seconds for which its receiver is to hold it back at least.
    """
    mid_bytes = mid.encode() if extensions.mid is not None else b""
    time_id = extensions.abs_send_time
    number_id = extensions.transport_cc
    hold_id = extensions.playout_delay if hold is not None else None
    block = (
        max(extensions.mid or 0, number_id or time_id or 0, hold_id or 0) > _ONE_BYTE_ID_MAX
        or len(mid_bytes) > _ONE_BYTE_LENGTH_MAX
    )

    def element(number: int, size: int) -> bytes:
        return bytes((number, size)) if block else bytes((number << 4 | (size - 1),))

    after = element(extensions.mid, len(mid_bytes)) + mid_bytes if extensions.mid is not None else b""
    if hold_id is not None and hold is not None:
        least = min(round(hold * 100), _HOLD_MAX)  # twelve bits each of hundredths of a second
        after += element(hold_id, 3) + (least << 12 | _HOLD_MAX).to_bytes(3, "big")
    if number_id is not None:
        before = element(number_id, 2)
        after += bytes(-(len(before) + 2 + len(after)) % 4)
        words = (len(before) + 2 + len(after)) // 4
        return _with_number(_EXTENSION.pack(_TWO_BYTE if block else _ONE_BYTE, words) + before, after)
    if time_id is None:
        if not after:
            return _bare
        after += bytes(-len(after) % 4)
        tail = _EXTENSION.pack(_TWO_BYTE if block else _ONE_BYTE, len(after) // 4) + after
        return _with_tail(tail)
    before = element(time_id, 3)
    after += bytes(-(len(before) + 3 + len(after)) % 4)
    words = (len(before) + 3 + len(after)) // 4
    before = _EXTENSION.pack(_TWO_BYTE if block else _ONE_BYTE, words) + before
    return _with_time(before, after)


def _bare(marked: int, sequence: int, time: int, ssrc: int, _stamp: int) -> bytes:
    return FIXED.pack(0x80, marked, sequence, time, ssrc)


def _with_tail(tail: bytes) -> Pack:
    layout = Struct(f">BBHII{len(tail)}s").pack

    def pack(marked: int, sequence: int, time: int, ssrc: int, _stamp: int) -> bytes:
        return layout(0x90, marked, sequence, time, ssrc, tail)

    return pack


def _with_number(before: bytes, after: bytes) -> Pack:
    layout = Struct(f">BBHII{len(before)}sH{len(after)}s").pack

    def pack(marked: int, sequence: int, time: int, ssrc: int, number: int) -> bytes:
        return layout(0x90, marked, sequence, time, ssrc, before, number, after)

    return pack


def _with_time(before: bytes, after: bytes) -> Pack:
    layout = Struct(f">BBHII{len(before)}sBH{len(after)}s").pack

    def pack(marked: int, sequence: int, time: int, ssrc: int, stamp: int) -> bytes:
        return layout(0x90, marked, sequence, time, ssrc, before, stamp >> 16, stamp & 0xFFFF, after)

    return pack


def send_time(now: float) -> int:
    """abs-send-time: 24 bits of 6.18 fixed-point seconds, of any steady clock."""
    return int(now * 262144.0) & 0xFFFFFF


def signed32(value: int) -> int:
    """A difference of two 32-bit timestamps as the shorter way round."""
    value &= 0xFFFFFFFF
    return value - 0x1_0000_0000 if value > 0x7FFFFFFF else value
