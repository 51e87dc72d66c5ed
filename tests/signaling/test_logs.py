"""Log lines: known fields, harmless values, and nothing of what libraries were told."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from signaling import logs


@pytest.fixture
def lines() -> Iterator[Any]:
    out = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logs.configure(out)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_known_fields_pass(lines: Any) -> None:
    structlog.get_logger("test").info(
        "request", method="GET", route="/api/v1/visits/{visit}", status=200, ms=1.5
    )
    (line,) = lines()
    assert line["event"] == "request"
    assert line["route"] == "/api/v1/visits/{visit}"
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")
    assert "left_out" not in line


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Ana Reyes"),
        ("birth_date", "1987-04-12"),
        ("address", "203.0.113.7"),
        ("token", "secret"),
        ("reason", "Ana Reyes"),
        ("reason", "Ana said: “cough”"),
        ("error", "no such user: ana@example.org, 'x'"),
        ("visit", {"name": "Ana"}),
        ("frames", ["a", {"b": 1}]),
        ("code", "x" * 201),
    ],
)
def test_what_is_not_known_to_be_harmless_is_counted_not_shown(lines: Any, field: str, value: object) -> None:
    structlog.get_logger("test").info("something", **{field: value})
    (line,) = lines()
    assert field not in line
    assert line["left_out"] == 1


def test_an_exception_is_its_type_and_its_place(lines: Any) -> None:
    try:
        int("Ana Reyes, born 1987-04-12")
    except ValueError:
        structlog.get_logger("test").exception("request_failed")
    (line,) = lines()
    assert line["error"] == "ValueError"
    assert any("test_an_exception_is_its_type_and_its_place" in frame for frame in line["frames"])
    assert "Ana" not in json.dumps(line)


def test_libraries_lose_their_arguments_and_their_exceptions_texts(lines: Any) -> None:
    logger = logging.getLogger("some.library")
    logger.warning("cannot reach %s for %s\nwith more", "203.0.113.7", "Ana Reyes")
    try:
        {}["Ana Reyes"]
    except KeyError:
        logger.exception("it broke: %r", "1987-04-12")
    told = lines()
    assert [line["event"] for line in told] == ["cannot reach _s for _s", "it broke: _r"]
    assert told[1]["error"] == "KeyError"
    for secret in ("203.0.113.7", "Ana", "1987"):
        assert secret not in json.dumps(told)


@pytest.mark.parametrize(
    "library", ["aioice", "aiortc.rtcpeerconnection", "aiohttp.access", "engineio.server"]
)
def test_chatty_libraries_are_quiet(lines: Any, library: str) -> None:
    logging.getLogger(library).info("candidate:1 1 udp 2130706431 203.0.113.7 9 typ host")
    assert lines() == []
