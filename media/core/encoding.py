"""Encoding: which layers of their cameras the senders of one room are to encode.

Those that somebody has, or would have if they came; at first the largest alone. A layer that nobody wants any
more is kept for some seconds. One that was wanted for a while and does not come, though a larger one does, is
not asked for until later: a browser may know of no layers, or leave the small ones of a small picture out.
"""

from collections.abc import Sequence
from typing import Final

from media.core.events import LayersChanged
from media.core.track import Track

SILENT: Final = 0.5
"""Seconds by which a layer is behind the newest of its picture when it has fallen silent."""
KEPT_FOR: Final = 5.0
"""Seconds for which a layer that nobody wants any more is still encoded: it may be wanted again soon."""
COMES_WITHIN: Final = 3.0
"""Seconds that a sender has to begin with a layer."""
REFUSED_FOR: Final = 30.0
"""Seconds after which one that did not come is asked for again."""
AGAIN: Final = 0.5
"""Seconds without a wish after which the next one is another."""
_NEVER: Final = float("-inf")


class _Wish:
    """For one layer: since when and until when it was wanted, and when it was given up."""

    __slots__ = ("at", "refused_at", "since")

    def __init__(self, now: float) -> None:
        self.since = self.at = now
        self.refused_at = _NEVER


class Encoding:
    """Of one room."""

    __slots__ = ("_told", "_wishes")

    def __init__(self) -> None:
        self._wishes: dict[Track, _Wish] = {}
        self._told: dict[str, tuple[str, ...]] = {}  # who is to encode others than the largest alone

    @property
    def is_usual(self) -> bool:
        """Whether all encode the largest alone."""
        return not self._told

    def rids(self, endpoint: str) -> tuple[str, ...]:
        """What an endpoint was told; nothing: the largest alone."""
        return self._told.get(endpoint, ())

    def forget(self, endpoint: str) -> None:
        """It has left, and its next connection begins with the largest alone."""
        self._told.pop(endpoint, None)

    def want(self, layer: Track, now: float) -> None:
        """Somebody has a layer, or would have it: until it comes, the next larger one would do."""
        self._wish(layer, now)
        place = layer.layers.index(layer)
        if place > 1 and not is_alive(layer):
            self._wish(layer.layers[place - 1], now)

    def _wish(self, layer: Track, now: float) -> None:
        wish = self._wishes.setdefault(layer, _Wish(now))
        if now - wish.at > AGAIN:
            wish.since = now
        wish.at = now

    def is_refused(self, layer: Track, now: float) -> bool:
        """Whether a layer did not come although it was wanted."""
        wish = self._wishes.get(layer)
        return wish is not None and now - wish.refused_at < REFUSED_FOR

    def settle(self, heads: Sequence[Track], now: float) -> list[LayersChanged]:
        """What senders are to be told now. To be called some ten times a second, after every `want`."""
        for head in heads:
            self._give_up(head.layers, now)
        self._wishes = {
            layer: wish
            for layer, wish in self._wishes.items()
            if now - wish.at < KEPT_FOR or now - wish.refused_at < REFUSED_FOR
        }
        return [said for head in heads if (said := self._tell(head, now)) is not None]

    def _give_up(self, layers: Sequence[Track], now: float) -> None:
        """Ask no more for a layer that does not come, while all that do are larger."""
        larger = False
        for layer in layers:
            wish = self._wishes.get(layer)
            alive = is_alive(layer)
            larger |= alive
            if wish is None or wish.at != now:
                continue
            if alive:
                wish.since, wish.refused_at = now, _NEVER
            elif larger and now - wish.since >= COMES_WITHIN:
                wish.refused_at = now

    def _tell(self, head: Track, now: float) -> LayersChanged | None:
        wanted = [layer for layer in head.layers if self._is_wanted(layer, now)] or [head]
        rids = tuple(layer.rid for layer in wanted if layer.rid is not None)
        usual = (head.rid,)
        if rids == self._told.get(head.endpoint, usual):
            return None
        self._told[head.endpoint] = rids
        if rids == usual:
            del self._told[head.endpoint]
        return LayersChanged(head.endpoint, rids)

    def _is_wanted(self, layer: Track, now: float) -> bool:
        wish = self._wishes.get(layer)
        return wish is not None and now - wish.at < KEPT_FOR and not self.is_refused(layer, now)


def is_alive(layer: Track) -> bool:
    """Whether a layer comes, as far as its picture does."""
    newest = max(one.heard_at for one in layer.layers)
    return layer.heard_at > _NEVER and newest - layer.heard_at < SILENT
