"""Limits: what every sender is told that the narrowest of its receivers can take."""

from collections.abc import Mapping

from media.core.endpoint import Endpoint


def limit(endpoints: Mapping[str, Endpoint], now: float) -> list[tuple[str, bytes]]:
    """The caps that are due, as RTCP by endpoint. Who share one receiver share its way evenly."""
    caps: dict[str, float] = {}
    for receiver in endpoints.values():
        cap = receiver.downlink.cap(now)
        if cap is None:
            continue
        senders = [
            slot.track.endpoint for slot in receiver.slots if slot.track and slot.video and not slot.gated
        ]
        for name in senders:
            share = cap * senders.count(name) / len(senders)
            caps[name] = min(caps.get(name, share), share)
    due = [(sender.name, sender.limit(caps.get(sender.name), now)) for sender in endpoints.values()]
    return [(name, packet) for name, packet in due if packet is not None]
