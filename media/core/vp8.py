"""VP8 in RTP (RFC 7741): whether a packet begins a keyframe, the only thing a forwarder has to know."""

from media.core.rtp import Packet


def begins_keyframe(payload: Packet) -> bool:
    """Whether this is the first packet of a keyframe."""
    end = len(payload)
    if end < 2:
        return False
    descriptor = payload[0]
    if descriptor & 0x17 != 0x10:  # S set and partition 0: the frame begins here
        return False
    at = 1
    if descriptor & 0x80:
        present = payload[at]
        at += 1
        if present & 0x80:  # picture id, of one or two bytes
            if at >= end:
                return False
            at += 2 if payload[at] & 0x80 else 1
        if present & 0x40:  # TL0PICIDX
            at += 1
        if present & 0x30:  # TID, KEYIDX
            at += 1
    return at < end and not payload[at] & 0x01
