"""One media room: how a visit wants it, and how its worker says that it is."""

import asyncio
from dataclasses import dataclass, field

from signaling import media_said as media
from signaling.gates import ENDPOINTS, Gate, MediaNow
from signaling.reach import Worker
from waiting_room.core.ids import VisitId

Seen = media.CodecNow | media.SpeakerNow | media.Slots | media.Picture | media.LayersNow
"""What the pages in a room are told of."""


@dataclass(slots=True)
class Room:
    """Of one visit."""

    visit: VisitId
    wanted: Gate | None = None
    """None: a worker has it and nobody here has spoken of it yet."""
    version: int = 0
    actual: Gate = Gate.ABSENT
    codec: media.PictureCodec = "VP8"
    told: int = 0
    """The version of the newest gate that the worker has told of."""
    worker: Worker | None = None
    slots: dict[str, tuple[media.FilledSlot, ...]] = field(default_factory=dict)
    """Endpoints with a connection, and who is in their slots."""
    pictures: dict[str, media.Rung] = field(default_factory=dict)
    """What endpoints are shown of the others' cameras, where that is not everything."""
    layers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What endpoints are to encode of their cameras, where that was said."""
    speaker: str | None = None
    turns: dict[str, asyncio.Lock] = field(default_factory=dict)
    evicted: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Endpoints that must be gone before anything is opened or offered for them: offered until, version."""
    settling: asyncio.Task[None] | None = None
    checking: asyncio.Task[None] | None = None

    @property
    def is_settled(self) -> bool:
        """Whether nothing has to be asked: a room that is not there is as closed as a room can be."""
        if self.evicted:
            return False
        if self.wanted is None:
            return True
        return self.wanted is self.actual or (self.wanted is Gate.CLOSED and self.actual is Gate.ABSENT)

    def now(self, endpoint: str) -> MediaNow:
        """What a page should know that has this endpoint."""
        return MediaNow(
            self.visit,
            endpoint,
            self.wanted is Gate.OPEN,
            self.slots.get(endpoint, ()),
            self.pictures.get(endpoint, "full"),
            self.codec,
            self.layers.get(endpoint, ()),
            self.speaker,
        )

    def leave_worker(self) -> tuple[str, ...]:
        """No worker has it any more; whose connection that was, or should have been."""
        expected = ENDPOINTS if self.wanted is Gate.OPEN else ()
        connected = tuple(dict.fromkeys((*expected, *self.slots)))
        if self.worker is not None:
            self.worker.rooms -= 1
        self.worker, self.actual, self.told, self.codec, self.speaker = None, Gate.ABSENT, 0, "VP8", None
        self.layers.clear()
        self.slots.clear()
        self.evicted.clear()
        return connected

    def take_in(self, event: Seen) -> tuple[str, ...]:
        """The worker tells of a change; the endpoints that see it."""
        match event:
            case media.CodecNow(codec=codec):
                self.codec = codec
                return tuple(self.slots)
            case media.SpeakerNow():
                self.speaker = event.endpoint
                return tuple(self.slots)
            case media.Slots(slots=slots):
                self.slots[event.endpoint] = slots
            case media.Picture(rung=rung):
                self.pictures[event.endpoint] = rung
            case media.LayersNow(layers=layers):
                self.layers[event.endpoint] = layers
        return (event.endpoint,)

    def take_all_in(self, there: media.RoomThere) -> tuple[str, ...]:
        """The worker tells how the room is; the endpoints that are gone meanwhile and still known here."""
        self.codec, self.speaker = there.codec, there.speaker
        gone = tuple(self.slots.keys() - {one.endpoint for one in there.endpoints})
        for one in there.endpoints:
            self.slots[one.endpoint] = one.slots
            self.pictures[one.endpoint] = one.picture
            self.layers[one.endpoint] = one.layers
        return gone
