"""A visit from the first page to the last, over real sockets and a real database."""

import pytest

from tests.signaling.sockets.house import House

pytestmark = pytest.mark.sockets


async def test_a_whole_visit(house: House) -> None:
    dr = await house.clinician("lee")
    desk = await house.support()
    ana = await house.member("Ana Ruiz")
    await ana.checks_in()
    await ana.shows("waiting")
    await dr.shows("waiting", ana.visit)
    await desk.shows("waiting", ana.visit)
    assert dr.visits[ana.visit]["short_name"] == "Ana R."
    assert "birth_date" not in dr.visits[ana.visit]

    assert (await dr.asks("next_patient", {}))["visit"] == ana.visit
    await dr.until(lambda page: page.visits[ana.visit].get("birth_date") == "1961-04-05")
    assert dr.visits[ana.visit]["callback"] == "+12065550142"
    await ana.shows("claimed")
    assert ana.view["clinician"]["name"] == "Dr. Lee"

    admitted = await dr.does("admit", visit=ana.visit)
    await ana.shows("in_visit")
    await dr.shows("in_visit", ana.visit)
    assert admitted == {"ok": True, "seq": ana.seq}

    assert (await dr.does("confirm_identity", visit=ana.visit))["ok"]
    assert (await dr.does("end", visit=ana.visit, outcome="treated"))["ok"]
    await ana.shows("completed")
    await dr.until(lambda page: ana.visit not in page.visits)
    await desk.until(lambda page: ana.visit not in page.visits)
