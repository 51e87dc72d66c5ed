"""From one device of a member to another: a link that works once and keeps the place."""

import asyncio
import re

import pytest

from signaling.sessions import HANDOVER, MEMBER_COOKIE
from signaling.throttle import HANDOVERS_BY_VISIT, REDEEM_BY_ADDRESS
from tests.signaling.house import Asker, World
from waiting_room.core.commands import Cancel
from waiting_room.core.ids import CommandId, VisitId
from waiting_room.core.model import Actor, Role

pytestmark = pytest.mark.sockets


async def in_a_visit(world: World) -> tuple[VisitId, Asker]:
    visit, token = await world.books()
    laptop = world.browser()
    await laptop.redeem(token)
    return visit, laptop


async def hands_over(laptop: Asker) -> str:
    """The secret in the fragment of a fresh link."""
    answer = await laptop.post("/api/member/handovers", {})
    assert answer.status == 200, answer.text
    mark, _, secret = str(answer.json["url"]).partition("#")[2].partition(".")
    assert mark == "go"
    return secret


async def goes_on(phone: Asker, secret: str) -> int:
    return (await phone.post("/api/member/continue", {"token": secret})).status


async def test_another_device_goes_on_where_the_first_was(world: World) -> None:
    visit, laptop = await in_a_visit(world)
    before = await world.house.desk.visit(visit)
    phone = world.browser()
    answer = await phone.post("/api/member/continue", {"token": await hands_over(laptop)})
    assert (answer.status, answer.json) == (200, {"visit": visit})
    assert answer.cookies[MEMBER_COOKIE]["httponly"]
    assert (await phone.get("/api/member/visit")).json["view"]["visit"] == visit
    after = await world.house.desk.visit(visit)
    assert before is not None
    assert after is not None
    assert after.due == before.due
    assert len(after.redeemed_by) == 2
    assert (await laptop.get("/api/member/visit")).status == 200, "the way back stays open"


async def test_a_link_to_another_device_works_once(world: World) -> None:
    _, laptop = await in_a_visit(world)
    secret = await hands_over(laptop)
    answers = await asyncio.gather(*(goes_on(world.browser(), secret) for _ in range(4)))
    assert sorted(answers) == [200, 404, 404, 404]


async def test_it_is_short_lived(world: World) -> None:
    _, laptop = await in_a_visit(world)
    secret = await hands_over(laptop)
    world.clock.passes(seconds=HANDOVER.total_seconds())
    assert (await world.browser().post("/api/member/continue", {"token": secret})).code == "code_used"


async def test_a_new_one_ends_the_one_before(world: World) -> None:
    _, laptop = await in_a_visit(world)
    old, new = await hands_over(laptop), await hands_over(laptop)
    assert await goes_on(world.browser(), old) == 404
    assert await goes_on(world.browser(), new) == 200


async def test_it_is_no_session_and_no_join_link(world: World) -> None:
    _, laptop = await in_a_visit(world)
    secret = await hands_over(laptop)
    thief = world.browser()
    thief.cookies[MEMBER_COOKIE] = secret
    assert (await thief.get("/api/member/visit")).code == "no_visit"
    assert (await world.browser().redeem(secret)).code == "not_recognised"
    cookie = laptop.cookies[MEMBER_COOKIE]
    assert (await world.browser().post("/api/member/continue", {"token": cookie})).code == "code_used"
    assert await goes_on(world.browser(), secret) == 200, "none of that spent it"


async def test_only_a_session_makes_one(world: World) -> None:
    answer = await world.browser().post("/api/member/handovers", {})
    assert (answer.status, answer.code) == (401, "no_visit")


async def test_guessing_is_slowed_down(world: World) -> None:
    guesser = world.browser()
    for _ in range(REDEEM_BY_ADDRESS.tries):
        assert (await guesser.post("/api/member/continue", {"token": "x" * 43})).code == "code_used"
    assert (await guesser.post("/api/member/continue", {"token": "x" * 43})).code == "slow_down"


async def test_a_page_in_a_loop_is_slowed_down(world: World) -> None:
    _, laptop = await in_a_visit(world)
    for _ in range(HANDOVERS_BY_VISIT.tries):
        await hands_over(laptop)
    assert (await laptop.post("/api/member/handovers", {})).code == "slow_down"


async def test_a_visit_that_is_over_is_not_handed_over(world: World) -> None:
    visit, laptop = await in_a_visit(world)
    secret = await hands_over(laptop)
    desk = Actor(Role.support, "desk")
    await world.house.desk.execute(
        visit, Cancel(reason="member_asked"), desk, world.clock.now(), CommandId("cancel")
    )
    answer = await world.browser().post("/api/member/continue", {"token": secret})
    assert (answer.status, answer.code) == (409, "visit_cancelled")


async def test_the_same_browser_stays_the_same_device(world: World) -> None:
    visit, laptop = await in_a_visit(world)
    assert await goes_on(laptop, await hands_over(laptop)) == 200
    after = await world.house.desk.visit(visit)
    assert after is not None
    assert len(after.redeemed_by) == 1


async def test_the_code_is_drawn_as_one_path_and_is_the_link(world: World) -> None:
    _, laptop = await in_a_visit(world)
    qr = (await laptop.post("/api/member/handovers", {})).json["qr"]
    assert re.fullmatch(r"(M\d+ \d+h\d+v1h-\d+z)+", qr["path"])
    assert 21 + 8 <= qr["size"] <= 65


@pytest.mark.parametrize(
    "body", [{}, {"token": ""}, {"token": "x" * 129}, {"token": 5}, {"token": "x", "a": 1}]
)
async def test_a_body_of_another_shape_is_refused(world: World, body: dict[str, object]) -> None:
    assert (await world.browser().post("/api/member/continue", body)).code == "invalid"
