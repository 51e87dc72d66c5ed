"""A file from encoded frames, as they are: WebM of VP8 and Opus, and Matroska where there is H.264.

WebM is Matroska with a short list of codecs, and H.264 is not on it.
"""

import contextlib
from fractions import Fraction
from typing import Any, Final

import av
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream

from media.core.negotiated import Codec
from media.core.opus import RATE
from media.core.timeline import Run
from media.scratch_file import ScratchFile

MILLISECOND: Final = Fraction(1, 1000)
_NAMES: Final = {Codec.VP8: "vp8", Codec.H264: "h264"}


def suffix(pictures: Run | None) -> str:
    """Of the name of a file with such pictures, or none."""
    return ".mkv" if pictures is not None and pictures.codec is Codec.H264 else ".webm"


class Webm:
    """Times are milliseconds from the file's beginning and grow within each stream.

    Of H.264 the head holds the first picture's parameter sets: sound that comes before waits in memory.
    `pictures` says what pictures there are, `sound` whether there is any. The same frames give the same
    bytes: neither dates nor random ids are written.
    """

    def __init__(self, file: ScratchFile, *, pictures: Run | None, sound: bool) -> None:
        kind = "webm" if suffix(pictures) == ".webm" else "matroska"
        self._container: OutputContainer = av.open(
            file, "w", format=kind, options={"fflags": "+bitexact"}, buffer_size=65536
        )
        self._picture: Stream | None = None
        self._sound: Stream | None = None
        if pictures is not None:
            width, height = pictures.size
            self._picture = self._container.add_mux_stream(
                _NAMES[pictures.codec], width=width, height=height, time_base=MILLISECOND
            )
        if sound:
            # An encoder that never encodes: it is the one that writes a right OpusHead.
            self._sound = self._container.add_stream("libopus", rate=RATE, layout="stereo")
        self.ends = 0
        """Milliseconds: where the last frame so far ends, as far as that is known."""

    def picture(self, at: int, data: bytes, *, key: bool) -> None:
        """Put a picture; of H.264 in Annex B form."""
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
