"""Picture ids of VP8 (RFC 7741 §4.2) that go on where a receiver is given another layer of a picture.

Every layer counts its pictures for itself. A receiver sees one stream, whose ids go on: the picture id (of 7
or 15 bits) and TL0PICIDX (of 8) are shifted, each by a number that stays until the next change.
"""

from typing import NamedTuple

from media.core.rtp import Packet


class PictureIds(NamedTuple):
    """What is added to the ids of every packet of a layer; never both 0."""

    picture: int
    base: int
    """To TL0PICIDX."""

    def moved(self, payload: Packet) -> Packet:
        """The payload with ids that go on; as it is where it has none."""
        picture, base = _places(payload)
        moved = bytearray(payload)
        if picture:
            if payload[picture] & 0x80:
                to = (payload[picture] << 8 | payload[picture + 1]) + self.picture
                moved[picture] = 0x80 | to >> 8 & 0x7F
                moved[picture + 1] = to & 0xFF
            else:
                moved[picture] = payload[picture] + self.picture & 0x7F
        if base:
            moved[base] = payload[base] + self.base & 0xFF
        return moved


def continued(last: Packet, first: Packet) -> PictureIds | None:
    """How a layer that begins with `first` goes on after `last`; None where its ids do so by themselves."""
    (before, base_before), (picture, base) = _places(last), _places(first)
    pictures = (_picture(last, before) + 1 - _picture(first, picture)) & 0x7FFF if before and picture else 0
    bases = (last[base_before] + 1 - first[base]) & 0xFF if base_before and base else 0
    return PictureIds(pictures, bases) if pictures or bases else None


def _places(payload: Packet) -> tuple[int, int]:
    """Where the picture id and TL0PICIDX are; 0 where they are not."""
    end = len(payload)
    if end < 2 or not payload[0] & 0x80:
        return 0, 0
    present = payload[1]
    at, picture = 2, 0
    if present & 0x80:
        picture = at
        at += 2 if at < end and payload[at] & 0x80 else 1
    base = at if present & 0x40 else 0
    if base:
        at += 1
    return (picture, base) if at <= end else (0, 0)


def _picture(payload: Packet, at: int) -> int:
    """A picture id. One of 7 bits stands for any of 15 that end so."""
    return (payload[at] & 0x7F) << 8 | payload[at + 1] if payload[at] & 0x80 else payload[at]
