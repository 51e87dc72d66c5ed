"""A media worker, started as `serve` starts it, offered to as a page does, checked as a browser checks."""

import socket

from signaling.clock import Clock
from signaling.doctor import stun
from signaling.doctor.finding import Finding
from signaling.doctor.offered import offered, worker_of_our_own
from signaling.installation import Configured
from signaling.media_client import MediaRefusedError, MediaUnavailableError
from signaling.settings import Listen, is_wildcard
from signaling.workers import WorkerReady


async def check(settings: Configured, clock: Clock) -> list[Finding]:
    """Starts one worker with the configured addresses, makes a real check, and ends it."""
    web = settings.web
    port = web.media_udp.port if is_free(web.media_udp) else 0
    began = clock.monotonic()
    try:
        async with worker_of_our_own(settings, clock, port=port) as worker:
            started = Finding("media", f"a worker starts in {clock.monotonic() - began:.1f} s")
            taken = bool(web.media_udp.port) and not port
            return [started, *await _reached(worker, _ports(settings, taken=taken))]
    except TimeoutError:
        remedy = (
            "Run `videovisit media --udp` with the address of VIDEOVISIT_MEDIA_UDP: it says why. Often "
            "the address is none of this machine's, or a package it relies on is missing."
        )
        return [Finding("media", "a worker did not start", remedy)]


async def _reached(worker: WorkerReady, ports: str) -> list[Finding]:
    try:
        async with offered(worker) as answer:
            return [_judged(where, await stun.check(where, answer), ports) for where in answer.addresses]
    except (MediaRefusedError, MediaUnavailableError) as error:
        sentence = f"the worker did not answer an offer ({type(error).__name__})"
        return [Finding("udp", sentence, "Look at what the worker says in the log of `videovisit media`.")]


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


def is_free(udp: Listen) -> bool:
    """Whether nobody has that UDP port."""
    family = socket.AF_INET6 if ":" in udp.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as trying:
        if family == socket.AF_INET6 and is_wildcard(udp.host):
            trying.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            trying.bind((udp.host, udp.port))
        except OSError:
            return False
    return True
