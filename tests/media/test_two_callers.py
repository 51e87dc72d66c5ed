import asyncio

import pytest
from calling import Caller
from running import Running

pytestmark = [pytest.mark.sockets, pytest.mark.slow]


async def test_two_callers_see_and_hear_each_other(running: Running) -> None:
    running.worker.open_room("visit")
    member = await running.join("visit", "member", Caller(60, 500))
    clinician = await running.join("visit", "clinician", Caller(200, 1100))
    async with asyncio.timeout(20):
        await asyncio.gather(
            member.sees(clinician.luma),
            member.hears(clinician.hertz),
            clinician.sees(member.luma),
            clinician.hears(member.hertz),
        )
