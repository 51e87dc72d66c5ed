"""Host names, origins and proxies: what a stranger writes into a request opens nothing."""

import ipaddress
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request
from pydantic import SecretStr

from signaling.http.origin import Surroundings
from signaling.throttle import SIGN_IN_BY_ADDRESS
from tests.signaling.house import World, running

PROXY = ipaddress.ip_network("127.0.0.0/8")


@pytest.mark.sockets
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "", "localhost:80"])
async def test_a_forged_host_is_refused(world: World, host: str) -> None:
    answer = await world.stranger(Host=host).get("/api/member/brand")
    assert answer.status in (400, 421)


@pytest.mark.sockets
async def test_a_forged_host_never_reaches_a_link(world: World) -> None:
    forged = {
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "host=evil.example",
        "X-Forwarded-Proto": "https",
    }
    answer = await world.program().post(
        "/api/v1/visits",
        {
            "clinic": "harbor",
            "start": "2026-06-01T19:05:00Z",
            "minutes": 20,
            "mode": "video",
            "member": {"ref": "H-77", "name": "Ana Reyes", "birth_date": "1987-04-12"},
        },
        headers=forged,
    )
    assert answer.json["join_url"].startswith(f"{world.base}/visit#")


@pytest.mark.sockets
async def test_probes_may_ask_by_address(world: World) -> None:
    for path in ("/healthz", "/readyz"):
        assert (await world.stranger(Host="10.1.2.3").get(path)).status == 200


@pytest.mark.sockets
async def test_an_untrusted_neighbour_cannot_hide_behind_a_header(world: World) -> None:
    for number in range(3):
        await world.browser(**{"X-Forwarded-For": f"203.0.113.{number}"}).sign_in("okafor", "wrong")
    for _ in range(SIGN_IN_BY_ADDRESS.tries - 3):
        await world.throttle.spend(SIGN_IN_BY_ADDRESS, "127.0.0.1")
    hidden = world.browser(**{"X-Forwarded-For": "203.0.113.9"})
    assert (await hidden.sign_in("okafor")).code == "slow_down"


@pytest.mark.sockets
async def test_a_trusted_proxy_names_the_stranger(tmp_path: Path) -> None:
    async with running(tmp_path, trusted_proxies=(PROXY,)) as world:
        for _ in range(SIGN_IN_BY_ADDRESS.tries):
            await world.throttle.spend(SIGN_IN_BY_ADDRESS, "203.0.113.7")
        throttled = world.browser(**{"X-Forwarded-For": "198.51.100.1, 203.0.113.7"})
        other = world.browser(**{"X-Forwarded-For": "203.0.113.7, 198.51.100.1"})
        assert (await throttled.sign_in("okafor")).code == "slow_down"
        assert (await other.sign_in("okafor")).status == 200


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        (None, "127.0.0.1"),
        ("203.0.113.7", "203.0.113.7"),
        ("1.2.3.4, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, 127.0.0.2", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("nonsense", "unknown"),
    ],
)
def test_the_nearest_address_that_no_proxy_of_ours_wrote_counts(forwarded: str | None, address: str) -> None:
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": forwarded} if forwarded else {})
    request = request.clone(remote="127.0.0.1")
    assert Surroundings(origins=("http://x",), trusted_proxies=(PROXY,)).address(request) == address


@pytest.mark.sockets
async def test_figures_are_for_loopback_or_the_holder_of_the_token(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        assert (await world.stranger().get("/metrics")).status == 200
        answer = await world.stranger(**{"X-Forwarded-For": "203.0.113.7"}).get("/metrics")
        assert (answer.status, answer.code) == (403, "metrics_refused")
    async with running(tmp_path, metrics_token=SecretStr("figures-please")) as world:
        outside = {"X-Forwarded-For": "203.0.113.7"}
        right = world.stranger(Authorization="Bearer figures-please", **outside)
        wrong = world.stranger(Authorization="Bearer figures-now", **outside)
        assert (await right.get("/metrics")).status == 200
        assert (await wrong.get("/metrics")).code == "metrics_refused"


@pytest.mark.sockets
async def test_behind_a_proxy_loopback_proves_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, proxied=True) as world:
        assert (await world.stranger().get("/metrics")).code == "metrics_refused"


def test_plain_http_off_loopback_is_for_our_proxies_alone() -> None:
    surroundings = Surroundings(
        origins=("https://visits.example.org",),
        trusted_proxies=(ipaddress.ip_network("10.0.0.0/8"),),
        proxies_only=True,
    )
    request = make_mocked_request("GET", "/")
    assert surroundings.may_speak(request.clone(remote="10.9.8.7"))
    assert surroundings.may_speak(request.clone(remote="127.0.0.1"))
    assert not surroundings.may_speak(request.clone(remote="203.0.113.7"))
