"""Who may ask for what: a role that is not listed is refused, whatever the visit."""

from typing import get_args

import pytest

from tests.waiting_room.core.world import World, refused
from waiting_room.core import commands as c
from waiting_room.core.grants import GRANTS, Relation, granted
from waiting_room.core.model import Actor, Outcome, Role
from waiting_room.core.refusals import Refusal


def test_every_command_has_a_row_and_somebody_who_may() -> None:
    assert set(GRANTS) == set(get_args(c.Command))
    assert all(GRANTS.values())


def test_a_command_without_a_row_is_nobodys() -> None:
    class Unlisted:
        pass

    assert granted(Unlisted(), Actor(Role.system, "clock")) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("role", "command"),
    [
        (Role.member, c.Claim()),
        (Role.member, c.Admit()),
        (Role.member, c.Cancel(reason="x")),
        (Role.member, c.PassTime()),
        (Role.support, c.Claim()),
        (Role.support, c.Admit()),
        (Role.support, c.End(outcome=Outcome.other)),
        (Role.support, c.CheckIn()),
        (Role.clinician, c.Say(text="t")),  # type: ignore[arg-type]
        (Role.clinician, c.CheckIn()),
        (Role.booking, c.Claim()),
        (Role.system, c.Admit()),
    ],
)
def test_a_role_does_only_what_is_listed(role: Role, command: c.Command) -> None:
    world = World()
    ana = world.waiting_member()
    actor = Actor(role, "somebody")
    assert world.does(ana.visit, command, actor) == refused(Refusal.not_permitted)


def test_every_holder_command_asks_for_the_holder() -> None:
    for command in get_args(c.HolderCommand):
        assert GRANTS[command][Role.clinician] is Relation.holder
