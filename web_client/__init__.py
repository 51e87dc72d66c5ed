"""The built pages of the three doors: member, clinician and support.

`DIST` holds `member.html`, `clinician.html`, `support.html`, `index.html` and `assets/` (names carry a content
hash, so they may be cached for ever), each with `.br` and `.gz` beside it.
"""

from pathlib import Path
from typing import Final

DIST: Final = Path(__file__).resolve().parent / "dist"
