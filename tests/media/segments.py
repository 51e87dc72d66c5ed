"""Segments for tests: written by the product, then cut into their pieces."""

from pathlib import Path

from media.core.entries import encode
from media.core.negotiated import Kind, Source
from media.core.recording import Entry, Packet, Track
from media.recordings.sealing import CHUNK_HEAD, TAG_BYTES, Header, unpack_header
from media.recordings.segment import Segment

KEY = bytes(range(32))
TRACK = Track(1, "member", Source.MICROPHONE, Kind.AUDIO, "opus", 48_000)
HEADER = Header("rec-1", "00000000000001-aa", b"wrapped", 1_800_000_000_000)


def packet(number: int) -> Packet:
    return Packet(1, number / 50, 65_536 + number, number * 960, True, b"sound %d" % number)


def chunk(*numbers: int) -> bytes:
    return b"".join(encode(entry) for entry in (TRACK, *map(packet, numbers)))


def write(
    folder: Path, chunks: int = 5, *, header: Header = HEADER, key: bytes = KEY, ended: bool = True
) -> Path:
    """A segment of so many chunks with one packet each, numbered from 1 like them, and its end."""
    segment = Segment(folder, header, key)
    for number in range(1, chunks + 1):
        segment.add(chunk(number))
        segment.flush()
    if ended:
        segment.add(b"", last=True)
        segment.flush()
    segment.close()
    return segment.path


def pieces(path: Path) -> list[bytes]:
    """The sealed header, then each chunk."""
    data = path.read_bytes()
    at = unpack_header(data)[1] + TAG_BYTES
    found = [data[:at]]
    while at < len(data):
        size = CHUNK_HEAD.unpack_from(data, at)[2] + CHUNK_HEAD.size
        found.append(data[at : at + size])
        at += size
    return found


def numbers(entries: list[Entry]) -> list[int]:
    """Which packets were read."""
    return [entry.count - 65_536 for entry in entries if isinstance(entry, Packet)]
