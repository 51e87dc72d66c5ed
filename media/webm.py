"""A WebM file from encoded frames: VP8 and Opus go in as they are."""

import contextlib
from fractions import Fraction
from typing import Any, Final

import av
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream

from media.core.opus import RATE
from media.scratch_file import ScratchFile

MILLISECOND: Final = Fraction(1, 1000)


class Webm:
    """Times are milliseconds from the file's beginning and grow within each stream.

    `picture` is the largest picture's size, `sound` whether there is any. The same frames give the same
    bytes: neither dates nor random ids are written.
    """

    def __init__(self, file: ScratchFile, *, picture: tuple[int, int] | None, sound: bool) -> None:
        self._container: OutputContainer = av.open(
            file, "w", format="webm", options={"fflags": "+bitexact"}, buffer_size=65536
        )
        self._picture: Stream | None = None
        self._sound: Stream | None = None
        if picture is not None:
            width, height = picture
            self._picture = self._container.add_mux_stream(
                "vp8", width=width, height=height, time_base=MILLISECOND
            )
        if sound:
            # An encoder that never encodes: it is the one that writes a right OpusHead.
            self._sound = self._container.add_stream("libopus", rate=RATE, layout="stereo")
        self.ends = 0
        """Milliseconds: where the last frame so far ends, as far as that is known."""

    def picture(self, at: int, data: bytes, *, key: bool) -> None:
        """Put a VP8 frame."""
        assert self._picture is not None
        self._put(self._picture, at, data, key=key)
        self.ends = max(self.ends, at)

    def sound(self, at: int, data: bytes, samples: int) -> None:
        """Put an Opus packet."""
        assert self._sound is not None
        self._put(self._sound, at, data, key=True, duration=samples * 1000 // RATE)
        self.ends = max(self.ends, at + samples * 1000 // RATE)

    def close(self) -> None:
        """Write what a file ends with: it can be sought in and knows how long it is."""
        self._container.close()

    def abandon(self) -> None:
        """Forget the file. Its container would otherwise try to end it."""
        with contextlib.suppress(Exception):
            self._container.close()

    def _put(self, stream: Stream, at: int, data: bytes, *, key: bool, duration: int = 0) -> None:
        packet: Packet[Any] = Packet(data)
        packet.stream = stream
        packet.time_base = MILLISECOND
        packet.pts = packet.dts = at
        packet.is_keyframe = key
        packet.duration = duration
        self._container.mux_one(packet)
