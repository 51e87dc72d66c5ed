"""An answer in the words of the core: what each accepted m-line carries."""

from media.answer import CNAME, Lane, extensions, feedback, layers
from media.core.negotiated import Extensions, Kind, Negotiated, Slot, Source, Types, Uplink
from media.sdp import ABS_SEND_TIME, LEVEL, MID, PLAYOUT_DELAY, REPAIRED_RID, RID, TRANSPORT_CC, Section


def negotiated(lanes: tuple[Lane, ...], rtcp_ssrc: int, *, needs_h264: bool = False) -> Negotiated:
    """The record that a room's core is given of an endpoint."""
    return Negotiated(
        uplinks=tuple(_uplink(lane) for lane in lanes if lane.direction == "recvonly"),
        slots=tuple(_slot(lane) for lane in lanes if lane.direction == "sendonly"),
        cname=CNAME,
        rtcp_ssrc=rtcp_ssrc,
        needs_h264=needs_h264,
    )


def _h264(section: Section) -> Types | None:
    return Types(section.h264.codec, section.h264.rtx) if section.h264 is not None else None


def _extensions(lane: Lane) -> Extensions:
    ids = extensions(lane)
    return Extensions(
        mid=ids.get(MID),
        abs_send_time=ids.get(ABS_SEND_TIME),
        transport_cc=ids.get(TRANSPORT_CC),
        playout_delay=ids.get(PLAYOUT_DELAY),
        rid=ids.get(RID),
        repaired_rid=ids.get(REPAIRED_RID),
        level=ids.get(LEVEL),
    )


def _uplink(lane: Lane) -> Uplink:
    section = lane.section
    assert section.codec is not None
    assert lane.source is not None
    rids = layers(lane)
    stream = section.streams[0] if len(section.streams) == 1 and not rids else None
    return Uplink(
        mid=section.mid,
        kind=Kind(section.kind),
        source=Source(lane.source),
        payload_type=section.codec,
        rtx_payload_type=section.rtx,
        ssrc=stream.ssrc if stream else None,
        rtx_ssrc=stream.rtx if stream else None,
        extensions=_extensions(lane),
        nack="nack" in feedback(lane),
        h264=_h264(section),
        rids=rids,
    )


def _slot(lane: Lane) -> Slot:
    section = lane.section
    assert section.codec is not None
    assert lane.ssrc is not None
    return Slot(
        mid=section.mid,
        kind=Kind(section.kind),
        payload_type=section.codec,
        ssrc=lane.ssrc,
        rtx_payload_type=section.rtx,
        rtx_ssrc=lane.rtx_ssrc,
        extensions=_extensions(lane),
        h264=_h264(section),
    )
