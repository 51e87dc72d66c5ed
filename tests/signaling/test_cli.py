"""The command line of a real installation."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from signaling import cli, doctor
from signaling.clock import Clock, SystemClock
from signaling.doctor import surface
from signaling.installation import Configured
from signaling.serve import listening_socket
from signaling.settings import Listen
from signaling.version import VERSION
from waiting_room.accounts import SqlAccounts
from waiting_room.database import Database
from waiting_room.keys import SqlKeys

ROOT = Path(__file__).parents[2]
COMMANDS = (
    [],
    ["serve"],
    ["demo"],
    ["doctor"],
    ["migrate"],
    ["clinics"],
    ["clinics", "add"],
    ["clinics", "list"],
    ["staff"],
    ["staff", "add"],
    ["staff", "disable"],
    ["staff", "list"],
    ["keys"],
    ["keys", "create"],
    ["keys", "revoke"],
    ["backup"],
    ["restore"],
    ["visits"],
    ["visits", "verify"],
    ["visits", "hold"],
    ["visits", "release"],
    ["purge"],
)


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'visits.db'}"
    monkeypatch.setenv("VIDEOVISIT_DATABASE_URL", url)
    monkeypatch.setenv("VIDEOVISIT_TEXT_KEY", "k1:" + "A" * 43 + "=")
    monkeypatch.setenv("VIDEOVISIT_PUBLIC_URL", "https://visits.example.org")
    monkeypatch.setenv("VIDEOVISIT_LISTEN", "127.0.0.1:0")
    return url


def add_clinic(clinic: str = "harbor", tz: str = "America/Los_Angeles", phone: str = "+12065550140") -> int:
    told = ["--name", "Harbor", "--tz", tz, "--phone", phone, "--desk-phone", phone, "--urgent-care", "there"]
    return cli.main(["clinics", "add", clinic, *told])


def add_staff(monkeypatch: pytest.MonkeyPatch, passphrase: str, clinic: str = "harbor") -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(passphrase + "\n"))
    return cli.main(
        ["staff", "add", "Okafor", "--name", "Maya Okafor", *f"--role clinician --clinic {clinic}".split()]
    )


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*command, "--help"])
    assert ended.value.code == 0
    assert "usage: videovisit" in capsys.readouterr().out


def test_media_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["media", "--help"])
    assert ended.value.code == 0
    assert "--udp" in capsys.readouterr().out


def test_the_version_is_the_packages() -> None:
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.sockets
def test_an_installation_is_filled_and_read_back(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["migrate"]) == 0
    assert cli.main(["migrate"]) == 0
    assert "up to date" in capsys.readouterr().out
    assert add_clinic() == 0
    assert add_staff(monkeypatch, "a long enough passphrase") == 0
    assert cli.main(["clinics", "list"]) == 0
    assert cli.main(["staff", "list"]) == 0
    listed = capsys.readouterr().out
    assert "harbor\tHarbor\tAmerica/Los_Angeles" in listed
    assert "okafor\tMaya Okafor\tclinician\tharbor\tactive" in listed
    assert cli.main(["staff", "disable", "okafor"]) == 0
    assert cli.main(["staff", "list"]) == 0
    assert "disabled" in capsys.readouterr().out
    person = asyncio.run(found(url))
    assert person.startswith("$argon2id$")


async def found(url: str) -> str:
    database = Database(url)
    person = await SqlAccounts(database).find("okafor")
    await database.close()
    assert person is not None
    return person.password_hash


@pytest.mark.sockets
def test_a_key_is_shown_once_and_can_be_revoked(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["migrate"])
    capsys.readouterr()
    assert cli.main(["keys", "create", "scheduling"]) == 0
    words = capsys.readouterr().out.split()
    key_id, secret = words[1], words[3]
    assert secret.startswith("vv_")
    assert asyncio.run(names(url, secret)) == "scheduling"
    assert cli.main(["keys", "revoke", key_id]) == 0
    assert asyncio.run(names(url, secret)) is None


async def names(url: str, secret: str) -> str | None:
    from signaling.ids import sha256_of  # noqa: PLC0415 - one use

    database = Database(url)
    key = await SqlKeys(database).find(sha256_of(secret))
    await database.close()
    return key.name if key else None


@pytest.mark.sockets
def test_what_is_wrong_is_said_and_nothing_is_changed(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add_clinic() == 2
    assert "videovisit migrate" in capsys.readouterr().err
    cli.main(["migrate"])
    assert add_clinic(tz="Mars/Olympus", phone="12") == 2
    told = capsys.readouterr().err
    assert "--tz" in told
    assert "--phone" in told
    assert add_staff(monkeypatch, "short") == 2
    assert "12 to 256" in capsys.readouterr().err
    assert add_staff(monkeypatch, "a long enough passphrase", clinic="nowhere") == 2
    assert "does not exist" in capsys.readouterr().err
    assert cli.main(["staff", "disable", "nobody"]) == 2
    assert url


def test_serving_names_every_wrong_setting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("TEXT_KEY", "PUBLIC_URL", "DATABASE_URL"):
        monkeypatch.delenv(f"VIDEOVISIT_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIDEOVISIT_LISTEN", "0.0.0.0:80")
    monkeypatch.setenv("VIDEOVISIT_COLOR", "blue")
    assert cli.main(["serve"]) == 2
    told = capsys.readouterr().err
    for name in ("TEXT_KEY", "PUBLIC_URL", "LISTEN", "COLOR"):
        assert f"VIDEOVISIT_{name}" in told
    assert "blue" not in told


def test_the_demo_says_why_it_does_not_listen_off_loopback(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "--host", "0.0.0.0", "--port", "0"]) == 2
    assert "loopback" in capsys.readouterr().err


@pytest.mark.sockets
def test_a_port_that_is_taken_is_said_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with listening_socket(Listen(host="127.0.0.1", port=0)) as taken:
        assert cli.main(["demo", "--port", str(taken.getsockname()[1])]) == 1
    assert "in use" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.sockets
def test_the_doctor_says_what_stands_in_the_way(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(surface, "DIST", tmp_path)
    assert cli.main(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "NO  database: there is no file" in told
    assert "→ Run `videovisit migrate`" in told
    assert "NO  pages: not built" in told
    assert "ok  media: a worker starts in" in told
    cli.main(["migrate"])
    assert add_clinic() == 0
    assert add_staff(monkeypatch, "a long enough passphrase") == 0
    capsys.readouterr()
    cli.main(["doctor"])
    told = capsys.readouterr().out
    assert "ok  database: reached" in told
    assert "NO  directory: 1 clinics, 1 clinicians, 0 at the desk" in told
    assert url not in told
    assert cli.main(["doctor", "--json"]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["well"] is False
    assert {"what": "database", "well": True, "sentence": "reached, and can be written"} in json.loads(line)[
        "findings"
    ]
    assert all(("remedy" in one) is not one["well"] for one in json.loads(line)["findings"])


def test_the_doctor_stops_at_wrong_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VIDEOVISIT_TEXT_KEY", "no key at all")
    monkeypatch.setenv("VIDEOVISIT_LISTEN", "nowhere")
    assert cli.main(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "NO  VIDEOVISIT_TEXT_KEY" in told
    assert "NO  VIDEOVISIT_LISTEN" in told


async def test_a_check_that_hangs_is_cut_and_said(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs(_settings: Configured, _clock: Clock) -> list[doctor.Finding]:
        await asyncio.Event().wait()
        return []

    assert url
    monkeypatch.setattr(doctor, "EACH_WITHIN_SECONDS", 0.01)
    _, found = await doctor.examine(SystemClock(), [("oracle", hangs)])
    assert found.what == "oracle"
    assert found.remedy
