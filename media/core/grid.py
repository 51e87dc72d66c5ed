"""Where the pictures of a side-by-side film stand."""

from dataclasses import dataclass
from typing import Final

TILE: Final = (640, 360)
NINTH: Final = (424, 240)


@dataclass(frozen=True, slots=True)
class Rectangle:
    """In pixels, all even: chroma has half as many each way."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The whole picture's size, and one tile each, row by row."""

    width: int
    height: int
    tiles: tuple[Rectangle, ...]


def grid(count: int) -> Grid:
    """Tiles for `count` pictures, of 1 to 9: alone, two side by side, two by two, three by three."""
    columns = 1 if count == 1 else 2 if count <= 4 else 3
    rows = -(-count // columns)
    width, height = TILE if columns < 3 else NINTH
    tiles = tuple(
        Rectangle(at % columns * width, at // columns * height, width, height) for at in range(count)
    )
    return Grid(columns * width, rows * height, tiles)


def fitted(size: tuple[int, int], tile: Rectangle) -> Rectangle:
    """As large as a picture of this size can be inside the tile, in its middle and in its own shape."""
    width, height = size
    scale = min(tile.width / width, tile.height / height)
    wide = max(round(width * scale / 2) * 2, 2)
    high = max(round(height * scale / 2) * 2, 2)
    return Rectangle(
        tile.x + (tile.width - wide) // 4 * 2, tile.y + (tile.height - high) // 4 * 2, wide, high
    )
