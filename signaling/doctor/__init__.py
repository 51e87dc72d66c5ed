"""`videovisit doctor`: looks at an installation the way `serve` will, and says what stands in its way.

Each check uses the real thing: it asks the database, writes to the disk, connects to the public address, and
sends a worker a check as a browser would. Nothing that it makes stays.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from signaling.clock import Clock
from signaling.doctor import address, certificate, disk, media, records, redis, relay, surface
from signaling.doctor.finding import Check, Finding
from signaling.installation import configured
from signaling.settings import SettingsError

EACH_WITHIN_SECONDS: Final = 30.0
"""A check that takes this long has met something that hangs."""

CHECKS: Final[tuple[tuple[str, Check], ...]] = (
    ("database", records.check),
    ("disk", disk.check),
    ("certificate", certificate.check),
    ("address", address.check),
    ("pages", surface.check),
    ("media", media.check),
    ("relay", relay.check),
    ("redis", redis.check),
)

__all__ = ["CHECKS", "Finding", "examine"]


async def examine(clock: Clock, checks: Sequence[tuple[str, Check]] = CHECKS) -> list[Finding]:
    """Everything that was found, good and bad. Wrong settings end it: the rest depends on them."""
    try:
        settings = configured()
    except SettingsError as error:
        return [
            Finding(name, sentence, "Set it as docs/settings.md says.") for name, sentence in error.problems
        ]
    found = [Finding("settings", "all of them can be read")]
    for name, check in checks:  # one after the other: they share the machine
        try:
            async with asyncio.timeout(EACH_WITHIN_SECONDS):
                found += await check(settings, clock)
        except TimeoutError:
            sentence = f"gave no answer within {EACH_WITHIN_SECONDS:.0f} s"
            found.append(Finding(name, sentence, "Look at what it hangs on, and ask again."))
    return found
