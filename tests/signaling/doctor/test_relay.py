"""What the doctor finds about relays: a real coturn, a real worker, and what goes wrong between them."""

from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest
from pydantic import SecretStr

from signaling.clock import SystemClock
from signaling.doctor import relay
from signaling.doctor.finding import Finding
from signaling.doctor.offered import ROOM, worker_of_our_own
from signaling.media_client import MediaClient
from signaling.settings import Listen
from tests import turn_server
from tests.signaling.doctor.patient import Authority, configured, free_port
from tests.turn_server import TurnServer

pytestmark = [
    pytest.mark.sockets,
    pytest.mark.slow,
    pytest.mark.skipif(turn_server.missing() is not None, reason=str(turn_server.missing())),
]


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A certificate that this machine trusts."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.root()))
    return authority.certifies("127.0.0.1", "localhost", begins=SystemClock().now(), days=1)


@pytest.fixture
def server(tmp_path: Path, trusted: tuple[Path, Path]) -> Iterator[TurnServer]:
    with turn_server.running(tmp_path, trusted) as running:
        yield running


async def look(*urls: str, secret: str = turn_server.SECRET, advertise: str = "127.0.0.1") -> list[Finding]:
    settings = configured(
        "sqlite:///x.db",
        media_udp=Listen(host=advertise, port=0),
        turn_urls=urls,
        turn_secret=SecretStr(secret),
    )
    return list(await relay.check(settings, SystemClock()))[:-1]


async def test_every_way_is_tried_up_to_the_worker(server: TurnServer) -> None:
    found = await look(server.udp, server.tcp, server.tls)
    assert [one.sentence for one in found] == [
        f"{url} by IPv4: a check through it gets the worker's signed answer"
        for url in (server.udp, server.tcp, server.tls)
    ]
    assert all(one.well for one in found)


async def test_another_secret_is_said_without_either(server: TurnServer) -> None:
    (found,) = await look(server.tcp, secret="another one, of the same length")
    assert "does not take what we lend" in found.sentence
    assert "static-auth-secret" in (found.remedy or "")
    assert "another one" not in found.lines()


async def test_a_relay_that_may_not_reach_the_workers_is_said(server: TurnServer) -> None:
    (found,) = await look(server.udp, advertise="127.0.0.9")
    assert "will not reach our workers" in found.sentence
    assert "allowed-peer-ip" in (found.remedy or "")


async def test_workers_that_have_no_address_of_the_relays_kind_are_said(server: TurnServer) -> None:
    (found,) = await look(server.udp, advertise="::1")
    assert "ends in IPv4" in found.sentence
    assert "VIDEOVISIT_MEDIA_ADVERTISE" in (found.remedy or "")


async def test_a_certificate_that_browsers_do_not_believe_is_said(
    server: TurnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    (found,) = await look(server.tls)
    assert "the certificate shown there" in found.sentence
    assert not found.well


async def test_nobody_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "WITHIN_SECONDS", 0.5)
    port = free_port()
    urls = [f"turn:127.0.0.1:{port}", f"turn:127.0.0.1:{port}?transport=tcp", f"turns:127.0.0.1:{port}"]
    for found in await look(*urls):
        assert "nobody answers there" in found.sentence


async def test_a_name_that_leads_nowhere_is_said() -> None:
    (found,) = await look("turn:nowhere.invalid")
    assert "leads to no address" in found.sentence


async def test_a_worker_that_runs_on_its_own_is_reached_as_well(server: TurnServer) -> None:
    clock = SystemClock()
    started = configured("sqlite:///x.db", media_udp=Listen.parse("127.0.0.1:0"))
    async with worker_of_our_own(started, clock, port=0) as worker:
        settings = configured(
            "sqlite:///x.db",
            media_workers_at=(worker.address,),
            media_key=SecretStr(worker.key) if worker.key else None,
            turn_urls=(server.tls,),
            turn_secret=SecretStr(turn_server.SECRET),
        )
        found = list(await relay.check(settings, clock))
        assert "gets the worker's signed answer" in found[0].sentence
        async with aclosing(MediaClient(worker.address, worker.key)) as client:
            assert await client.room(ROOM) == {}, "nothing that it made stays"


@pytest.mark.parametrize(
    ("url", "well"),
    [
        ("turns:127.0.0.1:443", True),
        ("turns:127.0.0.1", False),
        ("turn:127.0.0.1:443?transport=tcp", False),
        ("turn:127.0.0.1:443", False),
    ],
)
async def test_a_hospital_lets_out_tls_on_443_alone(
    url: str, well: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "WITHIN_SECONDS", 0.2)
    settings = configured(
        "sqlite:///x.db",
        media_workers_at=("unix:/nowhere",),
        turn_urls=(url,),
        turn_secret=SecretStr(turn_server.SECRET),
    )
    found = list(await relay.check(settings, SystemClock()))
    assert (found[-1].what, found[-1].well) == ("relay on 443", well)


async def test_without_relays_it_says_what_that_means() -> None:
    (found,) = await relay.check(configured("sqlite:///x.db"), SystemClock())
    assert found.well
    assert "no UDP out" in found.sentence
