"""`make record-chaos`: kill what records and what composes at random instants, and look at what is left.

Each trial kills two processes. A worker, while it records: lost is the time between the last packet of a
source that can be read and the kill. Then, of one of its recordings, a composer: doing it again must give the
same bytes as if nothing had happened. Every recording is composed and every file of it played. (The recorder
is a thread of the worker: it is killed with it.) The last line is JSON.
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
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import ClientError

from media.core.negotiated import Kind
from media.recordings.reading import Verdict
from tests.bench.figures import commit, median, percentile, rounded, write_samples
from tests.chaos import clip, composers, playing
from tests.chaos.held import Held, held
from tests.chaos.plaintext import look_for, secrets
from tests.chaos.studio import Person, Studio

LONGEST = 4.5
"""Seconds of a trial at most: every phase of a chunk, of a lease and of a segment's beginning comes up."""
STOPPED_SHARE = 0.1
"""Of the trials, those in which a room's end is asked for just before the kill."""
FIRST_COUNT = 0x1_0001


@dataclass(frozen=True)
class Ground:
    """What every trial stands on."""

    key: bytes
    dice: random.Random
    secrets: list[bytes]
    thread: ThreadPoolExecutor
    """Its only thread starts the composers, which would end with it, and waits for them."""


def lost(people: list[Person], found: Mapping[str, Held], since: float, killed: float) -> float:
    """Seconds of what was sent between the lease and the kill that the recording lacks at its end."""
    worst = 0.0
    for person in people:
        for kind, stream in ((Kind.VIDEO, person.video), (Kind.AUDIO, person.audio)):
            there = found[person.name].packets[kind] if person.name in found else []
            last = stream.sent[there[-1].count - FIRST_COUNT] if there else since
            wanted = [at for at in stream.sent if since <= at <= killed]
            if wanted and last < wanted[-1]:
                worst = max(worst, killed - max(last, since))
    return round(worst, 3)


async def trial(studio: Studio, ground: Ground) -> dict[str, Any]:
    """One worker, killed once, and one composer of what it left."""
    dice = ground.dice
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
    left = partial(look_at_all, studio, ground, killed)
    rooms, composer, plaintext = await asyncio.get_running_loop().run_in_executor(ground.thread, left)
    return {
        "seconds": round(seconds, 3),
        "stopped": ending is not None,
        "rooms": list(rooms.values()),
        "composer": asdict(composer) if composer is not None else None,
        "plaintext_hits": plaintext,
    }


def look_at_all(
    studio: Studio, ground: Ground, killed: float
) -> tuple[dict[str, Any], composers.Killed | None, int]:
    """What the kill left of each room; a composer that is killed too; and what can be read of all that."""
    plaintext = look_for(studio.recordings, ground.secrets)
    rooms = {
        room: look_at(studio.recordings / room, ground.key, studio.people[room], since, killed)
        for room, since in studio.leased_at.items()
    }
    plaintext += look_for(studio.recordings, ground.secrets)
    composed = [room for room, row in rooms.items() if row["files"]]
    if not composed:
        return rooms, None, plaintext
    dice = ground.dice
    folder = studio.recordings / dice.choice(composed)
    composer = composers.kill(folder, ground.key, dice.choice(composers.LAYOUTS), dice, ground.secrets)
    return rooms, composer, plaintext + composer.plaintext_hits


def look_at(folder: Path, key: bytes, people: list[Person], since: float, killed: float) -> dict[str, Any]:
    """One recording: what is lost, what is damaged, and what can be played."""
    verdict = Verdict()
    found = held(folder, key, verdict)
    return {
        "lost_s": lost(people, found, since, killed),
        "holes": sum(person.holes for person in found.values()),
        "damages": [str(damage.fault) for damage in verdict.damages],
        "ended": verdict.ended,
        "behind_ms": [round(person.video.behind * 1000) for person in people],
        **asdict(playing.play(folder, key, found)),
    }


async def _end_just_before(studio: Studio, room: str, seconds: float, dice: random.Random) -> None:
    await asyncio.sleep(max(0.0, seconds - dice.uniform(0, 0.05)))
    await studio.stop_recording(room)


async def measure(trials: int, rooms: int, seed: int) -> dict[str, Any]:
    dice = random.Random(seed)
    pieces = clip.make()
    key = os.urandom(32)
    rows: list[dict[str, Any]] = []
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:
        ground = Ground(key, dice, secrets(pieces, key), thread)

        async def next_one(number: int) -> Studio:
            place = Path(folder) / str(number)
            place.mkdir()
            studio = Studio(place, key, rooms=rooms, pieces=pieces, dice=dice)
            await studio.start()
            return studio

        coming = asyncio.create_task(next_one(0))
        for number in range(trials):
            studio = await coming
            coming = asyncio.create_task(next_one(number + 1))
            try:
                rows.append(await trial(studio, ground))
            finally:
                await studio.close()
            for path in sorted(studio.recordings.rglob("*"), reverse=True):
                path.unlink() if path.is_file() else path.rmdir()
            if number % 10 == 9:
                print(f"{number + 1} of {trials} trials", file=sys.stderr, flush=True)
        await (await coming).close()
    minutes = round((time.perf_counter() - began) / 60, 1)
    found = {**figures(rows), "minutes": minutes, "commit": commit(), "trials": len(rows)}
    return found | {"samples": write_samples("record_chaos", {"seed": seed, "rooms": rooms, "kills": rows})}


def figures(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Of all trials."""
    found = [room for row in rows for room in row["rooms"]]
    composed = [row["composer"] for row in rows if row["composer"] and row["composer"]["at_work"]]
    losses = [room["lost_s"] for room in found]
    skews = [room["av_skew_ms"] for room in found if room["av_skew_ms"] is not None]
    return {
        "kills": len(rows) + len(composed),
        "kills_worker": len(rows),
        "kills_composer": len(composed),
        "lost_s_max": max(losses, default=None),
        "lost_s_p50": rounded(median(losses), 3),
        "lost_s_p95": rounded(percentile(losses, 0.95), 3),
        "unplayable": sum(room["unplayable"] for room in found),
        "av_skew_ms_max": max(skews, default=None),
        "av_skew_ms_p50": rounded(median(skews)),
        "plaintext_hits": sum(row["plaintext_hits"] for row in rows),
        "composed_differently": sum(one["differs"] or one["torn"] > 0 for one in composed),
        "files_played": sum(room["files"] for room in found),
        "flashes_measured": sum(room["flashes"] for room in found),
        "damaged": sum(bool(room["damages"]) for room in found),
        "holes": sum(room["holes"] for room in found),
        "recordings": len(found),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--trials", type=int, default=100, help="two kills each")
    arguments.add_argument("--rooms", type=int, default=2)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    print(json.dumps(asyncio.run(measure(given.trials, given.rooms, given.seed))))


if __name__ == "__main__":
    main()
