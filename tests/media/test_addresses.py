"""One socket per advertised address: whatever was asked is what answers."""

import asyncio

import aioice.ice
import pytest
from raw_client import RawClient
from running import Running

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
