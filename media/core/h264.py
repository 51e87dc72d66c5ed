"""H.264 in RTP (RFC 6184): whether a packet begins a keyframe, the only thing a forwarder has to know.

Senders put the parameter sets right before each picture that stands for itself, in a packet of their own or
together with it; one that has parameter sets already may send the picture alone.
"""

from typing import Final

from media.core.rtp import Packet

IDR: Final = 5
SPS: Final = 7
STAP_A: Final = 24
FU_A: Final = 28


def begins_keyframe(payload: Packet) -> bool:
    """Whether this is the first packet of a keyframe: a sequence parameter set, or an IDR's first slice.

    It may be the packet's one unit, the first fragment of one, or any in a packet of several.
    """
    end = len(payload)
    if end < 2:
        return False
    kind = payload[0] & 0x1F
    if kind == FU_A:
        return end > 2 and bool(payload[1] & 0x80) and _begins(payload[1] & 0x1F, payload[2])
    if kind != STAP_A:
        return _begins(kind, payload[1])
    at = 1
    while at + 3 < end:  # a size, and a unit of two bytes at least
        if _begins(payload[at + 2] & 0x1F, payload[at + 3]):
            return True
        at += 2 + (payload[at] << 8 | payload[at + 1])
    return False


def _begins(kind: int, after: int) -> bool:
    """Of a unit: type and next byte. A picture begins at macroblock 0: a first bit of 1."""
    return kind == SPS or (kind == IDR and after & 0x80 != 0)
