"""A visit that is recorded, and its tape read back."""

from media.core.entries import decode
from media.core.recording import Entry, Gap, Packet, Report, Track
from media.core.tape import Tape
from tests.media.core.visit import CLINICIAN, MEMBER, Visit


class Recorded(Visit):
    """Both endpoints may be recorded for five seconds, unless said otherwise."""

    def __init__(self, *names: str, seconds: float = 5.0, opened: bool = True, **shape: int | bool) -> None:
        super().__init__(opened=opened, **shape)
        self.tape = Tape(self.now)
        self.room.record(self.tape)
        self.lease(*(names or (MEMBER, CLINICIAN)), seconds=seconds)
        self.chunks: list[list[Entry]] = []

    def lease(self, *names: str, seconds: float = 5.0) -> None:
        self.room.lease(names, self.now + seconds, self.now)

    def read(self) -> list[Entry]:
        """All entries so far."""
        self.tape.cut()
        self.chunks += [list(decode(b"".join(chunk))) for chunk in self.tape.take()]
        return [entry for chunk in self.chunks for entry in chunk]

    def payloads(self) -> list[bytes]:
        return [entry.payload for entry in self.read() if isinstance(entry, Packet)]

    def counts(self) -> list[int]:
        """The numbers of the packets, as they came on the wire."""
        return [entry.count & 0xFFFF for entry in self.read() if isinstance(entry, Packet)]

    def tracks(self) -> list[Track]:
        return [entry for entry in self.read() if isinstance(entry, Track)]

    def reports(self) -> list[Report]:
        return [entry for entry in self.read() if isinstance(entry, Report)]

    def gaps(self) -> list[tuple[float, tuple[str, ...], str]]:
        return [
            (round(entry.at, 3), entry.endpoints, entry.reason)
            for entry in self.read()
            if isinstance(entry, Gap)
        ]
