"""Whether the pages are there to be sent."""

from typing import Final

from signaling.clock import Clock
from signaling.doctor.finding import Finding
from signaling.installation import Configured
from web_client import DIST

PAGES: Final = ("index", "member", "clinician", "support", "privacy")


async def check(_settings: Configured, _clock: Clock) -> list[Finding]:
    """Every page was built."""
    missing = [name for name in PAGES if not (DIST / f"{name}.html").is_file()]
    if missing:
        remedy = "Install the package again, or run `make pages` in a checkout."
        return [Finding("pages", f"not built: {', '.join(missing)}", remedy)]
    return [Finding("pages", "built")]
