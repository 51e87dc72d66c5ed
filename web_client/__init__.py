"""The built pages of the three doors: member, clinician and support.

`DIST` holds `member.html`, `clinician.html`, `support.html`, `index.html` and `assets/`, whose names carry a
content hash, so that they may be cached for ever; each has `.br` and `.gz` beside it.
"""

from pathlib import Path
from typing import Final

DIST: Final = Path(__file__).resolve().parent / "dist"
