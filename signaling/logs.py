"""Logs: JSON lines of constant event names and known fields. What is not known to be harmless is left out.

Two rules keep names, birth dates, numbers, tokens, addresses and SDP away:
fields pass by an allow-list, and other people's messages lose their arguments and their exceptions' texts.
"""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, Final, TextIO

import structlog

FIELDS: Final = frozenset(
    {
        # every line
        "event", "level", "logger", "timestamp",
        # requests
        "method", "route", "status", "ms", "request_id", "code", "namespace",
        # visits
        "visit", "state", "seq", "type", "command", "role", "staff", "outcome", "reason", "chore", "tries",
        # workers and rooms
        "worker", "workers", "pid", "port", "udp_port", "lived_seconds", "deaths", "room", "endpoint",
        # everything else
        "count", "seconds", "error", "frames", "version", "revision", "name_of_task", "signal",
    }
)  # fmt: skip
"""Fields that hold codes, ids and figures. Add one only when no value of it can be about a person."""

_CODE: Final = re.compile(r"[A-Za-z0-9_.:/{}<>\-+*]{0,128}")
"""What a text in a field may look like: codes, ids, routes. No spaces, so no sentences and no full names."""

_PHRASE: Final = re.compile(r"[A-Za-z0-9_.:/{} <>\-+*]{0,200}")
_PHRASES: Final = frozenset({"event", "frames"})
"""Fields whose words are our own or a program's."""

LOUD_LIBRARIES: Final = (
    "aiohttp",
    "aioice",
    "aiortc",
    "asyncio",
    "engineio",
    "socketio",
    "sqlalchemy",
    "alembic",
)

Fields = MutableMapping[str, Any]


def keep_known_fields(_logger: object, _method: str, fields: Fields) -> Fields:
    """The redaction rule: unknown fields and unexpected texts are counted, not shown."""
    error = fields.pop("exc_info", None)
    if error:
        fields.update(_described(error))
    kept: dict[str, Any] = {}
    left_out = 0
    for name, value in fields.items():
        if name in FIELDS and _is_harmless(value, _PHRASE if name in _PHRASES else _CODE):
            kept[name] = value
        else:
            left_out += 1
    if left_out:
        kept["left_out"] = left_out
    return kept


def _is_harmless(value: object, shape: re.Pattern[str]) -> bool:
    if isinstance(value, bool | int | float) or value is None:
        return True
    if isinstance(value, str):
        return shape.fullmatch(value) is not None
    return isinstance(value, list) and all(_is_harmless(item, shape) for item in value)


def _described(info: object) -> dict[str, object]:
    """An exception as its type and where it was raised: its text may repeat what a person typed."""
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if not isinstance(error, BaseException):
        return {}
    return {"error": type(error).__name__, "frames": frames_of(error.__traceback__)}


def frames_of(trace: TracebackType | None, last: int = 8) -> list[str]:
    """The innermost frames as `module.py:line function`, without source text or values."""
    return [
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(trace)[-last:]
    ]


class LibraryLines(logging.Formatter):
    """Lines of libraries in our shape: the constant part of the message's first line, never its arguments."""

    def __init__(self, render: structlog.typing.Processor) -> None:
        super().__init__()
        self._render = render
        self._stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)

    def format(self, record: logging.LogRecord) -> str:
        """One JSON line."""
        words = str(record.msg).partition("\n")[0]
        fields: Fields = {
            "event": re.sub(r"[^A-Za-z0-9_.:/{} <>\-+*]", "_", words)[:80],
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.exc_info:
            fields["exc_info"] = record.exc_info
        kept = keep_known_fields(None, "", self._stamp(None, "", fields))
        rendered = self._render(None, "", kept)
        return rendered if isinstance(rendered, str) else str(rendered)


def configure(out: TextIO = sys.stderr, level: int = logging.INFO) -> None:
    """Send our lines and the libraries' to `out`. Call once per process, before anything is logged."""
    render = structlog.processors.JSONRenderer(sort_keys=False)
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_known_fields,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(LibraryLines(render))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in LOUD_LIBRARIES:
        # Their debug lines hold SDP, addresses and parameters.
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("aiohttp.access").disabled = True
