"""A media worker that was offered to as a page does, and what of its answer a check needs."""

import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from signaling.clock import Clock
from signaling.ids import SystemIds
from signaling.installation import Configured
from signaling.media_client import MediaClient, MediaRefusedError, MediaUnavailableError
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
class Offered:
    """Who we said we are, who the worker said it is, and where it says that it can be reached."""

    ours: str
    theirs: str
    password: str
    addresses: tuple[tuple[str, int], ...]


@asynccontextmanager
async def worker_of_our_own(settings: Configured, clock: Clock, *, port: int) -> AsyncIterator[WorkerReady]:
    """Start one worker with the configured addresses on this UDP port, and end it.

    Raises:
        TimeoutError: it did not start.
    """
    web = settings.web
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
        try:
            await workers.start()
            yield ready[-1]
        finally:
            await workers.stop()


@asynccontextmanager
async def offered(worker: WorkerReady) -> AsyncIterator[Offered]:
    """Offer to a worker; its room is removed afterwards.

    Raises:
        MediaRefusedError: the worker did not like the offer.
        MediaUnavailableError: it does not answer, or not with addresses.
    """
    ids = SystemIds()
    ours, password = _in_ice_letters(ids.new()), _in_ice_letters(ids.token())
    offer = _OFFER.format(ufrag=ours, password=password, fingerprint=_FINGERPRINT)
    async with aclosing(MediaClient(worker.address, worker.key, worker.authority)) as client:
        sdp = (await client.offer(ROOM, ROOM, offer)).sdp
        try:
            yield _read(sdp, ours)
        finally:
            with suppress(MediaRefusedError, MediaUnavailableError):
                await client.remove(ROOM)


def _in_ice_letters(secret: str) -> str:
    """RFC 8839 has the letters of base64, not those of URLs."""
    return secret.replace("-", "+").replace("_", "/")


def _read(sdp: str, ours: str) -> Offered:
    """The answer's credentials and host candidates (RFC 8839 §5.1)."""
    ufrag = re.search(r"^a=ice-ufrag:(\S+)", sdp, re.MULTILINE)
    password = re.search(r"^a=ice-pwd:(\S+)", sdp, re.MULTILINE)
    found = re.findall(r"^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", sdp, re.MULTILINE | re.IGNORECASE)
    if ufrag is None or password is None or not found:
        raise MediaUnavailableError("an answer without a candidate")
    addresses = tuple(dict.fromkeys((ip, int(port)) for ip, port in found))
    return Offered(ours, ufrag[1], password[1], addresses)
