"""A visit outlives the crash of any process: two people in browsers, each at a web process of their own."""

import asyncio
import signal

import pytest

from tests.browser import chromium
from tests.browser.people import PATIENCE_MS, Clinician, Member, Support
from tests.browser.test_whole_visit import in_a_visit
from tests.cluster.town import Town

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        chromium.executable(shell=True) is None, reason="chromium-headless-shell is not installed"
    ),
]


async def connections(person: Member | Clinician) -> int:
    count: int = await person.page.evaluate("witness.connections")
    return count


async def longest_stillness(person: Member | Clinician, since: float) -> float:
    """Milliseconds of the longest pause between two frames after that moment."""
    longest: float = await person.page.evaluate(
        """since => {
            const times = witness.frames.filter((t) => t >= since - 500);
            return Math.max(...times.slice(1).map((t, i) => t - times[i]));
        }""",
        since,
    )
    return longest


async def now(person: Member | Clinician) -> float:
    at: float = await person.page.evaluate("performance.timeOrigin + performance.now()")
    return at


async def test_a_web_process_that_dies_costs_no_picture_and_its_page_comes_back_at_the_other(
    ana: Member, dr: Clinician, desk: Support, server: Town
) -> None:
    await in_a_visit(ana, dr, server)
    before = [await connections(ana), await connections(dr)]
    killed = await now(ana)
    server.web["a"].kill()
    await server.shows("b", "sockets_member", 1)
    back = await now(ana) - killed
    await ana.decodes_frames(30)
    await dr.decodes_frames(30)
    assert [await connections(ana), await connections(dr)] == before, "media did not notice"
    still = await longest_stillness(ana, killed)
    print(
        f"\\nkill -9 of a web process: page back in {back:.0f} ms, picture still for {still:.0f} ms at most"
    )
    await dr.ends_visit()
    await ana.sees("Your visit is over")
    await server.shows("b", "sockets_support", 1)


async def test_redis_may_die_in_the_middle_of_a_visit(ana: Member, dr: Clinician, server: Town) -> None:
    await in_a_visit(ana, dr, server)
    server.redis.kill()
    await ana.decodes_frames(15)
    await dr.ends_visit()
    await ana.sees("Your visit is over")


async def test_a_drained_web_process_takes_no_visit_with_it(ana: Member, dr: Clinician, server: Town) -> None:
    await in_a_visit(ana, dr, server)
    before = await connections(ana)
    server.web["a"].told(signal.SIGTERM)
    assert await server.web["a"].ends() == 0
    await server.shows("b", "sockets_member", 1)
    await ana.decodes_frames(15)
    assert await connections(ana) == before
    await dr.ends_visit()
    await ana.sees("Your visit is over")


async def test_a_draining_worker_lets_the_visit_go_on_to_its_end(
    ana: Member, dr: Clinician, server: Town
) -> None:
    await in_a_visit(ana, dr, server)
    (worker,) = [one for one in server.media.values() if one.process and one.process.pid in server.workers()]
    before = await connections(ana)
    worker.told(signal.SIGTERM)
    await asyncio.sleep(1.0)
    await ana.decodes_frames(15)
    assert await connections(ana) == before
    await dr.ends_visit()
    await ana.sees("Your visit is over")
    assert await worker.ends(PATIENCE_MS / 1000) == 0
