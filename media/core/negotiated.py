"""What one offer and its answer settled, in the words of the core: one record per m-line that carries media.

The shell's SDP code fills these; the core never sees a session description. m-lines that were rejected or
left inactive have no record.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Of an m-line."""

    AUDIO = "audio"
    VIDEO = "video"


class Source(StrEnum):
    """What an endpoint sends on an m-line."""

    MICROPHONE = "microphone"
    CAMERA = "camera"
    SCREEN = "screen"


class Codec(StrEnum):
    """What a payload is, as in SDP."""

    OPUS = "opus"
    VP8 = "VP8"
    H264 = "H264"


@dataclass(frozen=True, slots=True)
class Types:
    """Payload types of one codec on one m-line: its own, and that of what is sent again (RFC 4588)."""

    media: int
    repair: int | None = None


@dataclass(frozen=True, slots=True)
class Extensions:
    """Header extension ids (RFC 8285) that the *answer* carries for one m-line; `None`: not negotiated.

    1 to 14 in one-byte form; if any id of a slot is above 14, its packets use the two-byte form.
    """

    mid: int | None = None
    abs_send_time: int | None = None
    transport_cc: int | None = None
    playout_delay: int | None = None
    rid: int | None = None
    repaired_rid: int | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Uplink:
    """An m-line on which the endpoint sends (its `sendonly`, our `recvonly`).

    `ssrc` and `rtx_ssrc` as the offer declares them; `None` where it does not: they are then learnt from the
    mid extension, or from the payload type where only one m-line has it. `nack`: it repeats what is lost.
    The payload types are those of VP8 or Opus; with `h264` the endpoint may send that as well, by turns.
    `rids`: it sends the same picture in so many layers at most, the largest first, each a stream of its own;
    none of them is declared.
    """

    mid: str
    kind: Kind
    source: Source
    payload_type: int
    rtx_payload_type: int | None = None
    ssrc: int | None = None
    rtx_ssrc: int | None = None
    extensions: Extensions = field(default_factory=Extensions)
    nack: bool = False
    h264: Types | None = None
    rids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """An m-line on which the endpoint receives (its `recvonly`, our `sendonly`): VP8 or Opus; `h264` too.

    `ssrc` and `rtx_ssrc` are those of the answer. Without `rtx_payload_type` or `rtx_ssrc` lost packets are
    repeated byte for byte on `ssrc`. `source`: keeps the slot for one source; `None`: any of its kind. Of the
    extensions, mid and either transport-cc or abs-send-time are written: an endpoint that is answered the
    former sends transport-wide feedback, else REMB. The playout delay is, once there was something to say.
    """

    mid: str
    kind: Kind
    payload_type: int
    ssrc: int
    rtx_payload_type: int | None = None
    rtx_ssrc: int | None = None
    source: Source | None = None
    extensions: Extensions = field(default_factory=Extensions)
    h264: Types | None = None


@dataclass(frozen=True, slots=True)
class Negotiated:
    """One endpoint's side of a room.

    `cname` names us in the SDES of our reports and is the one of the answer's `a=ssrc` lines; `rtcp_ssrc` is
    the sender of our feedback (any number that is no slot's). `needs_h264`: the endpoint says that H.264
    would spare it (see `codec`).
    """

    uplinks: tuple[Uplink, ...]
    slots: tuple[Slot, ...]
    cname: str = "videovisit"
    rtcp_ssrc: int = 1
    needs_h264: bool = False


def types(line: Uplink | Slot) -> dict[Codec, Types]:
    """The codecs that an m-line carries, the one it begins with first."""
    main = Codec.VP8 if line.kind is Kind.VIDEO else Codec.OPUS
    carried = {main: Types(line.payload_type, line.rtx_payload_type)}
    if line.h264 is not None:
        carried[Codec.H264] = line.h264
    return carried
