"""The house that these tests ask."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.signaling.house import World, running


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with running(tmp_path) as world:
        yield world
