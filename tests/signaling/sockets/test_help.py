"""The desk helps over the sockets: it sees the device, shows steps, writes notes, and calls instead."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from signaling.sockets.fixes import FixCard
from tests.signaling.sockets.house import SOUTH, House, Page
from waiting_room.core.ids import VisitId

pytestmark = pytest.mark.sockets

IPHONE: dict[str, Any] = {
    "system": "ios",
    "browser": "safari",
    "inside": "mail",
    "camera": "blocked",
    "microphone": "granted",
    "error": "camera_blocked",
    "card": "open_browser_ios",
    "connection": "idle",
}


async def reports(ana: Page, **changes: Any) -> Any:
    return await ana.asks("report", {**IPHONE, **changes})


async def test_the_desk_sees_on_what_device_a_member_is_stuck(house: House) -> None:
    desk, ana = await house.support(), await house.member()
    assert await reports(ana) == {"ok": True}
    await desk.until(lambda page: page.reports.get(ana.visit))
    at = "2026-03-02T09:00:00.000Z"
    last = {"code": "camera_blocked", "at": at}
    told = IPHONE["card"]
    assert desk.reports[ana.visit] == {**IPHONE, "at": at, "last_error": last, "told": told}


async def test_the_last_error_stays_when_it_is_over(house: House) -> None:
    desk, ana = await house.support(), await house.member()
    await reports(ana)
    house.clock.passes(30)
    await reports(ana, error=None, card=None, camera="granted")
    await desk.until(lambda page: page.reports.get(ana.visit, {}).get("camera") == "granted")
    seen = desk.reports[ana.visit]
    assert not {"error", "card"} & seen.keys()
    assert seen["told"] == "open_browser_ios"
    assert seen["last_error"] == {"code": "camera_blocked", "at": "2026-03-02T09:00:00.000Z"}
    assert seen["at"] == "2026-03-02T09:00:30.000Z"


async def test_a_console_that_opens_later_has_the_reports_with_its_board(house: House) -> None:
    ana = await house.member()
    await reports(ana)
    desk, dr = await house.support(), await house.clinician()
    assert desk.reports[ana.visit]["system"] == "ios"
    assert not dr.reports


async def test_a_report_reaches_the_desk_of_the_clinic_and_nobody_else(house: House) -> None:
    kim, sam, dr, ana = (
        await house.support("kim"), await house.support("sam"), await house.clinician(), await house.member(),
    )  # fmt: skip
    ben = await house.member("Ben Ito", clinic=SOUTH)
    await reports(ana)
    await reports(ben)
    await kim.until(lambda page: ben.visit in page.reports)
    await sam.until(lambda page: {ana.visit, ben.visit} <= page.reports.keys())
    assert ana.visit not in kim.reports
    assert not dr.all("report")


async def test_the_same_report_is_told_once_and_nothing_of_it_is_journaled(house: House) -> None:
    desk, ana = await house.support(), await house.member()
    before = await house.desk.visit(VisitId(ana.visit))
    for _ in range(3):
        await reports(ana)
    await reports(ana, error=None)
    await desk.until(lambda page: "error" not in page.reports.get(ana.visit, {"error": 1}))
    assert len(desk.all("report")) == 2
    assert await house.desk.visit(VisitId(ana.visit)) == before


async def test_a_report_ends_with_its_visit(house: House) -> None:
    desk, ana = await house.support(), await house.member()
    await reports(ana)
    await desk.does("cancel", visit=ana.visit, reason="member_asked")
    await ana.shows("cancelled")
    assert (await reports(ana))["error"]["code"] == "visit_ended"
    assert ana.visit not in (await house.support()).reports


@pytest.mark.parametrize(
    "wrong",
    [
        {"system": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)"},
        {"user_agent": "Mozilla/5.0"},
        {"camera": "maybe"},
        {"card": "call_your_mother"},
        {"error": "camera_blocked; drop table"},
    ],
)
async def test_a_report_holds_codes_only(house: House, wrong: dict[str, str]) -> None:
    desk, ana = await house.support(), await house.member()
    assert (await reports(ana, **wrong))["error"]["code"] == "malformed"
    assert not desk.all("report")


async def test_a_page_that_was_superseded_reports_nothing(house: House) -> None:
    ana = await house.member()
    await (await house.connects("/member", ana.cookie)).hears("snapshot")
    await ana.hears("superseded")
    assert (await reports(ana))["error"]["code"] == "superseded"


async def test_steps_go_to_the_member_and_the_answer_comes_back(house: House) -> None:
    desk, ana = await house.support(), await house.member()
    assert (await desk.does("show_fix", visit=ana.visit, card="close_other_program"))["ok"]
    await ana.until(lambda page: page.view.get("fix", {}).get("card") == "close_other_program")
    assert (await ana.does("answer_fix", card="close_other_program", helped=False))["ok"]
    await desk.until(lambda page: page.visits[ana.visit]["fix"].get("helped") is False)
    await ana.until(lambda page: "fix" not in page.view)
    late = await ana.does("answer_fix", card="call_us", helped=True)
    assert late["error"]["code"] == "fix_replaced"


async def test_a_card_that_is_not_in_the_catalogue_is_refused(house: House) -> None:
    desk, ana = await house.support(), await house.member()
    answer = await desk.does("show_fix", visit=ana.visit, card="restart_the_moon")
    assert answer["error"]["code"] == "malformed"
    assert "fix" not in ana.view


async def test_a_note_is_seen_by_staff_and_never_sent_to_the_member(house: House) -> None:
    desk, dr, ana = await house.support(), await house.clinician(), await house.member(checked_in=True)
    assert (await desk.does("write_note", visit=ana.visit, text="Hard of hearing"))["ok"]
    await desk.until(lambda page: "notes" in page.visits[ana.visit])
    await dr.does("claim", visit=ana.visit)
    await dr.until(lambda page: "notes" in page.visits[ana.visit])
    (note,) = dr.visits[ana.visit]["notes"].values()
    assert note == {"by": {"name": "Dr. Sam"}, "text": "Hard of hearing", "at": "2026-03-02T09:00:00.000Z"}
    await ana.shows("claimed")
    assert "Hard of hearing" not in json.dumps(ana.heard)


async def test_who_helps_is_on_every_console_of_the_desk(house: House) -> None:
    one, other, ana = await house.support(), await house.support(), await house.member()
    await one.does("begin_help", visit=ana.visit)
    await other.until(lambda page: page.visits[ana.visit].get("helper") == {"id": "sam", "name": "Dr. Sam"})
    await other.does("end_help", visit=ana.visit)
    await one.until(lambda page: "helper" not in page.visits[ana.visit])


async def test_call_me_instead_from_the_wish_to_the_outcome(house: House) -> None:
    desk, dr, ana = await house.support(), await house.clinician(), await house.member(checked_in=True)
    assert (await ana.does("ask_for_call"))["ok"]
    await desk.until(lambda page: "call_requested_at" in page.visits[ana.visit])
    assert desk.visits[ana.visit]["callback"] == "+12065550142"
    await dr.until(lambda page: "call_requested_at" in page.visits[ana.visit])

    assert (await desk.does("change_mode", visit=ana.visit, mode="phone"))["ok"]
    await ana.until(lambda page: page.view["mode"] == "phone")
    await ana.closes()
    await house.passes(300)
    await dr.does("claim", visit=ana.visit)
    await dr.does("admit", visit=ana.visit)
    for call in ("calling", "not_reached", "calling", "reached"):
        assert (await dr.does("note_call", visit=ana.visit, call=call))["ok"], call
    await dr.until(lambda page: page.visits[ana.visit].get("call_tries") == 2)
    assert (await dr.does("end", visit=ana.visit, outcome="treated"))["ok"]


async def test_a_telephone_visit_has_no_media_room(house: House) -> None:
    dr, ana = await house.clinician(), await house.member(checked_in=True)
    await dr.does("claim", visit=ana.visit)
    await dr.does("change_mode", visit=ana.visit, mode="phone")
    await ana.until(lambda page: page.view["mode"] == "phone")
    assert (await ana.asks("offer", {"sdp": "v=0"}))["error"]["code"] == "no_room_yet"
    assert (await dr.asks("offer", {"visit": ana.visit, "sdp": "v=0"}))["error"]["code"] == "no_room_yet"
    await dr.does("admit", visit=ana.visit)
    assert not house.rooms.now(VisitId(ana.visit), "member").open


def test_the_catalogue_of_the_pages_is_the_catalogue_of_the_server() -> None:
    folder = Path(__file__).parents[3] / "web_client" / "src" / "kit" / "fixes"
    for language in ("en", "es"):
        words = json.loads((folder / f"{language}.json").read_text())
        titled = [key.split(".")[1] for key in words if key.endswith(".title")]
        assert titled == list(get_args(FixCard))
