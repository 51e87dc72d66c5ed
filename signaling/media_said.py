"""What a media worker says: its answer to an offer, and the news on its events socket."""

from functools import cache
from typing import Annotated, Any, Literal

import pydantic
from pydantic import Field, TypeAdapter

PictureCodec = Literal["VP8", "H264"]
"""What a room's cameras are in."""


class _Said(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="ignore", defer_build=True)


class OfferedSlot(_Said):
    """A fixed receive transceiver of the answer."""

    mid: str
    kind: Literal["audio", "video"]


class Answer(_Said):
    """The worker's answer to an offer, with the slots it filled in."""

    sdp: str
    slots: tuple[OfferedSlot, ...] = ()


class FilledSlot(_Said):
    """Who is in a slot now: `source_of` is an endpoint, or None for an empty slot."""

    mid: str
    kind: Literal["audio", "video"]
    source_of: str | None = Field(default=None, alias="from")
    source: Literal["microphone", "camera", "screen"] | None = None


class Hello(_Said):
    """First message on the events socket; another `started` means another process."""

    event: Literal["hello"]
    worker: str = ""
    started: float | str = 0.0
    udp: Any = None
    draining: bool = False


Rung = Literal["full", "low", "none"]
"""What an endpoint is shown of the others' cameras."""
Wish = Literal["auto", "always", "never"]
"""What it wants to be shown."""
Layer = Annotated[str, Field(max_length=16)]
"""A layer of a camera, by its rid."""


class RoomEndpoint(_Said):
    """An endpoint that was there when the listener came, and who was in its slots."""

    endpoint: str
    slots: tuple[FilledSlot, ...] = ()
    picture: Rung = "full"
    layers: tuple[Layer, ...] = ()


class RoomThere(_Said):
    """A room that was there when the listener came; all of them follow the `Hello`."""

    event: Literal["room"]
    room: str
    open: bool = False
    version: int = 0
    codec: PictureCodec = "VP8"
    speaker: str | None = None
    endpoints: tuple[RoomEndpoint, ...] = ()


class Greeted(_Said):
    """The last of the rooms that were there; from now on it is news."""

    event: Literal["greeted"]


class GateNow(_Said):
    """Somebody opened or closed a room."""

    event: Literal["gate"]
    room: str
    open: bool
    version: int = 0


class CodecNow(_Said):
    """Everybody in the room is to send their camera in this codec."""

    event: Literal["codec"]
    room: str
    codec: PictureCodec


class Heartbeat(_Said):
    """Sent every second."""

    event: Literal["heartbeat"]
    rooms: int = 0
    endpoints: int = 0
    figures: dict[str, float] = Field(default_factory=dict)
    draining: bool = False


class Connected(_Said):
    """DTLS is up for an endpoint."""

    event: Literal["connected"]
    room: str
    endpoint: str
    dtls_ms: float | None = None


class Silent(_Said):
    """Nothing heard of an endpoint for `seconds`."""

    event: Literal["silent"]
    room: str
    endpoint: str
    seconds: float = 5.0


class Heard(_Said):
    """A silent endpoint is heard again."""

    event: Literal["heard"]
    room: str
    endpoint: str


class Gone(_Said):
    """An endpoint has left the room: silence, closed, deleted or replaced."""

    event: Literal["gone"]
    room: str
    endpoint: str
    reason: str = ""


class Slots(_Said):
    """Who is in the slots of an endpoint from now on."""

    event: Literal["slots"]
    room: str
    endpoint: str
    slots: tuple[FilledSlot, ...] = ()


class Flowing(_Said):
    """The first packet after a gate was forwarded onto a slot."""

    event: Literal["flowing"]
    room: str
    endpoint: str
    mid: str


class Picture(_Said):
    """An endpoint is shown another rung of the others' cameras from now on."""

    event: Literal["picture"]
    room: str
    endpoint: str
    rung: Rung


class LayersNow(_Said):
    """An endpoint is to encode these layers of its camera from now on."""

    event: Literal["layers"]
    room: str
    endpoint: str
    layers: tuple[Layer, ...]


class SpeakerNow(_Said):
    """Of three or more in a room, this endpoint speaks from now on, or nobody."""

    event: Literal["speaker"]
    room: str
    endpoint: str | None


class Recording(_Said):
    """The recorder of a room is in another state."""

    event: Literal["recording"]
    room: str
    recording: str
    state: Literal["recording", "paused", "stopped"]
    reason: str | None = None


MediaEvent = Annotated[
    Hello
    | RoomThere
    | Greeted
    | GateNow
    | CodecNow
    | Heartbeat
    | Connected
    | Silent
    | Heard
    | Gone
    | Slots
    | Flowing
    | Picture
    | LayersNow
    | SpeakerNow
    | Recording,
    Field(discriminator="event"),
]


@cache
def events() -> TypeAdapter[MediaEvent]:
    """Reads one, and checks it."""
    return TypeAdapter(MediaEvent)
