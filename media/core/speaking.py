"""Who speaks: the loudest of three or more, and for a moment after."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from media.core.meters import Loudness

if TYPE_CHECKING:
    from media.core.endpoint import Endpoint

LISTEN_EVERY: Final = 0.2
SPEAKS_FROM: Final = 0.03
"""Of full scale: below it a room hums."""
LOUDER: Final = 1.6
"""Times as loud another must be to be taken for the speaker while somebody speaks."""
AFTER: Final = 0.4
"""Seconds for which another must be it: a cough is none."""
STAYS: Final = 1.5
"""Seconds of silence after which nobody speaks."""


class Speaking:
    """Of one room. `who` is an endpoint; None while nobody speaks, or only two are there."""

    __slots__ = ("_heard_at", "_listened_at", "_next", "_since", "who")

    def __init__(self) -> None:
        self.who: str | None = None
        self._next: str | None = None
        self._since = self._heard_at = self._listened_at = float("-inf")

    def listen(self, endpoints: "Mapping[str, Endpoint]", now: float) -> bool:
        """Look at what came of everybody's microphone; whether another speaks from now on."""
        if now - self._listened_at < LISTEN_EVERY or (len(endpoints) < 3 and self.who is None):
            return False
        self._listened_at = now
        levels = {
            endpoint.name: track.meter.read()
            for endpoint in endpoints.values()
            for track in endpoint.tracks
            if isinstance(track.meter, Loudness)
        }
        return self.hear(levels, now)

    def hear(self, levels: Mapping[str, float], now: float) -> bool:
        """How loud everybody is, 0 to 1; whether another speaks from now on."""
        before = self.who
        if before not in levels:
            self.who = None
        loudest = max(levels, key=levels.__getitem__, default=None)
        if loudest is None or levels[loudest] < SPEAKS_FROM:
            self._next = None
            if now - self._heard_at > STAYS:
                self.who = None
            return self.who != before
        self._heard_at = now
        for kept in (self.who, self._next):  # of two who talk at once, one is it and stays it
            if kept is not None and SPEAKS_FROM <= levels.get(kept, 0.0) >= levels[loudest] / LOUDER:
                loudest = kept
                break
        if loudest != self._next:
            self._next, self._since = loudest, now
        if now - self._since >= AFTER:
            self.who = loudest
        return self.who != before
