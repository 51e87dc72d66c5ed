"""The house that these tests live in: in one process, and in two that know each other."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.signaling.sockets.house import House, open_house, two_processes


@pytest.fixture(params=["one process", "two processes"])
async def house(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    opened = open_house(tmp_path) if request.param == "one process" else two_processes(tmp_path)
    async with opened as house:
        yield house
