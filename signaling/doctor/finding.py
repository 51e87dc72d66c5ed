"""What the doctor found: a sentence, and where something is wrong, what to do about it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from signaling.clock import Clock
from signaling.installation import Configured


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and a sentence; with a remedy exactly when something stands in the way."""

    what: str
    sentence: str
    remedy: str | None = None

    @property
    def well(self) -> bool:
        """Whether nothing needs to be done."""
        return self.remedy is None

    def lines(self) -> str:
        """For the terminal."""
        found = f"{'ok ' if self.well else 'NO '} {self.what}: {self.sentence}"
        return found if self.remedy is None else f"{found}\n      → {self.remedy}"

    def as_json(self) -> dict[str, object]:
        """For a program; `remedy` is there when something is wrong."""
        told: dict[str, object] = {"what": self.what, "well": self.well, "sentence": self.sentence}
        return told if self.remedy is None else told | {"remedy": self.remedy}


Check = Callable[[Configured, Clock], Awaitable[Sequence[Finding]]]
"""Looks at one part. It raises nothing for what is wrong there: that is what findings are for."""
