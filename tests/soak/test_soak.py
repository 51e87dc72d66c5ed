"""Ten seconds of coming and going, so that the battery cannot rot."""

import pytest

from tests.soak.__main__ import measure, slope

pytestmark = [pytest.mark.slow, pytest.mark.sockets, pytest.mark.timeout(240)]


async def test_after_a_few_visits_nothing_is_left_behind() -> None:
    done = await measure(1 / 6, seed=1)
    assert done["visits"] > 0
    assert done["joins"] > 0
    assert done["faults"] == 0
    assert abs(done["leaked_tasks"]) <= 2
    assert abs(done["leaked_fds"]) <= 2
    assert abs(done["leaked_threads"]) <= 2


def test_a_slope_is_what_grows_in_an_hour() -> None:
    samples = [{"s": 60.0 * minute, "rss_mb": 100 + 0.5 * minute} for minute in range(10)]
    assert slope(samples) == pytest.approx(30.0)
    assert slope(samples[:2]) is None
