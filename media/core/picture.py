"""A whole encoded picture, put together from RTP payloads."""

from dataclasses import dataclass

Size = tuple[int, int]
"""Width and height."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One whole frame of any codec. `size`: of one that stands for itself; `None` of another."""

    timestamp: int
    """Modulo 2³², as it came."""
    count: int
    """Of its first packet."""
    data: bytes
    size: Size | None
