"""A moment of the overload bench, so that it cannot rot."""

import pytest

from tests.bench import overload

pytestmark = [pytest.mark.slow, pytest.mark.sockets, pytest.mark.timeout(120)]


async def test_a_visit_or_two_are_carried_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overload, "SETTLE", 2.0)
    monkeypatch.setattr(overload, "MEASURE", 1.0)
    overload.gather_loopback_only()
    row = await overload.level(1, obeys=True)
    assert row["packets_per_second"] > 100
    assert row["ms_p50"] < 1000
    assert not row["refused"]
