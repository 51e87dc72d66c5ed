"""Settings: every mistake at once, each with a sentence, no value repeated."""

import re
from pathlib import Path

import pytest

from signaling import demo, installation
from signaling.settings import Listen, Settings, SettingsError, is_loopback

KEY = "k1:" + "A" * 43 + "="


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for name in ("DATABASE_URL", "TEXT_KEY", "PUBLIC_URL", "LISTEN", "TLS_CERT", "TLS_KEY"):
        monkeypatch.delenv(f"VIDEOVISIT_{name}", raising=False)
    monkeypatch.setenv("VIDEOVISIT_TEXT_KEY", KEY)
    monkeypatch.setenv("VIDEOVISIT_PUBLIC_URL", "https://visits.example.org")
    monkeypatch.setenv("VIDEOVISIT_DATABASE_URL", f"sqlite:///{tmp_path / 'visits.db'}")
    return monkeypatch


def problems(environment: pytest.MonkeyPatch, **changes: str) -> dict[str, str]:
    for name, value in changes.items():
        environment.setenv(f"VIDEOVISIT_{name}", value)
    try:
        installation.configured()
    except SettingsError as error:
        return {name.removeprefix("VIDEOVISIT_"): sentence for name, sentence in error.problems}
    return {}


def test_good_settings_are_taken(environment: pytest.MonkeyPatch) -> None:
    assert problems(environment) == {}
    settings = installation.configured().web
    assert settings.public_url == "https://visits.example.org"
    assert settings.listen == Listen(host="127.0.0.1", port=8080)


def test_every_wrong_setting_is_named_at_once_without_its_value(environment: pytest.MonkeyPatch) -> None:
    wrong = {
        "LISTEN": "eight-zero",
        "PUBLIC_URL": "http://visits.example.org/path",
        "TRUSTED_PROXIES": "10.0.0.0/99",
        "MEDIA_WORKERS": "0",
        "MEDIA_UDP": "nowhere",
        "MEDIA_ADVERTISE": "a.b.c.d",
        "TLS_CERT": "/no/such/file.pem",
        "DATABASE_URL": "mysql://root:hunter2@db/visits",
        "TEXT_KEY": "k1:tooshort-secret",
        "COLOUR": "blue-ish",
    }
    found = problems(environment, **wrong)
    assert set(found) == set(wrong)
    told = " ".join(found.values())
    for value in (*(value for value in wrong.values() if len(value) > 1), "hunter2", "tooshort"):
        assert value not in told


@pytest.mark.parametrize(
    "url",
    [
        "visits.example.org",
        "ftp://visits.example.org",
        "https://",
        "https://user:pass@visits.example.org",
        "https://visits.example.org/app",
        "https://visits.example.org?x=1",
        "http://visits.example.org",
    ],
)
def test_the_public_url_is_an_https_origin(environment: pytest.MonkeyPatch, url: str) -> None:
    assert set(problems(environment, PUBLIC_URL=url)) == {"PUBLIC_URL"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://visits.example.org/", "https://visits.example.org"),
        ("https://visits.example.org:443", "https://visits.example.org"),
        ("https://VISITS.example.org:8443", "https://visits.example.org:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_the_public_url_is_normal(environment: pytest.MonkeyPatch, given: str, kept: str) -> None:
    assert problems(environment, PUBLIC_URL=given) == {}
    assert installation.configured().web.public_url == kept


def test_serving_needs_a_public_url(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("VIDEOVISIT_PUBLIC_URL")
    assert "is needed" in problems(environment)["PUBLIC_URL"]


@pytest.mark.parametrize("listen", ["0.0.0.0:443", "[::]:443", "10.0.0.5:8080", "visits.example.org:80"])
def test_plain_http_off_loopback_is_refused(environment: pytest.MonkeyPatch, listen: str) -> None:
    assert "plain http" in problems(environment, LISTEN=listen)["LISTEN"]


def test_media_must_be_where_browsers_can_reach_it(environment: pytest.MonkeyPatch) -> None:
    outside = {"LISTEN": "10.0.0.5:8080", "TRUSTED_PROXIES": "10.0.0.1"}
    assert set(problems(environment, **outside)) == {"MEDIA_UDP"}
    assert problems(environment, **outside, MEDIA_UDP="10.0.0.5:40000") == {}
    assert set(problems(environment, **outside, MEDIA_UDP="0.0.0.0:40000")) == {"MEDIA_ADVERTISE"}
    assert problems(environment, **outside, MEDIA_UDP="0.0.0.0:40000", MEDIA_ADVERTISE="192.0.2.7") == {}


def test_a_media_address_is_an_address(environment: pytest.MonkeyPatch) -> None:
    assert set(problems(environment, MEDIA_UDP="media.example.org:40000")) == {"MEDIA_UDP"}


def test_plain_http_behind_a_named_proxy_is_accepted(environment: pytest.MonkeyPatch) -> None:
    proxied = {
        "LISTEN": "0.0.0.0:8080",
        "TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.7",
        "MEDIA_UDP": "10.0.0.5:0",
    }
    assert problems(environment, **proxied) == {}


def test_a_certificate_needs_its_key(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    certificate = tmp_path / "cert.pem"
    certificate.touch()
    assert "TLS_KEY" in problems(environment, TLS_CERT=str(certificate), TLS_KEY=str(tmp_path / "none.pem"))


def test_settings_do_not_show_secrets() -> None:
    settings = Settings(metrics_token="figures-please")  # type: ignore[arg-type]
    assert "figures-please" not in repr(settings)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("x", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
async def test_the_demo_refuses_to_listen_off_loopback(host: str) -> None:
    with pytest.raises(SettingsError, match="loopback"):
        await demo.run(demo.DemoOptions(host=host, port=0))


async def test_the_demo_names_a_wrong_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VIDEOVISIT_TLS_CERT", str(tmp_path / "none.pem"))
    with pytest.raises(SettingsError, match="VIDEOVISIT_TLS_CERT"):
        demo._settings(Listen(host="127.0.0.1", port=0))


def test_every_setting_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()
    documented = set(re.findall(r"`VIDEOVISIT_([A-Z_]+)`", page))
    fields = {name.upper() for room in installation.ROOMS for name in room.model_fields}
    assert fields <= documented
    assert {name for name in documented - fields if not name.startswith("MEDIA_")} == set()


def test_recording_takes_a_folder_and_a_key(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert problems(environment, RECORDINGS=str(tmp_path)).keys() == {"RECORDING_KEY"}
    assert problems(environment, RECORDING_KEY="A" * 43 + "=") == {}
    assert installation.configured().web.keys_of_recordings() is not None
    wrong = {
        "RECORDINGS": str(tmp_path / "none"),
        "RECORDING_KEY": "hunter2",
        "RECORDING_KEYS_OLD": "hunter3",
    }
    found = problems(environment, **wrong)
    assert set(found) == set(wrong)
    assert "hunter" not in str(found)


def test_a_key_without_a_folder_records_nothing(environment: pytest.MonkeyPatch) -> None:
    assert problems(environment, RECORDING_KEY="A" * 43 + "=").keys() == {"RECORDING_KEY"}


RELAYS = "turn:turn.example.org:3478?transport=udp, turns:turn.example.org:443"


def test_relays_and_their_secret_are_set_together(environment: pytest.MonkeyPatch) -> None:
    assert installation.configured().web.relays() is None
    found = problems(environment, TURN_URLS=RELAYS)
    assert found == {"TURN_SECRET": "belongs together with VIDEOVISIT_TURN_URLS: set both or neither"}
    assert problems(environment, TURN_SECRET="north of the river") == {}
    settings = installation.configured().web
    assert settings.turn_urls == ("turn:turn.example.org:3478?transport=udp", "turns:turn.example.org:443")
    assert settings.relays() is not None
    assert set(problems(environment, TURN_URLS="")) == {"TURN_SECRET"}
    assert problems(environment, TURN_SECRET="") == {}, "both empty is neither"


@pytest.mark.parametrize(
    ("urls", "secret", "wrong"),
    [
        ("turn.example.org:3478", "north of the river", "TURN_URLS"),
        ("turn:hunter2:pass@turn.example.org", "north of the river", "TURN_URLS"),
        (",".join(f"turn:{n}.example.org" for n in range(7)), "north of the river", "TURN_URLS"),
        (RELAYS, "hunter2", "TURN_SECRET"),
        (RELAYS, "hunter2" * 40, "TURN_SECRET"),
    ],
    ids=["no scheme", "a login", "too many", "short", "long"],
)
def test_wrong_relays_are_named_without_their_value(
    environment: pytest.MonkeyPatch, urls: str, secret: str, wrong: str
) -> None:
    found = problems(environment, TURN_URLS=urls, TURN_SECRET=secret)
    assert set(found) == {wrong}
    assert "hunter2" not in found[wrong]
