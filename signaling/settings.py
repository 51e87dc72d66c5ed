"""Settings of the web process: environment variables `VIDEOVISIT_…`, checked together, never shown."""

import ipaddress
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from signaling.recording_keys import RecordingKeys, master_key
from signaling.relay_address import RelayAddress
from signaling.relays import Relays

PREFIX: Final = "VIDEOVISIT_"

MOST_TURN_URLS: Final = 6
"""A host by UDP, TCP and TLS, twice. Browsers try them all at once, on every connection."""

TURN_SECRET_CHARS: Final = (16, 256)
"""Whoever has seen one password can try secrets at home."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(Exception):
    """Every setting that is wrong, each with a sentence; no value is repeated, because some are secrets."""

    def __init__(self, problems: Iterable[tuple[str, str]]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  {name}: {sentence}" for name, sentence in self.problems)
        count = len(self.problems)
        super().__init__(f"{count} setting{'s are' if count > 1 else ' is'} wrong\n{lines}")


class Listen(BaseModel, frozen=True):
    """Where the web process listens."""

    host: str
    port: int = Field(ge=0, le=65535)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `HOST:PORT`, an IPv6 host in brackets."""
        host, separator, port = text.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not separator or not host or not port.isdigit() or int(port) > 65535:
            raise ValueError("must be HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080")
        return cls(host=host, port=int(port))

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_wildcard(host: str) -> bool:
    """Whether an address means every address of this machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


class Settings(BaseSettings):
    """What `serve` and `demo` need. Later fields look at earlier ones: keep the order."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    listen: Annotated[Listen, NoDecode] = Listen(host="127.0.0.1", port=8080)
    """`HOST:PORT` of the web process."""

    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    """Addresses or networks, comma-separated, whose `X-Forwarded-For` is believed."""

    tls_cert: Path | None = None
    """Certificate chain in PEM."""

    tls_key: Path | None = None
    """Private key of the certificate, in PEM."""

    public_url: str = ""
    """The address people type: `https://visits.example.org`. Links are made from it, never from a request."""

    media_workers: int = Field(default=1, ge=1, le=64)
    """Media worker processes; one per core that may be busy with media."""

    media_udp: Annotated[Listen, NoDecode] = Listen(host="127.0.0.1", port=0)
    """`HOST:PORT` of the first worker's UDP port; the next workers take the next ports; 0 is any free one."""

    media_advertise: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses, comma-separated, that browsers reach the workers' UDP ports by."""

    media_workers_at: Annotated[tuple[str, ...], NoDecode] = ()
    """Workers that run on their own, comma-separated: `tls:HOST:PORT`, `HOST:PORT` or `unix:PATH`.

    None is started then.
    """

    media_key: SecretStr | None = None
    """What those on a `HOST:PORT` want to be shown."""

    media_ca: Path | None = None
    """Who vouches for workers on `tls:HOST:PORT`, in PEM, where that is nobody this system trusts."""

    turn_urls: Annotated[tuple[str, ...], NoDecode] = ()
    """Relays, comma-separated, for networks that let no media through: `turn:…`, `turns:…`."""

    turn_secret: SecretStr | None = Field(default=None, validate_default=True)
    """What we share with them: coturn's `static-auth-secret`."""

    redis_url: SecretStr | None = None
    """Where the web processes of this house hear each other: `redis://…`, `rediss://…` or `unix://…`."""
    recordings: Path | None = None
    """The folder where recordings lie, encrypted; the same for every media worker and web process. Without
    it nothing can be recorded."""

    recording_key: SecretStr | None = None
    """Master key: base64 of 32 random bytes. Each recording's own key is kept wrapped under it."""

    recording_keys_old: SecretStr = SecretStr("")
    """Former master keys, separated by commas; they only unwrap."""

    drain_seconds: float = Field(default=0.0, ge=0, le=300)
    """Between SIGTERM and the end: `/readyz` says no, so that a load balancer sends people elsewhere."""

    file_max_mb: int = Field(default=15, ge=1, le=50)
    """The largest photo or document that may be sent in a visit, in megabytes."""

    metrics_token: SecretStr | None = None
    """Bearer token that may read `/metrics` from off loopback."""

    brand: str = Field(default="Video visits", min_length=1, max_length=80)
    """The name on the first page of a member, before anything of the visit is shown."""

    help_phone: str = Field(default="", max_length=40)
    """The number on that page for people whose link does not work."""

    urgent_care: str = Field(default="", max_length=300)
    """Where to go when it cannot wait and is no emergency; shown before the clinic of a link is known."""

    emergency_phone: str = Field(default="911", max_length=20)
    """The emergency number of the country."""

    crisis_phone: str = Field(default="988", max_length=20)
    """The line for people in a crisis of the mind; empty where there is none."""

    @field_validator("listen", "media_udp", mode="before")
    @classmethod
    def _host_and_port(cls, value: object) -> object:
        return Listen.parse(value) if isinstance(value, str) else value

    @field_validator("media_udp")
    @classmethod
    def _literal(cls, value: Listen) -> Listen:
        try:
            ipaddress.ip_address(value.host)
        except ValueError:
            raise ValueError("must be an IP address and a port, such as 192.0.2.7:40000") from None
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return tuple(ipaddress.ip_network(part) for part in _parts(value))
        except ValueError:
            raise ValueError(
                "must be addresses or networks with commas between, such as 10.0.0.0/8"
            ) from None

    @field_validator("media_advertise", mode="before")
    @classmethod
    def _addresses(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return tuple(str(ipaddress.ip_address(part)) for part in _parts(value))
        except ValueError:
            raise ValueError("must be IP addresses with commas between") from None

    @field_validator("media_workers_at", mode="before")
    @classmethod
    def _workers(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        for part in _parts(value):
            if not part.removeprefix("unix:"):
                raise ValueError("must be tls:HOST:PORT, HOST:PORT or unix:PATH, with commas between")
            if not part.startswith("unix:"):
                Listen.parse(part.removeprefix("tls:"))
        return tuple(dict.fromkeys(_parts(value)))

    @field_validator("turn_urls", mode="before")
    @classmethod
    def _relays(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        urls = tuple(dict.fromkeys(RelayAddress.parse(part).url for part in _parts(value)))
        if len(urls) > MOST_TURN_URLS:
            raise ValueError(f"must be {MOST_TURN_URLS} addresses at most: browsers try all of them")
        return urls

    @field_validator("turn_secret")
    @classmethod
    def _with_relays(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None and not value.get_secret_value():
            value = None
        if "turn_urls" in info.data and (value is None) == bool(info.data["turn_urls"]):
            raise ValueError("belongs together with VIDEOVISIT_TURN_URLS: set both or neither")
        least, most = TURN_SECRET_CHARS
        if value is not None and not least <= len(value.get_secret_value()) <= most:
            raise ValueError(f"must have {least} to {most} characters")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not value.get_secret_value():
            return None
        if urlsplit(value.get_secret_value()).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return value

    @field_validator("tls_cert", "tls_key")
    @classmethod
    def _readable(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError("names a file that is not there")
        return value

    @field_validator("tls_key")
    @classmethod
    def _with_certificate(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if "tls_cert" in info.data and (value is None) != (info.data["tls_cert"] is None):
            raise ValueError("belongs together with VIDEOVISIT_TLS_CERT: set both or neither")
        return value

    @field_validator("recordings")
    @classmethod
    def _folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError("names a folder that is not there")
        return value

    @field_validator("recording_key")
    @classmethod
    def _master_key(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None:
            master_key(value.get_secret_value())
        if "recordings" in info.data and (value is None) != (info.data["recordings"] is None):
            raise ValueError("belongs together with VIDEOVISIT_RECORDINGS: set both or neither")
        return value

    @field_validator("recording_keys_old")
    @classmethod
    def _old_keys(cls, value: SecretStr) -> SecretStr:
        for part in _parts(value.get_secret_value()):
            master_key(part)
        return value

    @field_validator("public_url")
    @classmethod
    def _origin(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
            raise ValueError("must be the address people type, such as https://visits.example.org")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("must be an origin alone, without a path")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("must be https: cameras and our cookies need a secure page off loopback")
        if parts.scheme == "http" and info.data.get("tls_cert"):
            raise ValueError("must be https, because a certificate is set")
        port = (
            f":{parts.port}" if parts.port and parts.port != {"http": 80, "https": 443}[parts.scheme] else ""
        )
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return f"{parts.scheme}://{host}{port}"

    @property
    def tls(self) -> bool:
        """Whether this process itself speaks TLS."""
        return self.tls_cert is not None

    def relays(self) -> Relays | None:
        """Lends the relays out; None where there are none."""
        if self.turn_secret is None:
            return None
        return Relays(self.turn_urls, self.turn_secret.get_secret_value())

    def keys_of_recordings(self) -> RecordingKeys | None:
        """Wraps and unwraps the keys of recordings; None where nothing is recorded."""
        if self.recording_key is None:
            return None
        old = [master_key(part) for part in _parts(self.recording_keys_old.get_secret_value())]
        return RecordingKeys(master_key(self.recording_key.get_secret_value()), old)

    def problems_of_serving(self) -> list[tuple[str, str]]:
        """What stands in the way of serving members, beyond each setting by itself."""
        problems = []
        if not self.public_url:
            problems.append((f"{PREFIX}PUBLIC_URL", "is needed: the address people type, with https"))
        if self.recordings is not None and self.recording_key is None:
            problems.append((f"{PREFIX}RECORDING_KEY", "is needed, because VIDEOVISIT_RECORDINGS is set"))
        if not self.listen.is_loopback and not self.tls and not self.trusted_proxies:
            problems.append(
                (
                    f"{PREFIX}LISTEN",
                    (
                        "is off loopback and would speak plain http: set VIDEOVISIT_TLS_CERT and "
                        "VIDEOVISIT_TLS_KEY, or name the proxy that speaks TLS in VIDEOVISIT_TRUSTED_PROXIES"
                    ),
                )
            )
        if self.media_workers_at:
            return problems + self._problems_of_sharing()
        if self.redis_url is not None:
            problems.append(
                (
                    f"{PREFIX}REDIS_URL",
                    "is for several web processes, which share workers: set VIDEOVISIT_MEDIA_WORKERS_AT",
                )
            )
        if not self.listen.is_loopback and self.media_udp.is_loopback:
            problems.append(
                (f"{PREFIX}MEDIA_UDP", "is on loopback, where browsers elsewhere cannot send their media to")
            )
        if is_wildcard(self.media_udp.host) and not self.media_advertise:
            problems.append(
                (f"{PREFIX}MEDIA_ADVERTISE", "is needed, because VIDEOVISIT_MEDIA_UDP is a wildcard")
            )
        return problems

    def _problems_of_sharing(self) -> list[tuple[str, str]]:
        over_tcp = any(not address.startswith("unix:") for address in self.media_workers_at)
        if over_tcp and self.media_key is None:
            return [(f"{PREFIX}MEDIA_KEY", "is needed: what the workers on HOST:PORT want to be shown")]
        if self.media_ca is not None and not self.media_ca.is_file():
            return [(f"{PREFIX}MEDIA_CA", "is no file that can be read")]
        return []


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def problems_of(error: ValidationError) -> list[tuple[str, str]]:
    """Each wrong setting of a room with a sentence, without its value."""
    found = []
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        name = PREFIX + ".".join(str(part) for part in item["loc"]).upper()
        found.append((name, item["msg"].removeprefix("Value error, ")))
    return found


def unknown_variables(
    environment: Mapping[str, str], *rooms: type[BaseSettings], elsewhere: str = ""
) -> list[tuple[str, str]]:
    """Variables with our prefix that nobody reads: a typing error should not be silent.

    `elsewhere`: how names begin, after the prefix, that another process reads.
    """
    known = {PREFIX + name.upper() for room in rooms for name in room.model_fields}
    strange = (name for name in sorted(environment) if name.startswith(PREFIX) and name not in known)
    return [
        (name, "is not a setting")
        for name in strange
        if not elsewhere or not name.startswith(PREFIX + elsewhere)
    ]
