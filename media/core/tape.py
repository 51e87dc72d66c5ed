"""A tape: what is recorded of one room while the consent lease lasts, as bytes on their way to a file.

The lease names the endpoints that may be recorded, and ends by itself. Everything fails closed: a tap lets
nothing through until it is allowed; a packet that comes at the lease's end or later is not written, nor one
that was sent before its endpoint was named and comes late. The tape never waits: what the file does not take
is missing from the recording, marked by a gap, and the visit goes on.

Entries are gathered into chunks of less than a second and at most `CHUNK_BYTES`: lists of bytes, for whoever
writes them to join. A chunk names its tracks anew, so that it can be read without the ones before it. The
caller ticks every 50 ms and takes the chunks.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from media.core.entries import PACKET, PACKET_HEAD, encode
from media.core.recording import Entry, Gap, Report, Track
from media.core.rtp import Packet, signed32

if TYPE_CHECKING:
    from media.core import track

CHUNK_SECONDS: Final = 0.85
"""Between the tick that finds a chunk begun and the one that ends it: with both, less than a second."""
CHUNK_BYTES: Final = 256 << 10
STEADY: Final = 0.3
"""Seconds by which a source's timestamps may run otherwise than our clock since its last report: more, and
they stood still in between. A picture's way through an encoder counts here: a report does not take it."""
CHUNKS_MAX: Final = 8
"""Chunks that wait to be taken: two megabytes within one tick are no visit's."""
Chunk = list[bytes]

_SHUT: Final = 1 << 63
"""A floor that no count reaches."""
_HEADS: Final = 2048
"""Bytes of a chunk that are left for a packet's head, its track's entry, reports and gaps."""
_NEVER: Final = float("-inf")
_pack: Final = PACKET_HEAD.pack  # looked up once, not for every packet
_HEAD_BYTES: Final = PACKET_HEAD.size


class State(NamedTuple):
    """Of a recording: `recording`, `paused` or `stopped`; of the latter two, why (a gap's code)."""

    name: str
    reason: str | None = None


class Tap:
    """Where the packets of one source are taken from; shut at first."""

    __slots__ = ("_floor", "_number", "_timed", "_told", "source", "tape")

    def __init__(self, tape: "Tape", source: "track.Track") -> None:
        self.tape = tape
        self.source = source
        self._floor = _SHUT  # counts up to here are not recorded
        self._number = tape.number()
        self._told = -1  # the chunk that names the track
        self._timed = False  # whether the tape knows the source's clock, as far as it ever was told

    def allow(self, *, allowed: bool) -> None:
        """Record the source from the next packet it sends, or nothing of it."""
        if not allowed:
            self._floor = _SHUT
        elif self._floor == _SHUT:
            self._floor = self.source.highest
            self._timed = False
            self.tape.fresh = True

    @property
    def is_open(self) -> bool:
        """Whether packets of the source are taken, as far as the tape's lease goes."""
        return self._floor != _SHUT

    @property
    def takes(self) -> bool:
        """Whether packets of the source are taken now."""
        return self.is_open and self.tape.state.name == "recording"

    def renew(self, floor: int) -> None:
        """The source's numbers go on no more: what comes above `floor` is another track."""
        self._number = self.tape.number()
        self._told = -1
        self._timed = False
        if self._floor != _SHUT:
            self._floor = floor

    def follow(self, source: "track.Track", floor: int) -> None:
        """Take another layer of the picture from now on: a track of its own."""
        self.source = source
        self.renew(floor)

    def packet(self, count: int, marker: int, timestamp: int, payload: Packet, now: float) -> None:
        """A packet that was not seen before came; `marker` is its bit, in place."""
        tape = self.tape
        if now >= tape.until or count <= self._floor:
            if count > self._floor:
                tape.miss(now)
            return
        size = len(payload)
        if tape.size + size > CHUNK_BYTES - _HEADS and not tape.make_room(now):
            return
        if self._told != tape.chunk:
            self._tell()
        head = _pack(PACKET | marker, self._number, now - tape.began, count, timestamp, size)
        tape.pieces.append(head + payload)
        tape.size += size + _HEAD_BYTES
        if not self._timed:
            self._tell_time(timestamp, now)

    def report(self, ntp: int, timestamp: int, now: float) -> None:
        """The source's sender report came. One before the first packet is told with that."""
        tape = self.tape
        if now < tape.until and self._floor != _SHUT and self._timed:
            if self._told != tape.chunk:
                self._tell()
            tape.put(Report(self._number, now - tape.began, ntp, timestamp))

    def _tell_time(self, timestamp: int, now: float) -> None:
        """What the source said of its clock before it was recorded, unless it stood still since."""
        self._timed = True
        said = self.source.told
        since = signed32(timestamp - said.timestamp) / self.source.clock
        if abs(now - said.at - since) <= STEADY:
            self.tape.put(Report(self._number, now - self.tape.began, said.ntp, said.timestamp))

    def _tell(self) -> None:
        source = self.source
        named = Track(self._number, source.endpoint, source.source, source.kind, source.codec, source.clock)
        self._told = self.tape.chunk
        self.tape.put(named)


class Tape:
    """Of one room and one segment, which begins `now`; paused until there is a lease.

    `until` is when the taps shut by themselves; `pieces` of `size` bytes are the chunk that is being gathered
    and `chunk` is its number. `fresh`: what was not recorded before is now; its pictures need a keyframe.
    """

    __slots__ = (
        "_begun_at", "_chunks", "_lease_until", "_numbers", "began", "chunk", "fresh", "halted", "missed",
        "named",
        "pieces", "size", "state", "until",
    )  # fmt: skip

    def __init__(self, now: float) -> None:
        self.began = now
        self.until = _NEVER
        self.pieces: Chunk = []
        self.size = 0
        self.chunk = 0
        self.named: tuple[str, ...] = ()
        self.halted = False
        self.fresh = False
        self.state = State("paused", "no_consent")
        self.missed = 0  # packets of a lease that were not recorded because the file took nothing
        self._lease_until = _NEVER
        self._chunks: list[Chunk] = []
        self._begun_at: float | None = None
        self._numbers = 0

    def lease(self, endpoints: Iterable[str], until: float, now: float) -> None:
        """Record these endpoints alone, from now until then. Call the room's: it opens and shuts the taps."""
        self._look(now)
        named = tuple(dict.fromkeys(endpoints))
        self.gap((name for name in self.named if name not in named), "no_consent", now)
        self.named, self._lease_until = named, until
        self._settle(now)

    def halt(self, now: float) -> None:
        """The file takes nothing: write nothing until `go_on`."""
        self._look(now)
        self.gap(self.named, "disk_full", now)
        self.halted = True
        self._settle(now)

    def go_on(self, now: float) -> None:
        """The file takes chunks again."""
        self.halted = False
        self._settle(now)

    def end(self, now: float) -> None:
        """Write nothing any more; the last chunk is to be taken."""
        self._look(now)
        self.gap(self.named, "stopped", now)
        self.cut()
        self.until = _NEVER
        self.state = State("stopped", "stopped")

    def gap(self, endpoints: Iterable[str], reason: str, now: float) -> None:
        """Mark that these endpoints were recorded until now and are no longer."""
        missing = tuple(endpoints)
        if missing and now < self.until:
            self.put(Gap(now - self.began, missing, reason))

    def tick(self, now: float) -> None:
        """End a lease that is over, and a chunk that is old enough."""
        self._look(now)
        if not self.pieces:
            self._begun_at = None
        elif self._begun_at is None:
            self._begun_at = now
        elif now - self._begun_at >= CHUNK_SECONDS:
            self.cut()

    def take(self) -> list[Chunk]:
        """The chunks that are whole, oldest first."""
        taken, self._chunks = self._chunks, []
        return taken

    def cut(self) -> None:
        """End the chunk that is being gathered, if there is anything in it."""
        if self.pieces:
            self._chunks.append(self.pieces)
            self.pieces, self.size = [], 0
            self.chunk += 1
            self._begun_at = None

    def make_room(self, now: float) -> bool:
        """Begin another chunk for a packet; too many that nobody took halt the tape."""
        if len(self._chunks) < CHUNKS_MAX:
            self.cut()
            return True
        self.halt(now)
        self.missed += 1
        return False

    def miss(self, now: float) -> None:
        """A packet of a named endpoint was not recorded: the lease is over, or the file takes nothing."""
        self._look(now)
        self.missed += self.state.reason == "disk_full"

    def put(self, entry: Entry) -> None:
        """Add a small entry, without a look at the chunk's size."""
        piece = encode(entry)
        self.pieces.append(piece)
        self.size += len(piece)

    def number(self) -> int:
        """A track's number, never given before."""
        self._numbers += 1
        return self._numbers

    def _look(self, now: float) -> None:
        if self.state.name == "recording" and now >= self.until:
            self.put(Gap(self.until - self.began, self.named, "lease_lapsed"))
        self._settle(now)

    def _settle(self, now: float) -> None:
        if self.state.name == "stopped":
            return
        if not self.named:
            self.state = State("paused", "no_consent")
        elif now >= self._lease_until:
            self.state = State("paused", "lease_lapsed")
        elif self.halted:
            self.state = State("paused", "disk_full")
        else:
            self.fresh |= self.state.name != "recording"
            self.state = State("recording")
        self.until = self._lease_until if self.state.name == "recording" else _NEVER
