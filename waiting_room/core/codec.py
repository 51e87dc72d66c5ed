"""Events to JSON and back, strictly: an unknown type, version, field or kind of value is an error."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from datetime import datetime
from enum import StrEnum
from types import NoneType
from typing import Any, get_args, get_type_hints

from waiting_room.core.events import Event
from waiting_room.core.moments import from_iso, to_iso

EVENT_TYPES: Mapping[str, type[Event]] = {cls.type: cls for cls in get_args(Event)}


class UnreadableEventError(ValueError):
    """What was stored is not an event of this program. Names the type and field, never a value."""


def event_to_json(event: Event) -> dict[str, Any]:
    """`{"type", "version", "data"}`. Moments as `moments.to_iso` writes them; absent means None."""
    data = {f.name: _write(getattr(event, f.name)) for f in fields(event)}
    return {
        "type": event.type,
        "version": event.version,
        "data": {name: value for name, value in data.items() if value is not None},
    }


def event_from_json(stored: Mapping[str, Any]) -> Event:
    """The event that `event_to_json` wrote.

    Raises:
        UnreadableEventError: anything else.
    """
    if set(stored) != {"type", "version", "data"} or not isinstance(stored["data"], Mapping):
        raise UnreadableEventError("an event has exactly type, version and data")
    cls = EVENT_TYPES.get(stored["type"]) if isinstance(stored["type"], str) else None
    if cls is None:
        raise UnreadableEventError("unknown event type")
    if type(stored["version"]) is not int or stored["version"] != cls.version:
        raise UnreadableEventError(f"{cls.type}: unknown version")
    data = stored["data"]
    shape = _SHAPES[cls.type]
    if unknown := set(data) - set(shape):
        raise UnreadableEventError(f"{cls.type}: {len(unknown)} unknown field(s)")
    values: dict[str, Any] = {}
    for name, (kind, required) in shape.items():
        if name in data:
            values[name] = _read(kind, data[name], f"{cls.type}.{name}")
        elif required:
            raise UnreadableEventError(f"{cls.type}.{name}: missing")
    return cls(**values)


def _shape(cls: type[Event]) -> dict[str, tuple[type, bool]]:
    """Field name → (plain type, required)."""
    hints = get_type_hints(cls)
    return {f.name: (_plain(hints[f.name]), _required(f)) for f in fields(cls)}


def _required(field: Field[Any]) -> bool:
    return field.default is MISSING


def _plain(hint: Any) -> type:
    """`StaffId | None` → str: the type that JSON must show."""
    for option in get_args(hint):
        if option is not NoneType:
            hint = option
    plain: type = getattr(hint, "__supertype__", hint)
    return plain


def _write(value: object) -> str | int | bool | None:
    if isinstance(value, datetime):
        return to_iso(value)
    if isinstance(value, StrEnum):
        return value.value
    assert value is None or isinstance(value, str | int)
    return value


def _read(kind: type, value: object, where: str) -> object:
    wanted = str if kind is datetime or issubclass(kind, StrEnum) else kind
    if type(value) is not wanted:
        raise UnreadableEventError(f"{where}: not a {wanted.__name__}")
    if wanted is kind:
        return value
    try:
        return from_iso(str(value)) if kind is datetime else kind(value)
    except ValueError:
        raise UnreadableEventError(f"{where}: not a {kind.__name__}") from None


_SHAPES = {name: _shape(cls) for name, cls in EVENT_TYPES.items()}
