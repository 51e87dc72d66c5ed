"""How long this process could have run and was not let: others had its core (Linux, `sched-stats`)."""

from pathlib import Path
from typing import Final

_ACCOUNT: Final = Path("/proc/self/schedstat")
"""Of the process' first thread, which runs the loop: nanoseconds on a core, and ready but off it."""


def waited() -> float:
    """Seconds since its start; 0 where the kernel keeps no account."""
    try:
        return int(_ACCOUNT.read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0
