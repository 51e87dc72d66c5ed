"""Simulcast: which layer of every camera each receiver has, and which of them its sender is to encode.

With two in a room there is one layer, the largest, and its rate is what the receiver's way carries (see
`limits`). With more, a narrow way gets a smaller layer, and the others' pictures stay as they are.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from media.core.endpoint import Endpoint
from media.core.events import LayersChanged
from media.core.layers import Demand, rates
from media.core.meters import Flow
from media.core.negotiated import Source
from media.core.tapping import follow
from media.core.track import Track

LOOK_EVERY: Final = 0.1
SILENT: Final = 0.5
"""Seconds by which a layer is behind the newest of its picture when it has fallen silent."""
KEPT_FOR: Final = 5.0
"""Seconds for which a layer that nobody wants any more is still encoded: it may be wanted again soon."""
COMES_WITHIN: Final = 3.0
"""Seconds that a sender has to begin with a layer, until a narrow way caps it instead."""
TRIED_WITH: Final = 1.1
"""Times what a larger layer needs, that the way is taken to carry while it is tried."""
_SCREEN, _LARGE, _SPEAKS, _REST, _SMALL = 0, 1, 100, 101, 102
_NEVER: Final = float("-inf")


class Simulcast:
    """Of one room."""

    __slots__ = ("_looked_at", "_many_since", "_told", "_wanted_at")

    def __init__(self) -> None:
        self._looked_at = _NEVER
        self._wanted_at: dict[Track, float] = {}  # layers, and when somebody wanted them last
        self._many_since: dict[Track, float] = {}  # heads of which several layers are wanted, since when
        self._told: dict[str, tuple[str, ...]] = {}  # what endpoints are to encode, if not the largest alone

    def rids(self, endpoint: str) -> tuple[str, ...]:
        """The layers that an endpoint is to encode; none said: the largest alone."""
        return self._told.get(endpoint, ())

    def forget(self, endpoint: str) -> None:
        """It has left, and its next connection begins with the largest layer alone."""
        self._told.pop(endpoint, None)

    def settle(
        self, endpoints: Mapping[str, Endpoint], speaker: str | None, now: float
    ) -> list[LayersChanged]:
        """Let slots turn to other layers where that is due; what senders are to know. For an open room."""
        if now - self._looked_at < LOOK_EVERY:
            return []
        self._looked_at = now
        tracks = [track for endpoint in endpoints.values() for track in endpoint.tracks]
        heads = [track for track in tracks if track.head is track and len(track.layers) > 1]
        several = len(endpoints) > 2
        if not several and not self._told and not any(_has_more(head, now) for head in heads):
            return []
        for track in tracks:
            if isinstance(track.meter, Flow):
                track.meter.measure(now)
        for receiver in endpoints.values():
            self._choose(receiver, speaker, now, several=several)
        for head in heads:
            if follow(head, _present(head.layers, 0) or head, now):
                self._wanted_at[head] = now
        return [said for head in heads if (said := self._tell(head, now, several=several)) is not None]

    def _choose(self, receiver: Endpoint, speaker: str | None, now: float, *, several: bool) -> None:
        """Let one receiver's slots turn to the layers that its way has room for."""
        large = receiver.large if several else ()
        demands = {
            slot: _demand(slot.track, large, speaker)
            for slot in receiver.slots
            if slot.video and slot.track is not None and not slot.paused
        }
        cap = receiver.downlink.cap(now) if several else None
        tried = receiver.share.settle(demands, cap, now)
        if tried is not None:
            receiver.downlink.try_again(tried * TRIED_WITH, now)
        for slot, level in receiver.share.levels.items():
            assert slot.track is not None
            layers = slot.track.layers
            if len(layers) > 1:
                self._wanted_at[layers[level]] = now
                if slot.on is not None:
                    self._wanted_at[slot.on] = now
                slot.turn_to(_aim(slot.on, layers, level), now)

    def _tell(self, head: Track, now: float, *, several: bool) -> LayersChanged | None:
        """What is to be encoded of a camera, where that is news."""
        wanted = [layer for layer in head.layers if now - self._wanted_at.get(layer, _NEVER) < KEPT_FOR]
        rids = tuple(layer.rid for layer in wanted or [head] if layer.rid is not None)
        if len(rids) > 1:
            since = self._many_since.setdefault(head, now)
            coming = now - since < COMES_WITHIN
        else:
            self._many_since.pop(head, None)
            coming = False
        head.split = several and (coming or sum(_is_alive(layer, head.layers) for layer in head.layers) > 1)
        usual = (head.rid,)
        if rids == self._told.get(head.endpoint, usual):
            return None
        if rids == usual:
            del self._told[head.endpoint]
        else:
            self._told[head.endpoint] = rids
        return LayersChanged(head.endpoint, rids)


def _has_more(head: Track, now: float) -> bool:
    """Whether smaller layers come, though nobody asked for them."""
    return any(now - layer.heard_at < KEPT_FOR for layer in head.layers[1:])


def _demand(track: Track, large: Sequence[str], speaker: str | None) -> Demand:
    """How much a picture matters to a receiver that shows some of them large, and what it takes."""
    rank, largest = _REST, 0
    if track.source is Source.SCREEN:
        rank = _SCREEN
    elif track.endpoint in large:
        rank = _LARGE + large.index(track.endpoint)
    elif large:
        rank, largest = _SMALL, min(1, len(track.layers) - 1)
    if track.endpoint == speaker:
        rank = min(rank, _SPEAKS)
    meters = [layer.meter for layer in track.layers]
    return Demand(rank, rates([one.rate if isinstance(one, Flow) else None for one in meters]), largest)


def _is_alive(layer: Track, layers: Sequence[Track]) -> bool:
    newest = max(one.heard_at for one in layers)
    return layer.heard_at > _NEVER and newest - layer.heard_at < SILENT


def _present(layers: Sequence[Track], level: int) -> Track | None:
    """The layer of those that come which is nearest to one: smaller, or else larger; None if none comes."""
    alive = [place for place, layer in enumerate(layers) if _is_alive(layer, layers)]
    if not alive:
        return None
    return layers[min(alive, key=lambda place: (place < level, abs(place - level)))]


def _aim(on: Track | None, layers: Sequence[Track], level: int) -> Track:
    """What a slot turns to that is to have the layer `level`: another, while that does not come.

    Where the other is the one it has, it waits for the right one, whose first packet then is a keyframe.
    """
    nearest = _present(layers, level)
    return layers[level] if nearest is None or nearest is on else nearest
