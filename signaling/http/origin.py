"""Who is speaking to us, as far as a network can tell: host names, origins and addresses."""

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from signaling.settings import Network, is_loopback

IPV6_PREFIX: Final = 64
"""One household usually holds a whole /64, so it counts as one address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where the server stands: its own origins, and the proxies in front of it."""

    origins: tuple[str, ...]
    """The first is the public one; a demo also answers as `localhost`."""
    trusted_proxies: tuple[Network, ...] = ()
    proxies_only: bool = False
    """Plain http off loopback: only a trusted proxy may speak to us."""
    proxied: bool = False
    """Somebody else speaks TLS for us: then loopback says nothing about who asks."""

    @property
    def public(self) -> str:
        """The origin that links are made from."""
        return self.origins[0]

    @property
    def hosts(self) -> frozenset[str]:
        """Values of `Host` that are ours."""
        return frozenset(urlsplit(origin).netloc for origin in self.origins)

    def knows_host(self, request: web.BaseRequest) -> bool:
        """Whether the request was meant for us."""
        return request.headers.get("Host", "").lower() in self.hosts

    def is_own_page(self, request: web.BaseRequest) -> bool:
        """Whether the browser says that one of our pages sent this."""
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        return request.headers.get("Origin") in self.origins and site == "same-origin"

    def is_trusted(self, peer: str | None) -> bool:
        """Whether this neighbour is one of our proxies."""
        address = _address(peer)
        return address is not None and any(
            address in network for network in self.trusted_proxies if network.version == address.version
        )

    def may_speak(self, request: web.BaseRequest) -> bool:
        """Whether this neighbour may speak to us at all."""
        return not self.proxies_only or self.is_trusted(request.remote) or is_loopback(request.remote or "")

    def address(self, request: web.BaseRequest) -> str:
        """The address to count tries by; never logged.

        `X-Forwarded-For` is read from the right, for as long as those who wrote it are trusted proxies:
        what stands further left is what the stranger wrote.
        """
        nearest = request.remote or ""
        hops = [
            part.strip()
            for value in request.headers.getall("X-Forwarded-For", ())
            for part in value.split(",")
        ]
        while hops and self.is_trusted(nearest):
            nearest = hops.pop()
        address = _address(nearest)
        if isinstance(address, ipaddress.IPv6Address):
            if address.ipv4_mapped:
                return str(address.ipv4_mapped)
            return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
        return str(address) if address else "unknown"

    def is_on_loopback(self, request: web.BaseRequest) -> bool:
        """Whether the request comes from this machine itself, not through a proxy."""
        direct = not self.proxied and "X-Forwarded-For" not in request.headers
        return direct and is_loopback(request.remote or "")


def _address(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text or "")
    except ValueError:
        return None
