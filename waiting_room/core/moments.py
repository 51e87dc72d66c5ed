"""Moments: aware UTC datetimes in whole milliseconds, so that what is journaled and computed agree."""

import re
from datetime import UTC, datetime

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")


def moment(at: datetime) -> datetime:
    """The same moment in UTC, cut to whole milliseconds.

    Raises:
        ValueError: `at` is naive; a wall-clock time without a zone is not a moment.
    """
    if at.tzinfo is None or at.utcoffset() is None:
        raise ValueError("a moment must carry a time zone")
    utc = at.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def to_iso(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`: the one form of a moment in JSON."""
    return moment(at).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def from_iso(text: str) -> datetime:
    """The moment that `to_iso` wrote.

    Raises:
        ValueError: any other spelling, even a valid ISO 8601 one; one moment has one spelling.
    """
    if not _ISO.fullmatch(text):
        raise ValueError("not a moment in UTC with milliseconds and Z")
    return datetime.fromisoformat(text)
