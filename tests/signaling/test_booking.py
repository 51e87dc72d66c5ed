"""What a booking program sends, gets and may repeat."""

import asyncio
from typing import Any

import pytest

from signaling.ids import sha256_of
from signaling.throttle import KEY_BY_ADDRESS
from tests.signaling.house import Answer, World, as_json
from waiting_room.core.ids import VisitId

pytestmark = pytest.mark.sockets


def a_visit(**changes: Any) -> dict[str, Any]:
    member = {"ref": "H-77", "name": "Ana Reyes", "birth_date": "1987-04-12"}
    member |= changes.pop("member", {})
    return {
        "clinic": "harbor",
        "start": "2026-06-01T12:05:00-07:00",
        "minutes": 20,
        "mode": "video",
        "member": member,
    } | changes


async def books(world: World, key: str | None = None, **changes: Any) -> Answer:
    headers = {"Idempotency-Key": key} if key else {}
    return await world.program().post("/api/v1/visits", a_visit(**changes), headers=headers)


def token_of(answer: Answer) -> str:
    return str(answer.json["join_url"]).partition("#")[2]


async def test_a_booked_visit_can_be_joined_by_its_link(world: World) -> None:
    answer = await books(world, reason="Cough", clinician="okafor", member={"phone": "(206) 555-0123"})
    assert answer.status == 201
    assert answer.headers["Location"] == f"/api/v1/visits/{answer.json['id']}"
    assert answer.json["join_url"].startswith(f"{world.base}/visit#")
    assert answer.json["start"] == "2026-06-01T19:05:00Z"
    assert answer.json["clinician"] == "okafor"
    assert (await world.browser().redeem(token_of(answer))).status == 200


async def test_the_link_is_shown_once(world: World) -> None:
    booked = (await books(world)).json
    read = await world.program().get(f"/api/v1/visits/{booked['id']}")
    assert read.json == {name: value for name, value in booked.items() if name != "join_url"}
    assert read.json["state"] == "booked"


async def test_what_the_member_typed_is_not_told(world: World) -> None:
    booked = await books(world)
    read = await world.program().get(f"/api/v1/visits/{booked.json['id']}")
    for secret in ("Ana", "1987"):
        assert secret not in booked.text
        assert secret not in read.text


async def test_a_repetition_is_the_same_request(world: World) -> None:
    first = await books(world, "monday-1")
    seq = await world.seq(VisitId(first.json["id"]))
    again = await books(world, "monday-1")
    assert (again.status, again.text) == (first.status, first.text)
    assert await world.seq(VisitId(first.json["id"])) == seq


async def test_repetitions_at_the_same_moment_book_once(world: World) -> None:
    answers = await asyncio.gather(*(books(world, "monday-1") for _ in range(8)))
    assert len({answer.text for answer in answers}) == 1


async def test_without_a_key_every_request_books(world: World) -> None:
    assert (await books(world)).json["id"] != (await books(world)).json["id"]


async def test_a_used_key_for_another_request_is_a_conflict(world: World) -> None:
    await books(world, "monday-1")
    answer = await books(world, "monday-1", minutes=30)
    assert (answer.status, answer.code) == (409, "idempotency_conflict")


@pytest.mark.parametrize("key", ["", "two words", "x" * 129, "käse"])
async def test_a_strange_idempotency_key_is_refused(world: World, key: str) -> None:
    answer = await world.program().post("/api/v1/visits", a_visit(), headers={"Idempotency-Key": key})
    assert (answer.status, answer.code) == (400, "idempotency_key_invalid")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"clinic": "nowhere"}, "clinic_unknown"),
        ({"clinician": "nobody"}, "clinician_unknown"),
        ({"clinician": "nakamura"}, "clinician_unknown"),  # works elsewhere
        ({"clinician": "desk"}, "clinician_unknown"),
        ({"member": {"phone": "12"}}, "phone_invalid"),
        ({"member": {"phone": "call me"}}, "phone_invalid"),
        ({"start": "2026-06-01T10:00:00-07:00"}, "start_in_past"),
        ({"start": "2028-06-01T10:00:00-07:00"}, "invalid"),
        ({"start": "9999-12-31T23:59:00Z", "minutes": 240}, "invalid"),
        ({"start": "9999-12-31T23:59:00-14:00"}, "invalid"),
        ({"start": "2026-06-01T12:05:00"}, "invalid"),  # no offset
        ({"start": 1780340700}, "invalid"),
        ({"start": "noon"}, "invalid"),
        ({"minutes": 4}, "invalid"),
        ({"minutes": 241}, "invalid"),
        ({"minutes": "20"}, "invalid"),
        ({"minutes": 20.5}, "invalid"),
        ({"mode": "fax"}, "invalid"),
        ({"clinic": "a b"}, "invalid"),
        ({"clinic": None}, "invalid"),
        ({"colour": "blue"}, "invalid"),
        ({"reason": "x" * 201}, "invalid"),
        ({"reason": "a\u0000b"}, "invalid"),
        ({"member": {"name": ""}}, "invalid"),
        ({"member": {"name": "Ana\u202eseyeR"}}, "invalid"),
        ({"member": {"name": "x" * 121}}, "invalid"),
        ({"member": {"birth_date": "2026-13-01"}}, "invalid"),
        ({"member": {"birth_date": "2027-01-01"}}, "invalid"),
        ({"member": {"birth_date": "1850-01-01"}}, "invalid"),
        ({"member": {"email": "not an address"}}, "invalid"),
        ({"member": {"language": "tlh"}}, "invalid"),
        ({"member": {"interpreter": "yes"}}, "invalid"),
        ({"member": {"ssn": "000"}}, "invalid"),
        ({"member": []}, "invalid"),
    ],
)
async def test_what_cannot_be_booked_is_refused_with_a_code_and_a_sentence(
    world: World, changes: dict[str, Any], code: str
) -> None:
    body = a_visit()
    if isinstance(changes.get("member"), dict):
        body["member"] |= changes["member"]
    else:
        body |= changes
    answer = await world.program().post("/api/v1/visits", **as_json(body))
    assert answer.code == code
    assert answer.status in (400, 422)
    assert answer.json["error"]["sentence"]
    assert "Ana" not in answer.text
    assert await world.house.desk.open_visits() == ()


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"data": b"{", "headers": {"Content-Type": "application/json"}}, 400, "malformed"),
        ({"data": b"", "headers": {"Content-Type": "application/json"}}, 400, "malformed"),
        ({"data": b"\xff\xfe", "headers": {"Content-Type": "application/json"}}, 400, "malformed"),
        ({"data": b"[" * 20000, "headers": {"Content-Type": "application/json"}}, 400, "malformed"),
        ({"data": b"{}", "headers": {"Content-Type": "text/plain"}}, 415, "not_json"),
        ({"data": b"{}", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 415, "not_json"),
        ({"data": b" " * 32769, "headers": {"Content-Type": "application/json"}}, 413, "too_large"),
    ],
)
async def test_a_body_that_is_no_json_of_ours_is_refused(
    world: World, more: dict[str, Any], status: int, code: str
) -> None:
    answer = await world.program().post("/api/v1/visits", **more)
    assert (answer.status, answer.code) == (status, code)


async def test_a_body_without_a_length_is_bounded_too(world: World) -> None:
    async def endless() -> Any:
        for _ in range(64):
            yield b" " * 1024

    answer = await world.program().post(
        "/api/v1/visits", data=endless(), headers={"Content-Type": "application/json"}
    )
    assert (answer.status, answer.code) == (413, "too_large")


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Bearer vv_wrong", "Basic dXNlcg==", "vv_x"]
)
async def test_without_a_good_key_nothing_is_told(world: World, authorization: str) -> None:
    program = world.stranger(Authorization=authorization)
    for method, path in (("POST", "/api/v1/visits"), ("GET", "/api/v1/visits/any")):
        answer = await program.ask(method, path, a_visit() if method == "POST" else None)
        assert (answer.status, answer.code) == (401, "api_key_needed")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_revoked_key_is_nothing(world: World) -> None:
    key = await world.house.keys.find(sha256_of(world.api_key))
    assert key is not None
    await world.house.keys.revoke(key.id, world.clock.now())
    assert (await books(world)).code == "api_key_needed"


async def test_guessing_keys_is_slowed_down(world: World) -> None:
    for _ in range(KEY_BY_ADDRESS.tries):
        await world.throttle.spend(KEY_BY_ADDRESS, "127.0.0.1")
    assert (await world.stranger(Authorization="Bearer vv_guess").get("/api/v1/visits/x")).code == "slow_down"


async def test_a_cookie_is_no_key(world: World) -> None:
    maya = world.browser()
    await maya.sign_in("okafor")
    assert (await maya.post("/api/v1/visits", a_visit())).code == "api_key_needed"


async def test_a_page_of_somebody_else_cannot_use_a_key(world: World) -> None:
    program = world.program()
    answer = await program.post("/api/v1/visits", a_visit(), headers={"Origin": "https://evil.example"})
    assert answer.code == "wrong_origin"


async def test_a_visit_moves_until_its_member_is_here(world: World) -> None:
    booked = await books(world)
    path = f"/api/v1/visits/{booked.json['id']}/reschedule"
    moved = await world.program().post(path, {"start": "2026-06-01T19:30:00Z", "minutes": 30})
    assert (moved.status, moved.json["start"], moved.json["minutes"]) == (200, "2026-06-01T19:30:00Z", 30)
    assert (await world.browser().redeem(token_of(booked))).status == 200
    again = await world.program().post(path, {"start": "2026-06-01T20:30:00Z", "minutes": 30})
    assert (again.status, again.code) == (409, "already_arrived")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"start": "2026-06-01T17:00:00Z", "minutes": 20}, "start_in_past"),
        ({"start": "2026-06-01T19:30:00Z"}, "invalid"),
        ({"start": "2026-06-01T19:30:00Z", "minutes": 500}, "invalid"),
    ],
)
async def test_a_visit_does_not_move_just_anywhere(world: World, body: dict[str, Any], code: str) -> None:
    booked = await books(world)
    assert (await world.program().post(f"/api/v1/visits/{booked.json['id']}/reschedule", body)).code == code


async def test_a_cancelled_visit_stays_cancelled(world: World) -> None:
    path = f"/api/v1/visits/{(await books(world)).json['id']}"
    cancelled = await world.program().post(f"{path}/cancel", {"reason": "member_asked"})
    assert (cancelled.json["state"], cancelled.json["reason"]) == ("cancelled", "member_asked")
    for verb, body in (
        ("cancel", {}),
        ("reschedule", {"start": "2026-06-01T19:30:00Z", "minutes": 20}),
        ("links", None),
    ):
        answer = await world.program().post(f"{path}/{verb}", body)
        assert (answer.status, answer.code) == (409, "visit_cancelled")


async def test_a_reason_is_a_code_not_a_sentence(world: World) -> None:
    path = f"/api/v1/visits/{(await books(world)).json['id']}/cancel"
    assert (await world.program().post(path, {"reason": "Ana called us"})).code == "invalid"


async def test_a_new_link_replaces_the_first_and_can_be_asked_for_twice(world: World) -> None:
    booked = await books(world)
    path = f"/api/v1/visits/{booked.json['id']}/links"
    first = await world.program().post(path, headers={"Idempotency-Key": "again"})
    second = await world.program().post(path, headers={"Idempotency-Key": "again"})
    assert first.status == 201
    assert first.text == second.text
    assert token_of(first) != token_of(booked)
    assert (await world.browser().redeem(token_of(booked))).code == "not_recognised"
    assert (await world.browser().redeem(token_of(first))).status == 200


@pytest.mark.parametrize("visit", ["nobody", "a" * 65, "..", "%2e%2e", "x;y"])
async def test_an_unknown_visit_is_not_found(world: World, visit: str) -> None:
    answer = await world.program().get(f"/api/v1/visits/{visit}")
    assert (answer.status, answer.code) in ((404, "visit_unknown"), (404, "not_found"))
