"""The relays: each is asked for a way as a browser asks, and a worker is reached by that way.

For every address of every URL: an allocation with a credential made this moment, over that very transport;
then a connectivity check through it to a worker, which only the worker can answer.
"""

import asyncio
import contextlib
import errno
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from aioice import stun as messages
from aioice import turn

from signaling.clock import Clock
from signaling.doctor.address import CERTIFICATE_TROUBLES
from signaling.doctor.finding import Finding
from signaling.doctor.media import is_free
from signaling.doctor.offered import Offered, offered, worker_of_our_own
from signaling.doctor.stun import Asking, Outcome
from signaling.ids import SystemIds
from signaling.installation import Configured
from signaling.media_client import MediaRefusedError, MediaUnavailableError
from signaling.relay_address import RelayAddress
from signaling.relays import Loan, Relays
from signaling.workers import WorkerReady

WITHIN_SECONDS: Final = 6.0
"""For one relay: pages give up after eight."""
GIVE_BACK_SECONDS: Final = 1.0
TRY_SECONDS: Final = 0.7
TRIES: Final = 3
LIFETIME_SECONDS: Final = 600
"""The least that a relay lends a way for (RFC 8656 §7.2); it is given back at once."""

HTTPS: Final = 443
UNAUTHORIZED, FORBIDDEN, QUOTA, CAPACITY = 401, 403, 486, 508
NO_WAY: Final = (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)

NOBODY: Final = (
    "nobody answers there",
    "See that it runs, that VIDEOVISIT_TURN_URLS names its address and port, and that firewalls let this in.",
)

CERTIFY: Final = (
    "Give the relay the whole chain of a certificate that browsers believe, for the name in "
    "VIDEOVISIT_TURN_URLS, and restart it whenever that is renewed."
)
SHARE: Final = (
    "Give it `use-auth-secret` and the secret of VIDEOVISIT_TURN_SECRET as `static-auth-secret`, and see "
    "that both clocks are right."
)


async def check(settings: Configured, clock: Clock) -> list[Finding]:
    """Every relay of VIDEOVISIT_TURN_URLS."""
    relays = settings.web.relays()
    if relays is None:
        return [
            Finding("relay", "none: members in networks that let no UDP out cannot hold their visit by video")
        ]
    urls = settings.web.turn_urls
    async with _worker(settings, clock) as worker:
        return [*await look(relays, urls, worker, clock), _for_hospitals(urls)]


@asynccontextmanager
async def _worker(settings: Configured, clock: Clock) -> AsyncIterator[Offered | None]:
    """A worker to be reached; None: the check of media says why there is none."""
    web = settings.web
    async with contextlib.AsyncExitStack() as open_parts:
        found: Offered | None = None
        with contextlib.suppress(TimeoutError, MediaRefusedError, MediaUnavailableError):
            if web.media_workers_at:
                key = web.media_key.get_secret_value() if web.media_key else None
                ready = WorkerReady(web.media_workers_at[0], web.media_workers_at[0], key, web.media_ca)
            else:
                port = web.media_udp.port if is_free(web.media_udp) else 0
                ready = await open_parts.enter_async_context(worker_of_our_own(settings, clock, port=port))
            found = await open_parts.enter_async_context(offered(ready))
        yield found


def _for_hospitals(urls: Sequence[str]) -> Finding:
    if any((one.way, one.port) == ("tls", HTTPS) for one in map(RelayAddress.parse, urls)):
        return Finding("relay on 443", "TLS on port 443, which hospitals let out, is among the ways")
    return Finding(
        "relay on 443",
        "no relay speaks TLS on port 443, which is all that many hospitals let out",
        "Give one an address on which nobody else has port 443, and add turns:HOST:443 to "
        "VIDEOVISIT_TURN_URLS.",
    )


async def look(relays: Relays, urls: Sequence[str], worker: Offered | None, clock: Clock) -> list[Finding]:
    """Ask each of them, all at once."""
    loan = relays.lend(SystemIds().new(), "doctor", minutes=0, at=clock.now())
    found = await asyncio.gather(*(_of_url(RelayAddress.parse(url), loan, worker) for url in urls))
    return [finding for findings in found for finding in findings]


async def _of_url(address: RelayAddress, loan: Loan, worker: Offered | None) -> list[Finding]:
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            known = await asyncio.get_running_loop().getaddrinfo(
                address.host, address.port, type=socket.SOCK_STREAM
            )
    except (OSError, TimeoutError, UnicodeError):
        remedy = "Make an A or AAAA record for it, or correct VIDEOVISIT_TURN_URLS."
        return [Finding("relay", f"the host name of {address.url} leads to no address", remedy)]
    hosts = dict.fromkeys(str(one[4][0]) for one in known)
    return list(await asyncio.gather(*(_of_address(address, host, loan, worker) for host in hosts)))


async def _of_address(address: RelayAddress, host: str, loan: Loan, worker: Offered | None) -> Finding:
    """Whether a way leads from here by the relay's one address to the worker."""
    by = "IPv6" if ":" in host else "IPv4"
    named = f"{address.url} by {by}"
    try:
        async with asyncio.timeout(WITHIN_SECONDS), _allocated(address, host, loan) as client:
            return await _through(client, named, worker)
    except ssl.SSLCertVerificationError as error:
        trouble = CERTIFICATE_TROUBLES.get(error.verify_code, "is not believed")
        sentence, remedy = f"the certificate shown there {trouble}", CERTIFY
    except ssl.SSLError:
        sentence, remedy = (
            "nobody speaks TLS there",
            "See that the relay has a certificate and a key it can read.",
        )
    except messages.TransactionFailed as error:
        sentence, remedy = _refused(error.response.error_code)
    except OSError as error:
        if error.errno in NO_WAY:
            return Finding("relay", f"{named}: this machine has no way there; it was not tried")
        sentence, remedy = NOBODY
    except (TimeoutError, messages.TransactionError):
        sentence, remedy = NOBODY
    return Finding("relay", f"{named}: {sentence}", remedy)


def _refused(code: int | None) -> tuple[str, str]:
    if code == UNAUTHORIZED:
        return "it does not take what we lend our pages", SHARE
    if code == FORBIDDEN:
        return (
            "it will not reach our workers",
            "Give it an `allowed-peer-ip` for each address of VIDEOVISIT_MEDIA_ADVERTISE.",
        )
    if code in {QUOTA, CAPACITY}:
        return "it has no more ways to lend", "Look at its quotas and at how many ports it may use."
    return f"it refuses with code {code}", "Look at what it says in its log."


@asynccontextmanager
async def _allocated(address: RelayAddress, host: str, loan: Loan) -> AsyncIterator[Any]:
    """A way that the relay lends, given back afterwards.

    Raises:
        OSError: there is no connection to it, or (ssl.SSLError) none that browsers would trust.
        TransactionError: it does not lend one.
    """
    loop, where = asyncio.get_running_loop(), (host, address.port)
    kind = turn.TurnClientUdpProtocol if address.way == "udp" else turn.TurnClientTcpProtocol

    def made() -> Any:
        return kind(
            where,
            username=loan.username,
            password=loan.credential,
            lifetime=LIFETIME_SECONDS,
            channel_refresh_time=LIFETIME_SECONDS,
        )

    transport: asyncio.Transport | asyncio.DatagramTransport
    if address.way == "udp":
        transport, client = await loop.create_datagram_endpoint(made, remote_addr=where)
    elif address.way == "tcp":
        transport, client = await loop.create_connection(made, *where)
    else:
        trusted = ssl.create_default_context()
        transport, client = await loop.create_connection(
            made, *where, ssl=trusted, server_hostname=address.host
        )
    try:
        await client.connect()
        try:
            yield client
        finally:
            with contextlib.suppress(TimeoutError, messages.TransactionError):
                async with asyncio.timeout(GIVE_BACK_SECONDS):
                    await client.delete()
    finally:
        transport.abort()  # no farewell is waited for


async def _through(client: Any, named: str, worker: Offered | None) -> Finding:
    """A check to the worker by a way that was lent."""
    if worker is None:
        return Finding("relay", f"{named}: it lends a way; there was no worker to reach by it")
    family = ipaddress.ip_address(client.relayed_address[0]).version
    reachable = [one for one in worker.addresses if ipaddress.ip_address(one[0]).version == family]
    if not reachable:
        return Finding(
            "relay",
            f"{named}: the way it lends ends in IPv{family}, and no worker has such an address",
            f"Add an IPv{family} address of the workers to VIDEOVISIT_MEDIA_ADVERTISE.",
        )
    for where in reachable:
        asking = Asking(worker)
        client.receiver = asking
        outcome = Outcome.silence
        for _ in range(TRIES):
            await client.send_data(asking.datagram, where)
            outcome = await asking.within(TRY_SECONDS)
            if outcome is Outcome.answered:
                break
        if outcome is not Outcome.answered:
            return Finding(
                "relay",
                f"{named}: it lends a way, but a check by it to {where[0]} port {where[1]} meets no answer",
                "Let the relay reach the workers' UDP ports, and its answers back: see the firewall between "
                "them, and the relay's `external-ip` if it has not its public address itself.",
            )
    return Finding("relay", f"{named}: a check through it gets the worker's signed answer")
