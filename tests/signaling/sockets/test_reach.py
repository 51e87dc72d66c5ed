"""Nobody reaches further than their row in the policy says: generated from the policy itself."""

from typing import Any

import pytest

from signaling.sockets.namespace import MOST_PER_SESSION
from signaling.sockets.policy import EVENT_POLICY
from tests.signaling.sockets.house import NORTH, SOUTH, House, Page, command_id
from waiting_room.core.ids import VisitId

pytestmark = pytest.mark.sockets

FIELDS: dict[str, dict[str, Any]] = {
    "suspend": {"reason": "interpreter"},
    "end": {"outcome": "treated"},
    "say": {"text": "Hello"},
    "cancel": {"reason": "clinic_closed"},
    "hold": {"reason": "interpreter_late"},
    "redirect": {"reason": "urgent_care"},
    "extend": {"minutes": 10},
    "write_chat": {"text": "Hello"},
    "give_location": {"text": "home"},
    "give_callback": {"number": "2065550142"},
    "give_present": {"people": "", "others": 0},
    "give_consent": {"consent": "t-1", "language": "en"},
    "check_devices": {"camera": "ok", "microphone": "ok", "facing": "user", "seen": True},
    "step": {"step": "consent"},
    "agree_recording": {"recording": "rec", "consent": "r-1", "language": "en"},
    "ask_recording": {"consent": "r-1", "language": "en"},
    "invite_guest": {"name": "Maria", "kind": "family"},
    "issue_guest_link": {"guest": "guest-1"},
    "remove_guest": {"guest": "guest-1"},
    "answer_fix": {"card": "call_us", "helped": True},
    "show_fix": {"card": "call_us"},
    "write_note": {"text": "Hard of hearing"},
    "change_mode": {"mode": "phone"},
    "note_call": {"call": "calling"},
}


def commands_of(namespace: str) -> list[dict[str, Any]]:
    rows = [row.command for row in EVENT_POLICY if row.namespace == namespace and row.command]
    return [{"type": command, **FIELDS.get(command, {})} for command in rows]


async def gives(page: Page, house: House, said: dict[str, Any]) -> Any:
    house.clock.passes(1)
    return await page.asks("command", {"id": command_id(), **said})


@pytest.mark.parametrize("namespace", ["/clinician", "/support"])
async def test_visits_of_other_clinics_do_not_exist_for_staff(house: House, namespace: str) -> None:
    opens = house.clinician if namespace == "/clinician" else house.support
    staff = await opens("novak" if namespace == "/clinician" else "kim")
    ana = await house.member(checked_in=True, clinic=NORTH)
    before = await house.desk.visit(VisitId(ana.visit))
    for said in commands_of(namespace):
        answer = await gives(staff, house, {**said, "visit": ana.visit})
        unknown = await gives(staff, house, {**said, "visit": "never-was"})
        assert answer["error"]["code"] == "visit_unknown", said
        assert answer == unknown, said
    assert await house.desk.visit(VisitId(ana.visit)) == before
    assert ana.visit not in staff.visits


async def test_a_clinician_who_does_not_hold_a_visit_can_only_claim_it(house: House) -> None:
    lee, ortiz = await house.clinician("lee"), await house.clinician("ortiz")
    ana = await house.member(checked_in=True)
    await lee.does("claim", visit=ana.visit)
    before = await house.desk.visit(VisitId(ana.visit))
    for said in commands_of("/clinician"):
        answer = await gives(ortiz, house, {**said, "visit": ana.visit})
        assert "error" in answer, said
    assert (await ortiz.asks("offer", {"visit": ana.visit, "sdp": "v=0"}))["error"]["code"] == "not_holder"
    now = await house.desk.visit(VisitId(ana.visit))
    assert now == before


async def test_a_member_cannot_name_a_visit_at_all(house: House) -> None:
    ben = await house.member("Ben Ode", checked_in=True)
    ana = await house.member("Ana Ruiz")
    before = await house.desk.visit(VisitId(ben.visit))
    for said in commands_of("/member"):
        answer = await gives(ana, house, {**said, "visit": ben.visit})
        assert answer["error"] == {
            "code": "malformed",
            "field": "unknown",
            "sentence": answer["error"]["sentence"],
        }
    assert await house.desk.visit(VisitId(ben.visit)) == before


async def test_commands_of_one_role_are_no_commands_of_another(house: House) -> None:
    ana = await house.member(checked_in=True)
    pages = {"/member": ana, "/clinician": await house.clinician(), "/support": await house.support()}
    mine = {namespace: {said["type"] for said in commands_of(namespace)} for namespace in pages}
    for namespace, page in pages.items():
        for other in pages.keys() - {namespace}:
            for said in commands_of(other):
                if said["type"] not in mine[namespace]:
                    visit = {} if namespace == "/member" else {"visit": ana.visit}
                    answer = await gives(page, house, {**said, **visit})
                    assert answer["error"]["code"] == "malformed", (namespace, said)


async def test_support_never_sees_or_hears_a_visit(house: House) -> None:
    desk = await house.support()
    ana = await house.member(checked_in=True)
    answer = await desk.asks("offer", {"visit": ana.visit, "sdp": "v=0"})
    assert answer["error"]["code"] == "unknown_event"
    row = desk.visits[ana.visit]
    assert not {"name", "birth_date", "location", "present", "reason_for_visit"} & row.keys()


async def test_support_of_two_clinics_sees_both_and_a_clinician_of_one_only_that(house: House) -> None:
    desk, novak = await house.support("sam"), await house.clinician("novak")
    ana = await house.member("Ana Ruiz", checked_in=True, clinic=NORTH)
    ben = await house.member("Ben Ode", checked_in=True, clinic=SOUTH)
    await desk.shows("waiting", ana.visit)
    await desk.shows("waiting", ben.visit)
    await novak.shows("waiting", ben.visit)
    assert set(novak.visits) == {ben.visit}


async def test_a_new_link_is_told_once_and_the_same_request_gets_the_same_one(house: House) -> None:
    desk = await house.support()
    ana = await house.member()
    said = {"id": "link-1", "visit": ana.visit, "type": "issue_link"}
    first = await desk.asks("command", said)
    assert first["join_url"].startswith("https://visits.example.org/visit#")
    assert (await desk.asks("command", said))["join_url"] == first["join_url"]
    other = await desk.does("issue_link", visit=ana.visit)
    assert other["join_url"] != first["join_url"]
    assert first["join_url"].partition("#")[2] not in str(desk.heard)


async def test_what_one_page_sends_is_served_in_order(house: House) -> None:
    desk = await house.support()
    ana = await house.member()
    for number in range(20):
        said = {"id": f"say-{number}", "type": "say", "text": f"{number}"}
        await ana.client.emit("command", said, namespace="/member")
    await desk.until(lambda page: len(page.visits[ana.visit]["line"]) == 20)
    line = desk.visits[ana.visit]["line"]
    assert [line[seq]["text"] for seq in sorted(line, key=int)] == [f"{number}" for number in range(20)]


async def test_a_session_has_so_many_sockets_and_no_more(house: House) -> None:
    ana = await house.member()
    for _ in range(MOST_PER_SESSION):
        page = await house.connects("/member", ana.cookie)
        await page.hears("snapshot")
    await ana.until(lambda page: page.closed.is_set())
    assert house.sockets.figures()["sockets_member"] == MOST_PER_SESSION
    assert await page.asks("ping_presence", {}) == {"ok": True}
