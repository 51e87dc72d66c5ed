"""Entries of a recording as bytes: what a chunk of a segment holds, one after the other.

Numbers are big-endian; a text is one byte of length and UTF-8. `at` is a double, so nothing is rounded.

| entry | bytes |
|---|---|
| track | 1, number, clock rate, endpoint, source, kind, codec |
| packet | 2 (with the RTP marker's bit, 0x80), track, at, count, timestamp, size, payload |
| report | 3, track, at, NTP, timestamp |
| gap | 4, at, how many endpoints, each of them, reason |
"""

from collections.abc import Iterator
from math import isfinite
from struct import Struct
from typing import Final, assert_never

from media.core.negotiated import Kind, Source
from media.core.recording import Entry, Gap, Packet, Report, Track

PACKET: Final = 2
MARKER: Final = 0x80
PACKET_HEAD: Final = Struct(">BIdQII")
"""Kind and marker, track, at, count, timestamp, bytes of payload."""

_TRACK: Final = 1
_REPORT: Final = 3
_GAP: Final = 4
_TRACK_HEAD: Final = Struct(">BII")
_REPORT_HEAD: Final = Struct(">BIdQI")
_GAP_HEAD: Final = Struct(">BdB")


class MalformedError(ValueError):
    """These bytes are no entries. Nothing of them is told."""

    def __init__(self) -> None:
        super().__init__("the bytes are no entries of a recording")


def encode(entry: Entry) -> bytes:
    """An entry as bytes."""
    match entry:
        case Packet(track, at, count, timestamp, marker, payload):
            kind = PACKET | MARKER if marker else PACKET
            return PACKET_HEAD.pack(kind, track, at, count, timestamp, len(payload)) + payload
        case Track(number, endpoint, source, kind_, codec, clock_rate):
            head = _TRACK_HEAD.pack(_TRACK, number, clock_rate)
            return head + _text(endpoint) + _text(source) + _text(kind_) + _text(codec)
        case Report(track, at, ntp, timestamp):
            return _REPORT_HEAD.pack(_REPORT, track, at, ntp, timestamp)
        case Gap(at, endpoints, reason):
            names = b"".join(_text(endpoint) for endpoint in endpoints)
            return _GAP_HEAD.pack(_GAP, at, len(endpoints)) + names + _text(reason)
        case _:
            assert_never(entry)


def decode(data: bytes) -> Iterator[Entry]:
    """The entries that `data` consists of, in their order.

    Raises:
        MalformedError: at the first that is none, cut ones included.
    """
    at, end = 0, len(data)
    while at < end:
        kind = data[at]
        if kind & ~MARKER == PACKET:
            if at + PACKET_HEAD.size > end:
                raise MalformedError
            _, track, when, count, timestamp, size = PACKET_HEAD.unpack_from(data, at)
            begin = at + PACKET_HEAD.size
            at = begin + size
            if at > end or not size or not count or not _is_time(when):
                raise MalformedError
            yield Packet(track, when, count, timestamp, bool(kind & MARKER), data[begin:at])
        else:
            entry, at = _decode_rare(data, at, kind)
            yield entry


def _decode_rare(data: bytes, at: int, kind: int) -> tuple[Entry, int]:
    head = {_TRACK: _TRACK_HEAD, _REPORT: _REPORT_HEAD, _GAP: _GAP_HEAD}.get(kind)
    if head is None or at + head.size > len(data):
        raise MalformedError
    fields = head.unpack_from(data, at)
    at += head.size
    if kind == _TRACK:
        _, number, clock_rate = fields
        (endpoint, source, media, codec), at = _read_texts(data, at, 4)
        try:
            return Track(number, endpoint, Source(source), Kind(media), codec, clock_rate), at
        except ValueError:
            raise MalformedError from None
    if kind == _REPORT:
        _, track, when, ntp, timestamp = fields
        if not _is_time(when):
            raise MalformedError
        return Report(track, when, ntp, timestamp), at
    _, when, many = fields
    (*endpoints, reason), at = _read_texts(data, at, many + 1)
    if not _is_time(when):
        raise MalformedError
    return Gap(when, tuple(endpoints), reason), at


def _is_time(seconds: float) -> bool:
    return isfinite(seconds) and seconds >= 0


def _text(text: str) -> bytes:
    data = text.encode()
    return bytes((len(data),)) + data


def _read_texts(data: bytes, at: int, many: int) -> tuple[list[str], int]:
    texts = []
    for _ in range(many):
        if at >= len(data):
            raise MalformedError
        begin, at = at + 1, at + 1 + data[at]
        if at > len(data):
            raise MalformedError
        try:
            texts.append(data[begin:at].decode())
        except UnicodeDecodeError:
            raise MalformedError from None
    return texts, at
