"""RTCP (RFC 3550 §6, RFC 4585, RFC 5104, REMB): what we act on of a compound packet, and what we write.

Reading is total: a packet that is wrong anywhere is dropped as a whole, so that nothing acts on half of it.
"""

from dataclasses import dataclass
from struct import Struct
from typing import Final

from media.core import twcc
from media.core.rtp import Packet

SR: Final = 200
RR: Final = 201
SDES: Final = 202
RTPFB: Final = 205
PSFB: Final = 206

_HEAD: Final = Struct(">BBH")
_WORD: Final = Struct(">I")
_SENDER_INFO: Final = Struct(">IQIII")
_BLOCK: Final = Struct(">IIIIII")
_PAIR: Final = Struct(">II")
_NACK: Final = Struct(">HH")
_REMB: Final = b"REMB"
_FMT_NACK: Final = 1
_FMT_PLI: Final = 1
_FMT_FIR: Final = 4
_FMT_AFB: Final = 15
_FMT_TRANSPORT: Final = 15
_NACKS: Final = 64
"""Entries of a NACK that are read: they name up to 1,088 packets, more than are kept."""
_REMB_MAX: Final = 10_000_000_000


@dataclass(frozen=True, slots=True)
class Block:
    """One reception report. `fraction`: lost packets of 256; `last_report`, `delay`: in 1/65,536 s."""

    ssrc: int
    fraction: int
    lost: int
    highest: int
    jitter: int
    last_report: int
    delay: int


@dataclass(frozen=True, slots=True)
class SenderInfo:
    """The timing of a sender report: a stream's RTP time at an NTP time (64 bits)."""

    ssrc: int
    ntp: int
    rtp: int


@dataclass(frozen=True, slots=True)
class Nack:
    """Sequence numbers of `media` that the sender of this misses."""

    media: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyframeWanted:
    """PLI or FIR for `media`."""

    media: int


@dataclass(frozen=True, slots=True)
class Remb:
    """The receiver's estimate of what its downlink carries, in bit/s."""

    bitrate: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """Transport-wide feedback: of each number from `base` on, when it came if it did (its own seconds)."""

    base: int
    at: tuple[float | None, ...]


Message = SenderInfo | Block | Nack | KeyframeWanted | Remb | Arrived


def read(packet: Packet) -> list[Message] | None:
    """What is said in a compound packet; `None` if it is malformed. Unknown parts are passed over."""
    messages: list[Message] = []
    at, size = 0, len(packet)
    if not size:
        return None
    while at < size:
        if at + 4 > size:
            return None
        flags, kind, words = _HEAD.unpack_from(packet, at)
        end = at + 4 + words * 4
        if flags >> 6 != 2 or end > size:
            return None
        stop = end
        if flags & 0x20:
            padding = packet[end - 1]
            # Transport-wide feedback is filled up to words by padding, wherever it stands.
            filled = kind == RTPFB and flags & 0x1F == _FMT_TRANSPORT
            if not filled and (end != size or padding % 4):
                return None
            if not 0 < padding <= words * 4:
                return None
            stop -= padding
        found = _read_one(bytes(packet[at + 4 : stop]), kind, flags & 0x1F)
        if found is None:
            return None
        messages += found
        at = end
    return messages


def _read_one(content: bytes, kind: int, count: int) -> list[Message] | None:
    if kind == SR:
        if len(content) < 24 + 24 * count:
            return None
        ssrc, ntp, rtp, _packets, _octets = _SENDER_INFO.unpack_from(content)
        return [SenderInfo(ssrc, ntp, rtp), *_blocks(content, 24, count)]
    if kind == RR:
        return _blocks(content, 4, count) if len(content) >= 4 + 24 * count else None
    if kind in {RTPFB, PSFB}:
        if len(content) < 8:
            return None
        if kind == PSFB:
            return _read_payload(content, count)
        return _read_transport(content, count)
    return []


def _blocks(content: bytes, at: int, count: int) -> list[Message]:
    blocks: list[Message] = []
    for index in range(count):
        ssrc, loss, highest, jitter, last, delay = _BLOCK.unpack_from(content, at + 24 * index)
        lost = loss & 0xFFFFFF
        lost -= (lost & 0x800000) << 1
        blocks.append(Block(ssrc, loss >> 24, lost, highest, jitter, last, delay))
    return blocks


def _read_nack(content: bytes) -> list[Message]:
    numbers: dict[int, None] = {}
    for at in range(8, min(len(content), 8 + 4 * _NACKS), 4):
        first, following = _NACK.unpack_from(content, at)
        numbers[first] = None
        for bit in range(16):
            if following >> bit & 1:
                numbers[(first + 1 + bit) & 0xFFFF] = None
    return [Nack(_WORD.unpack_from(content, 4)[0], tuple(numbers))]


def _read_transport(content: bytes, count: int) -> list[Message] | None:
    """Generic NACK and transport-wide feedback."""
    if count == _FMT_NACK:
        return _read_nack(content)
    if count == _FMT_TRANSPORT:
        told = twcc.read(content[8:])
        return None if told is None else [Arrived(*told)]
    return []


def _read_payload(content: bytes, count: int) -> list[Message] | None:
    """PLI, FIR and REMB; any other feedback is somebody else's."""
    if count == _FMT_PLI:
        return [KeyframeWanted(_WORD.unpack_from(content, 4)[0])]
    if count == _FMT_FIR:
        if (len(content) - 8) % 8:
            return None
        return [KeyframeWanted(_WORD.unpack_from(content, at)[0]) for at in range(8, len(content), 8)]
    if count == _FMT_AFB and content[8:12] == _REMB:
        if len(content) < 16:
            return None
        word = _WORD.unpack_from(content, 12)[0]
        return [Remb(min((word & 0x3FFFF) << (word >> 18 & 0x3F), _REMB_MAX))]
    return []


def keyframe_request(sender: int, media: int) -> bytes:
    """A PLI (RFC 4585 §6.3.1)."""
    return _HEAD.pack(0x80 | _FMT_PLI, PSFB, 2) + _PAIR.pack(sender, media)


def nack(sender: int, media: int, numbers: list[int]) -> bytes:
    """A request for lost packets by their sequence numbers, in rising order (RFC 4585 §6.2.1)."""
    entries: list[int] = []
    first = None
    for number in numbers:
        step = 0 if first is None else (number - first) & 0xFFFF
        if first is None or not 0 < step <= 16:
            first = number
            entries.append((number & 0xFFFF) << 16)
        else:
            entries[-1] |= 1 << (step - 1)
    head = _HEAD.pack(0x80 | _FMT_NACK, RTPFB, 2 + len(entries)) + _PAIR.pack(sender, media)
    return head + b"".join(_WORD.pack(entry) for entry in entries)


def remb(sender: int, bitrate: int, ssrcs: tuple[int, ...]) -> bytes:
    """A REMB of at most `bitrate` bit/s (rounded down to 18 bits) for a sender's `ssrcs`."""
    exponent = max(bitrate.bit_length() - 18, 0)
    word = len(ssrcs) << 24 | exponent << 18 | bitrate >> exponent
    return (
        _HEAD.pack(0x80 | _FMT_AFB, PSFB, 4 + len(ssrcs))
        + _PAIR.pack(sender, 0)
        + _REMB
        + _WORD.pack(word)
        + b"".join(_WORD.pack(ssrc) for ssrc in ssrcs)
    )


def sender_report(info: SenderInfo, packets: int, octets: int, cname: str) -> bytes:
    """SR and SDES of one stream of ours; the counts wrap at 32 bits."""
    counted = _SENDER_INFO.pack(info.ssrc, info.ntp, info.rtp, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)
    return _HEAD.pack(0x80, SR, 6) + counted + _description(info.ssrc, cname)


def receiver_report(sender: int, blocks: list[Block], cname: str) -> bytes:
    """RR and SDES about at most 31 streams."""
    packed = b"".join(
        _BLOCK.pack(
            block.ssrc,
            block.fraction << 24 | (min(max(block.lost, -0x800000), 0x7FFFFF) & 0xFFFFFF),
            block.highest,
            block.jitter,
            block.last_report,
            block.delay,
        )
        for block in blocks
    )
    head = _HEAD.pack(0x80 | len(blocks), RR, 1 + 6 * len(blocks))
    return head + _WORD.pack(sender) + packed + _description(sender, cname)


def _description(ssrc: int, cname: str) -> bytes:
    """SDES with one CNAME item, closed by one to four zeros (RFC 3550 §6.5)."""
    name = cname.encode()[:255]
    chunk = _WORD.pack(ssrc) + bytes((1, len(name))) + name
    chunk += bytes(4 - len(chunk) % 4)
    return _HEAD.pack(0x81, SDES, len(chunk) // 4) + chunk
