"""The address of a relay, a TURN server, as a browser is told it (RFC 7065)."""

import re
from dataclasses import dataclass
from typing import Final, Literal, Self

LONGEST_CHARS: Final = 300
"""A host name has 253 at most."""

PORTS: Final = {"turn": 3478, "turns": 5349}

_SHAPE: Final = re.compile(
    r"(?P<scheme>turns?):"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?:\?transport=(?P<transport>udp|tcp))?"
)


@dataclass(frozen=True, slots=True)
class RelayAddress:
    """Where a relay is, and how it is spoken to."""

    host: str
    port: int
    way: Literal["udp", "tcp", "tls"]
    url: str
    """As it was written."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `turn:HOST[:PORT][?transport=udp|tcp]` or `turns:HOST[:PORT]`, an IPv6 host in brackets.

        Raises:
            ValueError: says what it must look like; the text is not repeated.
        """
        found = _SHAPE.fullmatch(text) if len(text) <= LONGEST_CHARS else None
        if found is None:
            raise ValueError(
                "must be turn:HOST:PORT?transport=udp, turn:HOST:PORT?transport=tcp or turns:HOST:PORT, "
                "with commas between"
            )
        port = int(found["port"] or PORTS[found["scheme"]])
        if not 0 < port <= 65535:
            raise ValueError("must have ports between 1 and 65535")
        if found["scheme"] == "turns" and found["transport"] == "udp":
            raise ValueError("must have turns: over TCP; browsers speak no DTLS to relays")
        way: Literal["udp", "tcp", "tls"] = "udp"
        if found["scheme"] == "turns":
            way = "tls"
        elif found["transport"] == "tcp":
            way = "tcp"
        return cls(found["host"].strip("[]"), port, way, text)
