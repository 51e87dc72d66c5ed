import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.core.grid import Rectangle, fitted, grid


@pytest.mark.parametrize(
    ("people", "size"),
    [
        (1, (640, 360)),
        (2, (1280, 360)),
        (3, (1280, 720)),
        (4, (1280, 720)),
        (5, (1272, 480)),
        (9, (1272, 720)),
    ],
)
def test_the_picture_is_no_larger_than_it_has_to_be(people: int, size: tuple[int, int]) -> None:
    layout = grid(people)
    assert (layout.width, layout.height) == size
    assert len(set(layout.tiles)) == people


def test_two_stand_side_by_side() -> None:
    assert grid(2).tiles == (Rectangle(0, 0, 640, 360), Rectangle(640, 0, 640, 360))


def test_a_picture_in_portrait_stands_in_the_middle() -> None:
    assert fitted((360, 640), Rectangle(640, 0, 640, 360)) == Rectangle(640 + 218, 0, 202, 360)


@given(st.integers(1, 16383), st.integers(1, 16383), st.integers(1, 9), st.data())
def test_every_picture_fits_into_every_tile(
    width: int, height: int, people: int, data: st.DataObject
) -> None:
    tile = data.draw(st.sampled_from(grid(people).tiles))
    place = fitted((width, height), tile)
    assert all(number % 2 == 0 for number in (place.x, place.y, place.width, place.height))
    assert tile.x <= place.x
    assert place.x + place.width <= tile.x + tile.width
    assert tile.y <= place.y
    assert place.y + place.height <= tile.y + tile.height
