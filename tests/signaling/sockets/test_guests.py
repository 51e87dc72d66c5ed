"""Guests over real sockets: invited from two pages, shown on all of them, and out when they are sent away."""

import asyncio
from typing import Any

import pytest

from tests.signaling.sockets.house import OWN, House, Page
from tests.signaling.sockets.test_refusals import why_not
from waiting_room.core.ids import VisitId

pytestmark = pytest.mark.sockets

MARIA = {"name": "Maria Ruiz", "kind": "family"}
SOL = {"name": "Sol Ibáñez", "kind": "interpreter", "signs": True}


async def in_a_visit(house: House) -> tuple[Page, Page]:
    lee = await house.clinician("lee")
    ana = await house.member(checked_in=True)
    await lee.does("claim", visit=ana.visit)
    await lee.does("admit", visit=ana.visit)
    await ana.shows("in_visit")
    return ana, lee


async def test_both_sides_invite_and_everybody_sees_everybody(house: House) -> None:
    ana, lee = await in_a_visit(house)
    desk = await house.support()
    first = await ana.does("invite_guest", **MARIA)
    second = await lee.does("invite_guest", visit=ana.visit, **SOL)
    assert first["join_url"].startswith("https://visits.example.org/guest#")
    maria = await house.guest(first["join_url"])
    sol = await house.guest(second["join_url"], "laptop")
    names = {first["guest"]: "Maria Ruiz", second["guest"]: "Sol Ibáñez"}
    views = (
        lambda _: ana.view,
        lambda _: lee.visits[ana.visit],
        lambda _: desk.visits[ana.visit],
        lambda _: maria.view,
        lambda _: sol.view,
    )
    for page, seen in zip((ana, lee, desk, maria, sol), views, strict=True):
        await page.until(
            lambda page, seen=seen: (
                {key: one["name"] for key, one in seen(page).get("guests", {}).items() if "joined_at" in one}
                == names
            )
        )
    assert maria.view["state"] == "in_visit"
    assert (maria.view["me"], sol.view["me"]) == (first["guest"], second["guest"])


async def test_the_same_invitation_again_is_answered_alike(house: House) -> None:
    ana, _ = await in_a_visit(house)
    said = {"id": "invite-1", "type": "invite_guest", **MARIA}
    first = await ana.asks("command", said)
    assert await ana.asks("command", said) == first
    assert len(ana.view["guests"]) == 1
    assert first["join_url"].partition("#")[2] not in str(ana.heard)


async def test_after_a_restart_the_same_invitation_asks_for_a_new_link(house: House) -> None:
    ana, _ = await in_a_visit(house)
    said = {"id": "invite-1", "type": "invite_guest", **MARIA}
    first = await ana.asks("command", said)
    links: Any = house.sockets._namespaces[0].parts.links
    links._invited.clear()
    again = await ana.asks("command", said)
    assert (again["guest"], "join_url" in again) == (first["guest"], False)
    renewed = await ana.does("issue_guest_link", guest=first["guest"])
    assert renewed["join_url"] != first["join_url"]


async def test_a_third_guest_and_a_signing_sister_are_refused_with_a_code(house: House) -> None:
    ana, _ = await in_a_visit(house)
    wrong = await ana.does("invite_guest", name="Maria", kind="family", signs=True)
    assert (wrong["error"]["code"], wrong["error"]["field"]) == ("malformed", "signs")
    await ana.does("invite_guest", **MARIA)
    await ana.does("invite_guest", **SOL)
    full = await ana.does("invite_guest", name="Leo", kind="family")
    assert (full["error"]["code"], full["error"]["most"]) == ("guests_full", 2)


async def test_a_guest_waits_is_let_in_and_is_out_on_hold_and_at_the_end(house: House) -> None:
    lee = await house.clinician("lee")
    ana = await house.member(checked_in=True)
    maria = await house.guest((await ana.does("invite_guest", **MARIA))["join_url"])
    assert maria.view["state"] == "waiting"
    await lee.does("claim", visit=ana.visit)
    await lee.does("admit", visit=ana.visit)
    await maria.shows("in_visit")
    await lee.does("suspend", visit=ana.visit)
    await maria.shows("on_hold")
    await lee.does("resume", visit=ana.visit)
    await lee.does("end", visit=ana.visit, outcome="treated")
    await maria.shows("ended")
    assert (await maria.asks("offer", {"sdp": "v=0"}))["error"]["code"] == "visit_ended"


async def test_a_guest_hears_every_record_and_reads_nothing_of_the_member(house: House) -> None:
    ana, lee = await in_a_visit(house)
    maria = await house.guest((await ana.does("invite_guest", **MARIA))["join_url"])
    await ana.does("say", text="Is this Elm Street?")
    await ana.does("give_location", text="12 Oak Street")
    await lee.does("confirm_identity", visit=ana.visit)
    await maria.until(lambda page: page.seq == ana.seq)
    for secret in ("Ruiz, born", "1961", "Street", "0142", "Leo"):
        assert secret not in str(maria.heard)
    assert maria.view["for_name"] == "Ana"


async def test_who_comes_back_gets_what_was_missed(house: House) -> None:
    ana, lee = await in_a_visit(house)
    maria = await house.guest((await ana.does("invite_guest", **MARIA))["join_url"])
    await maria.closes()
    await lee.does("suspend", visit=ana.visit)
    again = Page("/guest")
    again.view, again.seq = maria.view, maria.seq
    await house.connects("/guest", maria.cookie, auth={"seq": maria.seq}, page=again)
    await again.shows("on_hold")
    assert again.all("snapshot") == []


async def test_who_is_removed_reads_it_and_loses_the_socket_and_the_way_back(house: House) -> None:
    ana, _ = await in_a_visit(house)
    invited = await ana.does("invite_guest", **MARIA)
    maria = await house.guest(invited["join_url"])
    assert (await ana.does("remove_guest", guest=invited["guest"]))["ok"]
    await maria.until(lambda page: page.view.get("out") == "removed")
    assert maria.view.keys() == {"visit", "seq", "out"}
    assert (await maria.does("leave_as_guest"))["error"]["code"] == "guest_unknown"
    assert (await maria.asks("offer", {"sdp": "v=0"}))["error"]["code"] == "guest_unknown"
    await asyncio.wait_for(maria.closed.wait(), 5)
    assert await why_not(house, "/guest", maria.cookie) == "no_visit"


async def test_a_new_link_puts_the_old_device_out(house: House) -> None:
    ana, lee = await in_a_visit(house)
    invited = await ana.does("invite_guest", **MARIA)
    lost = await house.guest(invited["join_url"])
    renewed = await lee.does("issue_guest_link", visit=ana.visit, guest=invited["guest"])
    await lost.until(lambda page: page.view.get("out") == "replaced")
    await asyncio.wait_for(lost.closed.wait(), 5)
    maria = await house.guest(renewed["join_url"], "new-phone")
    assert maria.view["me"] == invited["guest"]


async def test_a_member_cannot_remove_whom_the_clinician_invited(house: House) -> None:
    ana, lee = await in_a_visit(house)
    invited = await lee.does("invite_guest", visit=ana.visit, **SOL)
    refused = await ana.does("remove_guest", guest=invited["guest"])
    assert refused["error"]["code"] == "not_inviter"
    assert (await lee.does("remove_guest", visit=ana.visit, guest=invited["guest"]))["ok"]


async def test_a_guest_leaves_and_comes_back_on_the_same_device(house: House) -> None:
    ana, _ = await in_a_visit(house)
    invited = await ana.does("invite_guest", **MARIA)
    maria = await house.guest(invited["join_url"])
    await maria.does("leave_as_guest")
    await ana.until(lambda page: "left_at" in page.view["guests"][invited["guest"]])
    assert (await maria.asks("offer", {"sdp": "v=0"}))["error"]["code"] == "guest_unknown"
    assert (await maria.does("join_as_guest"))["ok"]
    await ana.until(lambda page: "left_at" not in page.view["guests"][invited["guest"]])


async def test_a_guest_invites_nobody_and_names_no_visit(house: House) -> None:
    ana, _ = await in_a_visit(house)
    maria = await house.guest((await ana.does("invite_guest", **MARIA))["join_url"])
    for said in (MARIA, {"guest": maria.view["me"]}):
        assert (await maria.does("invite_guest", **said))["error"]["code"] == "malformed"
        assert (await maria.does("remove_guest", **said))["error"]["code"] == "malformed"
    assert (await maria.does("leave_as_guest", visit=ana.visit))["error"]["code"] == "malformed"


async def test_before_check_in_a_guest_has_no_room_yet(house: House) -> None:
    ana = await house.member()
    maria = await house.guest((await ana.does("invite_guest", **MARIA))["join_url"])
    assert (await maria.asks("offer", {"sdp": "v=0"}))["error"]["code"] == "no_room_yet"


async def test_the_newest_page_of_a_guest_is_the_active_one(house: House) -> None:
    ana, _ = await in_a_visit(house)
    maria = await house.guest((await ana.does("invite_guest", **MARIA))["join_url"])
    second = await house.connects("/guest", maria.cookie)
    await second.hears("snapshot")
    await maria.hears("superseded")
    assert (await maria.asks("offer", {"sdp": "v=0"}))["error"]["code"] == "superseded"


async def test_everybody_of_a_visit_hears_whether_a_guest_is_here_and_the_journal_does_not(
    house: House,
) -> None:
    ana, lee = await in_a_visit(house)
    invited = await ana.does("invite_guest", **MARIA)
    maria = await house.guest(invited["join_url"])
    for page, where in ((ana, OWN), (lee, ana.visit), (maria, OWN)):
        await page.until(
            lambda page, where=where: page.presence.get(where, {}).get("guests") == {invited["guest"]: "here"}
        )
    known = await house.desk.visit(VisitId(ana.visit))
    await maria.closes()
    for page, where in ((ana, OWN), (lee, ana.visit)):
        await page.until(
            lambda page, where=where: page.presence.get(where, {}).get("guests") == {invited["guest"]: "gap"}
        )
    house.clock.passes(60)
    for process in house.processes:
        process.sockets.watch.pass_time()
        await process.sockets.watch.noted()
    for page, where in ((ana, OWN), (lee, ana.visit)):
        await page.until(
            lambda page, where=where: page.presence.get(where, {}).get("guests") == {invited["guest"]: "gone"}
        )
    assert await house.desk.visit(VisitId(ana.visit)) == known
    await ana.does("remove_guest", guest=invited["guest"])
    await lee.until(lambda page: "guests" not in page.presence[ana.visit])


async def test_nothing_is_kept_of_guests_when_the_visit_is_over(house: House) -> None:
    ana, lee = await in_a_visit(house)
    maria = await house.guest((await ana.does("invite_guest", **MARIA))["join_url"])
    await lee.does("end", visit=ana.visit, outcome="treated")
    await maria.shows("ended")
    await maria.closes()
    await ana.closes()
    async with asyncio.timeout(5):
        while any(house.sockets._feed.own[name] for name in ("/member", "/guest")):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    attendance = house.sockets._feed.attendance
    assert not any(attendance._gaps.values())
