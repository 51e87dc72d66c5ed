"""Simulcast: which layer of every camera each receiver has, by what its way carries and what it shows large.

With two in a room there is one layer, the largest, and its rate is what the receiver's way carries (see
`limits`). With more, a narrow way gets a smaller layer, and the others' pictures stay as they are.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from media.core.encoding import KEPT_FOR, Encoding, is_alive
from media.core.endpoint import Endpoint
from media.core.events import LayersChanged
from media.core.layers import Demand, rates
from media.core.meters import Flow
from media.core.negotiated import Source
from media.core.tapping import follow
from media.core.track import Track

LOOK_EVERY: Final = 0.1
TRIED_WITH: Final = 1.1
"""Times what a larger layer needs, that the way is taken to carry while it is tried."""
_SCREEN, _LARGE, _SPEAKS, _REST, _SMALL = 0, 1, 100, 101, 102


class Simulcast:
    """Of one room."""

    __slots__ = ("_looked_at", "encoding")

    def __init__(self) -> None:
        self.encoding = Encoding()
        self._looked_at = float("-inf")

    def settle(
        self, endpoints: Mapping[str, Endpoint], speaker: str | None, now: float
    ) -> list[LayersChanged]:
        """Let slots turn to other layers where that is due; what senders are to know. For an open room."""
        if now - self._looked_at < LOOK_EVERY:
            return []
        self._looked_at = now
        several = len(endpoints) > 2
        if not several and self.encoding.is_usual and not _has_more(endpoints, now):
            return []
        tracks = [track for endpoint in endpoints.values() for track in endpoint.tracks]
        heads = [track for track in tracks if track.head is track and len(track.layers) > 1]
        for track in tracks:
            if isinstance(track.meter, Flow):
                track.meter.measure(now)
        for receiver in endpoints.values():
            self._choose(receiver, speaker, now, several=several)
        for head in heads:
            if follow(head, _present(head) or head, now):
                self.encoding.want(head, now)
            head.split = several and not all(self.encoding.is_refused(one, now) for one in head.layers[1:])
        return self.encoding.settle(heads, now)

    def _choose(self, receiver: Endpoint, speaker: str | None, now: float, *, several: bool) -> None:
        """Let one receiver's slots turn to the layers that its way has room for."""
        choices = {
            slot: [layer for layer in slot.track.layers if not self.encoding.is_refused(layer, now)]
            for slot in receiver.slots
            if slot.video and slot.track is not None and not slot.paused
        }
        if several:
            demands = {slot: _demand(layers, receiver.large, speaker) for slot, layers in choices.items()}
            tried = receiver.share.settle(demands, receiver.downlink.cap(now), now)
            if tried is not None:
                receiver.downlink.try_again(tried * TRIED_WITH, now)
        for slot, layers in choices.items():
            layer = layers[receiver.share.levels[slot] if several else 0]
            if len(layer.layers) > 1:
                self.encoding.want(layer, now)
                if slot.on is not None and is_alive(slot.on):
                    self.encoding.want(slot.on, now)
                slot.turn_to(_aim(slot.on, layer), now)


def _demand(layers: Sequence[Track], large: Sequence[str], speaker: str | None) -> Demand:
    """How much a picture matters to a receiver that shows some of them large, and what its layers take."""
    source = layers[0]
    rank, largest = _REST, 0
    if source.source is Source.SCREEN:
        rank = _SCREEN
    elif source.endpoint in large:
        rank = _LARGE + large.index(source.endpoint)
    elif large:
        rank, largest = _SMALL, min(1, len(layers) - 1)
    if source.endpoint == speaker:
        rank = min(rank, _SPEAKS)
    meters = [layer.meter for layer in layers]
    return Demand(rank, rates([one.rate if isinstance(one, Flow) else None for one in meters]), largest)


def _has_more(endpoints: Mapping[str, Endpoint], now: float) -> bool:
    """Whether smaller layers come, though nobody asked for them."""
    for endpoint in endpoints.values():
        for track in endpoint.tracks:
            if track.head is not track and now - track.heard_at < KEPT_FOR:
                return True
    return False


def _present(layer: Track) -> Track | None:
    """Of the layers that come the one nearest to this: smaller, or else larger; None if none comes."""
    place = layer.layers.index(layer)
    alive = [(at < place, abs(at - place), one) for at, one in enumerate(layer.layers) if is_alive(one)]
    return min(alive, key=lambda found: found[:2])[2] if alive else None


def _aim(on: Track | None, layer: Track) -> Track:
    """What a slot turns to that is to have this layer: another, while that does not come.

    Where the other is the one it has, it waits for the right one, whose first packet then is a keyframe.
    """
    nearest = _present(layer)
    return layer if nearest is None or nearest is on else nearest
