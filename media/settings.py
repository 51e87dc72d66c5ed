"""Settings of a media worker: environment variables `VIDEOVISIT_MEDIA_…`, overridden by the command line."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

SHORTEST_KEY: Final = 4
"""The key of a worker on a network should be 32 random bytes; what is surely a slip is refused."""


@dataclass(frozen=True, slots=True)
class HostPort:
    """An address to bind: an IP literal (or a host name, for the API) and a port, 0 for any free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def host_port(text: str) -> HostPort:
    """Read `HOST:PORT` or `[IPV6]:PORT`.

    Raises:
        ValueError: it is neither.
    """
    host, colon, port = text.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise ValueError("an IPv6 address stands in brackets: [::1]:7000")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError("it has the form HOST:PORT")
    return HostPort(host, int(port))


class MediaSettings(BaseSettings):
    """One worker. Every problem is reported at once, without the values."""

    model_config = SettingsConfigDict(
        env_prefix="VIDEOVISIT_MEDIA_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    listen: str = "127.0.0.1:7000"
    """Where the internal API listens: `HOST:PORT` (a key is needed then) or `unix:PATH`."""
    udp: str = "127.0.0.1:0"
    """The UDP port for media: an address of this host and a port, or a wildcard together with `advertise`."""
    advertise: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses that answers name, preferred first. With a wildcard `udp` each is bound by its own socket;
    otherwise they stand for the bound address (a public address in front of a one-to-one NAT)."""
    key: SecretStr | None = None
    """What callers of the API present as `Authorization: Bearer …`."""
    certificate: Path | None = None
    """Certificate chain in PEM: the API on TCP speaks TLS then, and nothing else."""
    private_key: Path | None = None
    """Private key of the certificate, in PEM."""
    open_rooms: bool = False
    """Open every room's gate as it is made: for load tests alone."""
    coalesce_ms: float = Field(default=1.0, ge=0, le=20)
    """Pause between looks at a busy port; 0 handles each datagram as it comes."""
    recordings: Path | None = None
    """The directory that encrypted recordings are kept in; without one nothing is recorded."""
    drain_seconds: float = Field(default=0.0, ge=0, le=86_400)
    """How long the rooms that are there may go on after SIGTERM; it ends earlier once they are empty."""
    name: str = Field(default="media", pattern=r"^[\w.\-]{1,64}$")
    """What the worker calls itself in its greeting."""

    @field_validator("advertise", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(item.strip() for item in value.split(",") if item.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("listen")
    @classmethod
    def _listen(cls, value: str) -> str:
        if value.startswith("unix:"):
            if len(value) <= len("unix:"):
                raise ValueError("it has the form unix:PATH")
        else:
            host_port(value)
        return value

    @field_validator("udp")
    @classmethod
    def _udp(cls, value: str) -> str:
        ipaddress.ip_address(host_port(value).host)
        return value

    @field_validator("advertise")
    @classmethod
    def _advertise(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for item in value:
            if ipaddress.ip_address(item).is_unspecified:
                raise ValueError("a wildcard cannot be advertised")
        return value

    @model_validator(mode="after")
    def _together(self) -> Self:
        problems = []
        if ipaddress.ip_address(host_port(self.udp).host).is_unspecified and not self.advertise:
            problems.append("a wildcard UDP address needs the addresses to advertise")
        if not self.listen.startswith("unix:") and (
            self.key is None or len(self.key.get_secret_value()) < SHORTEST_KEY
        ):
            problems.append("the API on TCP needs a key (VIDEOVISIT_MEDIA_KEY)")
        if (self.certificate is None) is not (self.private_key is None):
            problems.append("a certificate and its private key come together")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def binds(self) -> tuple[HostPort, ...]:
        """What to bind, in order; all of one worker share the first one's port number."""
        bound = host_port(self.udp)
        if ipaddress.ip_address(bound.host).is_unspecified:
            return tuple(HostPort(item, bound.port) for item in self.advertise)
        return (bound,)

    def advertised(self, bound: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
        """The (IP, port) pairs that answers name, for the addresses that were bound."""
        if self.advertise and len(bound) == 1:
            return tuple((item, bound[0][1]) for item in self.advertise)
        return bound
