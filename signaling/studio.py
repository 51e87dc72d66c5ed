"""The studio: everything about recordings in one place, started and stopped together.

Without a folder and a key there is nothing to record with, and the door finds nothing.
"""

import asyncio
from datetime import datetime
from pathlib import Path

from signaling.clock import Clock
from signaling.composing import Composing
from signaling.directory import Directory
from signaling.ids import Ids
from signaling.leases import Leases
from signaling.recording_keys import RecordingKeys
from signaling.recordings import Open, RecordingsDoor
from signaling.rooms import Rooms
from waiting_room.desk import Desk
from waiting_room.recordings import Recordings


class Studio:
    """Leases while visits run, files after they were recorded, and the door to both."""

    def __init__(
        self,
        *,
        shelf: Recordings,
        keys: RecordingKeys | None,
        folder: Path | None,
        opener: Open,
        desk: Desk,
        directory: Directory,
        rooms: Rooms,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self.leases: Leases | None = None
        self.composing: Composing | None = None
        if keys is not None and folder is not None:
            self.leases = Leases(desk=desk, rooms=rooms, shelf=shelf, keys=keys, clock=clock, ids=ids)
            self.composing = Composing(shelf=shelf, keys=keys, folder=folder, clock=clock, ids=ids)
            self.leases.on_end(self.composing.look)
        self.door = RecordingsDoor(
            shelf=shelf,
            desk=desk,
            directory=directory,
            keys=keys,
            folder=folder,
            clock=clock,
            ids=ids,
            opener=opener,
            look=self.composing.look if self.composing is not None else _nothing_to_do,
        )

    async def start(self) -> None:
        """Take up the recordings of visits that run, and begin to look for jobs."""
        if self.leases is not None:
            await self.leases.start()
        if self.composing is not None:
            self.composing.start()

    async def stop(self) -> None:
        """Let leases lapse, and end the composer."""
        await asyncio.gather(*(part.stop() for part in (self.leases, self.composing) if part is not None))

    async def sweep(self, _at: datetime) -> None:
        """End recordings that a process which died has left open."""
        if self.leases is not None:
            await self.leases.sweep()

    def figures(self) -> dict[str, int]:
        """Counts for the metrics page."""
        leases = {} if self.leases is None else self.leases.figures()
        return leases | ({} if self.composing is None else self.composing.figures())


def _nothing_to_do() -> None:
    """Nothing is composed here."""
