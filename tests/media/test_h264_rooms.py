"""A worker whose room turns to H.264 and back: news, answers and packets."""

import pytest
from offering import CAMERA, MICROPHONE, slots, with_h264
from raw_client import VP8_KEYFRAME, RawClient
from running import Running

pytestmark = pytest.mark.sockets

H264_KEYFRAME = b"\x78\x00\x04\x67\x42\xe0\x1f\x00\x02\x68\xce\x00\x02\x65\x88"
LINES = (
    MICROPHONE,
    with_h264(CAMERA),
    *(with_h264(line) if line.kind == "video" else line for line in slots(1)),
)


async def joins(running: Running, name: str, *, needs: bool = False, able: bool = True) -> RawClient:
    client = running.keep(RawClient(*LINES) if able else RawClient())
    joined = await client.join(
        lambda sdp: running.worker.offer("visit", name, sdp, needs_h264=needs)[0],
    )
    await running.event("connected", endpoint=name)
    return joined


def first_types(client: RawClient) -> list[int]:
    return [media.fmt[0] for media in client.answer.media if media.kind == "video"]


async def test_a_room_turns_to_h264_and_back_and_packets_follow(running: Running) -> None:
    running.worker.open_room("visit")
    member = await joins(running, "member", needs=True)
    assert (await running.event("codec"))["codec"] == "H264"
    assert first_types(member) == [120, 120]  # nobody had said anything yet
    clinician = await joins(running, "clinician")
    assert first_types(clinician) == [126, 126]
    member.send(member.protected(1, VP8_KEYFRAME, ssrc=2001, type_=120))
    member.send(member.protected(2, H264_KEYFRAME, ssrc=2001, type_=126))
    vp8, h264 = await clinician.received(2)
    assert (vp8[1] & 0x7F, h264[1] & 0x7F) == (120, 126)
    assert h264.endswith(H264_KEYFRAME)

    guest = await joins(running, "guest", able=False)
    assert (await running.event("codec"))["codec"] == "VP8"
    assert running.worker.describe("visit")["codec"] == "VP8"
    member.send(member.protected(3, H264_KEYFRAME, ssrc=2001, type_=126))
    member.send(member.protected(4, VP8_KEYFRAME, ssrc=2001, type_=120))
    assert [packet[1] & 0x7F for packet in await clinician.received(4)] == [120, 126, 126, 120]
    (only,) = await guest.received(1)
    assert only.endswith(VP8_KEYFRAME)

    running.worker.leave("visit", "guest")
    assert (await running.event("codec"))["codec"] == "H264"
    room = next(one for one in running.worker.greeting() if one["event"] == "room")
    assert room["codec"] == "H264"


async def test_a_new_offer_of_the_same_page_is_answered_with_the_rooms_codec_first(running: Running) -> None:
    member = await joins(running, "member")
    assert first_types(member) == [120, 120]
    text = await member.offer()
    needing, _ = running.worker.offer("visit", "member", text, needs_h264=True)
    assert (await running.event("codec"))["codec"] == "H264"
    assert needing.count("SAVPF 126 127 120 124\r\n") == 2
    again, _ = running.worker.offer("visit", "member", text)
    assert again.count("SAVPF 120 124 126 127\r\n") == 2
