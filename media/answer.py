"""Answers: the worker's side of one offer, decided once and written as text.

The worker is ICE-lite and passive; it receives what an endpoint sends and owns fixed slots onto which it
forwards, so people come and go without another negotiation. Nothing of an offer is copied into an answer
but numbers and the identifiers whose form `media.sdp` checked.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from media.core.negotiated import Codec
from media.dtls import Fingerprint
from media.sdp import (
    ABS_SEND_TIME,
    LEVEL,
    MID,
    PLAYOUT_DELAY,
    REPAIRED_RID,
    RID,
    TRANSPORT_CC,
    Offer,
    Section,
)

MAX_AUDIO_SLOTS: Final = 8
MAX_VIDEO_SLOTS: Final = 9
"""Eight cameras and one screen."""
SOURCES: Final = {"audio": ("microphone",), "video": ("camera", "screen")}
"""What the first, second … section of a kind sends."""
CNAME: Final = "videovisit"
"""One for all slots, so that a browser plays a slot's audio and video in step (RFC 7022 asks for no more)."""

_UP_FEEDBACK: Final = ("transport-cc", "ccm fir", "nack", "nack pli")
_DOWN_FEEDBACK: Final = ("transport-cc", "ccm fir", "nack", "nack pli")
_DOWN_FEEDBACK_BY_REMB: Final = ("goog-remb", "ccm fir", "nack", "nack pli")
"""Of an endpoint that offers nothing better: one or the other, because a browser sends only one."""
_ONE_WAY: Final = {PLAYOUT_DELAY: "/sendonly"}
"""What we say and never hear; a browser may offer it so (RFC 8285 §6)."""
_H264: Final = "packetization-mode=1;profile-level-id=42e01f"
"""Constrained baseline 3.1: what every endpoint with H.264 can send and take (RFC 7742 §6.2)."""
_HOST_PREFERENCE: Final = 126 << 24


@dataclass(frozen=True, slots=True)
class Lane:
    """What becomes of one m-line.

    `direction` is ours: `recvonly` for what the endpoint sends (`source` says what), `sendonly` for a slot
    (`ssrc`, `rtx_ssrc`), `inactive` for more than anybody needs, and `rejected`.
    """

    section: Section
    direction: str
    source: str | None = None
    ssrc: int | None = None
    rtx_ssrc: int | None = None


@dataclass(frozen=True, slots=True)
class Local:
    """What the worker says of itself in an answer."""

    session: int
    version: int
    ufrag: str
    password: str
    fingerprint: Fingerprint
    addresses: tuple[tuple[str, int], ...]


def decide_lanes(offer: Offer, ssrc: Callable[[], int], before: Iterable[Lane] = ()) -> tuple[Lane, ...]:
    """What to do with each section. Slots that an earlier answer gave this endpoint keep their SSRCs.

    `ssrc` answers a number that no stream of this endpoint uses yet.
    """
    kept = {lane.section.mid: lane for lane in before if lane.ssrc is not None}
    uplinks = {"audio": 0, "video": 0}
    slots = {"audio": 0, "video": 0}
    limits = {"audio": MAX_AUDIO_SLOTS, "video": MAX_VIDEO_SLOTS}
    lanes = []
    for section in offer.sections:
        kind = section.kind
        if section.codec is None:
            lanes.append(Lane(section, "rejected"))
        elif section.direction in {"sendonly", "sendrecv"} and uplinks[kind] < len(SOURCES[kind]):
            lanes.append(Lane(section, "recvonly", SOURCES[kind][uplinks[kind]]))
            uplinks[kind] += 1
        elif section.direction == "recvonly" and slots[kind] < limits[kind]:
            slots[kind] += 1
            old = kept.get(section.mid)
            media = old.ssrc if old and old.section.kind == kind else None
            repair = old.rtx_ssrc if old and old.section.kind == kind else None
            if section.rtx is None:
                repair = None
            elif repair is None:
                repair = ssrc()
            lanes.append(Lane(section, "sendonly", None, media or ssrc(), repair))
        else:
            lanes.append(Lane(section, "inactive"))
    return tuple(lanes)


def feedback(lane: Lane) -> tuple[str, ...]:
    """The `rtcp-fb` values to answer: what we act on, of what was offered for that codec."""
    wanted: tuple[str, ...] = ()
    if lane.direction == "recvonly":
        wanted = _UP_FEEDBACK if TRANSPORT_CC in lane.section.extensions else _UP_FEEDBACK[1:]
    elif lane.direction == "sendonly" and lane.section.kind == "video":
        numbered = TRANSPORT_CC in lane.section.extensions and "transport-cc" in lane.section.feedback
        wanted = _DOWN_FEEDBACK if numbered else _DOWN_FEEDBACK_BY_REMB
    return tuple(item for item in wanted if item in lane.section.feedback)


def layers(lane: Lane) -> tuple[str, ...]:
    """The layers to take of an endpoint's camera. Mid and rid alone tell them apart, so it has both."""
    offered = lane.section.extensions
    taken = lane.source == "camera" and MID in offered and RID in offered and REPAIRED_RID in offered
    return lane.section.rids if taken else ()


def extensions(lane: Lane) -> dict[str, int]:
    """The header extensions to answer, with the ids the endpoint chose."""
    offered = lane.section.extensions
    if lane.direction == "recvonly":
        wanted = [MID, *([TRANSPORT_CC] if "transport-cc" in feedback(lane) else [])]
        wanted += [RID, REPAIRED_RID] if layers(lane) else []
        wanted += [LEVEL] if lane.section.kind == "audio" else []
    elif lane.direction == "sendonly" and lane.section.kind == "video":
        wanted = [TRANSPORT_CC if "transport-cc" in feedback(lane) else ABS_SEND_TIME, PLAYOUT_DELAY]
    else:
        wanted = []
    return {uri: offered[uri] for uri in wanted if uri in offered}


def write_answer(lanes: tuple[Lane, ...], local: Local, codec: Codec = Codec.VP8) -> str:
    """The session description that answers the offer the lanes were decided on.

    `codec` is the room's: named first, so that an endpoint's camera begins with it.
    """
    bundled = " ".join(lane.section.mid for lane in lanes if lane.direction != "rejected")
    family = "IP6" if ":" in local.addresses[0][0] else "IP4"
    lines = [
        "v=0",
        f"o=- {local.session} {local.version} IN {family} {local.addresses[0][0]}",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        f"a=group:BUNDLE {bundled}",
        "a=msid-semantic: WMS *",
    ]
    for index, lane in enumerate(lanes):
        if lane.direction == "rejected":
            lines += _rejected(lane.section)
        else:
            lines += _section(lanes, index, local, codec)
    return "\r\n".join(lines) + "\r\n"


def _rejected(section: Section) -> list[str]:
    return [
        f"m={section.kind} 0 {section.profile} {section.formats[0]}",
        "c=IN IP4 0.0.0.0",
        "a=inactive",
        f"a=mid:{section.mid}",
    ]


def _section(lanes: tuple[Lane, ...], index: int, local: Local, codec: Codec) -> list[str]:
    lane = lanes[index]
    section = lane.section
    formats = _formats(lane, codec)
    types = [kind for each in formats for kind in (each.media, each.repair) if kind is not None]
    lines = [
        f"m={section.kind} 9 {section.profile} {' '.join(map(str, types))}",
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        f"a=ice-ufrag:{local.ufrag}",
        f"a=ice-pwd:{local.password}",
        f"a=fingerprint:{local.fingerprint.algorithm} {local.fingerprint.value}",
        "a=setup:passive",
        f"a=mid:{section.mid}",
        f"a={lane.direction}",
        "a=rtcp-mux",
        *(["a=rtcp-rsize"] if section.reduced_size else []),
        *(f"a=extmap:{number}{_ONE_WAY.get(uri, '')} {uri}" for uri, number in extensions(lane).items()),
        *(line for each in formats for line in _described(each, feedback(lane))),
    ]
    if rids := layers(lane):
        lines += [*(f"a=rid:{rid} recv" for rid in rids), f"a=simulcast:recv {';'.join(rids)}"]
    if lane.direction == "sendonly":
        lines += _slot(lane, _number(lanes, index))
    # The first section's would do for a bundle (RFC 8843 §7.1.3), but not every endpoint looks there.
    return lines + _candidates(local.addresses)


@dataclass(frozen=True, slots=True)
class _Format:
    """A codec as a section of the answer names it."""

    name: str
    parameters: str
    media: int
    repair: int | None = None


def _formats(lane: Lane, codec: Codec) -> list[_Format]:
    """The codecs of a section, the room's first; one that is inactive keeps the plainest.

    Screens begin in VP8 whatever the room has: the level of H.264 ends at 1280×720, and small type must stay
    readable.
    """
    section = lane.section
    assert section.codec is not None
    if section.kind == "audio":
        return [_Format("opus/48000/2", "minptime=10;useinbandfec=1", section.codec)]
    if lane.direction == "inactive":
        return [_Format("VP8/90000", "", section.codec)]
    formats = [_Format("VP8/90000", "", section.codec, section.rtx)]
    if (other := section.h264) is not None:
        parameters = f"level-asymmetry-allowed=1;{_H264}" if other.asymmetric else _H264
        formats.append(_Format("H264/90000", parameters, other.codec, other.rtx))
    return formats[::-1] if codec is Codec.H264 and lane.source != "screen" else formats


def _described(each: _Format, wanted: tuple[str, ...]) -> list[str]:
    lines = [
        f"a=rtpmap:{each.media} {each.name}",
        *(f"a=rtcp-fb:{each.media} {item}" for item in wanted),
    ]
    if each.parameters:
        lines.append(f"a=fmtp:{each.media} {each.parameters}")
    if each.repair is not None:
        lines += [f"a=rtpmap:{each.repair} rtx/90000", f"a=fmtp:{each.repair} apt={each.media}"]
    return lines


def _number(lanes: tuple[Lane, ...], index: int) -> int:
    """Which slot of its kind this is; equal numbers of both kinds are one stream, played in step."""
    kind = lanes[index].section.kind
    return sum(1 for lane in lanes[:index] if lane.direction == "sendonly" and lane.section.kind == kind)


def _slot(lane: Lane, number: int) -> list[str]:
    lines = [f"a=msid:slot{number} {lane.section.kind}{number}"]
    if lane.rtx_ssrc is not None:
        lines.append(f"a=ssrc-group:FID {lane.ssrc} {lane.rtx_ssrc}")
    lines += [f"a=ssrc:{ssrc} cname:{CNAME}" for ssrc in (lane.ssrc, lane.rtx_ssrc) if ssrc is not None]
    return lines


def _candidates(addresses: tuple[tuple[str, int], ...]) -> list[str]:
    """One host candidate per address, the first preferred (RFC 8445 §5.1.2.1)."""
    lines = []
    for index, (ip, port) in enumerate(addresses):
        priority = _HOST_PREFERENCE + ((65535 - index) << 8) + 255
        lines.append(f"a=candidate:{index + 1} 1 udp {priority} {ip} {port} typ host")
    return [*lines, "a=end-of-candidates"]
