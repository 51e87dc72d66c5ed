"""Limits: what every sender is told that the narrowest of its receivers can take."""

from collections.abc import Mapping, Set
from typing import Final

from media.core.endpoint import Endpoint
from media.core.ladder import Rung
from media.core.negotiated import Source

SCREEN_WEIGHS: Final = 4
"""Cameras' shares of a way that a shared screen gets: it is what they talk about."""
UNSEEN: Final = 100_000.0
"""bit/s of whoever is shown to nobody: the next picture then begins with what a narrow way may take."""


def limit(
    endpoints: Mapping[str, Endpoint], now: float, ceiling: float | None = None
) -> list[tuple[str, bytes]]:
    """The caps that are due, as RTCP by endpoint. Cameras share one receiver's way evenly.

    `ceiling`: what nobody may send more than, where the worker cannot carry more.
    """
    caps: dict[str, float] = {} if ceiling is None else dict.fromkeys(endpoints, ceiling)
    for receiver in endpoints.values():
        cap = receiver.downlink.cap(now)
        if cap is None:
            continue
        weights: dict[str, int] = {}
        whole = 0
        for slot in receiver.slots:
            track = slot.track
            if track is not None and slot.video and not slot.gated:
                weight = SCREEN_WEIGHS if track.source is Source.SCREEN else 1
                whole += weight
                if not track.split:  # what is too large for the way is replaced by a smaller layer
                    weights[track.endpoint] = weights.get(track.endpoint, 0) + weight
        for name, weight in weights.items():
            share = cap * weight / whole
            caps[name] = min(caps.get(name, share), share)
    blind = {name for name, endpoint in endpoints.items() if endpoint.ladder.rung is Rung.NONE}
    if blind:
        caps |= dict.fromkeys(_unseen(endpoints, blind), UNSEEN)
    due = [(sender.name, sender.limit(caps.get(sender.name), now)) for sender in endpoints.values()]
    return [(name, packet) for name, packet in due if packet is not None]


def _unseen(endpoints: Mapping[str, Endpoint], blind: Set[str]) -> list[str]:
    """Whose pictures go to nobody, and onto no tape."""
    seen = {
        slot.track.endpoint
        for name, receiver in endpoints.items()
        for slot in receiver.slots
        if slot.track is not None and slot.video and (name not in blind or not slot.paused)
    }
    return [
        name
        for name, sender in endpoints.items()
        if name not in seen and not any(track.tap is not None and track.tap.takes for track in sender.tracks)
    ]
