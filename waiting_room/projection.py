"""A visit as JSON in its row.

Only this program reads it; whatever is unreadable is folded anew from the journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from waiting_room.core.model import Visit


@cache
def _adapter() -> TypeAdapter[Visit]:
    return TypeAdapter(Visit)


def to_json(visit: Visit) -> dict[str, Any]:
    """Fields that differ from their defaults; moments as ISO 8601 in UTC."""
    written: dict[str, Any] = _adapter().dump_python(visit, mode="json", exclude_defaults=True)
    return written


def from_json(stored: Mapping[str, Any]) -> Visit | None:
    """The visit, or None when it was written by a release whose visits look different."""
    try:
        return _adapter().validate_python(dict(stored))
    except ValidationError:
        return None
