"""What a person sees and hears who plays a file: its decoded pictures and sound, and whether in step."""

import io
from array import array
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import av

from media.sealed_file import SealedReader, sealed_path

LOUD = 3000
"""Of 32,767: a tone is there."""


@dataclass
class Film:
    """A file's content, decoded when it is asked."""

    content: bytes

    def pictures(self) -> list[tuple[float, tuple[int, int], float]]:
        """(time, size, brightness) of each picture."""
        with av.open(io.BytesIO(self.content)) as container:
            if not container.streams.video:
                return []
            return [
                (picture.time, (picture.width, picture.height), brightness(picture))
                for picture in container.decode(video=0)
            ]

    def sounds(self) -> list[tuple[float, float]]:
        """(time, peak) of every 5 ms."""
        found: list[tuple[float, float]] = []
        with av.open(io.BytesIO(self.content)) as container:
            if not container.streams.audio:
                return []
            mono = av.AudioResampler(format="s16", layout="mono", rate=48000)
            for sound in container.decode(audio=0):
                for part in mono.resample(sound):
                    samples = array("h", bytes(part.planes[0])[: 2 * part.samples])
                    for at in range(0, len(samples), 240):
                        piece = samples[at : at + 240]
                        found.append((sound.time + at / 48000, max(map(abs, piece))))
        return found

    def flashes(self, left: float = 0.0, right: float = 1.0) -> list[float]:
        """When the picture became white."""
        with av.open(io.BytesIO(self.content)) as container:
            if not container.streams.video:
                return []
            lights = [
                (picture.time, brightness(picture, left, right) > 128)
                for picture in container.decode(video=0)
            ]
        return [at for (_, before), (at, now) in pairwise([(0.0, False), *lights]) if now and not before]

    def beeps(self) -> list[float]:
        """When a tone began."""
        found, silent = [], 1.0
        for at, peak in self.sounds():
            if peak > LOUD and silent > 0.2:
                found.append(at)
            silent = 0.0 if peak > LOUD else silent + 0.005
        return found

    def skew(self) -> float:
        """The most that a flash and the beep of its moment are apart, in seconds."""
        flashes, beeps = self.flashes(), self.beeps()
        pairs = [
            (flash, min(beeps, key=lambda beep, flash=flash: abs(beep - flash)))  # type: ignore[misc]
            for flash in flashes
        ]
        near = [abs(flash - beep) for flash, beep in pairs if abs(flash - beep) < 0.5]
        assert len(near) >= max(len(flashes) - 2, 1), (flashes, beeps)
        return max(near)


def brightness(picture: av.VideoFrame, left: float = 0.0, right: float = 1.0) -> float:
    """Of its middle row between two shares of its width."""
    plane = picture.planes[0]
    start = picture.height * 3 // 4 * plane.line_size
    row = bytes(plane)[start + int(left * picture.width) : start + int(right * picture.width)]
    return sum(row) / len(row)


def played(folder: Path, name: str, key: bytes) -> Film:
    """A finished file, opened."""
    with SealedReader(sealed_path(folder, name), key) as reader:
        return Film(reader.read(0, reader.size))
