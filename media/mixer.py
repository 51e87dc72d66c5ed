"""Several people's sound as one: Opus in, blocks of 16-bit mono samples out, silence where nobody speaks."""

import sys
from array import array
from collections.abc import Iterator, Mapping
from operator import add
from typing import Final

import av
from av.audio.codeccontext import AudioCodecContext
from av.error import FFmpegError
from av.packet import Packet

from media.core.opus import RATE
from media.core.timeline import Frame, Stream

BLOCK: Final = 960
"""Samples per block: 20 ms."""
NEAR: Final = 1440
"""Samples by which a packet may be away from the end of the one before and still be put there: times are
rounded, and a source's clock is not ours."""
_LOUDEST: Final = 32767
_SILENCE: Final = bytes(2 * BLOCK)


class _Voice:
    """One source's decoder, and its samples that are not mixed yet."""

    def __init__(self) -> None:
        decoder: AudioCodecContext = av.CodecContext.create("libopus", "r")
        decoder.sample_rate, decoder.layout = RATE, "mono"
        self._decoder = decoder
        self._end = 0  # the sample behind the last one
        self.blocks: dict[int, array[int]] = {}

    def hear(self, data: bytes, position: int) -> None:
        """Decode a packet that begins at `position`. What a decoder does not take is silence."""
        if abs(position - self._end) > NEAR:
            self._end = position
        try:
            frames = self._decoder.decode(Packet(data))
        except FFmpegError:
            return
        for frame in frames:
            samples = array("h", bytes(frame.planes[0])[: 2 * frame.samples])
            self._put(samples)

    def _put(self, samples: "array[int]") -> None:
        done = 0
        while done < len(samples):
            number, start = divmod(self._end, BLOCK)
            piece = samples[done : done + BLOCK - start]
            block = self.blocks.get(number)
            if block is None:
                block = self.blocks[number] = array("h", _SILENCE)
            block[start : start + len(piece)] = piece
            done += len(piece)
            self._end += len(piece)


class Mixer:
    """Frames in the order of their times, then `until`: blocks that are whole. Later frames come too late."""

    def __init__(self) -> None:
        assert sys.byteorder == "little"  # FFmpeg's samples are the machine's own; so are array's
        self._voices: dict[Stream, _Voice] = {}
        self._next = 0

    def hear(self, frame: Frame, at: int) -> None:
        """Sound that begins `at` milliseconds."""
        voice = self._voices.get(frame.stream)
        if voice is None:
            voice = self._voices[frame.stream] = _Voice()
        voice.hear(frame.data, at * RATE // 1000)

    def until(self, at: int) -> Iterator[tuple[int, bytes]]:
        """(first sample's number, samples) of the blocks that end by `at` milliseconds, each once."""
        while (self._next + 1) * BLOCK <= at * RATE // 1000:
            yield self._next * BLOCK, self._mixed(self._voices)
            self._next += 1

    def _mixed(self, voices: Mapping[Stream, _Voice]) -> bytes:
        heard: list[array[int]] = []
        for voice in voices.values():
            block = voice.blocks.pop(self._next, None)
            if block is not None and block.tobytes() != _SILENCE:
                heard.append(block)
        if not heard:
            return _SILENCE
        if len(heard) == 1:
            return heard[0].tobytes()
        first, *others = heard
        sums = list(first)
        for other in others:
            sums = list(map(add, sums, other))
        if max(sums) > _LOUDEST or min(sums) < -_LOUDEST:
            sums = [max(-_LOUDEST, min(_LOUDEST, each)) for each in sums]
        return array("h", sums).tobytes()
