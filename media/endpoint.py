"""One endpoint as the shell knows it: its credentials, its paths, its DTLS session and its keys."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from media.answer import Lane
from media.core.address import Belief
from media.core.negotiated import Negotiated
from media.dtls import Dtls, Fingerprint
from media.port import Path
from media.srtp import Keys
from media.stun import Credentials

ALLOWED_PER_SECOND: Final = 1500
"""Media packets of one endpoint: twice what camera, screen and microphone take with all their repair."""
ALLOWED_AT_ONCE: Final = 1500
OLD_CREDENTIALS_FOR: Final = 30.0
"""Seconds for which the former credentials stay valid after a check with the new ones nominated a path."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the newest offer and its answer settled."""

    session: str
    version: int
    fingerprints: tuple[Fingerprint, ...]
    remote_ufrag: str
    lanes: tuple[Lane, ...]
    negotiated: Negotiated


class Endpoint:
    """One browser tab's media side. Times are the worker's monotonic seconds.

    `current` is where its media goes: kept beside `belief` because the packet path compares it every time.
    """

    __slots__ = (
        "agreement",
        "allowance",
        "answered_at",
        "belief",
        "connected_at",
        "credentials",
        "current",
        "dtls",
        "heard_at",
        "keys",
        "local_session",
        "name",
        "offered",
        "old_until",
        "paths",
        "refused",
        "room",
        "silent",
    )

    def __init__(self, name: str, room: Any, agreement: Agreement, local_session: int, now: float) -> None:
        self.name = name
        self.local_session = local_session
        self.room = room
        self.agreement = agreement
        self.answered_at = now
        self.offered = 0
        """The version that its newest offer was allowed on."""
        self.connected_at: float | None = None
        self.heard_at = now
        self.silent = False
        self.belief = Belief()
        self.current: Path | None = None
        self.paths: dict[tuple[int, bytes], Path] = {}
        self.credentials: list[Credentials] = []
        """The newest first; a former one is still valid while the endpoint moves over."""
        self.old_until: float | None = None
        self.dtls: Dtls | None = None
        self.keys: Keys | None = None
        self.allowance = ALLOWED_AT_ONCE
        """Packets that are looked at until `allow` is called; what comes beyond that is dropped unread."""
        self.refused = 0
        """Packets from its addresses that its keys refused: forged, replayed or damaged."""

    def allow(self, packets: int) -> None:
        """Let it send so many more, up to what may come at once."""
        self.allowance = min(self.allowance + packets, ALLOWED_AT_ONCE)

    def send_dtls(self, datagram: bytes) -> None:
        """Send a handshake datagram to where the endpoint is; nowhere before its first check."""
        if self.current is not None:
            self.current.send(datagram)

    def forget_paths(self) -> None:
        """Let go of every address, so that nothing from them is looked at any more."""
        for path in self.paths.values():
            if path.port.paths.get(path.source) is path:
                del path.port.paths[path.source]
        self.paths.clear()
        self.current = None

    def state(self, now: float) -> dict[str, object]:
        """What the API tells of it. No address, no credential."""
        return {
            "endpoint": self.name,
            "state": "connected" if self.keys else "connecting",
            "silent_seconds": round(max(0.0, now - self.heard_at), 1),
            "refused_packets": self.refused,
        }


def local_credentials(agreement: Agreement, entropy: Callable[[int], bytes]) -> Credentials:
    """Fresh credentials: 96 random bits of user fragment (unique in any worker) and 144 of password."""
    return Credentials(entropy(12).hex(), entropy(18).hex(), agreement.remote_ufrag)
