"""A media worker, started as `serve` starts it, offered to as a page does, checked as a browser checks."""

import re
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from signaling.clock import Clock
from signaling.doctor import stun
from signaling.doctor.finding import Finding
from signaling.ids import SystemIds
from signaling.installation import Configured
from signaling.media_client import MediaClient, MediaRefusedError, MediaUnavailableError
from signaling.settings import Listen, is_wildcard
from signaling.workers import MediaWorkers, WorkerNews, WorkerReady

ROOM: Final = "doctor"

_OFFER: Final = """\
v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=ice-ufrag:{ufrag}
a=ice-pwd:{password}
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=mid:0
a=sendonly
a=rtcp-mux
a=rtpmap:111 opus/48000/2
""".replace("\n", "\r\n")
_FINGERPRINT: Final = ":".join(["00"] * 32)
"""Nobody shakes hands: the check comes before that."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What of a worker's answer a check needs."""

    ufrag: str
    password: str
    addresses: tuple[tuple[str, int], ...]


async def check(settings: Configured, clock: Clock) -> list[Finding]:
    """Starts one worker with the configured addresses, makes a real check, and ends it."""
    web = settings.web
    port = web.media_udp.port if _is_free(web.media_udp) else 0
    with tempfile.TemporaryDirectory(prefix="vv-") as folder:
        workers = MediaWorkers(
            count=1,
            runtime_dir=Path(folder) / "media",
            clock=clock,
            udp_host=web.media_udp.host,
            udp_port=port,
            advertise=web.media_advertise,
            spare=False,
        )
        ready: list[WorkerReady] = []

        def hear(news: WorkerNews) -> None:
            if isinstance(news, WorkerReady):
                ready.append(news)

        workers.on_news(hear)
        began = clock.monotonic()
        try:
            await workers.start()
        except TimeoutError:
            remedy = (
                "Run `videovisit media --udp` with the address of VIDEOVISIT_MEDIA_UDP: it says why. Often "
                "the address is none of this machine's, or a package it relies on is missing."
            )
            return [Finding("media", "a worker did not start", remedy)]
        started = Finding("media", f"a worker starts in {clock.monotonic() - began:.1f} s")
        try:
            taken = bool(web.media_udp.port) and not port
            return [started, *await _reached(ready[-1], _ports(settings, taken=taken))]
        finally:
            await workers.stop()


async def _reached(worker: WorkerReady, ports: str) -> list[Finding]:
    ids = SystemIds()
    ours, password = _in_ice_letters(ids.new()), _in_ice_letters(ids.token())
    offer = _OFFER.format(ufrag=ours, password=password, fingerprint=_FINGERPRINT)
    client = MediaClient(worker.address, worker.key)
    try:
        answer = _read((await client.offer(ROOM, ROOM, offer)).sdp)
        return [
            _judged(
                where,
                await stun.check(where, ours=ours, theirs=answer.ufrag, password=answer.password),
                ports,
            )
            for where in answer.addresses
        ]
    except (MediaRefusedError, MediaUnavailableError) as error:
        sentence = f"the worker did not answer an offer ({type(error).__name__})"
        return [Finding("udp", sentence, "Look at what the worker says in the log of `videovisit media`.")]
    finally:
        await client.aclose()


def _in_ice_letters(secret: str) -> str:
    """RFC 8839 has the letters of base64, not those of URLs."""
    return secret.replace("-", "+").replace("_", "/")


def _judged(where: tuple[str, int], outcome: stun.Outcome, ports: str) -> Finding:
    named = f"[{where[0]}]:{where[1]}" if ":" in where[0] else f"{where[0]}:{where[1]}"
    if outcome is stun.Outcome.answered:
        return Finding("udp", f"a check to {named} gets its signed answer, from this machine; {ports}")
    if outcome is stun.Outcome.impostor:
        return Finding(
            "udp",
            f"something that is not our worker answers at {named}",
            "VIDEOVISIT_MEDIA_ADVERTISE names another machine's address: correct it, or what is sent on.",
        )
    said = "nobody has that port there" if outcome is stun.Outcome.refused else "no answer"
    return Finding(
        "udp",
        f"a check to {named}, which browsers are told, meets {said}",
        "See that VIDEOVISIT_MEDIA_ADVERTISE is an address of this machine, or of a NAT that sends the same "
        f"UDP port here, and that firewalls let it in; {ports}. A NAT that answers nobody behind it needs a "
        "try from outside.",
    )


def _ports(settings: Configured, *, taken: bool) -> str:
    """Which ports firewalls have to let in."""
    first = settings.web.media_udp.port
    if not first:
        return "ports are any free ones: set VIDEOVISIT_MEDIA_UDP where there is a firewall"
    last = first + settings.web.media_workers  # and one for the spare
    return f"browsers need UDP ports {first} to {last}" + (
        " (in use now; another was tried)" if taken else ""
    )


def _is_free(udp: Listen) -> bool:
    family = socket.AF_INET6 if ":" in udp.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as trying:
        if family == socket.AF_INET6 and is_wildcard(udp.host):
            trying.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            trying.bind((udp.host, udp.port))
        except OSError:
            return False
    return True


def _read(sdp: str) -> _Answer:
    """The answer's credentials and host candidates (RFC 8839 §5.1)."""
    ufrag = re.search(r"^a=ice-ufrag:(\S+)", sdp, re.MULTILINE)
    password = re.search(r"^a=ice-pwd:(\S+)", sdp, re.MULTILINE)
    found = re.findall(r"^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", sdp, re.MULTILINE | re.IGNORECASE)
    if ufrag is None or password is None or not found:
        raise MediaUnavailableError("an answer without a candidate")
    return _Answer(ufrag[1], password[1], tuple(dict.fromkeys((ip, int(port)) for ip, port in found)))
