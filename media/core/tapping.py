"""Tapping: which tracks of a room are recorded on its tape now."""

from collections.abc import Mapping

from media.core.endpoint import Endpoint
from media.core.tape import Tap, Tape
from media.core.track import Track


def tap(endpoints: Mapping[str, Endpoint], tape: Tape | None, *, is_open: bool) -> None:
    """Give every track a tap on the tape, open while the gate is and its endpoint is named.

    What nobody takes any more needs no keyframe.
    """
    for endpoint in endpoints.values():
        for track in endpoint.tracks:
            if tape is None:
                track.tap = track.heir = None
            elif track.head is track:
                found = next((layer.tap for layer in track.layers if layer.tap is not None), None)
                if found is None or found.tape is not tape:
                    for layer in track.layers:
                        layer.tap = layer.heir = None
                    found = track.tap = Tap(tape, track)
                found.allow(allowed=is_open and endpoint.name in tape.named)
        for track in endpoint.tracks:
            track.wants_keyframe &= track.taken


def follow(head: Track, best: Track, now: float) -> bool:
    """Record this layer of a camera from its next keyframe on, and until then the one that is; if any is."""
    tapped = next((layer for layer in head.layers if layer.tap is not None), None)
    if tapped is None or tapped.tap is None or not tapped.tap.takes:
        return False
    for layer in head.layers:
        if layer is not best:
            layer.heir = None
    if best is not tapped and best.heir is None:
        best.heir = tapped.tap
        best.want_keyframe(now)
    return True


def begin_pictures(endpoints: Mapping[str, Endpoint], now: float) -> None:
    """Want keyframes: what is recorded from somewhere in the middle can be seen from the next one on."""
    for endpoint in endpoints.values():
        for track in endpoint.tracks:
            if track.video and track.tap is not None and track.tap.is_open:
                track.want_keyframe(now)
