"""The chat in a visit, the still picture, more time, and what the desk and clinicians do beside it."""

import pytest

from tests.signaling.sockets.house import House, Page

pytestmark = pytest.mark.sockets


async def in_a_visit(house: House) -> tuple[Page, Page]:
    """Ana and Dr. Lee, face to face."""
    dr = await house.clinician("lee")
    ana = await house.member("Ana Ruiz", checked_in=True)
    await dr.does("claim", visit=ana.visit)
    await dr.does("admit", visit=ana.visit)
    await ana.shows("in_visit")
    await dr.shows("in_visit", ana.visit)
    return ana, dr


def texts(view: dict[str, object]) -> list[str]:
    chat = view.get("chat", {})
    assert isinstance(chat, dict)
    return [entry["text"] for entry in chat.values()]


async def test_what_one_writes_the_other_reads_and_nobody_else(house: House) -> None:
    other, desk = await house.clinician("ortiz"), await house.support()
    ana, dr = await in_a_visit(house)
    assert (await ana.does("write_chat", text="It itches.\nHere."))["ok"]
    await dr.until(lambda page: texts(page.visits[ana.visit]) == ["It itches.\nHere."])
    assert dr.visits[ana.visit]["chat_unread"] == 1
    assert (await dr.does("see_chat", visit=ana.visit))["ok"]
    await dr.does("write_chat", visit=ana.visit, text="Since when?")
    await ana.until(lambda page: texts(page.view) == ["It itches.\nHere.", "Since when?"])
    assert "chat_unread" not in dr.visits[ana.visit]
    assert ana.view["chat_unread"] == 1
    for page in (other, desk):
        assert "itches" not in str(page.heard)
    refused = await other.does("write_chat", visit=ana.visit, text="hello")
    assert refused["error"]["code"] == "claimed_by_other"


async def test_a_page_that_was_away_reads_what_was_written_meanwhile(house: House) -> None:
    ana, dr = await in_a_visit(house)
    seq, cookie = ana.seq, ana.cookie
    await ana.closes()
    await dr.does("write_chat", visit=ana.visit, text="Are you there?")
    again = Page("/member")
    again.view, again.seq = ana.view, seq
    again = await house.connects("/member", cookie, auth={"seq": seq}, page=again)
    await again.until(lambda page: texts(page.view) == ["Are you there?"])
    assert not again.all("snapshot")


@pytest.mark.parametrize("text", ["", "   ", "x" * 501, "rash\u202ehsar", "bell\x07", 5, None])
async def test_what_is_no_message_is_refused(house: House, text: object) -> None:
    ana, _ = await in_a_visit(house)
    seq = ana.seq
    assert (await ana.does("write_chat", text=text))["error"]["code"] == "malformed"
    assert ana.seq == seq


async def test_a_still_picture_is_asked_for_and_declined(house: House) -> None:
    ana, dr = await in_a_visit(house)
    assert (await ana.does("ask_still"))["error"]["code"] == "malformed"
    assert (await dr.does("ask_still", visit=ana.visit))["ok"]
    await ana.until(lambda page: "still_asked_at" in page.view)
    assert (await ana.does("decline_still", reason="declined"))["ok"]
    await dr.until(lambda page: "still_asked_at" not in page.visits[ana.visit])
    assert [entry["kind"] for entry in dr.visits[ana.visit]["chat"].values()] == [
        "still_asked",
        "still_declined",
    ]
    await dr.does("ask_still", visit=ana.visit)
    assert (await dr.does("decline_still", visit=ana.visit))["ok"]
    await ana.until(lambda page: "still_asked_at" not in page.view)


async def test_more_time_is_shown_to_both(house: House) -> None:
    ana, dr = await in_a_visit(house)
    before = ana.view["planned_end"]
    assert (await dr.does("extend", visit=ana.visit, minutes=10))["ok"]
    await ana.until(lambda page: page.view.get("extra_minutes") == 10)
    assert ana.view["planned_end"] > before
    assert (await dr.does("extend", visit=ana.visit, minutes=45))["error"]["code"] == "malformed"


async def test_a_clinician_holds_back_and_releases(house: House) -> None:
    dr, ana = await house.clinician("lee"), await house.member(checked_in=True)
    assert (await dr.does("hold", visit=ana.visit, reason="paperwork"))["ok"]
    await ana.shows("held")
    assert (await dr.does("claim", visit=ana.visit))["error"]["code"] == "visit_held"
    assert (await dr.does("release", visit=ana.visit))["ok"]
    await ana.shows("waiting")


async def test_a_clinician_of_another_clinic_holds_nobody_back(house: House) -> None:
    novak, ana = await house.clinician("novak"), await house.member(checked_in=True)
    answer = await novak.does("hold", visit=ana.visit, reason="paperwork")
    assert answer["error"]["code"] == "visit_unknown"


async def test_the_desk_puts_a_visit_on_hold_back_in_line_but_not_a_running_one(house: House) -> None:
    desk = await house.support()
    ana, dr = await in_a_visit(house)
    assert (await desk.does("requeue", visit=ana.visit))["error"]["code"] == "wrong_state"
    await dr.does("suspend", visit=ana.visit, reason="other_patient")
    await ana.until(lambda page: page.view.get("hold_reason") == "other_patient")
    assert (await desk.does("requeue", visit=ana.visit))["ok"]
    await ana.shows("waiting")


async def test_in_other_hands(house: House) -> None:
    desk = await house.support()
    ana, dr = await in_a_visit(house)
    other = await house.clinician("ortiz")
    answer = await other.does("redirect", visit=ana.visit, reason="urgent_care")
    assert answer["error"]["code"] == "claimed_by_other"
    assert (await dr.does("redirect", visit=ana.visit, reason="emergency_services"))["ok"]
    await ana.shows("redirected")
    ben = await house.member("Ben Ode", checked_in=True)
    assert (await desk.does("redirect", visit=ben.visit, reason="urgent_care"))["ok"]
    await ben.shows("redirected")
