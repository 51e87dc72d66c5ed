"""Tapping: which tracks of a room are recorded on its tape now."""

from collections.abc import Mapping

from media.core.endpoint import Endpoint
from media.core.tape import Tap, Tape


def tap(endpoints: Mapping[str, Endpoint], tape: Tape | None, *, is_open: bool) -> None:
    """Give every track a tap on the tape, open while the gate is and its endpoint is named.

    What nobody takes any more needs no keyframe.
    """
    for endpoint in endpoints.values():
        for track in endpoint.tracks:
            if tape is None:
                track.tap = None
            else:
                if track.tap is None or track.tap.tape is not tape:
                    track.tap = Tap(tape, track)
                track.tap.allow(allowed=is_open and endpoint.name in tape.named)
            track.wants_keyframe &= track.taken


def begin_pictures(endpoints: Mapping[str, Endpoint], now: float) -> None:
    """Want keyframes: what is recorded from somewhere in the middle can be seen from the next one on."""
    for endpoint in endpoints.values():
        for track in endpoint.tracks:
            if track.video and track.tap is not None and track.tap.is_open:
                track.want_keyframe(now)
