"""A guest's link: looked at by anybody who has it, good for one device, and one answer when it is not."""

from typing import Any

import pytest

from signaling.links import Invited, NewGuest
from signaling.sessions import GUEST_COOKIE
from signaling.throttle import GUEST_BY_ADDRESS
from tests.signaling.house import ANA_BORN, Asker, World, as_json
from waiting_room.core import commands_guests as g
from waiting_room.core.ids import CommandId, GuestId, VisitId
from waiting_room.core.model import Actor, GuestKind, Role
from waiting_room.core.refusals import Refused

pytestmark = pytest.mark.sockets

ANA = Actor(Role.member, "phone")


async def invites(world: World, name: str = "Maria Ruiz") -> tuple[VisitId, GuestId, str]:
    """A member who is in invites somebody: the visit, the guest, and the secret of the link."""
    visit, token = await world.books()
    await world.browser().redeem(token, ANA_BORN)
    return visit, *await invites_to(world, visit, name)


async def invites_to(world: World, visit: VisitId, name: str) -> tuple[GuestId, str]:
    invited = await world.house.links.invite(
        visit,
        NewGuest(name=name, kind=GuestKind.family),
        ANA,
        CommandId(world.ids.new()),
        world.clock.now(),
    )
    assert isinstance(invited, Invited)
    assert invited.join_url is not None
    return invited.guest, invited.join_url.partition("#")[2]


async def does(world: World, visit: VisitId, command: Any) -> None:
    answer = await world.house.desk.execute(
        visit, command, ANA, world.clock.now(), CommandId(world.ids.new())
    )
    assert not isinstance(answer, Refused)


async def joins(asker: Asker, token: str) -> Any:
    return await asker.post("/api/guest/join", {"token": token})


async def looks(asker: Asker, token: str) -> Any:
    return await asker.post("/api/guest/look", {"token": token})


async def test_looking_says_whose_link_it_is_and_changes_nothing(world: World) -> None:
    visit, _, token = await invites(world)
    before = await world.seq(visit)
    answer = await looks(world.browser(), token)
    assert answer.json == {
        "name": "Maria Ruiz",
        "kind": "family",
        "signs": False,
        "ended": False,
        "clinic": {"name": "Harbor Family Clinic", "desk_phone": answer.json["clinic"]["desk_phone"]},
    }
    assert await world.seq(visit) == before
    assert GUEST_COOKIE not in answer.cookies


async def test_the_button_lets_this_browser_in(world: World) -> None:
    visit, guest, token = await invites(world)
    answer = await joins(world.browser(), token)
    assert (answer.status, answer.json) == (200, {"visit": visit})
    cookie = answer.cookies[GUEST_COOKIE]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    found = await world.house.desk.visit(visit)
    assert found is not None
    assert [(one.id, one.joined_at) for one in found.guests] == [(guest, world.clock.now())]


async def test_a_second_device_is_refused_and_the_first_goes_on(world: World) -> None:
    visit, _, token = await invites(world)
    maria, other = world.browser(), world.browser()
    await joins(maria, token)
    before = await world.house.desk.visit(visit)
    refused = await joins(other, token)
    assert (refused.status, refused.code) == (409, "guest_link_used")
    assert GUEST_COOKIE not in refused.cookies
    assert await world.house.desk.visit(visit) == before
    assert (await joins(maria, token)).status == 200
    assert await world.house.desk.visit(visit) == before


async def test_a_browser_keeps_its_device_over_visits_but_is_one_guest_in_each(world: World) -> None:
    visit, _, first = await invites(world)
    maria = world.browser()
    await joins(maria, first)
    _, second = await invites_to(world, visit, "Leo")
    assert (await joins(maria, second)).status == 200
    elsewhere, _, third = await invites(world)
    assert (await joins(maria, third)).status == 200
    here, there = await world.house.desk.visit(visit), await world.house.desk.visit(elsewhere)
    assert here is not None
    assert there is not None
    assert here.guests[0].device != here.guests[1].device
    assert there.guests[0].device == here.guests[1].device


async def test_unknown_removed_replaced_and_a_members_own_link_are_one_answer(world: World) -> None:
    removed_from, guest, removed = await invites(world)
    await does(world, removed_from, g.RemoveGuest(guest=guest))
    replaced_in, guest, replaced = await invites(world)
    renewed = await world.house.links.renew(replaced_in, guest, ANA, CommandId("renew"), world.clock.now())
    assert isinstance(renewed, Invited)
    own = await world.links(replaced_in)
    for ask in (looks, joins):
        answers = [await ask(world.browser(), token) for token in ("nothing", removed, replaced, own)]
        assert {(answer.status, answer.text) for answer in answers} == {(404, answers[0].text)}
        assert answers[0].code == "guest_link_unknown"


async def test_after_the_end_a_link_says_so_and_lets_nobody_in(world: World) -> None:
    visit, _, token = await invites(world)
    await world.program().post(f"/api/v1/visits/{visit}/cancel", {})
    assert (await looks(world.browser(), token)).json["ended"] is True
    assert (await joins(world.browser(), token)).code in {"visit_ended", "visit_cancelled"}


async def test_a_guests_link_is_no_members_link(world: World) -> None:
    _, _, token = await invites(world)
    assert (await world.browser().redeem(token, ANA_BORN)).code == "not_recognised"


async def test_a_guests_cookie_opens_nothing_of_the_members(world: World) -> None:
    _, _, token = await invites(world)
    maria = world.browser()
    await joins(maria, token)
    assert (await maria.get("/api/member/visit")).code == "no_visit"
    maria.cookies["__Host-visit"] = maria.cookies[GUEST_COOKIE]
    assert (await maria.get("/api/member/visit")).code == "no_visit"


@pytest.mark.parametrize("path", ["/api/guest/look", "/api/guest/join"])
async def test_guessing_from_one_address_is_slowed_down(world: World, path: str) -> None:
    for _ in range(GUEST_BY_ADDRESS.tries - 1):
        await world.throttle.spend(GUEST_BY_ADDRESS, "127.0.0.1")
    guesser = world.browser()
    assert (await guesser.post(path, {"token": "guess"})).code == "guest_link_unknown"
    assert (await guesser.post(path, {"token": "guess"})).code == "slow_down"


@pytest.mark.parametrize(
    "body", [{}, {"token": ""}, {"token": "x" * 129}, {"token": 7}, {"token": "x", "a": 1}]
)
@pytest.mark.parametrize("path", ["/api/guest/look", "/api/guest/join"])
async def test_a_body_of_another_shape_is_refused(world: World, path: str, body: object) -> None:
    answer = await world.browser().post(path, **as_json(body))
    assert (answer.status, answer.code) == (422, "invalid")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_who_only_opens_the_link_changes_nothing(world: World, method: str) -> None:
    visit, _, token = await invites(world)
    before = await world.seq(visit)
    scanner = world.stranger(**{"User-Agent": "Mozilla/5.0 (SafeLinks)"})
    for path in ("/guest", f"/guest?token={token}", "/api/guest/join"):
        answer = await scanner.ask(method, path)
        assert "Maria" not in answer.text
    assert await world.seq(visit) == before
