"""Workers are children: started, watched, started again, and never left behind."""

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from signaling.clock import SystemClock
from signaling.workers import (
    LONGEST_PAUSE_SECONDS,
    MediaWorkers,
    WorkerLost,
    WorkerNews,
    WorkerReady,
    pause_before_start,
)

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

READY = "import sys, time; print('{\"ready\": true}', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('{\"ready\": true}', flush=True); time.sleep(600)"
)


@asynccontextmanager
async def workers_that_run(
    script: str, folder: Path, count: int = 1, *, spare: bool = False
) -> AsyncIterator[MediaWorkers]:
    program = (sys.executable, "-c", script)
    workers = MediaWorkers(count=count, runtime_dir=folder, clock=SystemClock(), program=program, spare=spare)
    try:
        yield workers
    finally:
        await workers.stop()


class News:
    """What the supervisor has told."""

    def __init__(self, workers: MediaWorkers) -> None:
        self.told: list[WorkerNews] = []
        self._more = asyncio.Event()
        workers.on_news(self._hear)

    def _hear(self, news: WorkerNews) -> None:
        self.told.append(news)
        self._more.set()

    async def until(self, what: Callable[[list[WorkerNews]], bool]) -> None:
        async with asyncio.timeout(10):
            while not what(self.told):
                self._more.clear()
                await self._more.wait()


async def test_each_worker_is_told_to_be_ready_under_its_own_name(tmp_path: Path) -> None:
    async with workers_that_run(READY, tmp_path, count=2) as workers:
        news = News(workers)
        await workers.start()
        assert {one.name for one in news.told} == {"media-0", "media-1"}
        assert workers.figures() == {
            "workers": 2,
            "workers_ready": 2,
            "workers_spare": 0,
            "worker_starts": 2,
        }


async def test_a_spare_is_started_after_those_that_are_wanted(tmp_path: Path) -> None:
    async with workers_that_run(READY, tmp_path, spare=True) as workers:
        news = News(workers)
        await workers.start()
        await news.until(lambda told: len(told) == 2)
        assert [(one.name, one.spare) for one in news.told if isinstance(one, WorkerReady)] == [
            ("media-0", False),
            ("media-1", True),
        ]
        assert workers.figures()["workers"] == 1


async def test_a_worker_that_dies_is_told_lost_and_started_again_at_once(tmp_path: Path) -> None:
    async with workers_that_run(READY, tmp_path) as workers:
        news = News(workers)
        await workers.start()
        (pid,) = workers.pids().values()
        os.kill(pid, signal.SIGKILL)
        await news.until(lambda told: len(told) == 3)
        assert [type(one) for one in news.told] == [WorkerReady, WorkerLost, WorkerReady]
        assert workers.pids()["media-0"] != pid


async def test_a_hung_worker_is_restarted_on_request(tmp_path: Path) -> None:
    async with workers_that_run(STUBBORN, tmp_path) as workers:
        news = News(workers)
        await workers.start()
        await workers.restart("media-0")
        await news.until(lambda told: len(told) == 3)


async def test_stopping_takes_no_longer_than_the_deadline_even_for_the_stubborn(tmp_path: Path) -> None:
    async with workers_that_run(STUBBORN, tmp_path, count=2) as workers:
        await workers.start()
        pids = list(workers.pids().values())
        began = time.perf_counter()
        await workers.stop()
        assert time.perf_counter() - began < 4
        for pid in pids:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)


async def test_a_worker_that_says_something_else_first_is_never_ready(tmp_path: Path) -> None:
    async with workers_that_run("print('hello', flush=True)", tmp_path) as workers:
        news = News(workers)
        workers.begin()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await workers.all_ready()
        assert news.told == []
        assert workers.figures()["worker_starts"] >= 2


async def test_a_worker_that_prints_a_lot_is_not_stopped_by_a_full_pipe(tmp_path: Path) -> None:
    script = "print('{\"ready\": true}'); [print('x' * 1000) for _ in range(1000)]; print(flush=True); exit()"
    async with workers_that_run(script, tmp_path) as workers:
        news = News(workers)
        workers.begin()
        await news.until(lambda told: WorkerLost("media-0") in told)


def test_the_pause_grows_and_has_an_end() -> None:
    pauses = [pause_before_start(deaths) for deaths in range(40)]
    assert pauses[:5] == [0.0, 0.0, 0.25, 0.5, 1.0]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE_SECONDS


PARENT = """
import asyncio, json, sys
from pathlib import Path
from signaling.clock import SystemClock
from signaling.workers import MediaWorkers

async def main():
    workers = MediaWorkers(count=1, runtime_dir=Path(sys.argv[1]), clock=SystemClock(), spare=False)
    await workers.start()
    print(json.dumps(workers.pids()), flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the parent's death is signalled by Linux")
async def test_a_real_worker_dies_with_its_parent_whatever_way_it_goes(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path / "run"), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    line = b""
    while not line.startswith(b"{"):
        line = await asyncio.wait_for(parent.stdout.readline(), 20)
    (pid,) = json.loads(line).values()
    ended = asyncio.Event()
    watched = os.pidfd_open(pid)
    asyncio.get_running_loop().add_reader(watched, ended.set)
    try:
        parent.kill()
        await parent.wait()
        await asyncio.wait_for(ended.wait(), 5)
    finally:
        asyncio.get_running_loop().remove_reader(watched)
        os.close(watched)
