"""One member, one clinician: who wins, who is told, and what lapses."""

import asyncio

import pytest

from tests.signaling.sockets.house import House

pytestmark = pytest.mark.sockets


async def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told_who(house: House) -> None:
    lee, ortiz = await house.clinician("lee"), await house.clinician("ortiz")
    ana = await house.member(checked_in=True)
    answers = await asyncio.gather(lee.does("claim", visit=ana.visit), ortiz.does("claim", visit=ana.visit))
    won = [answer for answer in answers if answer.get("ok")]
    lost = [answer["error"] for answer in answers if "error" in answer]
    assert len(won) == len(lost) == 1
    winner = "lee" if answers[0].get("ok") else "ortiz"
    assert lost[0]["code"] == "claimed_by_other"
    assert (lost[0]["clinician"], lost[0]["name"]) == (winner, f"Dr. {winner.title()}")


async def test_only_the_holder_sees_the_identity_card(house: House) -> None:
    lee, ortiz = await house.clinician("lee"), await house.clinician("ortiz")
    ana = await house.member(checked_in=True)
    await lee.does("claim", visit=ana.visit)
    await lee.until(lambda page: page.visits[ana.visit].get("name") == "Ana Ruiz")
    await ortiz.shows("claimed", ana.visit)
    seen = ortiz.visits[ana.visit]
    assert not {"name", "birth_date", "location", "callback", "present"} & seen.keys()
    assert seen["holder"] == {"id": "lee", "name": "Dr. Lee"}
    await lee.does("release_claim", visit=ana.visit)
    await lee.until(lambda page: "birth_date" not in page.visits[ana.visit])


async def test_a_claim_lapses_and_a_late_admit_is_told_so(house: House) -> None:
    lee = await house.clinician("lee")
    ana = await house.member(checked_in=True)
    await lee.does("claim", visit=ana.visit)
    due = lee.visits[ana.visit]["due"]
    await house.passes(seconds=60)
    await lee.shows("waiting", ana.visit)
    assert lee.visits[ana.visit]["due"] == due
    assert (await lee.does("admit", visit=ana.visit))["error"]["code"] == "claim_expired"
    await ana.shows("waiting")


async def test_a_late_admit_before_anybody_noticed_the_lapse_is_told_so_too(house: House) -> None:
    lee = await house.clinician("lee")
    ana = await house.member(checked_in=True)
    await lee.does("claim", visit=ana.visit)
    house.clock.passes(61)
    assert (await lee.does("admit", visit=ana.visit))["error"]["code"] == "claim_expired"


async def test_a_renewed_claim_does_not_lapse(house: House) -> None:
    lee = await house.clinician("lee")
    ana = await house.member(checked_in=True)
    await lee.does("claim", visit=ana.visit)
    await house.passes(seconds=50)
    assert (await lee.does("renew_claim", visit=ana.visit))["ok"]
    await house.passes(seconds=50)
    assert (await lee.does("admit", visit=ana.visit))["ok"]


async def test_next_patient_takes_who_is_due_first(house: House) -> None:
    lee = await house.clinician("lee")
    ana = await house.member("Ana Ruiz", checked_in=True)
    house.clock.passes(1)
    await house.member("Ben Ode", checked_in=True)
    assert (await lee.asks("next_patient", {}))["visit"] == ana.visit


async def test_next_patient_again_answers_the_same_visit(house: House) -> None:
    lee = await house.clinician("lee")
    ana = await house.member("Ana Ruiz", checked_in=True)
    await house.member("Ben Ode", checked_in=True)
    first = await lee.asks("next_patient", {"id": "n1"})
    again = await lee.asks("next_patient", {"id": "n1"})
    assert first["visit"] == again["visit"] == ana.visit


async def test_two_clinicians_who_ask_at_once_get_two_members(house: House) -> None:
    lee, ortiz = await house.clinician("lee"), await house.clinician("ortiz")
    ana = await house.member("Ana Ruiz", checked_in=True)
    ben = await house.member("Ben Ode", checked_in=True)
    answers = await asyncio.gather(lee.asks("next_patient", {}), ortiz.asks("next_patient", {}))
    assert {answer["visit"] for answer in answers} == {ana.visit, ben.visit}


async def test_nobody_waiting_is_an_answer(house: House) -> None:
    lee = await house.clinician("lee")
    assert (await lee.asks("next_patient", {}))["error"]["code"] == "nobody_waiting"


async def test_a_clinician_in_a_visit_cannot_take_another(house: House) -> None:
    lee = await house.clinician("lee")
    ana = await house.member("Ana Ruiz", checked_in=True)
    ben = await house.member("Ben Ode", checked_in=True)
    await lee.does("claim", visit=ana.visit)
    await lee.does("admit", visit=ana.visit)
    assert (await lee.does("claim", visit=ben.visit))["error"]["code"] == "clinician_busy"
    assert (await lee.asks("next_patient", {}))["error"]["code"] == "clinician_busy"


async def test_a_visit_of_another_clinic_is_no_visit_at_all(house: House) -> None:
    novak = await house.clinician("novak")
    ana = await house.member(checked_in=True)
    mine = await novak.does("claim", visit=ana.visit)
    none = await novak.does("claim", visit="never-was")
    assert mine == none
    assert mine["error"]["code"] == "visit_unknown"
    assert ana.visit not in novak.visits


async def test_a_visit_booked_with_one_clinician_is_not_on_the_others_boards(house: House) -> None:
    lee, ortiz = await house.clinician("lee"), await house.clinician("ortiz")
    ana = await house.member(checked_in=True, clinician="lee")
    await lee.shows("waiting", ana.visit)
    assert lee.visits[ana.visit]["mine"] is True
    assert ana.visit not in ortiz.visits
    assert (await ortiz.does("claim", visit=ana.visit))["error"]["code"] == "named_for_other"


async def test_somebody_who_is_not_the_holder_cannot_admit(house: House) -> None:
    lee, ortiz = await house.clinician("lee"), await house.clinician("ortiz")
    ana = await house.member(checked_in=True)
    await lee.does("claim", visit=ana.visit)
    assert (await ortiz.does("admit", visit=ana.visit))["error"]["code"] == "claimed_by_other"
    assert (await lee.does("admit", visit=ana.visit))["ok"]
