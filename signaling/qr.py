"""QR codes, drawn as one SVG path: that a page with a strict policy can show, and markup it cannot."""

from dataclasses import dataclass
from itertools import groupby
from typing import Final

import segno

QUIET: Final = 4
"""The blank edge that readers need, in modules (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Black squares in a white field of `size` by `size` units; `path` is SVG path data."""

    size: int
    path: str


def drawn(text: str) -> Drawing:
    """The text as a QR code that survives a smudge (error correction M)."""
    rows = segno.make_qr(text, error="m").matrix
    parts: list[str] = []
    for y, row in enumerate(rows, QUIET):
        x = QUIET
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                parts.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return Drawing(len(rows) + 2 * QUIET, "".join(parts))
