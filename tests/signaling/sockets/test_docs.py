"""The description of the protocol says what the models say."""

from pathlib import Path
from typing import get_args

from signaling.sockets import described
from signaling.sockets import messages as m
from signaling.sockets import staff_messages as s
from signaling.sockets.answers import SENTENCES
from signaling.sockets.policy import EVENT_POLICY
from waiting_room.core.refusals import Refusal

PAGE = Path(__file__).parents[3] / "docs" / "events.md"


def test_the_tables_of_the_page_are_those_of_the_models() -> None:
    page = PAGE.read_text()
    assert page == described.with_tables(page)


def test_every_refusal_of_the_waiting_room_has_a_sentence() -> None:
    assert {refusal.value for refusal in Refusal} <= set(SENTENCES)


def test_every_command_has_a_row_in_the_policy_and_every_row_a_command() -> None:
    modelled = {
        (namespace, described._type(model))
        for namespace, union in described._NAMESPACES
        for model in get_args(get_args(union)[0])
    }
    rows = {(row.namespace, row.command) for row in EVENT_POLICY if row.command}
    assert modelled == rows


def test_every_other_event_has_a_row_in_the_policy() -> None:
    events = {(row.namespace, row.event) for row in EVENT_POLICY}
    for namespace in ("/member", "/guest", "/clinician", "/support"):
        assert {(namespace, "connect"), (namespace, "command"), (namespace, "ping_presence")} <= events
    assert {
        ("/member", "offer"),
        ("/guest", "offer"),
        ("/clinician", "offer"),
        ("/member", "relays"),
        ("/guest", "relays"),
        ("/clinician", "relays"),
        ("/clinician", "next_patient"),
    } <= events


def test_models_are_closed_strict_and_bounded() -> None:
    for union in (m.MemberCommand, m.GuestCommand, s.ClinicianCommand, s.SupportCommand):
        for model in get_args(get_args(union)[0]):
            assert model.model_config["extra"] == "forbid"
            assert model.model_config["strict"] is True
            for name, field in model.model_json_schema()["properties"].items():
                for kind in field.get("anyOf", [field]):
                    if kind.get("type") == "string":
                        assert {"maxLength", "pattern", "enum", "const"} & kind.keys(), (model, name)
