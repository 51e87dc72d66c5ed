"""Ten seconds of coming and going, so that the battery cannot rot."""

import pytest

from tests.soak import visit
from tests.soak.__main__ import measure, slope

pytestmark = [pytest.mark.slow, pytest.mark.sockets, pytest.mark.timeout(240)]


async def test_after_a_few_visits_nothing_is_left_behind() -> None:
    done = await measure(1 / 6, seed=1, farewell=1.0)
    assert done["visits"] > 0
    assert done["joins"] > 0
    assert done["faults"] == 0
    assert abs(done["leaked_tasks"]) <= 2
    assert abs(done["leaked_fds"]) <= 2
    assert abs(done["leaked_threads"]) <= 2


@pytest.mark.browser
async def test_a_visit_that_nobody_touches_goes_on() -> None:
    stayed = await visit.measure(0.2)
    assert stayed["visit_connections"] == {"member": 1, "clinician": 1}
    assert stayed["visit_gap_s_max"] <= visit.LONGEST_GAP
    assert all(stayed["visit_heard_hz"])


def test_a_gap_is_no_pass() -> None:
    seen = {"gap": 0.1, "connections": 1, "heap_mb": 5.0, "nodes": 1}
    row = {"s": 10.0, "member": seen, "clinician": seen, "rss_mb": [1.0]}
    assert visit.figures([row], [440.0, 880.0])["visit_passed"]
    assert not visit.figures([row, {**row, "member": {**seen, "gap": 2.5}}], [440.0, 880.0])["visit_passed"]
    assert not visit.figures([{**row, "member": {**seen, "connections": 2}}], [440.0, 880.0])["visit_passed"]
    assert not visit.figures([row], [None, 880.0])["visit_passed"]


def test_a_slope_is_what_grows_in_an_hour() -> None:
    samples = [{"s": 60.0 * minute, "rss_mb": 100 + 0.5 * minute} for minute in range(10)]
    assert slope(samples) == pytest.approx(30.0)
    assert slope(samples[:2]) is None
