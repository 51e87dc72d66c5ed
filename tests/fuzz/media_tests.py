"""What the media tests' modules have that is of use here; they stand beside each other, in no package."""

import sys
from pathlib import Path

import aioice.ice

sys.path.append(str(Path(__file__).parents[1] / "media"))

from hostile import hello_and_alerts, runts
from offering import (
    CAMERA,
    CHROMIUM,
    MICROPHONE,
    SCREEN,
    SHA256,
    THREE_LAYERS,
    offer,
    slots,
    typical,
    with_layers,
)
from raw_client import RawClient, until
from running import Running, state

__all__ = [
    "CAMERA", "CHROMIUM", "MICROPHONE", "SCREEN", "SHA256", "THREE_LAYERS", "RawClient", "Running",
    "hello_and_alerts", "offer", "runts", "slots", "state", "typical", "until", "with_layers",
]  # fmt: skip


def gather_loopback_only() -> None:
    """The clients' ICE leaves the loopback address out; here they talk over nothing else."""
    aioice.ice.get_host_addresses = lambda **_: ["127.0.0.1"]
