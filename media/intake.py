"""From a batch of datagrams to checks, handshakes and packets: the worker's hot path.

What a datagram may do depends on its first byte (RFC 7983 §7) and on where it comes from: a STUN check must
carry an endpoint's credentials; anything else must come from an address that passed such a check, or be a
media packet that an endpoint's own SRTP keys vouch for. Everything else is dropped where it lies and
changes nothing.
"""

import logging
from collections.abc import Callable
from struct import Struct
from typing import Final, Protocol

from media import stun
from media.datagrams import LENGTH_AT, LENGTH_STEP, NAME_STEP, SLOT, Source
from media.dtls import is_dtls
from media.endpoint import Endpoint
from media.port import Path, Port
from media.rooms import LiveRoom

SHORTEST: Final = 13
"""Nothing that means anything here is shorter (a DTLS record header; SRTP and STUN need more)."""
SOURCES_MAX: Final = 64
"""Different SSRCs of one endpoint, RTCP included: a page has about ten, and each costs memory for good."""
STRAY_TRIES: Final = 100
"""Tries per tick to place a media packet from an unknown address: bounds what a flood of them costs."""

_ssrc: Final = Struct("!I")
log = logging.getLogger(__name__)


class Owner(Protocol):
    """Whom the intake tells what it found."""

    def checked(self, endpoint: Endpoint, check: stun.Check, now: float) -> None:
        """An authenticated check of the endpoint came and was answered."""

    def heard(self, endpoint: Endpoint) -> None:
        """Something came from an endpoint that had been called silent."""

    def publish(self, room: LiveRoom) -> None:
        """The room's core has events."""


class Intake:
    """Takes batches from the ports and knows whom their datagrams concern."""

    __slots__ = (
        "_by_ssrc",
        "_by_ufrag",
        "_clock",
        "_credentials",
        "_owner",
        "_ports",
        "_tries",
        "dropped",
        "excess",
        "failed",
    )

    def __init__(self, owner: Owner, ports: list[Port], clock: Callable[[], float]) -> None:
        self._owner = owner
        self._ports = ports
        self._clock = clock
        self._by_ufrag: dict[str, Endpoint] = {}
        self._credentials: dict[str, stun.Credentials] = {}
        self._by_ssrc: dict[int, Endpoint] = {}
        self._tries = STRAY_TRIES
        self.dropped = 0
        """Datagrams that nobody vouched for."""
        self.excess = 0
        """Packets of endpoints beyond what any of them may send."""
        self.failed = 0
        """Packets whose handling raised: a fault of ours that cost that packet alone."""

    def expect(self, endpoint: Endpoint) -> None:
        """Know an endpoint by its present credentials and declared sources."""
        for credentials in endpoint.credentials:
            self._by_ufrag[credentials.ufrag] = endpoint
            self._credentials[credentials.ufrag] = credentials
        for uplink in endpoint.agreement.negotiated.uplinks:
            if uplink.ssrc is not None:
                self._by_ssrc.setdefault(uplink.ssrc, endpoint)

    def forget_credentials(self, ufrag: str) -> None:
        """Believe no check with this user fragment any more."""
        self._by_ufrag.pop(ufrag, None)
        self._credentials.pop(ufrag, None)

    def forget(self, endpoint: Endpoint, *, keep_paths: bool = False) -> None:
        """Know nothing of an endpoint any more (but its paths, where it goes on with a new agreement)."""
        for credentials in endpoint.credentials:
            self.forget_credentials(credentials.ufrag)
        for ssrc in [ssrc for ssrc, owner in self._by_ssrc.items() if owner is endpoint]:
            del self._by_ssrc[ssrc]
        if not keep_paths:
            endpoint.forget_paths()

    def renew_tries(self) -> None:
        """Once per tick: allow `STRAY_TRIES` more."""
        self._tries = STRAY_TRIES

    def flush(self) -> None:
        """Send what is queued on every port."""
        for port in self._ports:
            if port.outbox.count:
                port.outbox.flush()

    def receive(self, port: Port, count: int) -> None:
        """Handle a batch and send what it gave rise to."""
        now = self._clock()
        inbox = port.inbox
        arena, paths = inbox.arena, port.paths
        lengths, names, name_size = inbox.lengths, inbox.names, inbox.name_size
        for index in range(count):
            length = lengths[index * LENGTH_STEP + LENGTH_AT]
            if not SHORTEST <= length < SLOT:
                self.dropped += 1
                continue
            name_at = index * NAME_STEP
            source = names[name_at : name_at + name_size]
            first = arena[index * SLOT]
            try:
                if 127 < first < 192:
                    path = paths.get(source)
                    if path is None:
                        self._stray(port, source, index, length, now)
                    else:
                        self._packet(path, port, index, now)
                elif first < 4:
                    self._check(port, source, index, length, now)
                elif is_dtls(first, length) and (path := paths.get(source)) is not None:
                    self._dtls(path, port, index, length, now)
                else:
                    self.dropped += 1
            except Exception as problem:  # noqa: BLE001 - one packet must not cost the others theirs
                self.fault("a datagram could not be handled", problem)
        self.flush()

    def fault(self, what: str, problem: Exception) -> None:
        """Count a fault of ours; the first few are logged, because a flood of them could be arranged."""
        self.failed += 1
        if self.failed < 10:
            log.error(what, exc_info=problem)

    def _packet(self, path: Path, port: Port, index: int, now: float) -> None:
        endpoint: Endpoint = path.endpoint
        keys = endpoint.keys
        if keys is None or not endpoint.allowance:
            self._turn_away(endpoint)
            return
        inbox = port.inbox
        at = index * SLOT
        room: LiveRoom = endpoint.room
        core, out = room.core, room.out
        control = 191 < inbox.arena[at + 1] < 224  # RTCP by its packet type (RFC 5761 §4)
        ssrc = _ssrc.unpack_from(inbox.arena, at + 4 if control else at + 8)[0]
        if ssrc not in keys.sources and len(keys.sources) >= SOURCES_MAX:
            endpoint.refused += 1
            return
        if control:
            if not endpoint.belief.believes(path):
                return
            if not keys.unprotect_rtcp(inbox.pointers[index], inbox.length_pointers[index]):
                endpoint.refused += 1
                return
            if path is not endpoint.current:
                self._elsewhere(endpoint, path, now, media=False)
            core.receive_rtcp(endpoint.name, inbox.view[at : at + inbox.length(index)], now, out)
        else:
            if not keys.unprotect(inbox.pointers[index], inbox.length_pointers[index]):
                endpoint.refused += 1
                return
            if path is not endpoint.current:
                self._elsewhere(endpoint, path, now, media=True)
            end = at + inbox.lengths[index * LENGTH_STEP + LENGTH_AT]
            core.receive_rtp(endpoint.name, inbox.view[at:end], now, out)
        keys.sources.add(ssrc)
        endpoint.allowance -= 1  # only now: whoever forges its address does not use it up
        endpoint.heard_at = now
        room.awake = True
        if out:
            room.send()
        if core.events:
            self._owner.publish(room)
        if endpoint.silent:
            self._owner.heard(endpoint)

    def _turn_away(self, endpoint: Endpoint) -> None:
        """Count what came before the keys, or is more than anybody may send."""
        if endpoint.keys is None:
            self.dropped += 1
        else:
            self.excess += 1

    def _stray(self, port: Port, source: Source, index: int, length: int, now: float) -> None:
        """A media packet from an unknown address: its endpoint's keys may vouch for it (NAT rebinding)."""
        at = index * SLOT
        endpoint = self._by_ssrc.get(_ssrc.unpack_from(port.inbox.arena, at + 8)[0]) if length > 28 else None
        if (
            endpoint is None
            or endpoint.keys is None
            or self._tries <= 0
            or 191 < port.inbox.arena[at + 1] < 224
        ):
            self.dropped += 1
            return
        self._tries -= 1
        inbox = port.inbox
        if not endpoint.keys.unprotect(inbox.pointers[index], inbox.length_pointers[index]):
            self.dropped += 1
            return
        path = Path(port, source, endpoint)
        if endpoint.belief.heard(path, now, media=True):
            self._learn(endpoint, path)
            endpoint.current = path
            self._moved(endpoint, now)
        room: LiveRoom = endpoint.room
        room.core.receive_rtp(endpoint.name, inbox.view[at : at + inbox.length(index)], now, room.out)
        room.awake = True
        room.send()

    def _check(self, port: Port, source: Source, index: int, length: int, now: float) -> None:
        at = index * SLOT
        check = stun.authenticate(bytes(port.inbox.view[at : at + length]), self._credentials.get)
        if check is None:
            self.dropped += 1
            return
        endpoint = self._by_ufrag[check.ufrag]
        path = port.paths.get(source)
        if path is None or path.endpoint is not endpoint:
            path = Path(port, source, endpoint)
            self._learn(endpoint, path)
        forgotten = endpoint.belief.check(path, nominated=check.nominated, now=now)
        if isinstance(forgotten, Path):
            self._unlearn(endpoint, forgotten)
        self._follow(endpoint, now)
        path.send(stun.success(check, path.where()))
        endpoint.heard_at = now
        self._owner.checked(endpoint, check, now)
        if endpoint.silent:
            self._owner.heard(endpoint)

    def _dtls(self, path: Path, port: Port, index: int, length: int, now: float) -> None:
        endpoint: Endpoint = path.endpoint
        if endpoint.dtls is None or not endpoint.belief.believes(path):
            self.dropped += 1
            return
        if path is not endpoint.current:
            self._elsewhere(endpoint, path, now, media=False)
        at = index * SLOT
        endpoint.dtls.deliver(bytes(port.inbox.view[at : at + length]))

    def _elsewhere(self, endpoint: Endpoint, path: Path, now: float, *, media: bool) -> None:
        if endpoint.belief.heard(path, now, media=media) or endpoint.current is None:
            self._follow(endpoint, now)

    def settle(self, endpoint: Endpoint, now: float) -> None:
        """Once per tick for an endpoint that moved without a check: go back if none confirmed it."""
        if endpoint.belief.settle(now):
            unconfirmed = endpoint.current
            self._follow(endpoint, now)
            if unconfirmed is not None and not endpoint.belief.believes(unconfirmed):
                self._unlearn(endpoint, unconfirmed)

    def _follow(self, endpoint: Endpoint, now: float) -> None:
        before, current = endpoint.current, endpoint.belief.current
        endpoint.current = current if isinstance(current, Path) else None
        if before is not None and before is not endpoint.current:
            self._moved(endpoint, now)

    def _moved(self, endpoint: Endpoint, now: float) -> None:
        """What was under way by a former address is lost; nobody should wait for it."""
        room: LiveRoom = endpoint.room
        room.core.moved(endpoint.name, now, room.out)
        room.awake = True
        room.send()

    def _learn(self, endpoint: Endpoint, path: Path) -> None:
        former = path.port.paths.get(path.source)
        if former is not None:  # a port number that another endpoint had: it is the newest owner's
            former.endpoint.paths.pop(former.key, None)
        path.port.paths[path.source] = path
        endpoint.paths[path.key] = path

    def _unlearn(self, endpoint: Endpoint, path: Path) -> None:
        endpoint.paths.pop(path.key, None)
        if path.port.paths.get(path.source) is path:
            del path.port.paths[path.source]
