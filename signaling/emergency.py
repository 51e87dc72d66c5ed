"""What every member's page says before anything else: who we are, and where to turn when it cannot wait."""

from collections.abc import Mapping

from signaling.settings import Settings


def brand(settings: Settings) -> Mapping[str, object]:
    """For the first page of a link, whether the link is good or not: nothing of any visit."""
    words: dict[str, object] = {"name": settings.brand}
    if settings.help_phone:
        words["phone"] = settings.help_phone
    if settings.urgent_care:
        words["urgent_care"] = settings.urgent_care
    numbers = {"emergency": settings.emergency_phone, "crisis": settings.crisis_phone}
    return {"brand": words, "emergency": {name: number for name, number in numbers.items() if number}}
