"""Looking for what may not be on a disk."""

from pathlib import Path

from tests.chaos.clip import Piece

MAGIC = (b"OpusHead", b"A_OPUS", b"V_VP8", b"\x82\x84webm", b"matroska")
"""What a file that anybody can play has in it; long enough not to turn up by chance."""
SECRET = slice(8, 32)
"""Of a payload: behind its descriptor, so that it would be found in a packet and in a file alike."""
EVERY = 8


def secrets(pieces: list[Piece], key: bytes) -> list[bytes]:
    """Parts of a clip that would be known anywhere, the key, and what gives a file away."""
    payloads = sorted({piece.payload[SECRET] for piece in pieces if len(piece.payload) >= 2 * SECRET.stop})
    return [key, *MAGIC, *payloads[::EVERY]]


def hits(data: bytes, wanted: list[bytes]) -> int:
    """How many of the secrets are there."""
    return sum(secret in data for secret in wanted)


def look_for(folder: Path, wanted: list[bytes]) -> int:
    """The same in the files of a folder."""
    return sum(hits(path.read_bytes(), wanted) for path in folder.rglob("*") if path.is_file())
