"""Asking: what the senders of one room are asked for: keyframes, and what was lost on the way here."""

from collections.abc import Mapping
from typing import Final

from media.core import rtcp
from media.core.endpoint import Endpoint
from media.core.tally import Tally
from media.core.track import Track

Send = tuple[str, bytes, bool]
"""(endpoint, plaintext packet, whether it is RTCP)."""


class Asking:
    """Of one room; counts what it asks for."""

    __slots__ = ("_endpoints", "_tally")

    def __init__(self, endpoints: Mapping[str, Endpoint], tally: Tally) -> None:
        self._endpoints: Final = endpoints
        self._tally: Final = tally

    def keyframe(self, track: Track, now: float, out: list[Send]) -> None:
        """Ask for one now."""
        track.asked_at = now
        self._tally.keyframes_asked += 1
        if track.ssrc is not None:
            sender = self._endpoints[track.endpoint]
            out.append((sender.name, rtcp.keyframe_request(sender.rtcp_ssrc, track.ssrc), True))

    def keyframes(self, now: float, out: list[Send]) -> None:
        """Ask at once for every keyframe that is wanted and was not asked for yet."""
        for endpoint in self._endpoints.values():
            for track in endpoint.tracks:
                if track.wants_keyframe and track.asked_at < track.wanted_at:
                    self.keyframe(track, now, out)

    def request(self, receiver: Endpoint, ssrc: int, now: float, out: list[Send]) -> None:
        """A receiver wants a keyframe on a slot: so does everybody who asks before it comes."""
        slot = receiver.slots_by_ssrc.get(ssrc)
        track = slot.on or slot.aim if slot is not None else None
        if track is not None and track.video:
            track.want_keyframe(now)
            if track.may_ask(now):
                self.keyframe(track, now, out)

    def missing(self, sender: Endpoint, track: Track, now: float, out: list[Send]) -> None:
        """Ask for what is missing, if anything becomes of it; want a keyframe where that was in vain."""
        missing = track.missing
        numbers = sender.lacks(track, now)
        if numbers and track.ssrc is not None:
            self._tally.asked_again += len(numbers)
            out.append((sender.name, rtcp.nack(sender.rtcp_ssrc, track.ssrc, numbers), True))
        if missing.gave_up:
            missing.gave_up = False
            self._tally.given_up += 1
            track.want_keyframe(now)
