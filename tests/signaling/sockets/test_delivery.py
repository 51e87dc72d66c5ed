"""At most once on the wire, exactly once on the page."""

import pytest

from signaling.sessions import MEMBER_COOKIE
from tests.signaling.sockets.house import House, Page, open_house
from waiting_room.core.ids import DeviceId, VisitId

pytestmark = pytest.mark.sockets


async def comes_back(house: House, page: Page, seq: int) -> Page:
    """The same browser, on a new connection that says what it has seen."""
    await page.closes()
    again = Page("/member")
    again.view, again.seq, again.visit = page.view, seq, page.visit
    return await house.connects("/member", page.cookie, auth={"seq": seq}, page=again)


async def test_a_page_that_was_away_gets_just_what_it_missed(house: House) -> None:
    desk = await house.support()
    ana = await house.member(checked_in=True)
    seq = ana.seq
    await ana.closes()
    await desk.does("say", visit=ana.visit, text="The doctor is five minutes late.")
    await desk.does("hold", visit=ana.visit, reason="interpreter_late")
    ana = await comes_back(house, ana, seq)
    await ana.shows("held")
    assert [record["seq"] for record in ana.all("record")][:2] == [seq + 1, seq + 2]
    assert not ana.all("snapshot")
    assert [said["text"] for said in ana.view["line"].values()] == ["The doctor is five minutes late."]


async def test_a_page_that_missed_nothing_gets_nothing(house: House) -> None:
    ana = await comes_back(house, await house.member(checked_in=True), 0)
    assert (await ana.hears("snapshot"))["seq"] > 0
    again = await comes_back(house, ana, ana.seq)
    await again.hears("media")
    assert not again.all("record")
    assert not again.all("snapshot")


async def test_a_page_that_claims_to_know_the_future_gets_a_snapshot(house: House) -> None:
    ana = await comes_back(house, await house.member(), 10_000)
    await ana.hears("snapshot")


async def test_the_same_command_twice_is_done_once(house: House) -> None:
    ana = await house.member()
    said = {"id": "one", "type": "say", "text": "Hello?"}
    first = await ana.asks("command", said)
    again = await ana.asks("command", said)
    assert first == again
    await ana.until(lambda page: len(page.view["line"]) == 1)
    assert ana.seq == first["seq"]


async def test_the_same_id_from_another_role_is_another_command(house: House) -> None:
    desk = await house.support()
    ana = await house.member()
    await ana.asks("command", {"id": "1", "type": "say", "text": "Hello?"})
    await desk.asks("command", {"id": "1", "visit": ana.visit, "type": "say", "text": "Hello Ana."})
    await ana.until(lambda page: len(page.view["line"]) == 2)


async def test_a_refused_command_changes_nothing_and_keeps_the_count(house: House) -> None:
    ana = await house.member()
    seq = ana.seq
    refused = await ana.does("check_in")
    assert refused["error"]["code"] == "not_ready"
    assert "location" in refused["error"]["missing"]
    assert (await ana.does("step", step="consent"))["seq"] == seq + 1


async def test_standing_counts_those_the_same_clinicians_take_first(house: House) -> None:
    ana = await house.member("Ana Ruiz", checked_in=True)
    house.clock.passes(1)
    ben = await house.member("Ben Ode", checked_in=True)
    await ben.until(lambda page: page.standing == {"ahead": 1, "nobody": True})
    lee = await house.clinician("lee")
    await ben.until(lambda page: page.standing == {"ahead": 1, "nobody": False})
    await lee.does("claim", visit=ana.visit)
    await lee.does("admit", visit=ana.visit)
    await ben.until(lambda page: page.standing == {"ahead": 0, "nobody": False})


async def test_only_a_standing_that_changed_is_told(house: House) -> None:
    await house.clinician("lee")
    ana = await house.member("Ana Ruiz", checked_in=True)
    await ana.until(lambda page: page.standing)
    house.sockets._feed.tell_sums()
    told = len(ana.all("standing"))
    house.clock.passes(1)
    ben = await house.member("Ben Ode", checked_in=True)
    await ben.until(lambda page: page.standing.get("ahead") == 1)
    assert len(ana.all("standing")) == told


async def test_the_board_is_in_order_of_due_times(house: House) -> None:
    lee = await house.clinician("lee")
    house.clock.passes(5)
    ben = await house.member("Ben Ode", checked_in=True)
    house.clock.passes(5)
    ana = await house.member("Ana Ruiz", checked_in=True)
    await lee.until(lambda page: page.order[:2] == [ben.visit, ana.visit])
    assert (await house.clinician("ortiz")).order[:2] == [ben.visit, ana.visit]


async def test_a_restart_loses_nothing(house: House, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("restart")
    async with open_house(folder) as first:
        ana = await first.member(checked_in=True)
        view, visit = ana.view, ana.visit
    async with open_house(folder, clock=first.clock) as second:
        lee = await second.clinician("lee")
        assert lee.visits[visit]["short_name"] == "Ana R."
        assert lee.presence[visit] == {"member": "gap"}
        back = await second.connects("/member", await second.redeems(visit))
        await back.hears("snapshot")
        assert back.view["line"] == view["line"]
        assert back.view["callback"] == "+12065550142"
        await lee.until(lambda page: page.presence[visit] == {"member": "here"})


async def test_after_a_restart_a_page_that_was_there_before_is_told_to_connect_its_media_anew(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("restart")
    async with open_house(folder) as first:
        lee, ana = await first.clinician("lee"), await first.member(checked_in=True)
        await lee.does("claim", visit=ana.visit)
        await lee.does("admit", visit=ana.visit)
        await ana.shows("in_visit")
        seq, visit = ana.seq, VisitId(ana.visit)
    async with open_house(folder, clock=first.clock) as second:
        cookie = f"{MEMBER_COOKIE}={await second.sessions.open_member(visit, DeviceId('phone'))}"
        page = Page("/member")
        page.seq = seq
        ana = await second.connects("/member", cookie, auth={"seq": seq}, page=page)
        await ana.hears("media_lost")
        assert ana.all("media")[0]["open"] is True
        lee = await second.connects("/clinician", await second.signs_in("lee"), auth={"seq": 1})
        assert await lee.hears("media_lost") == {"visit": visit}
        assert lee.visits[visit]["birth_date"] == "1961-04-05"
        fresh = await second.clinician("lee")
        assert not fresh.all("media_lost")


async def test_the_newest_page_is_the_active_one_and_the_older_is_told(house: House) -> None:
    ana = await house.member(checked_in=True)
    phone = await house.connects("/member", await house.redeems(ana.visit, device="tablet"))
    await ana.hears("superseded")
    await phone.hears("snapshot")
    assert (await ana.asks("offer", {"sdp": "v=0"}))["error"]["code"] == "superseded"


async def test_the_line_between_member_and_desk(house: House) -> None:
    desk = await house.support()
    ana = await house.member()
    await ana.does("say", text="  I cannot find my camera.\n ")
    await desk.until(lambda page: page.visits[ana.visit].get("line_unread") == 1)
    (said,) = desk.visits[ana.visit]["line"].values()
    assert said["text"] == "I cannot find my camera."
    await desk.does("see_line", visit=ana.visit)
    await desk.until(lambda page: page.visits[ana.visit]["line_unread"] == 0)
    await desk.does("say", visit=ana.visit, text="Press the padlock.")
    await ana.until(lambda page: page.view["line_unread"] == 1)
