"""Opus packets (RFC 6716 §3.1): how long the sound in one is. Nothing is decoded."""

from typing import Final

RATE: Final = 48000
"""Samples per second of everything Opus, whatever was recorded (RFC 7587 §4.1)."""
_LONGEST: Final = 5760  # 120 ms
_SILK: Final = (480, 960, 1920, 2880)
_HYBRID: Final = (480, 960)
_CELT: Final = (120, 240, 480, 960)


def samples(packet: bytes) -> int:
    """Samples per channel in a packet that is not empty; 0 if it is none that a decoder would take."""
    config, code = packet[0] >> 3, packet[0] & 0x03
    if config < 12:
        each = _SILK[config & 3]
    elif config < 16:
        each = _HYBRID[config & 1]
    else:
        each = _CELT[config & 3]
    if code < 3:
        return each if code == 0 else 2 * each
    if len(packet) < 2:
        return 0
    total = each * (packet[1] & 0x3F)
    return total if total <= _LONGEST else 0
