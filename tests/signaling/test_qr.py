"""What is drawn can be read: the modules are those of the code, inside a quiet zone."""

import re

import segno

from signaling.qr import QUIET, drawn

LINK = "https://visits.example.org/visit#go.0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"


def test_every_dark_module_is_drawn_and_no_other() -> None:
    drawing = drawn(LINK)
    painted = {
        (int(x) + n, int(y))
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", drawing.path)
        for n in range(int(length))
    }
    rows = segno.make_qr(LINK, error="m").matrix
    dark = {(x + QUIET, y + QUIET) for y, row in enumerate(rows) for x, module in enumerate(row) if module}
    assert painted == dark
    assert drawing.size == len(rows) + 2 * QUIET
