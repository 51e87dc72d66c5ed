"""The rooms of one worker: who is in them, and from the core's decisions to the wire and the news."""

from collections.abc import Iterator
from typing import Final

from media.core.asking import Send
from media.core.events import CodecChanged, Flowing, LayersChanged, SlotsChanged, SpeakerChanged, Stepped
from media.core.negotiated import Negotiated
from media.core.room import Room
from media.core.tally import Tally
from media.datagrams import SIZE_STEP, SLOT
from media.endpoint import Endpoint
from media.news import News
from media.srtp import RTCP_TRAILER

MEMBERS_MAX: Final = 8
ROOMS_MAX: Final = 2000
LONGEST_PACKET: Final = SLOT - RTCP_TRAILER


class LiveRoom:
    """A room of the core with the endpoints that are its members.

    `awake` says that the core wants ticks; whoever calls the core sets it.
    """

    __slots__ = ("awake", "core", "leased", "members", "name", "out", "seats", "used_at", "version")

    def __init__(self, name: str, now: float, *, open_by_default: bool, tally: Tally) -> None:
        self.name = name
        self.used_at = now
        self.version = 0
        """How far the history had got on which the newest wish about the room was decided; 0: nobody says."""
        self.leased = 0
        """The same of the newest lease or end of a recording: what is over does not begin again."""
        self.core = Room(open_by_default=open_by_default, tally=tally)
        self.members: dict[str, Endpoint] = {}
        self.awake = False
        self.out: list[Send] = []
        self.seats: dict[str, list[dict[str, object]]] = {}

    def send(self) -> None:
        """Protect and queue what the core wants sent. The ports are flushed by the caller."""
        members, out = self.members, self.out
        for name, packet, is_rtcp in out:
            member = members.get(name)
            if member is None or (path := member.current) is None or (keys := member.keys) is None:
                continue
            size = len(packet)
            if size > LONGEST_PACKET:
                continue
            outbox = path.outbox
            index = outbox.count
            at = index * SLOT
            outbox.arena[at : at + size] = packet
            outbox.sizes[index * SIZE_STEP] = size
            protect = keys.protect_rtcp if is_rtcp else keys.protect
            if protect(outbox.pointers[index], outbox.length_pointers[index]):
                outbox.put(path.name)
        out.clear()

    def tell(self, news: News) -> None:
        """Pass the core's events on."""
        for event in self.core.take_events():
            match event:
                case SlotsChanged(endpoint, seats):
                    slots: list[dict[str, object]] = [
                        {
                            "mid": seat.mid,
                            "kind": seat.kind,
                            "from": seat.endpoint,
                            **({"source": seat.source} if seat.source else {}),
                        }
                        for seat in seats
                    ]
                    self.seats[endpoint] = slots
                    news.tell("slots", room=self.name, endpoint=endpoint, slots=slots)
                case Flowing(endpoint, mid):
                    news.tell("flowing", room=self.name, endpoint=endpoint, mid=mid)
                case Stepped(endpoint, rung):
                    news.tell("picture", room=self.name, endpoint=endpoint, rung=rung)
                case CodecChanged(codec):
                    news.tell("codec", room=self.name, codec=codec)
                case LayersChanged(endpoint, rids):
                    news.tell("layers", room=self.name, endpoint=endpoint, layers=rids)
                case SpeakerChanged(endpoint):
                    news.tell("speaker", room=self.name, endpoint=endpoint)

    def admit(self, name: str, negotiated: Negotiated, now: float) -> None:
        """Let a connected member take part: forwarded from and to, as the gate allows."""
        self.awake = True
        self.core.join(name, negotiated, now, self.out)

    def there(self) -> dict[str, object]:
        """What a new listener is told of it."""
        return {
            "event": "room",
            "room": self.name,
            "open": self.core.is_open,
            "version": self.version,
            "codec": self.core.codec,
            "speaker": self.core.speaker,
            "endpoints": [{"endpoint": name, **self._shown(name)} for name in self.members],
        }

    def state(self, now: float) -> dict[str, object]:
        """What the API tells of it."""
        return {
            "open": self.core.is_open,
            "version": self.version,
            "codec": self.core.codec,
            "speaker": self.core.speaker,
            "endpoints": [
                {**member.state(now), **self._shown(member.name)} for member in self.members.values()
            ],
        }

    def _shown(self, endpoint: str) -> dict[str, object]:
        return {
            "slots": self.seats.get(endpoint, []),
            "picture": self.core.rung(endpoint),
            "layers": self.core.layers(endpoint),
        }


class Rooms:
    """All rooms of a worker, bounded."""

    __slots__ = ("_ceiling", "_open_by_default", "_rooms", "full", "tally")

    def __init__(self, *, open_by_default: bool) -> None:
        self._rooms: dict[str, LiveRoom] = {}
        self._open_by_default = open_by_default
        self._ceiling: float | None = None
        self.full = False
        """Whether no new ones are made, because the worker cannot carry more."""
        self.tally = Tally()

    def __iter__(self) -> Iterator[LiveRoom]:
        return iter(self._rooms.values())

    def __len__(self) -> int:
        return len(self._rooms)

    def get(self, name: str) -> LiveRoom | None:
        """A room that is there."""
        return self._rooms.get(name)

    def get_or_make(self, name: str, now: float) -> LiveRoom | None:
        """A room, made if it is not there; None when there are too many."""
        room = self._rooms.get(name)
        if room is None and len(self._rooms) < ROOMS_MAX and not self.full:
            room = self._rooms[name] = LiveRoom(
                name, now, open_by_default=self._open_by_default, tally=self.tally
            )
            room.core.ceiling = self._ceiling
        return room

    def limit(self, ceiling: float | None) -> None:
        """Cap every sender of every room at so many bit/s, or none."""
        self._ceiling = ceiling
        for room in self:
            room.core.ceiling = ceiling
            room.awake = True

    def remove(self, name: str) -> None:
        """Forget a room whose members are gone."""
        self._rooms.pop(name, None)
