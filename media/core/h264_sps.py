"""The size of H.264 pictures, out of a sequence parameter set (H.264 §7.3.2.1.1)."""

from typing import Final

from media.core.picture import Size

PROFILES: Final = frozenset({66, 77, 88})
"""Baseline, main, extended: of higher ones more would have to be read, and none is ever agreed on."""
LARGEST: Final = 256
"""Bytes; one without extensions has some twenty."""
_ZEROS: Final = 16
"""Of an exp-Golomb number at most: nothing here is larger than 16 bits."""


class _EndError(Exception):
    """Nothing more to read, or no number."""


class _Bits:
    """Bits of a unit, emulation prevention taken out."""

    def __init__(self, unit: bytes) -> None:
        data = unit.replace(b"\x00\x00\x03", b"\x00\x00")
        self._value = int.from_bytes(data)
        self._left = 8 * len(data)

    def take(self, many: int) -> int:
        if many > self._left:
            raise _EndError
        self._left -= many
        return self._value >> self._left & ((1 << many) - 1)

    def number(self) -> int:
        """An unsigned exp-Golomb number (§9.1); of a signed one as many bits."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > _ZEROS:
                raise _EndError
        return (1 << zeros) - 1 + self.take(zeros)


def size(unit: bytes) -> Size | None:
    """Width and height as shown; `None` if this is no sequence parameter set that is known here."""
    if not 4 <= len(unit) <= LARGEST or unit[0] & 0x1F != 7 or unit[1] not in PROFILES:
        return None
    try:
        return _read(_Bits(unit[4:]))
    except _EndError:
        return None


def _read(bits: _Bits) -> Size | None:
    bits.number()  # its id
    bits.number()  # bits of frame_num
    order = bits.number()
    if order == 0:
        bits.number()
    elif order == 1:
        bits.take(1)
        bits.number()
        bits.number()
        for _ in range(bits.number()):
            bits.number()
    bits.number()  # reference frames
    bits.take(1)
    width, units = 16 * (bits.number() + 1), 16 * (bits.number() + 1)
    fields = 1 - bits.take(1)
    height = units * (1 + fields)
    if fields:
        bits.take(1)
    bits.take(1)
    if bits.take(1):
        left, right, top, bottom = (bits.number() for _ in range(4))
        width -= 2 * (left + right)
        height -= 2 * (1 + fields) * (top + bottom)
    return (width, height) if width > 0 and height > 0 else None
