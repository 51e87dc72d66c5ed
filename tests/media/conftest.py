from collections.abc import AsyncIterator

import pytest
from calling import gather_loopback_only
from running import Running


@pytest.fixture
async def running(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    """A worker whose rooms start closed."""
    gather_loopback_only(monkeypatch)
    made = Running(open_rooms=False)
    yield made
    await made.stop()
