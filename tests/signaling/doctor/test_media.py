"""What the doctor finds about media: a real worker, a real check from another socket, and what goes wrong."""

import asyncio
import socket
from typing import Any

import pytest
from aioice import stun as messages

from signaling.clock import SystemClock
from signaling.doctor import media, stun
from signaling.doctor.finding import Finding
from signaling.doctor.offered import Offered
from signaling.settings import Listen
from tests.signaling.doctor.patient import configured, told

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

STRANGER = Offered(ours="ours", theirs="theirs", password="secret", addresses=())


async def look(udp: str = "127.0.0.1:0", advertise: str = "") -> dict[str, Finding]:
    settings = configured("sqlite:///x.db", media_udp=Listen.parse(udp), media_advertise=advertise)
    return told(await media.check(settings, SystemClock()))


def taken() -> socket.socket:
    """A UDP port that somebody has."""
    holder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    holder.bind(("127.0.0.1", 0))
    return holder


async def test_a_worker_starts_and_its_check_is_answered() -> None:
    found = await look()
    assert found["media"].well
    assert "gets its signed answer" in found["udp"].sentence


async def test_the_ports_that_a_firewall_lets_in_are_named() -> None:
    with taken() as holder:
        port = holder.getsockname()[1]
    found = await look(f"127.0.0.1:{port}")
    assert f"a check to 127.0.0.1:{port}" in found["udp"].sentence
    assert f"UDP ports {port} to {port + 1}" in found["udp"].sentence


async def test_while_serve_has_the_port_another_is_tried() -> None:
    with taken() as holder:
        found = await look(f"127.0.0.1:{holder.getsockname()[1]}")
    assert found["udp"].well
    assert "in use now" in found["udp"].sentence


async def test_an_advertised_address_that_leads_nowhere_is_named() -> None:
    found = await look(advertise="127.0.0.9")  # this machine, but nobody is bound to it
    assert "check to 127.0.0.9" in found["udp"].sentence
    assert "VIDEOVISIT_MEDIA_ADVERTISE" in (found["udp"].remedy or "")


async def test_an_address_of_another_machine_keeps_a_worker_from_starting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("signaling.workers.READY_WITHIN_SECONDS", 1.0)
    found = await look("203.0.113.7:0")  # nobody's, by RFC 5737
    assert "videovisit media" in (found["media"].remedy or "")


class Impostor(asyncio.DatagramProtocol):
    """Answers every check, with a secret that it made up."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, source: Any) -> None:
        asked = messages.parse_message(data)
        answer = messages.Message(messages.Method.BINDING, messages.Class.RESPONSE, asked.transaction_id)
        answer.attributes["XOR-MAPPED-ADDRESS"] = source
        answer.add_message_integrity(b"made up")
        self.transport.sendto(bytes(answer), source)


async def test_an_answer_that_is_not_signed_by_our_worker_is_none() -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Impostor, local_addr=("127.0.0.1", 0))
    where = transport.get_extra_info("sockname")
    assert await stun.check(where, STRANGER) is stun.Outcome.impostor
    transport.close()


async def test_a_port_that_says_nothing_is_silence() -> None:
    with taken() as holder:
        where = holder.getsockname()
        assert await stun.check(where, STRANGER) is stun.Outcome.silence
