"""Packets and negotiations as tests say them."""

from dataclasses import replace
from struct import pack

from media.core.negotiated import Extensions, Kind, Negotiated, Slot, Source, Types, Uplink

KEY = bytes((0x90, 0x80, 0x9A, 0xC1)) + b"\x10\x02\x00\x9d\x01\x2a" + bytes(40)
DELTA = bytes((0x90, 0x80, 0x9A, 0xC2)) + b"\x11\x02\x00" + bytes(40)
"""VP8 with a picture id: the first packet of a keyframe, and of another frame."""
MIDDLE = bytes((0x80, 0x80, 0x9A, 0xC2)) + bytes(43)
"""A packet that begins no frame."""
SPS, PPS = b"\x67\x42\xe0\x1f", b"\x68\xce\x3c\x80"
H264_KEY = (
    b"\x78"
    + b"".join(len(unit).to_bytes(2, "big") + unit for unit in (SPS, PPS))
    + bytes((0, 40, 0x65, 0x88))
    + bytes(38)
)
H264_DELTA = b"\x41\x9a" + bytes(40)
"""H.264: parameter sets and an IDR picture in one packet, and a picture that refers to it."""

MID, TIME, TRANSPORT, HOLD = 4, 2, 3, 5
RID, REPAIRED, LEVEL = 10, 11, 6


def extension(*elements: tuple[int, bytes]) -> bytes:
    """A one-byte header extension block."""
    body = b"".join(bytes((number << 4 | (len(data) - 1),)) + data for number, data in elements)
    body += bytes(-len(body) % 4)
    return pack(">HH", 0xBEDE, len(body) // 4) + body


def rtp(
    ssrc: int,
    sequence: int,
    timestamp: int = 0,
    payload: bytes = b"sound",
    payload_type: int = 111,
    marker: bool = False,
    block: bytes = b"",
    padding: int = 0,
) -> bytes:
    first = 0x80 | (0x10 if block else 0) | (0x20 if padding else 0)
    second = payload_type | (0x80 if marker else 0)
    head = pack(">BBHII", first, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    return head + block + payload + (bytes(padding - 1) + bytes((padding,)) if padding else b"")


def transport(number: int, *more: tuple[int, bytes]) -> bytes:
    return extension(*more, (TRANSPORT, pack(">H", number & 0xFFFF)))


def negotiated(
    base: int,
    *,
    vp8: int = 96,
    opus: int = 111,
    screen: bool = False,
    audio_slots: int = 1,
    video_slots: int = 1,
    declared: bool = True,
    rtx: bool = True,
    nack: bool = False,
    numbered: bool = False,
    h264: int | None = None,
    needs_h264: bool = False,
    rids: tuple[str, ...] = (),
) -> Negotiated:
    """An endpoint whose SSRCs begin at `base`: microphone +1, camera +2 (RTX +3), screen +4 (RTX +5), slots
    from +11 (audio) and +21 (video, RTX ten more). `h264`: a payload type, the next one repairs it. `rids`: a
    camera in layers, which declares no SSRC."""
    other = Types(h264, h264 + 1) if h264 is not None else None
    up = Extensions(mid=MID, transport_cc=TRANSPORT)
    layered = Extensions(MID, transport_cc=TRANSPORT, rid=RID, repaired_rid=REPAIRED) if rids else up

    def ssrc(offset: int) -> int | None:
        return base + offset if declared and not (rids and offset in {2, 3}) else None

    uplinks = [
        Uplink("0", Kind.AUDIO, Source.MICROPHONE, opus, ssrc=ssrc(1), extensions=replace(up, level=LEVEL)),
        Uplink("1", Kind.VIDEO, Source.CAMERA, vp8, vp8 + 1, ssrc(2), ssrc(3), layered, nack, other, rids),
    ]
    if screen:
        uplinks.append(Uplink("2", Kind.VIDEO, Source.SCREEN, vp8, vp8 + 1, ssrc(4), ssrc(5), up, h264=other))
    audio = [Slot(f"a{i}", Kind.AUDIO, opus, base + 11 + i) for i in range(audio_slots)]
    video = [
        Slot(
            f"v{i}",
            Kind.VIDEO,
            vp8,
            base + 21 + i,
            vp8 + 1 if rtx else None,
            base + 31 + i if rtx else None,
            extensions=Extensions(transport_cc=TRANSPORT, mid=MID, playout_delay=HOLD)
            if numbered
            else Extensions(abs_send_time=TIME),
            h264=other,
        )
        for i in range(video_slots)
    ]
    return Negotiated(tuple(uplinks), (*audio, *video), rtcp_ssrc=base + 1000, needs_h264=needs_h264)
