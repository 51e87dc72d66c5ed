"""One film of a whole recording: everybody's picture in a grid, everybody's sound mixed. It is encoded anew.

The same recording gives the same bytes on the same machine: one thread, and a speed of the encoder that is
fixed. (Asked for a positive `cpu-used`, libvpx looks at the clock and chooses its effort by it.)
"""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.video.codeccontext import VideoCodecContext

from media.canvas import Canvas
from media.composer import SURVEYED, WALKED, Made, NothingRecordedError, Progress, Random, free
from media.core.grid import Grid, grid
from media.core.negotiated import Codec
from media.core.opus import RATE
from media.core.timeline import Frame, Run, Segment, Survey, frames, survey
from media.mixer import BLOCK, Mixer
from media.scratch_file import ScratchFile
from media.sealed_file import seal, sealed_path
from media.webm import MILLISECOND, Webm

FPS: Final = 25
MOST_TILES: Final = 9
AT_LEAST_EVERY: Final = 1000
"""Milliseconds between two pictures where nothing changes."""
MIXED_AFTER: Final = 40
"""Milliseconds: a packet may be put so much before its own time (`mixer.NEAR`)."""
BITS_PER_PIXEL: Final = 0.12
KEYFRAME_EVERY: Final = 5
"""Seconds: so far a player has to go back when it is sent somewhere."""
_ENCODER: Final = {"deadline": "realtime", "cpu-used": "-10", "lag-in-frames": "0"}
_SOUND: Final = {"application": "voip", "compression_level": "5"}


def side_by_side(
    segments: Sequence[Segment], folder: Path, key: bytes, random: Random, progress: Progress
) -> list[Made]:
    """Make the film, sealed with the recording's data key, in `folder`.

    Raises:
        NothingRecordedError: there is nothing to make a film of.
        OSError: the disk does not take it.
    """
    found = survey(segments)
    if not found.streams:
        raise NothingRecordedError
    progress(SURVEYED / 10)
    zero = min(facts.begins for facts in found.streams.values())
    file = ScratchFile(folder, random)
    try:
        film = _Film(file, found)
        try:
            for walked, frame in frames(segments, found):
                film.take(frame, frame.at - zero)
                progress(WALKED * walked / max(found.seconds, 0.001))
            film.close()
        finally:
            film.abandon()
        name = free("side-by-side", {stream.endpoint for stream in found.streams}) + ".webm"
        digest = file.digest()
        seal(sealed_path(folder, name), key, file.content(), file.size, digest)
        progress(1.0)
        return [Made(name, None, None, zero / 1000, film.ends / 1000, file.size, digest.hex())]
    finally:
        file.close()


class _Film:
    """Frames in, in the order of their times; pictures at a steady pace and sound without a gap out."""

    def __init__(self, file: ScratchFile, found: Survey) -> None:
        pictured = sorted(
            (facts.begins, stream) for stream, facts in found.streams.items() if facts.size is not None
        )[:MOST_TILES]
        layout = grid(len(pictured)) if pictured else None
        self._canvas = Canvas(layout, [stream for _, stream in pictured]) if layout is not None else None
        self._mixer = Mixer() if len(found.streams) > len(pictured) else None
        self._pictures = _pictures(layout) if layout is not None else None
        self._sounds = _sounds()
        self._webm = Webm(
            file,
            pictures=Run(Codec.VP8, (layout.width, layout.height)) if layout is not None else None,
            sound=self._mixer is not None,
        )
        self._tick = 0
        self._drawn = -AT_LEAST_EVERY
        self._put = 0
        self._last = 0

    @property
    def ends(self) -> int:
        """Milliseconds."""
        return self._webm.ends

    def take(self, frame: Frame, at: int) -> None:
        """A frame whose turn is `at` milliseconds; everything before is known now."""
        self._advance(at)
        self._last = max(self._last, at + frame.samples * 1000 // RATE)
        if frame.samples:
            assert self._mixer is not None
            self._mixer.hear(frame, at)
        elif self._canvas is not None:
            self._canvas.see(frame, at)

    def close(self) -> None:
        """Nothing more comes."""
        self._advance(self._last + 1)
        if self._mixer is not None:
            self._mix(self._last + MIXED_AFTER)
            self._sound(None)
        self._webm.close()

    def abandon(self) -> None:
        """End it as it is."""
        self._webm.abandon()

    def _advance(self, at: int) -> None:
        while (due := self._tick * 1000 // FPS) < at:
            self._mix(due)
            self._draw(due)
            self._tick += 1

    def _draw(self, at: int) -> None:
        if self._canvas is None:
            return
        if self._canvas.draw(at) or at - self._drawn >= AT_LEAST_EVERY:
            assert self._pictures is not None
            self._drawn = at
            picture = self._canvas.picture
            picture.pts, picture.time_base = at, MILLISECOND
            for packet in self._pictures.encode(picture):
                self._webm.picture(at, bytes(packet), key=packet.is_keyframe)

    def _mix(self, at: int) -> None:
        if self._mixer is None:
            return
        for first, samples in self._mixer.until(at - MIXED_AFTER):
            sound = AudioFrame("s16", "mono", BLOCK)
            sound.planes[0].update(samples)
            sound.sample_rate, sound.pts, sound.time_base = RATE, first, Fraction(1, RATE)
            self._sound(sound)

    def _sound(self, sound: AudioFrame | None) -> None:
        for packet in self._sounds.encode(sound):
            self._webm.sound(self._put * 1000 // RATE, bytes(packet), BLOCK)
            self._put += BLOCK


def _pictures(layout: Grid) -> VideoCodecContext:
    encoder: VideoCodecContext = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = layout.width, layout.height, "yuv420p"
    encoder.time_base, encoder.framerate = MILLISECOND, Fraction(FPS)
    encoder.bit_rate = round(layout.width * layout.height * FPS * BITS_PER_PIXEL)
    encoder.gop_size = KEYFRAME_EVERY * FPS
    encoder.thread_count = 1
    encoder.options = dict(_ENCODER)
    return encoder


def _sounds() -> AudioCodecContext:
    encoder: AudioCodecContext = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "s16"
    encoder.time_base, encoder.bit_rate = Fraction(1, RATE), 48000
    encoder.options = dict(_SOUND)
    return encoder
