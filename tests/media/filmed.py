"""A visit as its recording holds it: real VP8 and Opus of a picture that flashes while a tone beeps.

Every second, for a fifth of it, the picture is white and the tone sounds; so what was seen and heard at once
can be measured in whatever is made of it.
"""

import math
from array import array
from dataclasses import replace
from fractions import Fraction
from functools import cache

import av

from tests.media.core.sending import Sender, camera, microphone

FLASH = 0.2
"""Seconds of white and of tone, at the beginning of each second."""
Size = tuple[int, int]


def bright(t: float) -> bool:
    return t % 1.0 < FLASH - 1e-9


@cache
def pictures(
    seconds: float, fps: int, sizes: tuple[Size, ...] = ((320, 180),), kbps: int = 300, codec: str = "VP8"
) -> tuple[bytes, ...]:
    """Frames, each size for equally long; keyframes where it changes, and every three seconds."""
    frames: list[bytes] = []
    total = round(seconds * fps)
    share = -(-total // len(sizes))
    for part, (width, height) in enumerate(sizes):
        encoder = av.CodecContext.create("libvpx" if codec == "VP8" else "libx264", "w")
        encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
        encoder.time_base, encoder.framerate = Fraction(1, fps), Fraction(fps)
        encoder.bit_rate, encoder.gop_size, encoder.thread_count = kbps * 1000, 3 * fps, 1
        encoder.options = (
            {"deadline": "realtime", "cpu-used": "-12", "lag-in-frames": "0"}
            if codec == "VP8"
            else {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}  # as browsers send it
        )
        for n in range(part * share, min((part + 1) * share, total)):
            picture = av.VideoFrame(width, height, "yuv420p")
            light = 235 if bright(n / fps) else 16
            luma = bytearray([light]) * picture.planes[0].buffer_size
            stride, at = picture.planes[0].line_size, n * 7 % (height - 16)
            for row in range(at, at + 16):  # a moving bar, so that there is something to encode
                luma[row * stride : row * stride + 64] = bytes((row * 5 + n * 3 + x) % 256 for x in range(64))
            picture.planes[0].update(bytes(luma))
            for chroma in picture.planes[1:]:
                chroma.update(b"\x80" * chroma.buffer_size)
            picture.pts, picture.time_base = n, Fraction(1, fps)
            frames.extend(bytes(packet) for packet in encoder.encode(picture))
        frames.extend(bytes(packet) for packet in encoder.encode(None))
    return tuple(frames)


@cache
def sounds(seconds: float, hertz: int = 1000) -> tuple[bytes, ...]:
    """Opus packets of 20 ms."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48000, "mono", "s16"
    encoder.time_base, encoder.bit_rate = Fraction(1, 48000), 32000
    packets: list[bytes] = []
    for n in range(round(seconds * 50)):
        wave = (
            (
                round(12000 * math.sin(2 * math.pi * hertz * at / 48000))
                for at in range(n * 960, n * 960 + 960)
            )
            if bright(n / 50)
            else (0 for _ in range(960))
        )
        sound = av.AudioFrame("s16", "mono", 960)
        sound.planes[0].update(array("h", wave).tobytes())
        sound.sample_rate, sound.pts, sound.time_base = 48000, n * 960, Fraction(1, 48000)
        packets.extend(bytes(packet) for packet in encoder.encode(sound))
    return tuple(packets[: round(seconds * 50)])


def person(
    endpoint: str = "member",
    number: int = 1,
    seconds: float = 6,
    *,
    begins: float = 0.0,
    fps: int = 15,
    **kind: object,
) -> list[Sender]:
    """Somebody with a camera and a microphone; `number` and the next one name the tracks."""
    return [
        replace(Sender(camera(number, endpoint), pictures(seconds, fps), 1 / fps, begins), **kind),
        replace(Sender(microphone(number + 1, endpoint), sounds(seconds), 0.02, begins), **kind),
    ]
