"""`make record-chaos`: kill a worker that records at random instants, then read back what is on the disk.

Lost is the time between the last packet of a source that can be read and the kill. The last line is JSON.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from aiohttp import ClientError

from media.core.recording import Packet, Track
from media.recordings import reading
from media.recordings.reading import Verdict
from tests.bench.figures import commit, median, percentile, rounded, write_samples
from tests.chaos import clip, playing
from tests.chaos.studio import Person, Studio

LONGEST = 4.5
"""Seconds of a trial at most: every phase of a chunk, of a lease and of a segment's beginning comes up."""
STOPPED_SHARE = 0.1
"""Of the trials, those in which a room's end is asked for just before the kill."""
FIRST_COUNT = 0x1_0001
MAGIC = (b"OpusHead", b"V_VP8", b"webm", b"matroska")


def look_for(folder: Path, secrets: list[bytes]) -> int:
    """How often something that may not be there is in the files of a folder."""
    found = 0
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found += sum(secret in data for secret in secrets)
    return found


def lost(folder: Path, key: bytes, people: list[Person], since: float, killed: float) -> dict[str, Any]:
    """What one room's recording lacks of what was sent between its lease and the kill."""
    verdict = Verdict()
    named: dict[int, Track] = {}
    counts: dict[tuple[str, str], list[int]] = {}
    for path in sorted(folder.glob("*.vvr")):
        for entry in reading.read(path, key, verdict):
            if isinstance(entry, Track):
                named[entry.number] = entry
            elif isinstance(entry, Packet):
                track = named[entry.track]
                counts.setdefault((track.endpoint, track.kind), []).append(entry.count - FIRST_COUNT)
    worst, holes = 0.0, 0
    for person in people:
        for kind, stream in (("video", person.video), ("audio", person.audio)):
            found = counts.get((person.name, kind), [])
            last = stream.sent[found[-1]] if found else since
            wanted = [at for at in stream.sent if since <= at <= killed]
            if wanted and last < wanted[-1]:
                worst = max(worst, killed - max(last, since))
            holes += (found[-1] - found[0] + 1 - len(set(found))) if found else 0
    return {
        "lost_s": round(worst, 3),
        "holes": holes,
        "damages": [str(damage.fault) for damage in verdict.damages],
        "ended": verdict.ended,
    }


async def trial(studio: Studio, key: bytes, dice: random.Random, secrets: list[bytes]) -> dict[str, Any]:
    """One worker, killed once."""
    await studio.open()
    seconds = dice.uniform(0.0, LONGEST)
    renewing = asyncio.create_task(studio.record())
    ending = None
    if dice.random() < STOPPED_SHARE:
        ending = asyncio.create_task(_end_just_before(studio, dice.choice(studio.rooms), seconds, dice))
    killed = await studio.run(seconds)
    for task in (renewing, ending):
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, ClientError, OSError):
                await task
    rooms = []
    played = []
    for room, people in studio.people.items():
        since = studio.leased_at.get(room)
        if since is not None:
            rooms.append(lost(studio.recordings / room, key, people, since, killed))
            played.append(playing.play(studio.recordings / room, key))
    return {
        "seconds": round(seconds, 3),
        "stopped": ending is not None,
        "rooms": rooms,
        "plaintext_hits": look_for(studio.recordings, [key, *secrets]),
        "unplayable": [one.unplayable for one in played],
        "av_skew_ms": [one.av_skew_ms for one in played],
    }


async def _end_just_before(studio: Studio, room: str, seconds: float, dice: random.Random) -> None:
    await asyncio.sleep(max(0.0, seconds - dice.uniform(0, 0.05)))
    await studio.stop_recording(room)


async def measure(kills: int, rooms: int, seed: int) -> dict[str, Any]:
    dice = random.Random(seed)
    pieces = clip.make()
    secrets = [*MAGIC, *{piece.payload[:24] for piece in pieces if len(piece.payload) >= 24}]
    key = os.urandom(32)
    rows: list[dict[str, Any]] = []
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:

        async def next_one(number: int) -> Studio:
            place = Path(folder) / str(number)
            place.mkdir()
            studio = Studio(place, key, rooms=rooms, pieces=pieces, dice=dice)
            await studio.start()
            return studio

        coming = asyncio.create_task(next_one(0))
        for number in range(kills):
            studio = await coming
            coming = asyncio.create_task(next_one(number + 1))
            try:
                rows.append(await trial(studio, key, dice, secrets))
            finally:
                await studio.close()
            for path in sorted(studio.recordings.rglob("*"), reverse=True):
                path.unlink() if path.is_file() else path.rmdir()
            if number % 10 == 9:
                print(f"{number + 1} of {kills} kills", file=sys.stderr, flush=True)
        await (await coming).close()
    found = [room for row in rows for room in row["rooms"]]
    losses = [room["lost_s"] for room in found]
    samples = write_samples("record_chaos", {"seed": seed, "rooms": rooms, "kills": rows})
    return {
        "kills": len(rows),
        "lost_s_max": max(losses),
        "lost_s_p50": rounded(median(losses), 3),
        "lost_s_p95": rounded(percentile(losses, 0.95), 3),
        "unplayable": total([one for row in rows for one in row["unplayable"]]),
        "av_skew_ms_max": most([one for row in rows for one in row["av_skew_ms"]]),
        "plaintext_hits": sum(row["plaintext_hits"] for row in rows),
        "damaged": sum(bool(room["damages"]) for room in found),
        "holes": sum(room["holes"] for room in found),
        "recordings": len(found),
        "minutes": round((time.perf_counter() - began) / 60, 1),
        "commit": commit(),
        "trials": len(rows),
        "samples": samples,
    }


def total(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def most(values: list[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--rooms", type=int, default=2)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    print(json.dumps(asyncio.run(measure(given.kills, given.rooms, given.seed))))


if __name__ == "__main__":
    main()
