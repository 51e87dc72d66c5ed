"""What was sent on a slot of late, so that a receiver that missed a packet gets it again.

Two generations of at most `GENERATION` packets and `turn` seconds each: the older one goes as a whole, so
keeping a packet costs one dictionary entry and no clean-up of its own. Together: at most 1,024 packets, one
second; two, where the way is long, for us or for the sender.
"""

from collections.abc import Iterator
from typing import Final

from media.core.missing import AGE

GENERATION: Final = 512
TURN: Final = 0.5
TURN_MOST: Final = 1.0
ANSWERS: Final = 3
"""Times one packet is sent again."""
APART: Final = 0.02
"""Least seconds between two answers for one packet, where the round trip is shorter."""
AWAITED_FOR: Final = AGE
"""Seconds for which a packet is asked for that never came to us, after which it is taken for gone."""
ASKS_EARLY: Final = 0.5
"""Of a round trip, after which a receiver that asks again has waited long enough: it measured it too, and
what transport feedback told us of was sent between two of its requests."""


class SendCache:
    """Of one slot. Sequence numbers are those sent, 16 bits."""

    __slots__ = ("_answers", "_awaited", "_began", "_new", "_old", "_turn_at", "gave_up", "turn")

    def __init__(self) -> None:
        self._new: dict[int, bytes] = {}
        self._old: dict[int, bytes] = {}
        self._turn_at = 0.0
        self.turn = TURN
        self._answers: dict[int, tuple[int, float]] = {}  # sequence → (answers so far, when the last was)
        self._awaited: dict[int, float] = {}  # sequence of what never came → since when it is asked for
        self._began = 0  # the sequence number of the newest keyframe that was wanted
        self.gave_up = False
        """Whether a packet of the newest pictures was wanted that is never sent again; to be set to False."""

    def put(self, sequence: int, packet: bytes, now: float) -> None:
        """Keep a packet that is being sent for the first time."""
        if now >= self._turn_at or len(self._new) >= GENERATION:
            self._turn(now)
        self._new[sequence] = packet

    def begin(self, sequence: int) -> None:
        """A keyframe that was wanted begins here: who misses what was before it misses nothing."""
        self._began = sequence & 0xFFFF

    def wanted(self, sequence: int, now: float, round_trip: float) -> bytes | None:
        """The packet to send again, if it is still here and was not answered too often or just now."""
        if now >= self._turn_at:
            self._turn(now)
        packet = self.kept(sequence)
        count, last = self._answers.get(sequence, (0, 0.0))
        if count and now - last < max(APART, round_trip * ASKS_EARLY):
            return None
        if packet is None or count >= ANSWERS:
            gone = packet is not None or self._is_past(sequence) or self._is_awaited_for_long(sequence, now)
            self.gave_up = self.gave_up or (gone and (sequence - self._began) & 0xFFFF < 0x8000)
            return None
        return packet

    def kept(self, sequence: int) -> bytes | None:
        """The packet, if it is still here."""
        return self._new.get(sequence) or self._old.get(sequence)

    def backwards(self) -> Iterator[tuple[int, bytes]]:
        """Every packet that is still here under its sequence number, the one that was sent last first."""
        yield from reversed(self._new.items())
        yield from reversed(self._old.items())

    def _is_awaited_for_long(self, sequence: int, now: float) -> bool:
        """Of a packet that never came to us, which we ask for too."""
        if len(self._awaited) >= GENERATION:
            self._awaited.clear()
        return now - self._awaited.setdefault(sequence, now) >= AWAITED_FOR

    def _is_past(self, sequence: int) -> bool:
        oldest = next(iter(self._old or self._new), None)
        return oldest is None or (sequence - oldest) & 0xFFFF >= 0x8000

    def answered(self, sequence: int, now: float) -> None:
        """The packet was sent again."""
        self._answers[sequence] = (self._answers.get(sequence, (0, 0.0))[0] + 1, now)

    def clear(self) -> None:
        """Forget everything: what was sent is nobody's to have again."""
        self._new, self._old, self._answers, self._awaited = {}, {}, {}, {}

    def _turn(self, now: float) -> None:
        self._old = self._new if now < self._turn_at + self.turn else {}
        self._new = {}
        self._turn_at = now + self.turn
        if self._awaited:
            self._awaited = {
                sequence: since for sequence, since in self._awaited.items() if now - since < 2 * AWAITED_FOR
            }
        if self._answers:
            self._answers = {
                sequence: kept for sequence, kept in self._answers.items() if sequence in self._old
            }
