"""A link's secret and a birth date: what comes of them, and what can not be told from the outside."""

from datetime import date
from pathlib import Path

import pytest

from signaling.ids import sha256_of
from signaling.sessions import MEMBER_COOKIE
from signaling.throttle import REDEEM_BY_ADDRESS, REDEEM_BY_TOKEN
from tests.signaling.house import ANA_BORN, Answer, World, as_json, running
from waiting_room.core.commands import PassLink
from waiting_room.core.ids import CommandId
from waiting_room.core.model import Actor, Role

pytestmark = pytest.mark.sockets

WRONG = date(1987, 4, 13)


def shown(answer: Answer) -> tuple[int, str, tuple[str, ...]]:
    """Everything of an answer that a guesser could compare."""
    return answer.status, answer.text, tuple(sorted(name for name in answer.headers if name != "Date"))


async def test_the_right_date_starts_the_place_and_lets_this_browser_in(world: World) -> None:
    visit, token = await world.books()
    ana = world.browser()
    answer = await ana.redeem(token)
    assert (answer.status, answer.json) == (200, {"visit": visit, "outcome": "ready"})
    found = await world.house.desk.visit(visit)
    assert found is not None
    assert found.redeemed_at == world.clock.now()
    snapshot = await ana.get("/api/member/visit")
    assert snapshot.json["view"]["state"] == "preparing"
    assert snapshot.json["seq"] == found.seq


async def test_who_comes_late_is_told_so(world: World) -> None:
    _, token = await world.books(minutes_from_now=5)
    world.clock.passes(minutes=15)
    assert (await world.browser().redeem(token)).json["outcome"] == "late"


async def test_the_cookie_is_bound_to_host_page_and_http(world: World) -> None:
    _, token = await world.books()
    cookie = (await world.browser().redeem(token)).cookies[MEMBER_COOKIE]
    assert MEMBER_COOKIE.startswith("__Host-")
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]


async def test_unknown_revoked_wrong_and_resting_are_one_answer(world: World) -> None:
    ana = world.browser()
    unknown = await ana.redeem("no-such-token")
    visit, old = await world.books()
    live = await world.links(visit)
    revoked = await ana.redeem(old)
    wrong = await ana.redeem(live, WRONG)
    for _ in range(4):
        await ana.redeem(live, WRONG)
    resting = await ana.redeem(live, ANA_BORN)
    assert unknown.status == 404
    assert unknown.code == "not_recognised"
    assert {shown(answer) for answer in (unknown, revoked, wrong, resting)} == {shown(unknown)}


async def test_five_wrong_dates_rest_the_link_for_a_quarter_of_an_hour(world: World) -> None:
    _, token = await world.books()
    ana = world.browser()
    for _ in range(5):
        await ana.redeem(token, WRONG)
    assert (await ana.redeem(token)).code == "not_recognised"
    world.clock.passes(minutes=15, seconds=1)
    assert (await ana.redeem(token)).status == 200


async def test_four_wrong_dates_do_not(world: World) -> None:
    _, token = await world.books()
    ana = world.browser()
    for _ in range(4):
        await ana.redeem(token, WRONG)
    assert (await ana.redeem(token)).status == 200


async def test_the_rest_survives_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as before:
        _, token = await before.books()
        for _ in range(5):
            await before.browser().redeem(token, WRONG)
    async with running(tmp_path, clock=before.clock) as after:
        assert (await after.browser().redeem(token)).code == "not_recognised"


async def test_after_the_right_date_a_visit_says_that_it_is_too_early(world: World) -> None:
    visit, token = await world.books(minutes_from_now=180)
    before = await world.seq(visit)
    answer = await world.browser().redeem(token)
    assert answer.json["outcome"] == "too_early"
    assert answer.json["clinic"]["name"] == "Harbor Family Clinic"
    assert answer.json["tz"] == "America/Los_Angeles"
    assert answer.json["start"] == "2026-06-01T22:00:00Z"
    assert MEMBER_COOKIE not in answer.cookies
    assert await world.seq(visit) == before


@pytest.mark.parametrize("born", [ANA_BORN, WRONG])
async def test_a_cancelled_visit_says_so_to_the_right_date_alone(world: World, born: date) -> None:
    visit, token = await world.books()
    await world.program().post(f"/api/v1/visits/{visit}/cancel", {})
    answer = await world.browser().redeem(token, born)
    if born == ANA_BORN:
        assert answer.json["outcome"] == "cancelled"
    else:
        assert answer.code == "not_recognised"


async def test_a_visit_nobody_came_to_has_ended(world: World) -> None:
    _, token = await world.books()
    world.clock.passes(hours=3)
    assert (await world.browser().redeem(token)).json["outcome"] == "ended"


async def test_a_new_link_ends_the_old_one(world: World) -> None:
    visit, old = await world.books()
    new = await world.links(visit)
    assert (await world.browser().redeem(old)).code == "not_recognised"
    assert (await world.browser().redeem(new)).status == 200


async def test_the_same_browser_keeps_its_device_and_gets_a_new_session(world: World) -> None:
    visit, token = await world.books()
    ana = world.browser()
    await ana.redeem(token)
    first = ana.cookies[MEMBER_COOKIE]
    await ana.redeem(token)
    second = ana.cookies[MEMBER_COOKIE]
    found = await world.house.desk.visit(visit)
    assert found is not None
    assert len(found.redeemed_by) == 1
    assert first != second
    ana.cookies[MEMBER_COOKIE] = first
    assert (await ana.get("/api/member/visit")).code == "no_visit"


async def test_a_cookie_set_beforehand_is_not_taken_over(world: World) -> None:
    _, token = await world.books()
    ana = world.browser()
    ana.cookies[MEMBER_COOKIE] = "planted"
    await ana.redeem(token)
    assert ana.cookies[MEMBER_COOKIE] != "planted"


async def test_a_member_sees_their_own_visit_only(world: World) -> None:
    _, token = await world.books()
    other, other_token = await world.books(born=date(1959, 11, 3))
    ana, sam = world.browser(), world.browser()
    await ana.redeem(token)
    await sam.redeem(other_token, date(1959, 11, 3))
    assert (await sam.get("/api/member/visit")).json["view"]["visit"] == other
    assert (await ana.get("/api/member/visit")).json["view"]["visit"] != other


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize(
    "agent", ["Mozilla/5.0 (SafeLinks)", "Slackbot-LinkExpanding 1.0", "WhatsApp/2", "curl/8"]
)
async def test_who_only_opens_a_link_changes_nothing_and_learns_nothing(
    world: World, method: str, agent: str
) -> None:
    visit, token = await world.books()
    before = await world.seq(visit)
    scanner = world.stranger(**{"User-Agent": agent})
    for path in ("/visit", f"/visit?token={token}", "/api/member/redeem", "/api/member/visit"):
        answer = await scanner.ask(method, path)
        assert "Ana" not in answer.text
        assert visit not in answer.text
    assert await world.seq(visit) == before


async def test_a_page_of_somebody_else_cannot_redeem(world: World) -> None:
    visit, token = await world.books()
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
        {"Origin": world.base + ".evil"},
    ):
        answer = await world.stranger(**headers).redeem(token)
        assert (answer.status, answer.code) == (403, "wrong_origin")
    assert (await world.house.desk.visit(visit)).redeemed_at is None  # type: ignore[union-attr]


async def test_too_many_failures_from_one_address_are_slowed_down_even_with_the_right_date(
    world: World,
) -> None:
    _, token = await world.books()
    ana = world.browser()
    for _ in range(REDEEM_BY_ADDRESS.tries - 1):
        await world.throttle.spend(REDEEM_BY_ADDRESS, "127.0.0.1")
    assert (await ana.redeem("guess")).code == "not_recognised"
    answer = await ana.redeem(token)
    assert (answer.status, answer.code) == (429, "slow_down")
    assert "Retry-After" in answer.headers


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"token": "x"},
        {"token": "x", "birth_date": "yesterday"},
        {"token": "x", "birth_date": "1987-02-30"},
        {"token": "x", "birth_date": 545184000},
        {"token": "", "birth_date": "1987-04-12"},
        {"token": "x" * 129, "birth_date": "1987-04-12"},
        {"token": "x", "birth_date": "1987-04-12", "role": "clinician"},
        {"token": "x", "birth_date": "1987-04-12", "on_behalf": "yes"},
        {"token": ["x"], "birth_date": "1987-04-12"},
        [],
        "text",
        None,
    ],
)
async def test_a_body_of_another_shape_is_refused_without_repeating_it(world: World, body: object) -> None:
    answer = await world.browser().post("/api/member/redeem", **as_json(body))
    assert (answer.status, answer.code) == (422, "invalid")
    assert "1987" not in answer.text


async def test_the_first_page_says_who_we_are_and_where_to_turn(world: World) -> None:
    answer = await world.stranger().get("/api/member/brand")
    assert answer.json == {
        "brand": {"name": "Video visits"},
        "emergency": {"emergency": "911", "crisis": "988"},
    }


async def test_a_guessed_out_link_needs_a_new_link_or_the_desks_word(world: World) -> None:
    visit, token = await world.books()
    digest = sha256_of(token)
    for _ in range(REDEEM_BY_TOKEN.tries):
        await world.throttle.spend(REDEEM_BY_TOKEN, digest)
    assert (await world.browser().redeem(token)).code == "not_recognised"
    found = await world.house.desk.visit(visit)
    assert found is not None
    assert found.link is not None
    desk = Actor(Role.support, "desk")
    await world.house.desk.execute(visit, PassLink(link=found.link), desk, world.clock.now(), CommandId("p1"))
    assert (await world.browser().redeem(token, WRONG)).status == 200
