"""The picture of a side-by-side film: everybody's last picture, scaled into a tile each."""

from collections.abc import Mapping
from typing import Final

import av
from av.codec.context import Flags
from av.error import FFmpegError
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from media.core.grid import Grid, Rectangle, fitted
from media.core.negotiated import Codec
from media.core.timeline import Frame, Stream

STALE: Final = 3000
"""Milliseconds after which a picture that nothing follows is taken down: a gap is shown as one. A screen on
which nothing moves still sends a picture a second."""
MOST_PIXELS: Final = 4096 * 2304
"""Larger pictures are not decoded: whoever sends them wants the memory, not to be seen."""
_DARK: Final = (b"\x20", b"\x80", b"\x80")
_FORMAT: Final = "yuv420p"
_DECODERS: Final = {Codec.VP8: "vp8", Codec.H264: "h264"}


class _Tile:
    """One source's decoder, and its place."""

    def __init__(self, place: Rectangle) -> None:
        self.place = place
        self.last = -STALE
        self.lit = False
        self.fresh: VideoFrame | None = None
        self.shown: Rectangle | None = None
        self._waits = True  # for a picture that stands for itself
        self._reformatter = VideoReformatter()
        self._codec = Codec.VP8
        self._decoder = self._new()

    def see(self, frame: Frame, at: int) -> None:
        """Decode a frame. After one that cannot be, the next that stands for itself."""
        if frame.codec is not self._codec:  # a track of another codec begins with one that does
            self._codec = frame.codec
            self._decoder = self._new()
        if frame.size is not None:
            self._waits = frame.size[0] * frame.size[1] > MOST_PIXELS
        if self._waits:
            return
        try:
            pictures = self._decoder.decode(Packet(frame.data))
        except FFmpegError:
            self._waits = True
            self._decoder = self._new()
            return
        if pictures:
            self.fresh, self.last = pictures[-1], at

    def scaled(self) -> tuple[VideoFrame, Rectangle]:
        """The fresh picture in the size it has here, and its place."""
        assert self.fresh is not None
        place = fitted((self.fresh.width, self.fresh.height), self.place)
        picture = self._reformatter.reformat(
            self.fresh, place.width, place.height, _FORMAT, interpolation=Interpolation.BILINEAR
        )
        self.fresh = None
        return picture, place

    def _new(self) -> VideoCodecContext:
        decoder = av.CodecContext.create(_DECODERS[self._codec], "r")
        assert isinstance(decoder, VideoCodecContext)
        decoder.thread_count = 1
        decoder.flags |= Flags.low_delay  # each picture is shown in its turn: none waits for a later one
        return decoder


class Canvas:
    """One tile for each of the streams, in their order."""

    def __init__(self, layout: Grid, streams: list[Stream]) -> None:
        self.picture = VideoFrame(layout.width, layout.height, _FORMAT)
        self._tiles: Mapping[Stream, _Tile] = {
            stream: _Tile(place) for stream, place in zip(streams, layout.tiles, strict=True)
        }
        self._darken(Rectangle(0, 0, layout.width, layout.height))

    def see(self, frame: Frame, at: int) -> None:
        """A picture that is to be seen from `at` milliseconds on."""
        self._tiles[frame.stream].see(frame, at)

    def draw(self, at: int) -> bool:
        """Bring `picture` up to date; whether it changed."""
        changed = False
        for tile in self._tiles.values():
            if tile.fresh is not None:
                picture, place = tile.scaled()
                if tile.shown != place:
                    self._darken(tile.place)
                self._paste(picture, place)
                tile.shown = place
                changed = True
            elif tile.shown is not None and at - tile.last >= STALE:
                self._darken(tile.place)
                tile.shown = None
                changed = True
        return changed

    def _paste(self, picture: VideoFrame, place: Rectangle) -> None:
        for number, (source, target) in enumerate(zip(picture.planes, self.picture.planes, strict=True)):
            half = 1 if number == 0 else 2
            width, step, wide = place.width // half, target.line_size, source.line_size
            start = place.y // half * step + place.x // half
            pixels, drawn = memoryview(source), memoryview(target)
            for row in range(place.height // half):
                drawn[start : start + width] = pixels[row * wide : row * wide + width]
                start += step

    def _darken(self, place: Rectangle) -> None:
        for number, target in enumerate(self.picture.planes):
            half = 1 if number == 0 else 2
            width, step = place.width // half, target.line_size
            start = place.y // half * step + place.x // half
            dark, drawn = _DARK[number] * width, memoryview(target)
            for _ in range(place.height // half):
                drawn[start : start + width] = dark
                start += step
