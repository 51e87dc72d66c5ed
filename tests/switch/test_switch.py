"""Two changes of each kind, so that the battery cannot rot."""

import random

import pytest

from tests.browser import chromium
from tests.switch import moves, rebinds
from tests.switch.__main__ import MUST_GAP, MUST_REBIND
from tests.visiting import gather_loopback_only

pytestmark = [pytest.mark.slow, pytest.mark.sockets, pytest.mark.timeout(240)]


async def test_media_follows_an_endpoint_whose_address_changes() -> None:
    gather_loopback_only()
    rows = await rebinds.measure(2, random.Random(1))
    assert {row["side"] for row in rows} == {"member", "clinician"}
    for row in rows:
        assert row["followed_s"] is not None
        assert max(row["gap_down_s"], row["gap_up_s"]) <= MUST_REBIND


@pytest.mark.browser
@pytest.mark.skipif(chromium.executable() is None, reason="chromium is not installed")
async def test_a_page_finds_another_way_on_the_same_session() -> None:
    gather_loopback_only()
    for row in await moves.measure(2, random.Random(1)):
        assert max(row["member_gap_s"], row["clinician_gap_s"]) <= MUST_GAP
        assert (row["answers"], row["new_connections"]) == (1, 0)
