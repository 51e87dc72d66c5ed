"""VP8 picture ids that go on where another layer does."""

from hypothesis import given
from hypothesis import strategies as st

from media.core.picture_ids import PictureIds, continued


def short(number: int, base: int | None = None) -> bytes:
    """With a picture id of 7 bits."""
    head = bytes((0x90, 0x80 | (0x40 if base is not None else 0), number))
    return head + (bytes((base,)) if base is not None else b"") + b"\x10data"


def long(number: int, base: int | None = None, key: bytes = b"") -> bytes:
    """With one of 15 bits; `key`: TID and KEYIDX."""
    present = 0x80 | (0x40 if base is not None else 0) | (0x10 if key else 0)
    head = bytes((0x90, present, 0x80 | number >> 8, number & 0xFF))
    return head + (bytes((base,)) if base is not None else b"") + key + b"\x10data"


def test_ids_go_on_in_either_width() -> None:
    ids = continued(long(32_767, 255), long(500, 9))
    assert ids is not None
    assert ids.moved(long(500, 9)) == long(0, 0)
    assert ids.moved(long(501, 9)) == long(1, 0)
    assert ids.moved(long(900, 10)) == long(400, 1)
    ids = continued(short(127, 3), short(5, 3))
    assert ids is not None
    assert ids.moved(short(5, 3)) == short(0, 4)


def test_a_layer_of_another_width_goes_on_as_far_as_it_can_say() -> None:
    ids = continued(long(1_000), short(5))
    assert ids is not None
    assert ids.moved(short(5)) == short(1_001 & 0x7F)
    ids = continued(short(100), long(9_000))
    assert ids is not None
    assert ids.moved(long(9_000)) == long(101)


def test_what_stands_behind_is_left_as_it_is() -> None:
    ids = continued(long(10, 4, b"\x35"), long(50, 9, b"\x21"))
    assert ids is not None
    assert ids.moved(long(50, 9, b"\x21")) == long(11, 5, b"\x21")


def test_nothing_is_moved_that_goes_on_by_itself_or_has_no_ids() -> None:
    assert continued(long(10, 4), long(11, 5)) is None
    for last, first in ((b"", long(3, 3)), (long(3, 3), b"\x10\x10"), (b"\x90\x80", long(3))):
        assert continued(last, first) is None
    ids = PictureIds(5, 5)
    for payload in (b"", b"\x90", b"\x10data", b"\x90\x00data", b"\x90\x80", b"\x90\xc0\x80\x01"):
        assert ids.moved(payload) == payload


def test_one_of_the_two_may_be_missing() -> None:
    ids = continued(bytes((0x90, 0x40, 7)) + b"data", bytes((0x90, 0x40, 7)) + b"data")
    assert ids == PictureIds(0, 1)
    assert ids.moved(bytes((0x90, 0x40, 7)) + b"data") == bytes((0x90, 0x40, 8)) + b"data"


@given(st.binary(max_size=12), st.binary(max_size=12))
def test_any_bytes_are_read(last: bytes, first: bytes) -> None:
    ids = continued(last, first)
    if ids is not None:
        assert len(ids.moved(first)) == len(first)
        assert len(ids.moved(last)) == len(last)
