"""Seating: which slot of each endpoint every track of the others is forwarded onto.

Who sits stays where they sit as long as both are here, and whoever is replaced finds the old seat free. More
tracks than slots: the last ones stand, and take the next seat that becomes free.
"""

from collections.abc import Mapping

from media.core.endpoint import Endpoint
from media.core.slot import Slot
from media.core.track import Track


def seat(endpoints: Mapping[str, Endpoint], *, is_open: bool, now: float) -> None:
    """Settle the slots of all endpoints and, while the room is open, what each track is forwarded to.

    A camera sits in a slot as one, whichever of its layers the slot is on.
    """
    layers = [track for endpoint in endpoints.values() for track in endpoint.tracks]
    for track in layers:
        track.targets = []
    tracks = [track for track in layers if track.head is track]
    for receiver in endpoints.values():
        others = [track for track in tracks if track.live and track.endpoint != receiver.name]
        _seat_receiver(receiver, others)
        for slot in receiver.slots if is_open else ():
            if slot.aim is not None:
                slot.aim.targets.append(slot)
                if slot.on is not None and slot.on is not slot.aim:
                    slot.on.targets.append(slot)
                if slot.on is not slot.aim and slot.video and not slot.paused:
                    slot.aim.want_keyframe(now)


def _seat_receiver(receiver: Endpoint, tracks: list[Track]) -> None:
    for slot in receiver.slots:
        if slot.track is not None and slot.track not in tracks:
            slot.seat(None)
    seated = [slot.track for slot in receiver.slots]
    for track in tracks:
        free = _free(receiver, track) if track not in seated else []
        if free:
            fitness = [slot.fitness(track) for slot in free]
            free[fitness.index(max(fitness))].seat(track)


def _free(receiver: Endpoint, track: Track) -> list[Slot]:
    return [slot for slot in receiver.slots if slot.track is None and slot.takes(track.kind, track.source)]
