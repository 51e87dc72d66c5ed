"""The media worker: rooms and endpoints on a UDP port, told what to do by offers and told on by news.

Everything runs on one event loop: batches from the ports, a tick of every room each 50 ms, and the calls of
the API.
"""

import asyncio
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from media import stun
from media.answer import Lane
from media.answering import Answering
from media.core.ladder import Wish
from media.core.room import TICK
from media.dtls import Certificate, Dtls
from media.endpoint import ALLOWED_PER_SECOND, OLD_CREDENTIALS_FOR, Agreement, Endpoint, local_credentials
from media.intake import Intake
from media.news import News
from media.port import INTERVAL, Port
from media.pulse import Pulse
from media.recordings.recorder import Recorder
from media.refused import RefusedError
from media.rooms import MEMBERS_MAX, LiveRoom, Rooms
from media.sdp import Offer, read_offer
from media.srtp import Keys
from media.surroundings import Surroundings

ALLOWED_EACH_TICK: Final = int(ALLOWED_PER_SECOND * TICK)
SILENT_AFTER: Final = 5.0
"""Seconds without a packet or a check: a browser checks a healthy path every 2.5 s."""
GONE_AFTER: Final = 60.0
"""Seconds of silence that end an endpoint: a page that lost its network restarts ICE on the same session."""
CONSENT_FOR: Final = 30.0
"""Seconds of silence after which nothing is sent to an endpoint until it is heard again (RFC 7675 §5.1)."""
EMPTY_FOR: Final = 600.0
"""Seconds for which a closed room without members is remembered. An open one is kept until it is removed."""
AT_ONCE: Final = 8
TURNS_MAX: Final = 8
"""Rooms are ticked about so many at once, in so many turns at most: a tick of all rooms delays everybody's
packets by milliseconds."""
LOOK_EVERY: Final = 0.5
HEARTBEAT: Final = 1.0
STOP_WITHIN: Final = 1.0
RECORDINGS_WITHIN: Final = 0.8
"""Seconds in which recordings get their ends, at the worker's."""


class Worker:
    """Make it in a running loop with bound ports; `start` it, and `stop` it before the loop ends.

    `advertised` are the (IP, port) pairs that answers name, in order of preference. Without a directory for
    `recordings` none are made.
    """

    def __init__(
        self,
        ports: list[Port],
        advertised: tuple[tuple[str, int], ...],
        certificate: Certificate,
        surroundings: Surroundings,
        *,
        open_rooms: bool = False,
        coalesce: float = INTERVAL,
        recordings: Path | None = None,
    ) -> None:
        self._ports = ports
        self._advertised = advertised
        self._answering = Answering(certificate.fingerprint(), advertised, surroundings.entropy)
        self._certificate = certificate
        self._clock = surroundings.clock
        self._entropy = surroundings.entropy
        self._surroundings = surroundings
        self._coalesce = coalesce
        self.draining = False
        """Whether new rooms had better be made elsewhere; those that are here go on."""
        self.rooms = Rooms(open_by_default=open_rooms)
        self.news = News()
        self.intake = Intake(self, ports, surroundings.clock)
        self.recorder = Recorder(recordings, self.rooms, self.news, surroundings)
        self._closing: set[asyncio.Task[None]] = set()
        self._tick: asyncio.TimerHandle | None = None
        self._next_tick = 0.0
        self._turn = 0
        self._turns = 1
        self._next_look = 0.0
        self._next_beat = 0.0
        self._pulse = Pulse(self.rooms, ports, self.intake, self.recorder, self.news, surroundings)

    def start(self) -> None:
        """Begin to receive and to tick."""
        for port in self._ports:
            port.start(self.intake.receive, self._coalesce)
        loop = asyncio.get_running_loop()
        self._next_tick = loop.time() + TICK
        self._tick = loop.call_at(self._next_tick, self._on_tick)

    async def stop(self) -> None:
        """End every endpoint in order, within `STOP_WITHIN`, and free the ports."""
        if self._tick is not None:
            self._tick.cancel()
        for room in list(self.rooms):
            self.remove_room(room.name, "worker_stopped")
        await self.recorder.close(RECORDINGS_WITHIN)
        if self._closing:
            await asyncio.wait(set(self._closing), timeout=STOP_WITHIN)
        self.news.end()
        for port in self._ports:
            port.close()

    def hello(self) -> dict[str, object]:
        """What a new listener is greeted with."""
        return {
            "event": "hello",
            "worker": self._surroundings.name,
            "started": self._surroundings.started,
            "udp": [f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}" for ip, port in self._advertised],
            "draining": self.draining,
        }

    def greeting(self) -> list[dict[str, object]]:
        """All that a new listener has to know before the news: who this is, and every room."""
        return [self.hello(), *(room.there() for room in self.rooms), {"event": "greeted"}]

    def drain(self) -> None:
        """Ask for no new rooms from now on, at once and with every heartbeat."""
        self.draining = True
        self._pulse.beat(draining=True)

    @property
    def is_empty(self) -> bool:
        """Whether nobody is connected or about to be."""
        return not any(room.members for room in self.rooms)

    def figures(self) -> dict[str, float]:
        """Counts since the start and what is now, for `/healthz` and the heartbeat."""
        return self._pulse.figures()

    # What the API asks for

    def offer(
        self, room_name: str, name: str, text: str, version: int = 0, *, needs_h264: bool = False
    ) -> tuple[str, tuple[Lane, ...]]:
        """Answer an offer: a new endpoint, the same one going on, or a replacement for it.

        The same page going on (its session and certificate are those of its last offer) keeps its DTLS
        session and slots, whether it restarts ICE or adds m-lines; anything else takes the endpoint's
        place. `needs_h264`: the page says that H.264 would spare its device.

        Raises:
            OfferRefusedError: the offer cannot be answered; nothing changed.
            RefusedError: there is no room for one more.
        """
        offer = read_offer(text)
        now = self._clock()
        known = self.rooms.get(room_name)
        member = known.members.get(name) if known is not None else None
        if known is not None and member is None and len(known.members) >= MEMBERS_MAX:
            raise RefusedError("room_full", f"A room holds at most {MEMBERS_MAX} endpoints.", 409)
        room = known if known is not None else self.rooms.get_or_make(room_name, now)
        if room is None:
            raise RefusedError("worker_full", "This worker holds as many rooms as it can carry.", 503)
        _in_order(room, version)
        if member is not None and _goes_on(member.agreement, offer) and member.dtls is not None:
            member.offered = version
            return self._go_on(room, member, offer, now, needs_h264=needs_h264)
        if member is not None:
            self._end(room, member, "replaced", keep_seat=True)
        lanes = self._answering.lanes(offer)
        session = int.from_bytes(self._entropy(7), "big")
        endpoint = Endpoint(
            name, room, self._answering.agree(offer, lanes, needs_h264=needs_h264), session, now
        )
        endpoint.offered = version
        endpoint.dtls = Dtls(
            self._certificate,
            offer.fingerprints,
            endpoint.send_dtls,
            lambda keys: self._connected(room, endpoint, keys),
            lambda reason: self._lost(room, endpoint, reason),
        )
        endpoint.credentials = [local_credentials(endpoint.agreement, self._entropy)]
        room.members[name] = endpoint
        self.intake.expect(endpoint)
        return self._answering.write(endpoint), lanes

    def leave(self, room_name: str, name: str, offered: int = 0, version: int = 0) -> bool:
        """End an endpoint; whether it was there. With `offered`, one that was allowed later stays."""
        room = self.rooms.get(room_name)
        if room is None:
            return False
        room.version = max(room.version, version)
        member = room.members.get(name)
        if member is None or (offered and member.offered > offered):
            return False
        self._end(room, member, "left")
        return True

    def open_room(self, name: str, version: int = 0) -> None:
        """Let media flow in a room, which is made if it is not there.

        Raises:
            RefusedError: there is no room for one more, or the wish is older than what the room knows.
        """
        room = self.rooms.get_or_make(name, self._clock())
        if room is None:
            raise RefusedError("worker_full", "This worker holds as many rooms as it can carry.", 503)
        _in_order(room, version)
        room.awake = True
        room.core.open(self._clock(), room.out)
        self._settle(room)
        self._tell_gate(room)

    def close_room(self, name: str, version: int = 0) -> bool:
        """Forward nothing in a room from now on; whether it was there. Its endpoints stay connected.

        Raises:
            RefusedError: the wish is older than what the room knows.
        """
        room = self.rooms.get(name)
        if room is None:
            return False
        _in_order(room, version)
        room.awake = True
        room.core.close(self._clock())
        self._settle(room)
        self._tell_gate(room)
        return True

    def show(self, room_name: str, name: str, wish: Wish, large: Sequence[str] = ()) -> bool:
        """Show an endpoint the others' cameras as it wishes; whether it is connected."""
        room = self.rooms.get(room_name)
        if room is None or name not in room.core.endpoints():
            return False
        room.awake = True
        room.core.wish(name, wish, self._clock(), large)
        self._settle(room)
        return True

    def _tell_gate(self, room: LiveRoom) -> None:
        self.news.tell("gate", room=room.name, open=room.core.is_open, version=room.version)

    def remove_room(self, name: str, reason: str = "room_removed") -> bool:
        """End a room and everybody in it; whether it was there."""
        room = self.rooms.get(name)
        if room is None:
            return False
        room.core.close(self._clock())
        self.recorder.stop(name)
        for member in list(room.members.values()):
            self._end(room, member, reason)
        self.rooms.remove(name)
        return True

    def describe(self, name: str) -> dict[str, object] | None:
        """A room's state, if it is there."""
        room = self.rooms.get(name)
        return {**room.state(self._clock()), **self.recorder.state(name)} if room is not None else None

    # What the intake reports

    def checked(self, endpoint: Endpoint, check: stun.Check, now: float) -> None:
        """Begin the handshake at the first check; old credentials end once the new ones chose a path."""
        if endpoint.dtls is not None:
            endpoint.dtls.start()
        if check.nominated and len(endpoint.credentials) > 1 and check.ufrag == endpoint.credentials[0].ufrag:
            endpoint.old_until = endpoint.old_until or now + OLD_CREDENTIALS_FOR

    def heard(self, endpoint: Endpoint) -> None:
        """Tell that a silent endpoint is back."""
        endpoint.silent = False
        self.news.tell("heard", room=endpoint.room.name, endpoint=endpoint.name)

    def publish(self, room: LiveRoom) -> None:
        """Tell what the core has to tell."""
        room.tell(self.news)

    # An endpoint's life

    def _go_on(
        self, room: LiveRoom, member: Endpoint, offer: Offer, now: float, *, needs_h264: bool
    ) -> tuple[str, tuple[Lane, ...]]:
        before = member.agreement
        lanes = self._answering.lanes(offer, before.lanes)
        self.intake.forget(member, keep_paths=True)
        member.agreement = self._answering.agree(offer, lanes, before, needs_h264=needs_h264)
        if (
            offer.ufrag != before.remote_ufrag
        ):  # an ICE restart: both sets are valid until the new one is used
            member.credentials = [local_credentials(member.agreement, self._entropy), member.credentials[0]]
            member.old_until = None
        self.intake.expect(member)
        if member.keys is not None and member.agreement.negotiated != before.negotiated:
            room.awake = True
            room.core.amend(member.name, member.agreement.negotiated, now, room.out)
            self._settle(room)
        return self._answering.write(member), lanes

    def _connected(self, room: LiveRoom, endpoint: Endpoint, keys: Keys) -> None:
        now = self._clock()
        endpoint.keys = keys
        endpoint.connected_at = now
        self.news.tell(
            "connected",
            room=room.name,
            endpoint=endpoint.name,
            dtls_ms=round((now - endpoint.answered_at) * 1000, 1),
        )
        room.admit(endpoint.name, endpoint.agreement.negotiated, now)
        self._settle(room)

    def _lost(self, room: LiveRoom, endpoint: Endpoint, reason: str) -> None:
        if room.members.get(endpoint.name) is endpoint:
            self._end(room, endpoint, reason)

    def _end(self, room: LiveRoom, endpoint: Endpoint, reason: str, *, keep_seat: bool = False) -> None:
        endpoint.keys = None
        dtls, endpoint.dtls = endpoint.dtls, None
        if dtls is not None:
            task = asyncio.get_running_loop().create_task(dtls.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
        way_out = endpoint.current
        self.intake.forget(endpoint)
        endpoint.current = way_out  # for the farewell; nothing is taken from there any more
        del room.members[endpoint.name]
        if not keep_seat:
            room.core.leave(endpoint.name, self._clock())
            room.seats.pop(endpoint.name, None)
        self.news.tell("gone", room=room.name, endpoint=endpoint.name, reason=reason)
        self._settle(room)

    # Time

    def _on_tick(self) -> None:
        loop = asyncio.get_running_loop()
        now = self._clock()
        if not self._turn:
            self._turns = min(1 + len(self.rooms) // AT_ONCE, TURNS_MAX)
        self._next_tick = max(self._next_tick + TICK / self._turns, loop.time())  # late ones do not add up
        self._tick = loop.call_at(self._next_tick, self._on_tick)
        for room in islice(self.rooms, self._turn, None, self._turns):
            if room.awake:
                for member in room.members.values():
                    member.allow(ALLOWED_EACH_TICK)
                try:
                    room.awake = room.core.tick(now, room.out)
                    if room.out:
                        room.send()
                    if room.core.events:
                        room.tell(self.news)
                except Exception as problem:  # noqa: BLE001 - the others' clock must not stop for one room
                    self.intake.fault("a room could not be ticked", problem)
        self.intake.flush()
        self._turn = (self._turn + 1) % self._turns
        if not self._turn:
            self._on_round(now)

    def _on_round(self, now: float) -> None:
        """Every room had its turn."""
        self.intake.renew_tries()
        self.recorder.tick(now)
        if now >= self._next_look:
            self._next_look = now + LOOK_EVERY
            self._look(now)
        if now >= self._next_beat:
            self._next_beat = now + HEARTBEAT
            self._pulse.beat(draining=self.draining)

    def _look(self, now: float) -> None:
        """Who fell silent or is gone, which latch was not confirmed, which credentials and rooms are over."""
        for room in list(self.rooms):
            if room.members or room.core.is_open:
                room.used_at = now
            elif now - room.used_at >= EMPTY_FOR:
                self.recorder.stop(room.name)
                self.rooms.remove(room.name)
            for member in list(room.members.values()):
                quiet = now - member.heard_at
                if quiet >= GONE_AFTER:
                    self._end(room, member, "silence")
                elif quiet >= SILENT_AFTER and not member.silent and member.keys is not None:
                    member.silent = True
                    self.news.tell("silent", room=room.name, endpoint=member.name, seconds=round(quiet, 1))
                if quiet >= CONSENT_FOR:
                    member.current = None
                if member.belief.unconfirmed:
                    self.intake.settle(member, now)
                if member.old_until is not None and now >= member.old_until:
                    for old in member.credentials[1:]:
                        self.intake.forget_credentials(old.ufrag)
                    member.credentials = member.credentials[:1]
                    member.old_until = None

    def _settle(self, room: LiveRoom) -> None:
        """After a call to the core from outside a batch: send and tell."""
        if room.out:
            room.send()
            self.intake.flush()
        if room.core.events:
            room.tell(self.news)


def _in_order(room: LiveRoom, version: int) -> None:
    """Several processes ask; whoever decided on an older history than the room has heard of reads it anew.

    Raises:
        RefusedError: `stale`; nothing changed.
    """
    if version and version < room.version:
        raise RefusedError("stale", "This was decided before something that the room knows already.", 409)
    room.version = max(room.version, version)


def _goes_on(agreement: Agreement, offer: Offer) -> bool:
    return (agreement.session, agreement.fingerprints) == (offer.session, offer.fingerprints)
