import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.core.curve import DRIFT, Curve, floor, smoothed

NUMBER = st.floats(-1000, 1000)
POINTS = st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=20, unique_by=lambda point: point[0])


def test_a_curve_is_straight_between_points_and_level_outside() -> None:
    line = Curve([(0.0, 1.0), (2.0, 3.0), (4.0, 3.0)])
    assert [line(x) for x in (-1.0, 0.0, 0.5, 2.0, 3.0, 4.0, 9.0, 1.0)] == [1, 1, 1.5, 3, 3, 3, 3, 2]


def test_a_wild_point_is_outvoted_by_its_neighbours() -> None:
    line = smoothed([(float(x), 900.0 if x == 3 else 7.0) for x in range(6)])
    assert {line(x / 2) for x in range(12)} == {7.0}


def test_what_a_queue_adds_is_not_followed() -> None:
    line = floor([(x * 10.0, 0.05 + (0.8 if 5 <= x < 9 else 0.0)) for x in range(20)])
    assert max(line(x * 10.0) for x in range(20)) == pytest.approx(0.05, abs=0.02)


def test_what_clocks_drift_is_followed() -> None:
    line = floor([(x * 10.0, x * 10.0 * DRIFT / 2) for x in range(400)])
    assert line(3600.0) == pytest.approx(3600 * DRIFT / 2)


@given(POINTS)
def test_a_floor_is_under_all_points_and_never_steep(points: list[tuple[float, float]]) -> None:
    line = floor(points)
    for x, y in points:
        assert line(x) <= y
    for (left, _), (right, _) in zip(sorted(points), sorted(points)[1:], strict=False):
        assert abs(line(right) - line(left)) <= DRIFT * (right - left) * 1.001 + 1e-9


@given(POINTS, NUMBER)
def test_a_curve_stays_between_its_points(points: list[tuple[float, float]], x: float) -> None:
    heights = [y for _, y in points]
    for line in (smoothed(points), Curve(sorted(points))):
        assert min(heights) - 1e-6 <= line(x) <= max(heights) + 1e-6
