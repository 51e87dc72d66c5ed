"""The disks that something is kept on: whether they can be written, have room, and are quick to be sure."""

import asyncio
import os
import shutil
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from signaling.clock import Clock
from signaling.doctor.finding import Finding
from signaling.installation import Configured
from waiting_room.database import parse_url

LEAST_FREE_BYTES: Final = 1_000_000_000
"""An hour of one recorded visit is about this much; less leaves no time to react."""

SLOW_SECONDS: Final = 0.1
"""A commit waits for the disk. When each wait is longer than this, a click on Admit is felt to hang."""

WRITES: Final = 5
BLOCK: Final = b"\0" * 4096


async def check(settings: Configured, clock: Clock) -> list[Finding]:
    """The database's folder, if it is a file, and the recordings'."""
    found = []
    url = parse_url(settings.records.database_url.get_secret_value())
    if url.get_backend_name() == "sqlite" and url.database:
        folder = Path(url.database).parent
        found.append(await asyncio.to_thread(look, "disk of the database", folder, clock.monotonic))
    if settings.web.recordings is not None:
        folder = settings.web.recordings
        found.append(await asyncio.to_thread(look, "disk of the recordings", folder, clock.monotonic))
    return found or [Finding("disk", "nothing is kept on this machine")]


def look(
    what: str,
    folder: Path,
    monotonic: Callable[[], float],
    *,
    least_free: int = LEAST_FREE_BYTES,
    slow: float = SLOW_SECONDS,
) -> Finding:
    """One folder, by writing to it. Blocking."""
    try:
        seconds = statistics.median(_write(folder, monotonic))
        free = shutil.disk_usage(folder).free
    except OSError as error:
        sentence = f"cannot be written ({error.strerror or type(error).__name__})"
        return Finding(
            what,
            sentence,
            "Make the folder, give it to the user that runs the server, and see that it has room.",
        )
    room = f"{free / 1e9:.1f} GB free"
    if free < least_free:
        return Finding(
            what,
            f"only {room}",
            "Make room or a larger disk. When it is full, visits go on only where nothing has to be written.",
        )
    if seconds > slow:
        return Finding(
            what,
            f"takes {seconds * 1000:.0f} ms to make one write safe",
            "Use a local SSD, or a volume with guaranteed speed: every command waits for this.",
        )
    return Finding(what, f"{room}, and a write is safe after {seconds * 1000:.1f} ms")


def _write(folder: Path, monotonic: Callable[[], float]) -> list[float]:
    """Seconds that each of a few small writes took to be on the disk; the file is gone afterwards."""
    taken = []
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".videovisit-doctor-") as file:
        for _ in range(WRITES):
            began = monotonic()
            file.write(BLOCK)
            file.flush()
            os.fsync(file.fileno())
            taken.append(monotonic() - began)
    return taken
