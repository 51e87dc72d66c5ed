"""One kill of each kind, so that the battery cannot rot."""

import random

import pytest

from tests.chaos.kills import MUST_P99, battery
from tests.visiting import gather_loopback_only

pytestmark = [pytest.mark.slow, pytest.mark.sockets, pytest.mark.timeout(240)]


@pytest.mark.parametrize("workers", [1, 2], ids=["the only worker", "one of two"])
async def test_a_worker_is_killed_and_both_sides_are_back(workers: int) -> None:
    gather_loopback_only()
    done = await battery(1, workers, random.Random(1), "smoke")
    (row,) = done["rows"]
    assert 0 < row["member_s"] < MUST_P99
    assert 0 < row["clinician_s"] < MUST_P99
    assert row["others_lost"] == (None if workers == 1 else 0)
    assert done["leaked_processes"] == 0
