import pytest
from pydantic import ValidationError

from media.settings import HostPort, MediaSettings, host_port


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("127.0.0.1:7000", "127.0.0.1", 7000), ("[::1]:0", "::1", 0), ("localhost:80", "localhost", 80)],
)
def test_host_and_port(text: str, host: str, port: int) -> None:
    found = host_port(text)
    assert found == HostPort(host, port)
    assert str(found) == text


@pytest.mark.parametrize(
    "text", ["", ":1", "host", "host:", "host:x", "host:70000", "::1:80", "[::1]", "h:-1", "h:٣"]
)
def test_what_is_no_host_and_port(text: str) -> None:
    with pytest.raises(ValueError, match=r"HOST:PORT|brackets"):
        host_port(text)


def settings(**given: object) -> MediaSettings:
    return MediaSettings(**{"listen": "unix:/tmp/worker.sock", **given})


def problems(**given: object) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        settings(**given)
    return [problem["msg"] for problem in caught.value.errors()]


def test_the_api_on_tcp_needs_a_key() -> None:
    assert "key" in problems(listen="127.0.0.1:7000")[0]
    assert "key" in problems(listen="127.0.0.1:7000", key="abc")[0]
    settings(listen="127.0.0.1:7000", key="bench")
    settings(listen="unix:/tmp/worker.sock")


def test_a_wildcard_needs_addresses() -> None:
    assert "advertise" in problems(udp="0.0.0.0:40000")[0]
    assert "wildcard" in problems(udp="0.0.0.0:40000", advertise="0.0.0.0")[0]


def test_what_does_not_go_together_is_told_at_once() -> None:
    (problem,) = problems(listen="127.0.0.1:7000", udp="0.0.0.0:40000")
    assert "advertise" in problem
    assert "key" in problem


def test_each_advertised_address_of_a_wildcard_is_bound() -> None:
    made = settings(udp="0.0.0.0:40000", advertise="192.0.2.1, 2001:db8::1")
    assert made.binds() == (HostPort("192.0.2.1", 40000), HostPort("2001:db8::1", 40000))
    bound = (("192.0.2.1", 40000), ("2001:db8::1", 40000))
    assert made.advertised(bound) == bound


def test_an_address_in_front_of_a_nat_stands_for_the_bound_one() -> None:
    made = settings(udp="10.0.0.5:0", advertise="203.0.113.9")
    assert made.binds() == (HostPort("10.0.0.5", 0),)
    assert made.advertised((("10.0.0.5", 41234),)) == (("203.0.113.9", 41234),)


def test_without_advertised_addresses_the_bound_one_is_named() -> None:
    assert settings(udp="127.0.0.1:0").advertised((("127.0.0.1", 5),)) == (("127.0.0.1", 5),)


def test_all_problems_are_told_at_once_without_their_values() -> None:
    with pytest.raises(ValidationError) as caught:
        settings(listen="nowhere", udp="host.example:1", coalesce_ms=-1, name="a secret name!")
    assert {problem["loc"][0] for problem in caught.value.errors()} == {
        "listen",
        "udp",
        "coalesce_ms",
        "name",
    }
    assert "secret" not in str(caught.value)


def test_the_environment_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDEOVISIT_MEDIA_KEY", "from-the-environment")
    monkeypatch.setenv("VIDEOVISIT_MEDIA_UDP", "127.0.0.1:40000")
    monkeypatch.setenv("VIDEOVISIT_MEDIA_ADVERTISE", "192.0.2.1,192.0.2.2")
    made = MediaSettings()
    assert made.key is not None
    assert made.key.get_secret_value() == "from-the-environment"
    assert made.advertise == ("192.0.2.1", "192.0.2.2")
    assert "from-the-environment" not in repr(made)
