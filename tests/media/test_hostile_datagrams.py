import asyncio
import socket
from typing import Any

import pytest
from hostile import hello_and_alerts, runts
from raw_client import RawClient, until
from running import Running, state

from media.endpoint import ALLOWED_AT_ONCE
from media.intake import SOURCES_MAX

pytestmark = pytest.mark.sockets


async def spray(running: Running, datagrams: list[bytes], send: Any) -> None:
    """Send all of it, at the pace at which the worker reads it."""
    for index, datagram in enumerate(datagrams):
        send(datagram)
        if index % 64 == 63:
            await asyncio.sleep(0.002)
    await asyncio.sleep(0.05)


class Stranger:
    """A socket that nobody invited, and what it is told."""

    def __init__(self, running: Running) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.there = running.ports[0].address

    def send(self, datagram: bytes) -> None:
        self.socket.sendto(datagram, self.there)

    def heard_nothing(self) -> bool:
        try:
            self.socket.recv(2000)
        except BlockingIOError:
            return True
        finally:
            self.socket.close()
        return False


async def test_a_stranger_changes_nothing_before_the_handshake(running: Running) -> None:
    client = running.keep(RawClient())
    answer = running.worker.offer("visit", "member", await client.offer())[0]
    stranger = Stranger(running)
    before = state(running)
    await spray(running, runts() + hello_and_alerts(), stranger.send)
    assert state(running) == before
    assert stranger.heard_nothing()
    await client.check(answer)
    await client.handshake()
    assert client.dtls.state == "connected"
    assert running.worker.intake.failed == 0


async def test_a_stranger_changes_nothing_during_the_handshake(running: Running) -> None:
    client = running.keep(RawClient())
    await client.check(running.worker.offer("visit", "member", await client.offer())[0])
    client.wire.held.clear()
    handshake = asyncio.create_task(client.handshake())
    await until(lambda: client.wire.sent)
    stranger = Stranger(running)
    before = state(running)
    await spray(running, runts() + hello_and_alerts(), stranger.send)
    assert state(running) == before
    assert stranger.heard_nothing()
    client.wire.held.set()
    async with asyncio.timeout(5):
        await handshake
    assert client.dtls.state == "connected"


async def test_a_stranger_changes_nothing_after_the_handshake(running: Running) -> None:
    client = await running.raw("visit", "member")
    await running.event("connected")
    stranger = Stranger(running)
    before = state(running)
    await spray(running, runts() + hello_and_alerts(), stranger.send)
    assert state(running) == before
    assert stranger.heard_nothing()
    assert running.worker.intake.failed == 0
    await still_forwards(running, client)


async def test_nonsense_from_the_endpoints_own_address_changes_nothing(running: Running) -> None:
    client = await running.raw("visit", "member")
    await running.event("connected")
    before = state(running)
    await spray(running, runts() + hello_and_alerts(), client.send)
    assert state(running) == before
    assert running.worker.intake.failed == 0
    await still_forwards(running, client)


async def test_nonsense_from_its_own_address_does_not_break_a_handshake(running: Running) -> None:
    client = running.keep(RawClient())
    await client.check(running.worker.offer("visit", "member", await client.offer())[0])
    before = state(running)
    await spray(running, runts() + hello_and_alerts(), client.send)
    assert state(running) == before
    async with asyncio.timeout(10):
        await client.handshake()
    assert client.dtls.state == "connected"


async def still_forwards(running: Running, client: RawClient) -> None:
    other = await running.raw("visit", "clinician")
    await running.event("connected", endpoint="clinician")
    running.worker.open_room("visit")
    client.send(client.protected(1))
    assert (await other.received())[0].endswith(b"sound")


async def test_a_forged_packet_is_refused(running: Running) -> None:
    client = await running.raw("visit", "member")
    other = await running.raw("visit", "clinician")
    running.worker.open_room("visit")
    for bit in range(0, 200, 7):
        packet = bytearray(client.protected(1, bytes(40)))
        packet[bit // 8 % len(packet)] ^= 1 << bit % 8
        if packet[0] >> 6 == 2 and not 191 < packet[1] < 224:
            client.send(bytes(packet))
    client.send(client.protected(900, b"true"))
    assert [packet[-4:] for packet in await other.received()] == [b"true"]


async def test_a_replayed_packet_is_refused(running: Running) -> None:
    client = await running.raw("visit", "member")
    other = await running.raw("visit", "clinician")
    await running.event("connected", endpoint="clinician")
    running.worker.open_room("visit")
    first = client.protected(1, b"first")
    for _ in range(10):
        client.send(first)
    client.send(client.protected(2, b"second"))
    await other.received(2)
    assert [packet[12:] for packet in other.rtp] == [b"first", b"second"]
    assert running.worker.rooms.get("visit").members["member"].refused == 10 - 1


async def test_a_replayed_packet_from_elsewhere_moves_nothing(running: Running) -> None:
    client = await running.raw("visit", "member")
    await running.event("connected")
    heard = client.protected(1)
    client.send(heard)
    await asyncio.sleep(0.05)
    stranger = Stranger(running)
    before = state(running)
    for _ in range(20):
        stranger.send(heard)
    await asyncio.sleep(0.05)
    assert state(running) == before
    assert stranger.heard_nothing()


async def test_a_replayed_check_from_elsewhere_does_not_move_the_media(running: Running) -> None:
    client = await running.raw("visit", "member")
    await running.event("connected")
    endpoint = running.worker.rooms.get("visit").members["member"]
    overheard: list[bytes] = []
    protocol: Any = client.connection._nominated[1].protocol
    send = protocol.transport.sendto

    def listen(data: bytes, address: tuple[str, int]) -> None:
        overheard.append(bytes(data))
        send(data, address)

    protocol.transport.sendto = listen  # what the client's next consent check looks like on the wire
    await until(lambda: any(data[:2] == b"\0\1" for data in overheard), within=10)
    protocol.transport.sendto = send
    stranger = Stranger(running)
    where = endpoint.current
    for data in overheard:
        stranger.send(data)
    await asyncio.sleep(0.1)
    assert endpoint.current is where
    stranger.socket.close()


async def test_an_endpoint_with_endless_sources_costs_no_endless_memory(running: Running) -> None:
    client = await running.raw("visit", "member")
    await running.event("connected")
    keys = running.worker.rooms.get("visit").members["member"].keys
    assert keys is not None
    await spray(running, [client.protected(1, ssrc=50_000 + index) for index in range(1000)], client.send)
    assert len(keys.sources) == SOURCES_MAX
    assert running.worker.intake.failed == 0


async def test_ten_times_the_bitrate_is_cut_and_other_rooms_notice_nothing(running: Running) -> None:
    flooder, victim = await running.raw("flooded", "member"), await running.raw("flooded", "clinician")
    ana, doctor = await running.raw("calm", "member"), await running.raw("calm", "clinician")
    await running.event("connected", room="calm", endpoint="clinician")
    for room in ("flooded", "calm"):
        running.worker.open_room(room)
    for sequence in range(1, 101):
        for number in range(60):  # of 1,100 bytes; a camera sends two in that time
            flooder.send(flooder.protected(60 * sequence + number, bytes(1100)))
        ana.send(ana.protected(sequence, b"calm", timestamp=960 * sequence))
        await asyncio.sleep(0.01)
    await doctor.received(100)
    assert len(doctor.rtp) == 100
    assert running.worker.intake.excess > 0
    assert len(victim.rtp) + running.worker.intake.excess <= 6000
    assert running.worker.intake.failed == 0


async def test_who_forges_an_address_does_not_use_up_what_its_owner_may_send(running: Running) -> None:
    client, other = await running.raw("visit", "member"), await running.raw("visit", "clinician")
    await running.event("connected", endpoint="clinician")
    running.worker.open_room("visit")
    forged = [bytes((0x80, 109, 0, index & 0xFF)) + bytes(60) for index in range(ALLOWED_AT_ONCE + 500)]
    await spray(running, forged, client.send)
    client.send(client.protected(1, b"true"))
    assert [packet[12:] for packet in await other.received()] == [b"true"]
    assert running.worker.intake.excess == 0


async def test_after_a_flood_it_may_send_again(running: Running) -> None:
    client, other = await running.raw("visit", "member"), await running.raw("visit", "clinician")
    await running.event("connected", endpoint="clinician")
    running.worker.open_room("visit")
    endpoint = running.worker.rooms.get("visit").members["member"]
    client.send(client.protected(1, b"before"))
    await other.received(1)
    endpoint.allowance = 0
    await until(lambda: endpoint.allowance > 0)
    client.send(client.protected(2, b"after"))
    assert [packet[12:] for packet in await other.received(2)] == [b"before", b"after"]


async def test_sources_that_were_accepted_before_a_flood_go_on(running: Running) -> None:
    client = await running.raw("visit", "member")
    other = await running.raw("visit", "clinician")
    await running.event("connected", endpoint="clinician")
    running.worker.open_room("visit")
    client.send(client.protected(1))
    await other.received(1)
    await spray(running, [client.protected(1, ssrc=50_000 + index) for index in range(300)], client.send)
    client.send(client.protected(2))
    await other.received(2)
