import asyncio
from typing import Any

import pytest
from offering import changed, slots, typical
from raw_client import VP8_DELTA, VP8_KEYFRAME, RawClient, until
from running import Running

from media import worker as worker_module
from media.refused import RefusedError
from media.sdp import OfferCode, OfferRefusedError

pytestmark = pytest.mark.sockets


async def pair(running: Running) -> tuple[RawClient, RawClient]:
    member = await running.raw("visit", "member")
    clinician = await running.raw("visit", "clinician")
    await running.event("connected", endpoint="clinician")
    return member, clinician


async def test_a_closed_room_forwards_nothing(running: Running) -> None:
    member, clinician = await pair(running)
    for sequence in range(20):
        member.send(member.protected(sequence))
        clinician.send(clinician.protected(sequence))
    await asyncio.sleep(0.2)
    assert (member.rtp, clinician.rtp) == ([], [])


async def test_sound_flows_once_the_room_is_open_and_stops_when_it_is_closed(running: Running) -> None:
    member, clinician = await pair(running)
    running.worker.open_room("visit")
    member.send(member.protected(1, b"one"))
    await clinician.received(1)
    running.worker.close_room("visit")
    for sequence in range(2, 20):
        member.send(member.protected(sequence, b"late"))
    await asyncio.sleep(0.1)
    running.worker.open_room("visit")
    member.send(member.protected(30, b"two"))
    await clinician.received(2)
    assert [packet[12:] for packet in clinician.rtp] == [b"one", b"two"]


async def test_a_packet_arrives_with_the_slots_own_ssrc_and_payload_type(running: Running) -> None:
    member, clinician = await pair(running)
    running.worker.open_room("visit")
    member.send(member.protected(7, VP8_KEYFRAME + b"picture", ssrc=2001, type_=120))
    (packet,) = await clinician.received()
    assert int.from_bytes(packet[8:12], "big") == clinician.slot_ssrc("video")
    assert packet[1] & 0x7F == 120
    assert packet.endswith(b"picture")


async def test_pictures_begin_with_a_keyframe(running: Running) -> None:
    member, clinician = await pair(running)
    running.worker.open_room("visit")
    for sequence in range(5):
        member.send(member.protected(sequence, VP8_DELTA + b"delta", ssrc=2001, type_=120))
    member.send(member.protected(5, VP8_KEYFRAME + b"key", ssrc=2001, type_=120))
    assert (await clinician.received())[0].endswith(b"key")
    await until(lambda: any(packet[1] == 206 for packet in member.rtcp))


async def test_listeners_are_told_who_is_in_which_slot_and_what_flows(running: Running) -> None:
    member, _ = await pair(running)
    running.worker.open_room("visit")
    seated = await running.event("slots", endpoint="clinician")
    while not any(slot["from"] for slot in seated["slots"]):
        seated = await running.event("slots", endpoint="clinician")
    assert seated["slots"] == [
        {"mid": "3", "kind": "audio", "from": "member", "source": "microphone"},
        {"mid": "4", "kind": "video", "from": "member", "source": "camera"},
    ]
    member.send(member.protected(1))
    assert (await running.event("flowing"))["mid"] == "3"


async def test_a_goodbye_ends_the_endpoint_at_once(running: Running) -> None:
    member, _ = await pair(running)
    await member.dtls.stop()
    assert await running.event("gone") == {
        "event": "gone",
        "room": "visit",
        "endpoint": "member",
        "reason": "closed_by_endpoint",
    }
    assert [state["endpoint"] for state in running.worker.describe("visit")["endpoints"]] == ["clinician"]


async def test_leaving_says_goodbye_to_the_endpoint(running: Running) -> None:
    member, _ = await pair(running)
    assert running.worker.leave("visit", "member")
    await until(lambda: member.dtls.state == "closed")
    assert (await running.event("gone"))["reason"] == "left"
    assert not running.worker.leave("visit", "member")


async def test_removing_a_room_ends_everybody_in_it(running: Running) -> None:
    member, clinician = await pair(running)
    assert running.worker.remove_room("visit")
    await until(lambda: (member.dtls.state, clinician.dtls.state) == ("closed", "closed"))
    assert running.worker.describe("visit") is None
    assert not running.worker.remove_room("visit")


async def test_a_second_page_takes_the_place_of_the_first(running: Running) -> None:
    member, clinician = await pair(running)
    running.worker.open_room("visit")
    again = await running.raw("visit", "member")
    assert (await running.event("gone"))["reason"] == "replaced"
    await running.event("connected", endpoint="member")
    again.send(again.protected(1, b"again"))
    assert (await clinician.received())[0].endswith(b"again")
    await until(lambda: member.dtls.state == "closed")


async def test_an_offer_that_is_refused_changes_nothing(running: Running) -> None:
    await pair(running)
    before = running.worker.describe("visit")
    with pytest.raises(OfferRefusedError) as caught:
        running.worker.offer("visit", "member", "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n")
    assert caught.value.code is OfferCode.DATA_CHANNEL
    after = running.worker.describe("visit")
    assert before is not None
    assert after is not None
    assert [state["slots"] for state in after["endpoints"]] == [
        state["slots"] for state in before["endpoints"]
    ]


async def test_a_room_holds_eight(running: Running) -> None:
    for number in range(8):
        running.worker.offer("visit", f"p{number}", typical())
    with pytest.raises(RefusedError) as caught:
        running.worker.offer("visit", "p8", typical())
    assert (caught.value.code, caught.value.status) == ("room_full", 409)
    running.worker.offer("visit", "p3", typical())


async def test_a_worker_holds_so_many_rooms(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("media.rooms.ROOMS_MAX", 2)
    running.worker.open_room("one")
    running.worker.open_room("two")
    for attempt in (
        lambda: running.worker.open_room("three"),
        lambda: running.worker.offer("three", "p", typical()),
    ):
        with pytest.raises(RefusedError) as caught:
            attempt()
        assert (caught.value.code, caught.value.status) == ("worker_full", 503)


async def test_another_certificate_than_the_offered_one_gets_nowhere(running: Running) -> None:
    client = running.keep(RawClient())
    other = ":".join(["00"] * 32)
    await client.check(running.worker.offer("visit", "member", await client.offer(f"sha-256 {other}"))[0])
    await client.handshake()
    assert (await running.event("gone"))["reason"] == "handshake_failed"
    client.send(client.protected(1))
    await asyncio.sleep(0.05)
    assert running.worker.describe("visit")["endpoints"] == []


async def test_silence_is_told_and_so_is_its_end(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "SILENT_AFTER", 0.2)
    monkeypatch.setattr(worker_module, "LOOK_EVERY", 0.05)
    member = await running.raw("visit", "member")
    silent = await running.event("silent")
    assert (silent["room"], silent["endpoint"]) == ("visit", "member")
    member.send(member.protected(1))
    assert (await running.event("heard"))["endpoint"] == "member"


async def test_long_silence_ends_the_endpoint(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "GONE_AFTER", 0.3)
    monkeypatch.setattr(worker_module, "LOOK_EVERY", 0.05)
    await running.raw("visit", "member")
    assert (await running.event("gone"))["reason"] == "silence"


async def test_nothing_is_sent_to_who_was_not_heard_of_for_long(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "CONSENT_FOR", 0.2)
    monkeypatch.setattr(worker_module, "LOOK_EVERY", 0.02)
    member, clinician = await pair(running)
    running.worker.open_room("visit")
    endpoint = running.worker.rooms.get("visit").members["clinician"]
    await until(lambda: endpoint.current is None)
    member.send(member.protected(1, b"unheard"))
    await asyncio.sleep(0.05)
    assert clinician.rtp == []
    clinician.send(clinician.protected(1))
    await member.received(1)
    member.send(member.protected(2, b"heard"))
    assert (await clinician.received())[0].endswith(b"heard")


async def test_a_closed_room_without_members_is_forgotten_and_an_open_one_is_not(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "EMPTY_FOR", 0.1)
    monkeypatch.setattr(worker_module, "LOOK_EVERY", 0.02)
    running.worker.offer("closed", "member", typical())
    running.worker.leave("closed", "member")
    running.worker.open_room("open")
    await until(lambda: running.worker.describe("closed") is None)
    assert running.worker.describe("open") is not None


async def test_an_endpoint_is_kept_for_a_minute_of_silence() -> None:
    assert worker_module.GONE_AFTER >= 60


class Elsewhere(asyncio.DatagramProtocol):
    """Another address of a client's, and what arrives there."""

    def __init__(self, client: RawClient) -> None:
        self._client = client
        self._came: asyncio.Queue[bytes] = asyncio.Queue()

    async def open(self) -> asyncio.DatagramTransport:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        return transport

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002
        self._came.put_nowait(data)

    async def next(self, *, control: bool) -> bytes:
        """The next packet of that kind, opened."""
        keys: Any = self._client.dtls._rx_srtp
        async with asyncio.timeout(2):
            while True:
                data = await self._came.get()
                if (191 < data[1] < 224) is control:
                    opened: bytes = keys.unprotect_rtcp(data) if control else keys.unprotect(data)
                    return opened


async def test_media_follows_an_endpoint_to_its_new_address(running: Running) -> None:
    member, clinician = await pair(running)
    running.worker.open_room("visit")
    clinician.send(clinician.protected(1, b"before"))
    await member.received(1)
    elsewhere = Elsewhere(member)
    transport = await elsewhere.open()
    transport.sendto(member.protected(5, b"from elsewhere"), member.there())
    await clinician.received(1)
    assert clinician.rtp[0].endswith(b"from elsewhere")
    clinician.send(clinician.protected(2, b"after"))
    assert (await elsewhere.next(control=False)).endswith(b"after")
    transport.close()


async def test_who_is_at_a_new_address_is_asked_for_a_keyframe_at_once(running: Running) -> None:
    member, clinician = await pair(running)
    running.worker.open_room("visit")
    member.send(member.protected(1, VP8_KEYFRAME, ssrc=2001, type_=120))
    await clinician.received(1)
    elsewhere = Elsewhere(member)
    transport = await elsewhere.open()
    transport.sendto(member.protected(5, b"from elsewhere"), member.there())
    assert (await elsewhere.next(control=True))[:2] == bytes((0x81, 206))
    transport.close()


async def test_a_restart_of_ice_keeps_the_session_and_the_slots(running: Running) -> None:
    member, clinician = await pair(running)
    running.worker.open_room("visit")
    first = member.answer
    again = RawClient(*member.lines, certificate=member.certificate)
    text = await again.offer()
    second, _ = running.worker.offer("visit", "member", text)
    endpoint = running.worker.rooms.get("visit").members["member"]
    assert endpoint.keys is not None
    assert len(endpoint.credentials) == 2
    old_ufrag, new_ufrag = first.media[0].ice.usernameFragment, endpoint.credentials[0].ufrag
    assert old_ufrag != new_ufrag
    assert f"a=ice-ufrag:{new_ufrag}" in second
    for media in first.media:
        for item in media.ssrc:
            assert f"a=ssrc:{item.ssrc} " in second
    await again.check(second)
    moved = again.socket()
    moved.sendto(member.protected(3, b"on the new path"), again.there())
    await clinician.received(1)
    assert clinician.rtp[0].endswith(b"on the new path")
    assert endpoint.current is not None
    assert endpoint.current.where()[1] == moved.get_extra_info("sockname")[1]
    await again.connection.close()


async def test_the_old_credentials_end_after_the_new_ones_chose_a_path(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "OLD_CREDENTIALS_FOR", 0.1)
    monkeypatch.setattr(worker_module, "LOOK_EVERY", 0.02)
    member = await running.raw("visit", "member")
    endpoint = running.worker.rooms.get("visit").members["member"]
    (old,) = endpoint.credentials
    again = RawClient(*member.lines, certificate=member.certificate)
    await again.check(running.worker.offer("visit", "member", await again.offer())[0])
    await until(lambda: len(endpoint.credentials) == 1)
    assert endpoint.credentials[0] != old
    assert endpoint.keys is not None
    await again.connection.close()


async def test_a_new_offer_of_the_same_page_may_add_slots(running: Running) -> None:
    member, clinician = await pair(running)
    running.worker.open_room("visit")
    member.send(member.protected(1))
    await clinician.received(1)
    clinician.lines = (*clinician.lines, *(changed(line, mid=f"x{line.mid}") for line in slots(1, 9)))
    text = await clinician.offer()
    answer, lanes = running.worker.offer("visit", "clinician", text)
    assert [lane.ssrc for lane in lanes[2:4]] == [clinician.slot_ssrc("audio"), clinician.slot_ssrc("video")]
    assert len([lane for lane in lanes if lane.direction == "sendonly"]) == 4
    assert f"a=ice-ufrag:{clinician.answer.media[0].ice.usernameFragment}" in answer
    member.send(member.protected(2))
    await clinician.received(2)


async def test_who_left_leaves_nothing_behind(running: Running) -> None:
    for number in range(5):
        await running.raw(f"visit{number}", "member")
        running.worker.offer(f"visit{number}", "clinician", typical())
    for number in range(5):
        running.worker.remove_room(f"visit{number}")
    intake = running.worker.intake
    assert (intake._by_ufrag, intake._credentials, intake._by_ssrc) == ({}, {}, {})
    assert running.ports[0].paths == {}
    assert len(running.worker.rooms) == 0
    await until(lambda: not running.worker._closing)


async def test_one_rooms_fault_does_not_stop_the_others(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, clinician = await pair(running)
    running.worker.open_room("visit")
    running.worker.open_room("broken")
    broken = running.worker.rooms.get("broken")
    monkeypatch.setattr(broken, "core", None)
    await until(lambda: running.worker.intake.failed > 2)
    member.send(member.protected(1, b"still"))
    assert (await clinician.received())[0].endswith(b"still")
    await until(lambda: any(packet[1] == 205 for packet in member.rtcp) or len(member.rtcp) > 1)
    monkeypatch.undo()


async def test_stopping_says_goodbye_and_frees_the_port(running: Running) -> None:
    member, _ = await pair(running)
    address = running.ports[0].address
    await running.worker.stop()
    await until(lambda: member.dtls.state == "closed")
    again = type(running.ports[0])(*address)
    again.close()


async def test_a_worker_that_can_carry_no_more_makes_no_new_rooms_and_goes_on_with_its_own(
    running: Running,
) -> None:
    await running.raw("here", "member")
    running.worker.rooms.full = True
    with pytest.raises(RefusedError) as refused:
        running.worker.offer("another", "member", typical())
    assert (refused.value.code, refused.value.status) == ("worker_full", 503)
    assert running.worker.offer("here", "clinician", typical())


async def test_a_ceiling_is_that_of_every_room_also_of_those_that_come(running: Running) -> None:
    running.worker.open_room("one")
    running.worker.rooms.limit(300_000)
    running.worker.open_room("another")
    assert {room.core.ceiling for room in running.worker.rooms} == {300_000}
    running.worker.rooms.limit(None)
    assert {room.core.ceiling for room in running.worker.rooms} == {None}
