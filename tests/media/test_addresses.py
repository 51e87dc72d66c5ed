"""One socket per advertised address: whatever was asked is what answers."""

import asyncio
import socket

import aioice.ice
import pytest
from aioice import stun
from raw_client import RawClient, until
from running import Running

from media.core.address import KNOWN_MAX

pytestmark = pytest.mark.sockets


@pytest.mark.parametrize(("own", "chosen"), [("127.0.0.1", 0), ("127.0.0.1", 1), ("::1", 2)])
async def test_media_flows_over_any_advertised_address(
    monkeypatch: pytest.MonkeyPatch, own: str, chosen: int
) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: [own])
    running = Running(open_rooms=True, hosts=("127.0.0.1", "127.0.0.2", "::1"))
    try:
        member = await running.raw("visit", "member", RawClient(ipv6=":" in own, candidate=chosen))
        clinician = await running.raw("visit", "clinician", RawClient(ipv6=":" in own, candidate=chosen))
        await running.event("connected", endpoint="clinician")
        member.send(member.protected(1, b"there"))
        await clinician.received()
        clinician.send(clinician.protected(1, b"and back"))
        await member.received()
        assert clinician.rtp[0].endswith(b"there")
        assert member.rtp[0].endswith(b"and back")
        assert member.there()[0] == running.ports[chosen].address[0]
    finally:
        await running.stop()


async def test_endpoints_on_different_addresses_reach_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])
    running = Running(open_rooms=True, hosts=("127.0.0.1", "127.0.0.2"))
    try:
        member, clinician = await asyncio.gather(
            running.raw("visit", "member", RawClient(candidate=0)),
            running.raw("visit", "clinician", RawClient(candidate=1)),
        )
        for _ in range(2):
            await running.event("connected")
        member.send(member.protected(1, b"across"))
        assert (await clinician.received())[0].endswith(b"across")
    finally:
        await running.stop()


def binding_request(running: Running, room: str, name: str, *, nominate: bool) -> bytes:
    """A check with the credentials of an endpoint, as its browser would sign it."""
    (credentials,) = running.worker.rooms.get(room).members[name].credentials
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = credentials.username
    message.attributes["PRIORITY"] = 1
    message.attributes["ICE-CONTROLLING"] = 1
    if nominate:
        message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(credentials.password.encode())
    return bytes(message)


class Elsewhere:
    """Another socket of the same endpoint."""

    def __init__(self, running: Running) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.there = running.ports[0].address

    def send(self, datagram: bytes) -> None:
        self.socket.sendto(datagram, self.there)

    def heard(self) -> bool:
        try:
            return bool(self.socket.recv(2000))
        except BlockingIOError:
            return False


async def test_a_move_that_no_check_confirms_is_taken_back(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media.core.address.CONFIRM_WITHIN", 0.1)
    monkeypatch.setattr("media.worker.LOOK_EVERY", 0.02)
    member = await running.raw("visit", "member")
    await running.event("connected")
    endpoint = running.worker.rooms.get("visit").members["member"]
    home = endpoint.current
    elsewhere = Elsewhere(running)
    elsewhere.send(member.protected(1))
    await until(lambda: endpoint.current is not home)
    await until(lambda: endpoint.current is home)
    assert list(running.ports[0].paths.values()) == [home]
    elsewhere.socket.close()


async def test_a_nominated_check_backed_by_a_packet_moves_the_media(running: Running) -> None:
    member = await running.raw("visit", "member")
    await running.event("connected")
    endpoint = running.worker.rooms.get("visit").members["member"]
    home = endpoint.current
    elsewhere = Elsewhere(running)
    elsewhere.send(binding_request(running, "visit", "member", nominate=True))
    await until(elsewhere.heard)
    assert endpoint.current is home
    elsewhere.send(member.protected(1))
    await until(lambda: endpoint.current is not home)
    assert endpoint.current.where() == elsewhere.socket.getsockname()
    elsewhere.socket.close()


async def test_only_so_many_addresses_of_an_endpoint_are_known(running: Running) -> None:
    await running.raw("visit", "member")
    await running.event("connected")
    endpoint = running.worker.rooms.get("visit").members["member"]
    home = endpoint.current
    others = [Elsewhere(running) for _ in range(KNOWN_MAX + 4)]
    for other in others:
        other.send(binding_request(running, "visit", "member", nominate=False))
        await until(other.heard)
    assert len(endpoint.paths) == len(running.ports[0].paths) == KNOWN_MAX
    assert endpoint.current is home
    assert home in running.ports[0].paths.values()
    for other in others:
        other.socket.close()


async def test_an_address_belongs_to_who_authenticated_there_last(running: Running) -> None:
    await running.raw("visit", "member")
    await running.raw("visit", "clinician")
    for _ in range(2):
        await running.event("connected")
    shared = Elsewhere(running)
    for name in ("member", "clinician"):
        shared.send(binding_request(running, "visit", name, nominate=False))
        await until(shared.heard)
    (path,) = [
        item for item in running.ports[0].paths.values() if item.where() == shared.socket.getsockname()
    ]
    assert path.endpoint.name == "clinician"
    assert path.key not in running.worker.rooms.get("visit").members["member"].paths
    shared.socket.close()


async def test_packets_before_the_keys_are_dropped(running: Running) -> None:
    client = running.keep(RawClient())
    await client.check(running.worker.offer("visit", "member", await client.offer())[0])
    before = running.worker.intake.dropped
    client.send(b"\x80\x60" + bytes(40))
    await until(lambda: running.worker.intake.dropped > before)
    await client.handshake()
    assert client.dtls.state == "connected"
