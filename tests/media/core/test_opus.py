import pytest

from media.core.opus import samples


@pytest.mark.parametrize(
    ("packet", "length"),
    [
        (b"\x00", 480),  # SILK, 10 ms
        (b"\x18", 2880),  # SILK, 60 ms
        (b"\x60", 480),  # hybrid, 10 ms
        (b"\x68", 960),
        (b"\x80", 120),  # CELT, 2.5 ms
        (b"\x98x", 960),
        (b"\x99xx", 1920),  # two frames
        (b"\x9axx", 1920),
        (b"\x9b\x06", 5760),  # six
        (b"\x9b\x07", 0),  # longer than any packet may be
        (b"\x9b\x00", 0),
        (b"\x9b", 0),
    ],
)
def test_a_packet_says_how_long_it_is(packet: bytes, length: int) -> None:
    assert samples(packet) == length
