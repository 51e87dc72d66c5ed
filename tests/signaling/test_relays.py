"""What opens a relay: made from the secret alone, for one person of one visit, for a while."""

import hashlib
import hmac
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest

from signaling.relay_address import RelayAddress
from signaling.relays import Relays, credential

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
URLS = ("turn:turn.example.org:3478?transport=udp", "turns:turn.example.org:443")
SECRET = "north of the river"


@pytest.mark.parametrize(
    ("secret", "who", "ends", "username", "password"),
    [
        # Made with `openssl dgst -sha1 -hmac SECRET -binary | base64`.
        ("north of the river", "x", 1433065916, "1433065916:x", "z86RcDZmGqcDxmldgilkpKbnJVw="),
        (
            "short",
            "Jq3tWv0cXo1yZb7L",
            1772452800,
            "1772452800:Jq3tWv0cXo1yZb7L",
            "2EzXqoB6k2z0YZ+pAj99UdqIWFg=",
        ),
    ],
)
def test_a_password_is_the_keyed_digest_of_the_user_name(
    secret: str, who: str, ends: int, username: str, password: str
) -> None:
    made = credential(secret, who, datetime.fromtimestamp(ends, UTC))
    assert (made.username, made.password) == (username, password)


def test_it_ends_ten_minutes_after_the_visit_could() -> None:
    loan = Relays(URLS, SECRET).lend("visit-1", "member", minutes=20, at=NOON)
    ends = int(loan.username.partition(":")[0])
    assert datetime.fromtimestamp(ends, UTC) == NOON + timedelta(minutes=30)
    assert loan.expires_in == 1800
    digest = hmac.digest(SECRET.encode(), loan.username.encode(), hashlib.sha1)
    assert loan.credential == b64encode(digest).decode()
    assert loan.urls == URLS


def test_each_person_of_each_visit_has_a_pseudonym_that_says_nothing() -> None:
    relays, other = Relays(URLS, SECRET), Relays(URLS, "south of the river")

    def name(of: Relays, visit: str, who: str) -> str:
        return of.lend(visit, who, minutes=20, at=NOON).username.partition(":")[2]

    told = [name(relays, visit, who) for visit in ("visit-1", "visit-2") for who in ("member", "clinician")]
    assert len({*told, name(other, "visit-1", "member")}) == 5
    assert name(relays, "visit-1", "member") == told[0], "so that a relay can bound what one person takes"
    for pseudonym in told:
        assert len(pseudonym) == 16
        assert not {"visit", "member", "clinician"} & set(pseudonym.split("-"))


@pytest.mark.parametrize(
    ("url", "host", "port", "way"),
    [
        ("turn:turn.example.org", "turn.example.org", 3478, "udp"),
        ("turn:turn.example.org?transport=udp", "turn.example.org", 3478, "udp"),
        ("turn:192.0.2.7:3479?transport=tcp", "192.0.2.7", 3479, "tcp"),
        ("turns:turn.example.org:443", "turn.example.org", 443, "tls"),
        ("turns:turn.example.org?transport=tcp", "turn.example.org", 5349, "tls"),
        ("turns:[2001:db8::7]:443?transport=tcp", "2001:db8::7", 443, "tls"),
    ],
)
def test_addresses_are_read_as_browsers_read_them(url: str, host: str, port: int, way: str) -> None:
    read = RelayAddress.parse(url)
    assert (read.host, read.port, read.way, read.url) == (host, port, way, url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "turn.example.org:3478",
        "stun:turn.example.org",
        "https://turn.example.org",
        "turn://turn.example.org",
        "turn:user:pass@turn.example.org",
        "turn:turn.example.org:0",
        "turn:turn.example.org:65536",
        "turn:turn.example.org?transport=tls",
        "turn:turn.example.org?transport=udp&x=1",
        "turns:turn.example.org:443?transport=udp",
        "turn:[2001:db8::7",
        "turn:turn.example.org\nturn:other.example.org",
        "turn:" + "a" * 300,
    ],
)
def test_what_browsers_would_not_take_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must"):
        RelayAddress.parse(url)
