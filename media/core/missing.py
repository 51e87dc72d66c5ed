"""What a stream that comes to us lacks, and when to ask its sender for it (generic NACK, RFC 4585 §6.2.1).

A number is asked for as soon as a later one shows that it is missing, and again after a round trip, until it
comes, or is too old to be of use: then the picture needs a keyframe instead.
"""

from typing import Final

from media.core.lateness import Lateness

TRIES: Final = 10
"""Requests for one number on a short way; on a long one only `AGE` counts."""
AGE: Final = 1.3
"""Seconds after which a packet comes too late for whoever waits for it: more than a third request takes where
the round trip is 0.3 s, since a keyframe would not be here earlier."""
APART: Final = 0.05
"""Least seconds between two requests for one number: a round trip that was never measured is short."""
LONG: Final = 0.1
"""Seconds of a round trip from which on requests, and answers to them, are made more often than once: the
first may be lost too, and the next one comes another round trip later."""
AT_MOST: Final = 256
"""Numbers that are asked for. More at once is no loss to repair but an outage."""


class Missing:
    """Of one track. Sequence numbers are `count`s, without wrap-around."""

    __slots__ = ("_wanted", "fresh", "gave_up", "lateness")

    def __init__(self) -> None:
        self._wanted: dict[int, tuple[float, int, float]] = {}  # count → (since, tries, not again before)
        self.lateness = Lateness()
        self.fresh = False
        """Whether numbers were found missing that nobody was asked for yet."""
        self.gave_up = False
        """Whether some were given up since this was last set to False."""

    def __len__(self) -> int:
        return len(self._wanted)

    def lost(self, first: int, last: int, now: float) -> None:
        """The counts `first` to `last` did not come when a later one did."""
        if len(self._wanted) + last - first >= AT_MOST:
            self.clear()
            self.fresh = self.gave_up = True
            return
        for count in range(first, last + 1):
            self._wanted[count] = (now, 0, now)
        self.fresh = True

    def came(self, count: int, now: float) -> None:
        """One that may have been missing is here."""
        wanted = self._wanted.pop(count, None)
        if wanted is not None:
            self.lateness.repaired(now - wanted[0], now)

    def clear(self) -> None:
        """Miss nothing any more: the stream begins anew."""
        self._wanted.clear()
        self.fresh = False

    def due(self, now: float, round_trip: float) -> list[int]:
        """The counts to ask for now, in order; each counts as asked for."""
        self.fresh = False
        asked = []
        for count, (since, tries, again_at) in list(self._wanted.items()):
            if now - since > AGE or (tries >= TRIES and round_trip < LONG):
                del self._wanted[count]
                self.gave_up = True
            elif now >= again_at:
                self._wanted[count] = (since, tries + 1, now + _pause(tries, round_trip))
                asked.append(count)
        return asked


def _pause(tries: int, round_trip: float) -> float:
    """Seconds until the next request, after so many before this one.

    On a long way twice, `APART`, and then all the time from when an answer could be here: a browser answers
    again only a round trip after its last answer, and a request that is a little early is as good as none.
    """
    if round_trip < LONG:
        return max(APART, round_trip)
    return round_trip - APART if tries == 1 else APART
