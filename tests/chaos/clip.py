"""A clip as packets: every second a white flash and a beep begin together, so that a player's skew can be
measured. Encoded once, sent again and again."""

import fractions
from dataclasses import dataclass

import av
import numpy as np
from aiortc.codecs.opus import OpusEncoder
from aiortc.codecs.vpx import Vp8Encoder

SECONDS = 4
FLASH_EVERY = 1.0
FLASH_FOR = 0.1
FPS = 30
RATE = 48_000
FRAME = RATE // 50
WIDTH, HEIGHT = 320, 240
HERTZ = 1000
BITRATE = 1_000_000
"""Enough that a finished file has more pages than a composer keeps in memory."""
NOISE = 12
"""Of a camera, in levels of light up and down: without it there is nothing to encode."""


@dataclass(frozen=True)
class Piece:
    """One packet: when it is sent, on what, its RTP time from the clip's start in that source's clock."""

    at: float
    video: bool
    timestamp: int
    marker: bool
    payload: bytes


def flashing(at: float) -> bool:
    return at % FLASH_EVERY < FLASH_FOR


def make() -> list[Piece]:
    """The packets of `SECONDS` seconds, in the order in which they are sent."""
    return sorted([*_pictures(), *_sound()], key=lambda piece: piece.at)


def _pictures() -> list[Piece]:
    encoder = Vp8Encoder()
    encoder.target_bitrate = BITRATE
    chance = np.random.default_rng(1)
    pieces = []
    for number in range(SECONDS * FPS):
        at = number / FPS
        picture = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
        picture[:HEIGHT] = chance.integers(-NOISE, NOISE + 1, (HEIGHT, WIDTH)) + (220 if flashing(at) else 60)
        if not flashing(at):
            left = number * 4 % (WIDTH - 10)
            picture[:40, left : left + 10] = 120
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = number * 3000, fractions.Fraction(1, 90_000)
        payloads, timestamp = encoder.encode(frame, force_keyframe=number % FPS == 0)
        pieces += [
            Piece(at, True, timestamp, index == len(payloads) - 1, payload)
            for index, payload in enumerate(payloads)
        ]
    return pieces


def _sound() -> list[Piece]:
    encoder = OpusEncoder()
    pieces = []
    for number in range(SECONDS * 50):
        at = number / 50
        times = np.arange(number * FRAME, (number + 1) * FRAME) / RATE
        wave = np.where(flashing(at), np.sin(2 * np.pi * HERTZ * times) * 12_000, 0).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, number * FRAME, fractions.Fraction(1, RATE)
        payloads, _ = encoder.encode(frame)
        pieces += [Piece(at, False, number * FRAME, False, payload) for payload in payloads]
    return pieces
