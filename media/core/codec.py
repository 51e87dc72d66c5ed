"""Which codec a room's cameras are in: VP8, which everybody has, unless H.264 spares somebody.

The room *says* the codec; endpoints follow when they can, each m-line by its payload types alone and without
another negotiation. Until a sender has followed, whoever can take what it sends still gets it.
"""

from collections.abc import Iterable

from media.core.negotiated import Codec, Kind, Negotiated


def room_codec(present: Iterable[Negotiated]) -> Codec:
    """H.264 where all who are present have it both ways and at least one needs it; else VP8."""
    everybody = tuple(present)
    needed = any(one.needs_h264 for one in everybody)
    return Codec.H264 if needed and all(map(has_h264, everybody)) else Codec.VP8


def has_h264(one: Negotiated) -> bool:
    """Whether an endpoint can send and take H.264 on each of its picture's m-lines."""
    ups = all(line.h264 is not None for line in one.uplinks if line.kind is Kind.VIDEO)
    return ups and all(line.h264 is not None for line in one.slots if line.kind is Kind.VIDEO)
