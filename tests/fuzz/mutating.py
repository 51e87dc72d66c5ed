"""Inputs that are nearly right: a seeded source of damaged copies of valid ones, and of plain noise."""

import random
from collections.abc import Sequence
from typing import Final

BOUNDARIES: Final = tuple(
    value.to_bytes(size, "big")
    for size in (1, 2, 4)
    for value in (
        0, 1, 2, 3, 4, (1 << 8 * size - 1) - 1, 1 << 8 * size - 1, (1 << 8 * size) - 4, (1 << 8 * size) - 1
    )
)  # fmt: skip
NOISE_SHARE: Final = 0.08
"""Of the inputs: bytes that are no copy of anything."""
LONGEST: Final = 1500


class Mutator:
    """Damages copies of `valid`. Two mutators of one seed give the same inputs in the same order."""

    def __init__(self, valid: Sequence[bytes], seed: int) -> None:
        self._valid = tuple(valid)
        self._dice = random.Random(seed)
        self._bits = self._dice.getrandbits
        self._ways = (
            self._flip, self._flip, self._bound, self._bound, self._near, self._near, self._cut, self._grow,
            self._splice, self._drop, self._repeat, self._scribble,
        )  # fmt: skip

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        return self._bits(32) * limit >> 32

    def chance(self, share: float) -> bool:
        """Whether something that happens in this share of the cases happens now."""
        return self._dice.random() < share

    def word(self) -> int:
        """Any 32 bits."""
        return self._bits(32)

    def noise(self, longest: int) -> bytes:
        """Any bytes of any length up to `longest`."""
        size = self.below(longest + 1)
        return self._bits(8 * size).to_bytes(size, "big") if size else b""

    def some(self) -> bytes:
        """A valid one."""
        return self._valid[self.below(len(self._valid))]

    def input(self, longest: int = LONGEST) -> bytearray:
        """The next input: mostly a valid one with one to three wounds."""
        if self.chance(NOISE_SHARE):
            return bytearray(self.noise(200))
        data = bytearray(self.some())
        for _ in range(1 + (self._bits(2) == 3) + (self._bits(3) == 7)):
            if not data:
                break
            self._ways[self.below(len(self._ways))](data)
        del data[longest:]
        return data

    def _flip(self, data: bytearray) -> None:
        at = self.below(len(data) * 8)
        data[at >> 3] ^= 1 << (at & 7)

    def _bound(self, data: bytearray) -> None:
        value = BOUNDARIES[self.below(len(BOUNDARIES))]
        at = self.below(len(data))
        data[at : at + len(value)] = value

    def _near(self, data: bytearray) -> None:
        """A length or a count that is off by a little: near the head, where they stand."""
        at = self.below(min(len(data), 24))
        data[at] = (data[at] + self.below(9) - 4) & 0xFF

    def _cut(self, data: bytearray) -> None:
        del data[self.below(len(data)) :]

    def _grow(self, data: bytearray) -> None:
        data += self.noise(64)

    def _splice(self, data: bytearray) -> None:
        other = self.some()
        data[self.below(len(data)) :] = other[self.below(len(other)) :]

    def _drop(self, data: bytearray) -> None:
        at = self.below(len(data))
        del data[at : at + 1 + self.below(8)]

    def _repeat(self, data: bytearray) -> None:
        at = self.below(len(data))
        data[at:at] = data[at : at + 1 + self.below(40)]

    def _scribble(self, data: bytearray) -> None:
        at = self.below(len(data))
        some = self.noise(8)
        data[at : at + len(some)] = some
