"""What a participant's camera and microphone show: a coloured moving picture and a tone of their own.

Chromium plays these files as its capture devices, so the far side can prove *whose* media it decodes.
"""

import math
import struct
import wave
from dataclasses import dataclass
from pathlib import Path

WIDTH, HEIGHT, RATE = 640, 360, 15
AUDIO_RATE = 48_000


@dataclass(frozen=True, slots=True)
class Look:
    """One participant's picture (BT.601 chroma) and tone."""

    name: str
    cb: int
    cr: int
    hertz: int
    colour: str
    """The same as CSS writes it."""


MEMBER = Look(name="member", cb=90, cr=220, hertz=440, colour="#d02020")  # red, a low tone
INTERPRETER = Look(name="interpreter", cb=70, cr=60, hertz=880, colour="#20a020")  # green, a tone between
CLINICIAN = Look(name="clinician", cb=220, cr=90, hertz=1320, colour="#2020d0")  # blue, a high tone


def write_picture(
    look: Look, folder: Path, seconds: int = 2, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> Path:
    """A Y4M file: the look's colour with a bright bar that moves, so that a frozen picture is noticed."""
    width, height = size
    path = folder / f"{look.name}-{width}.y4m"
    chroma = bytes([look.cb]) * (width * height // 4) + bytes([look.cr]) * (width * height // 4)
    frames = RATE * seconds
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{width} H{height} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for n in range(frames):
            at = n * (width - 40) // frames
            row = b"\x50" * at + b"\xd0" * 40 + b"\x50" * (width - 40 - at)
            out.write(b"FRAME\n" + row * height + chroma)
    return path


def write_tone(look: Look, folder: Path, seconds: int = 4) -> Path:
    """A WAV file of tone bursts: steady tones are taken for noise and suppressed by the browser."""
    path = folder / f"{look.name}.wav"
    samples = bytearray()
    for n in range(AUDIO_RATE * seconds):
        t = n / AUDIO_RATE
        gate = 0.5 - 0.5 * math.cos(2 * math.pi * min(1.0, (t % 0.4) / 0.3)) if t % 0.4 < 0.3 else 0.0
        samples += struct.pack("<h", int(20_000 * gate * math.sin(2 * math.pi * look.hertz * t)))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(AUDIO_RATE)
        out.writeframes(bytes(samples))
    return path
