"""How fast a recording's files are made: seconds of recording per second of a composer on one core.

Ten seconds of moving pictures and sound are encoded once and looped. The composer is a process as the
installation runs it; its start counts. `python -m tests.bench.compose` measures this alone.
"""

import argparse
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import av
import numpy as np

from media.core.entries import encode
from media.core.recording import Track
from media.recordings.sealing import Header
from media.recordings.segment import Segment
from tests.bench.figures import commit, write_samples
from tests.composer_process import ComposerProcess
from tests.media.core.sending import Sender, camera, microphone, recorded

SECONDS, LOOP, FPS, TRIALS = 60, 10, 30, 3
CHUNK_SECONDS, CHUNK_BYTES = 0.85, 250_000
KEY = bytes(range(32))
CORE = ("taskset", "-c", "1")
RATE = 48_000


@dataclass(frozen=True)
class Size:
    """Of pictures, with the rate at which browsers send them."""

    name: str
    width: int
    height: int
    kbps: int


SMALL, LARGE = Size("360p", 640, 360, 700), Size("720p", 1280, 720, 2000)
CASES = (
    ("participants", SMALL, 1),
    ("participants", LARGE, 1),
    ("side_by_side", SMALL, 2),
    ("side_by_side", LARGE, 2),
    ("side_by_side", LARGE, 4),
)


def pictures(size: Size) -> list[bytes]:
    """VP8 of somebody who moves before a still room, with a camera's noise."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = size.width, size.height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FPS), Fraction(FPS)
    encoder.bit_rate, encoder.gop_size, encoder.thread_count = size.kbps * 1000, LOOP * FPS, 1
    encoder.options = {"deadline": "realtime", "cpu-used": "-8", "lag-in-frames": "0"}
    chance = np.random.default_rng(1)
    room = np.full((size.height * 3 // 2, size.width), 128)
    tiles = chance.integers(40, 200, (size.height // 8, size.width // 8))
    room[: size.height] = tiles.repeat(8, 0).repeat(8, 1)
    head = chance.integers(60, 220, (size.height // 2 // 4, size.width // 4 // 4)).repeat(4, 0).repeat(4, 1)
    high, wide = head.shape
    frames: list[bytes] = []
    for number in range(LOOP * FPS):
        left = round((size.width - wide) * (0.5 + 0.3 * np.sin(2 * np.pi * number / FPS / 2.5)))
        seen = room.copy()
        seen[size.height // 4 : size.height // 4 + high, left : left + wide] = head
        seen[: size.height] += chance.integers(-3, 4, (size.height, size.width))
        picture = av.VideoFrame.from_ndarray(seen.astype(np.uint8), format="yuv420p")
        picture.pts, picture.time_base = number, Fraction(1, FPS)
        frames += [bytes(packet) for packet in encoder.encode(picture)]
    return frames + [bytes(packet) for packet in encoder.encode(None)]


def sounds() -> list[bytes]:
    """Opus packets of a noise as loud as speech."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "s16"
    encoder.time_base, encoder.bit_rate = Fraction(1, RATE), 32_000
    chance = np.random.default_rng(2)
    packets: list[bytes] = []
    for number in range(LOOP * 50):
        wave = chance.normal(0, 3000, (1, 960)).astype(np.int16)
        sound = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
        sound.sample_rate, sound.pts, sound.time_base = RATE, number * 960, Fraction(1, RATE)
        packets += [bytes(packet) for packet in encoder.encode(sound)]
    return packets[: LOOP * 50]


def write(folder: Path, seen: list[bytes], heard: list[bytes], people: int, seconds: int) -> None:
    """The recording of so many people, as the recorder writes it."""
    senders = [
        sender
        for person in range(people)
        for sender in (
            Sender(camera(2 * person + 1, f"p{person}"), looped(seen, seconds * FPS), 1 / FPS),
            Sender(microphone(2 * person + 2, f"p{person}"), looped(heard, seconds * 50), 0.02),
        )
    ]
    segment = Segment(folder.parent, Header(folder.name, "00000000000001-aa", b"", 1_790_000_000_000), KEY)
    for chunk in chunks(senders):
        segment.add(chunk)
    segment.add(b"", last=True)
    segment.flush()
    segment.close()


def looped(frames: list[bytes], count: int) -> tuple[bytes, ...]:
    return tuple(islice(cycle(frames), count))


def chunks(senders: list[Sender]) -> Iterator[bytes]:
    """Entries as bytes, in chunks that name their tracks anew."""
    names = [encode(sender.track) for sender in senders]
    gathered, size, until = list(names), 0, CHUNK_SECONDS
    for entry in recorded(*senders):
        if isinstance(entry, Track):
            continue
        if entry.at >= until or size >= CHUNK_BYTES:
            yield b"".join(gathered)
            gathered, size, until = list(names), 0, entry.at + CHUNK_SECONDS
        gathered.append(encode(entry))
        size += len(gathered[-1])
    yield b"".join(gathered)


def compose(folder: Path, layout: str, seconds: int, before: tuple[str, ...]) -> dict[str, Any]:
    """One composer, from its start to its end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    code, last = ComposerProcess(folder, KEY, layout, before=before).finish(within=600)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if code or last["damage"]:
        raise RuntimeError(f"the composer says {last}")
    if any(file["seconds"] < seconds - 1 for file in last["files"]):
        raise RuntimeError("the composer left something out")
    for file in folder.glob("*.sealed"):
        file.unlink()
    return {
        "wall_s": round(wall, 3),
        "cpu_s": round(after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime, 3),
        "bytes": sum(file["bytes"] for file in last["files"]),
    }


def run(trials: int, seconds: int, before: tuple[str, ...]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    heard = sounds()
    seen = {size: pictures(size) for size in (SMALL, LARGE)}
    with tempfile.TemporaryDirectory() as place:
        for layout, size, people in CASES:
            folder = Path(place) / f"{layout}-{size.name}-{people}"
            write(folder, seen[size], heard, people, seconds)
            case = {"layout": layout, "size": size.name, "people": people, "seconds": seconds}
            for trial in range(trials):
                found = compose(folder, layout, seconds, before)
                x = round(seconds / found["wall_s"], 2)
                rows.append({**case, "trial": trial, **found, "x_realtime": x, "load": os.getloadavg()[0]})
    return rows


def measure(trials: int = TRIALS, seconds: int = SECONDS, before: tuple[str, ...] = CORE) -> dict[str, Any]:
    """Times real time: of each case the median, and of each layout the slowest case."""
    rows = run(trials, seconds, before)

    def x(layout: str, size: Size, people: int) -> float:
        case = (layout, size.name, people)
        return statistics.median(
            row["x_realtime"] for row in rows if (row["layout"], row["size"], row["people"]) == case
        )

    speeds = {case: x(*case) for case in CASES}
    return {
        "compose_x_realtime": min(x for (layout, *_), x in speeds.items() if layout == "participants"),
        "side_by_side_x_realtime": min(x for (layout, *_), x in speeds.items() if layout == "side_by_side"),
        **{
            f"{'compose' if layout == 'participants' else layout}_{people}x{size.name}_x_realtime": speed
            for (layout, size, people), speed in speeds.items()
        },
        "compose_trials": trials,
        "rows": rows,
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--trials", type=int, default=TRIALS)
    arguments.add_argument("--seconds", type=int, default=SECONDS, help="of each recording")
    given = arguments.parse_args()
    found = measure(given.trials, given.seconds)
    rows = found.pop("rows")
    found |= {"commit": commit(), "trials": found["compose_trials"]}
    print(json.dumps(found | {"samples": write_samples("compose", {"composed": rows})}))


if __name__ == "__main__":
    main()
