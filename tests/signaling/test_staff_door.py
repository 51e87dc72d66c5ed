"""Staff signing in and out, and what a session is good for."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
import socketio

from signaling import seed
from signaling.sessions import STAFF_COOKIE, STAFF_SESSION
from signaling.throttle import SIGN_IN_BY_ADDRESS, SIGN_IN_BY_USER, SIGN_IN_BY_USER_AND_ADDRESS, Budget
from signaling.turns import COME_BACK_SECONDS, MOST_IN_LINE
from tests.signaling.house import World, as_json, running
from waiting_room.sessions import SessionKind, SqlSessions

pytestmark = pytest.mark.sockets


async def test_the_right_passphrase_opens_a_session(world: World) -> None:
    maya = world.browser()
    answer = await maya.sign_in("okafor")
    assert (answer.status, answer.json) == (200, {"name": "Maya Okafor", "roles": ["clinician"]})
    me = (await maya.get("/api/staff/me")).json
    assert me["id"] == "okafor"
    assert me["credentials"] == "MD"
    assert [clinic["id"] for clinic in me["clinics"]] == ["harbor", "prairie"]
    assert me["clinics"][0]["tz"] == "America/Los_Angeles"


async def test_the_cookie_is_strict(world: World) -> None:
    cookie = (await world.browser().sign_in("okafor")).cookies[STAFF_COOKIE]
    assert STAFF_COOKIE.startswith("__Host-")
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"]) == (
        True,
        True,
        "Strict",
        "/",
    )
    assert cookie["max-age"] == str(12 * 3600)


async def test_sign_in_names_ignore_case(world: World) -> None:
    assert (await world.browser().sign_in("Okafor")).status == 200


async def test_unknown_user_and_wrong_passphrase_are_one_answer(world: World) -> None:
    wrong = await world.browser().sign_in("okafor", "not this one")
    unknown = await world.browser().sign_in("nobody", "not this one")
    assert (wrong.status, wrong.code) == (401, "sign_in_failed")
    assert wrong.text == unknown.text


async def test_a_person_who_was_switched_off_is_out_at_once(world: World) -> None:
    maya = world.browser()
    await maya.sign_in("okafor")
    person = await world.house.accounts.find("okafor")
    assert person is not None
    await world.house.accounts.save_staff(replace(person, active=False))
    world.clock.passes(seconds=6)
    assert (await maya.get("/api/staff/me")).code == "not_signed_in"
    assert (await maya.sign_in("okafor")).code == "sign_in_failed"


async def test_signing_out_ends_the_session_everywhere(world: World) -> None:
    maya = world.browser()
    await maya.sign_in("okafor")
    stolen = maya.cookies[STAFF_COOKIE]
    assert (await maya.post("/api/staff/sign-out")).status == 200
    maya.cookies[STAFF_COOKIE] = stolen
    assert (await maya.get("/api/staff/me")).code == "not_signed_in"


async def test_signing_in_again_ends_the_session_before(world: World) -> None:
    maya = world.browser()
    await maya.sign_in("okafor")
    first = maya.cookies[STAFF_COOKIE]
    await maya.sign_in("okafor")
    maya.cookies[STAFF_COOKIE] = first
    assert (await maya.get("/api/staff/me")).code == "not_signed_in"


async def test_a_session_lasts_a_shift(world: World) -> None:
    maya = world.browser()
    await maya.sign_in("okafor")
    world.clock.passes(seconds=STAFF_SESSION.total_seconds() - 1)
    assert (await maya.get("/api/staff/me")).status == 200
    world.clock.passes(seconds=1)
    assert (await maya.get("/api/staff/me")).code == "not_signed_in"


async def test_a_session_survives_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as before:
        maya = before.browser()
        await maya.sign_in("okafor")
    async with running(tmp_path, clock=before.clock) as after:
        again = after.browser()
        again.cookies = maya.cookies
        assert (await again.get("/api/staff/me")).status == 200


@pytest.mark.parametrize(
    ("budget", "what"), [(SIGN_IN_BY_USER, "okafor"), (SIGN_IN_BY_USER_AND_ADDRESS, "okafor 127.0.0.1")]
)
async def test_a_user_is_throttled_whatever_the_passphrase_and_after_a_restart(
    tmp_path: Path, budget: Budget, what: str
) -> None:
    async with running(tmp_path) as before:
        for _ in range(budget.tries - 1):
            await before.throttle.spend(budget, what)
        assert (await before.browser().sign_in("okafor", "wrong")).code == "sign_in_failed"
    async with running(tmp_path, clock=before.clock) as after:
        assert (await after.browser().sign_in("okafor")).code == "slow_down"
        assert (await after.browser().sign_in("herrera")).status == 200
        after.clock.passes(minutes=16)
        assert (await after.browser().sign_in("okafor")).status == 200


async def test_an_address_is_throttled(world: World) -> None:
    for _ in range(SIGN_IN_BY_ADDRESS.tries):
        await world.throttle.spend(SIGN_IN_BY_ADDRESS, "127.0.0.1")
    assert (await world.browser().sign_in("herrera")).code == "slow_down"


async def test_success_forgets_the_failures_before_it(world: World) -> None:
    here = (SIGN_IN_BY_USER_AND_ADDRESS, "okafor 127.0.0.1")
    for _ in range(SIGN_IN_BY_USER_AND_ADDRESS.tries - 1):
        await world.throttle.spend(*here)
    assert (await world.browser().sign_in("okafor")).status == 200
    assert (await world.browser().sign_in("okafor", "wrong")).code == "sign_in_failed"
    assert not await world.throttle.is_spent(*here)


async def test_a_page_of_somebody_else_cannot_sign_in(world: World) -> None:
    for headers in ({}, {"Origin": "https://evil.example"}):
        assert (await world.stranger(**headers).sign_in("okafor")).code == "wrong_origin"
    cross = world.browser(**{"Sec-Fetch-Site": "cross-site"})
    assert (await cross.sign_in("okafor")).code == "wrong_origin"


async def test_a_member_session_is_no_staff_session(world: World) -> None:
    _, token = await world.books()
    ana = world.browser()
    await ana.redeem(token)
    ana.cookies[STAFF_COOKIE] = ana.cookies["__Host-visit"]
    assert (await ana.get("/api/staff/me")).code == "not_signed_in"


@pytest.mark.parametrize(
    "body",
    [{}, {"user": "okafor"}, {"user": "", "password": "x"}, {"user": "o" * 65, "password": "x"},
     {"user": "okafor", "password": "x" * 257}, {"user": "okafor", "password": 7},
     {"user": "okafor", "password": "x", "roles": ["support"]}, None],
)  # fmt: skip
async def test_a_form_of_another_shape_is_refused(world: World, body: object) -> None:
    answer = await world.browser().post("/api/staff/sign-in", **as_json(body))
    assert (answer.status, answer.code) == (422, "invalid")


async def test_every_demo_account_has_the_demo_passphrase(world: World) -> None:
    for person in seed.STAFF:
        assert (await world.browser().sign_in(person.login)).json["name"] == person.name


async def test_a_person_whom_a_tool_switched_off_loses_their_sockets(world: World) -> None:
    maya = world.browser()
    await maya.sign_in("okafor")
    page = socketio.AsyncClient(reconnection=False)
    out = asyncio.Event()
    page.on("disconnect", namespace="/clinician", handler=lambda *_: out.set())
    headers = {"Cookie": f"{STAFF_COOKIE}={maya.cookies[STAFF_COOKIE]}", "Origin": world.base}
    await page.connect(world.base, headers=headers, namespaces=["/clinician"], transports=["websocket"])
    rows = SqlSessions(world.database)
    await rows.revoke_subject(SessionKind.staff, "okafor", world.clock.now())
    world.clock.passes(seconds=11)
    async with asyncio.timeout(20):
        await out.wait()
    await page.disconnect()


async def test_guesses_sent_all_at_once_are_counted_one_by_one(world: World) -> None:
    guesses = [world.browser().sign_in("okafor", f"wrong {n}") for n in range(14)]
    answers = [answer.code for answer in await asyncio.gather(*guesses)]
    assert answers.count("sign_in_failed") == SIGN_IN_BY_USER_AND_ADDRESS.tries
    assert answers.count("slow_down") == 14 - SIGN_IN_BY_USER_AND_ADDRESS.tries


async def test_a_line_that_is_too_long_turns_the_next_away(world: World) -> None:
    guesses = [world.browser().sign_in(f"nobody{n}", "wrong") for n in range(MOST_IN_LINE + 4)]
    answers = await asyncio.gather(*guesses)
    away = [answer for answer in answers if answer.code == "slow_down"]
    assert len(away) == 4
    assert {answer.headers["Retry-After"] for answer in away} == {str(COME_BACK_SECONDS)}
    assert (await world.browser().sign_in("okafor")).status == 200
