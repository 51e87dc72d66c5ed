"""A worker whose cameras come in layers: packets, news and what it tells of a room."""

from struct import pack

import pytest
from offering import CAMERA, MICROPHONE, THREE_LAYERS, slots, with_layers
from raw_client import VP8_KEYFRAME, RawClient
from running import Running

from media.core.events import LayersChanged, SpeakerChanged

pytestmark = pytest.mark.sockets

LINES = (MICROPHONE, with_layers(CAMERA, *THREE_LAYERS), *slots(2))


async def joins(running: Running, name: str) -> RawClient:
    client = running.keep(RawClient(*LINES))
    joined = await client.join(lambda sdp: running.worker.offer("visit", name, sdp)[0])
    await running.event("connected", endpoint=name)
    return joined


async def test_a_layer_is_known_by_its_rid_and_forwarded(running: Running) -> None:
    running.worker.open_room("visit")
    member, clinician = await joins(running, "member"), await joins(running, "clinician")
    body = bytes((5 << 4,)) + b"1" + bytes((10 << 4,)) + b"h"
    block = pack(">HH", 0xBEDE, 1) + body
    member.send(member.protected(1, VP8_KEYFRAME, ssrc=777, type_=120, block=block))
    (sent,) = await clinician.received(1)
    assert sent.endswith(VP8_KEYFRAME)


async def test_who_is_to_encode_what_and_who_speaks_is_news_and_told_to_newcomers(running: Running) -> None:
    running.worker.open_room("visit")
    await joins(running, "member")
    room = running.worker.rooms.get("visit")
    assert room is not None
    room.core.events += [LayersChanged("member", ("h", "l")), SpeakerChanged("member")]
    running.worker.publish(room)
    assert (await running.event("layers"))["layers"] == ["h", "l"]
    assert (await running.event("speaker"))["endpoint"] == "member"
    there = next(one for one in running.worker.greeting() if one["event"] == "room")
    assert there["speaker"] is None  # the core has heard nobody
    assert there["endpoints"][0]["layers"] == ()
    assert running.worker.describe("visit")["endpoints"][0]["layers"] == ()
    assert running.worker.figures()["layers_changed"] == 0


async def test_whom_an_endpoint_shows_large_reaches_the_core(running: Running) -> None:
    running.worker.open_room("visit")
    await joins(running, "member")
    assert running.worker.show("visit", "member", "auto", ["clinician"])
    room = running.worker.rooms.get("visit")
    assert room is not None
    assert room.core._endpoints["member"].large == ("clinician",)
