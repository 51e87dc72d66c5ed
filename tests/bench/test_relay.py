"""What the relay's battery says of its figures."""

import pytest

from tests.bench.relay import MUST, missed

GOOD = {
    "visits_per_core": 75,
    "ratio_janus_10": 0.57,
    "ratio_janus_30": 0.59,
    "latency_ms_p99_40": 2.9,
    "mb_per_visit": 0.87,
    "join_cpu_ms": 3.5,
    "join_added_ms_max": 1.1,
    "relay_loss_pct": 0.0,
    "relay_corrupt": 0,
    "relay_seq_gaps": 0,
}
BAD = {
    "visits_per_core": 55,
    "ratio_janus_10": 0.64,
    "ratio_janus_30": 0.71,
    "latency_ms_p99_40": 28.0,
    "mb_per_visit": 1.2,
    "join_cpu_ms": 21.0,
    "join_added_ms_max": 25.0,
    "relay_loss_pct": 0.1,
    "relay_corrupt": 1,
    "relay_seq_gaps": 2,
}


def test_what_is_as_it_must_be_is_missed_by_nobody() -> None:
    assert missed(GOOD) == []


@pytest.mark.parametrize("name", MUST)
def test_each_figure_that_is_not_is_named(name: str) -> None:
    assert missed({**GOOD, name: BAD[name]}) == [name]
    assert missed({**GOOD, name: None}) == [name], "what was not measured is not met"
