"""Two people in two real browsers hold a visit through the server."""

import os
import signal

import pytest

from tests.browser import devices
from tests.browser.people import Clinician, Member, in_a_visit
from tests.demo_server import DemoServer

pytestmark = pytest.mark.asyncio(loop_scope="module")


def is_red(colour: tuple[int, int, int]) -> bool:
    red, _, blue = colour
    return red > blue + 60


def is_blue(colour: tuple[int, int, int]) -> bool:
    red, _, blue = colour
    return blue > red + 60


async def test_each_side_decodes_the_other_sides_picture_and_tone(
    ana: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(ana, dr, server)
    assert is_red(await dr.colour())
    assert is_blue(await ana.colour())
    heard_by_dr, heard_by_ana = await dr.hertz(), await ana.hertz()
    assert heard_by_dr is not None
    assert heard_by_ana is not None
    assert abs(heard_by_dr - devices.MEMBER.hertz) < 30
    assert abs(heard_by_ana - devices.CLINICIAN.hertz) < 30


async def test_nothing_reaches_the_clinician_before_admit(
    ana: Member, dr: Clinician, server: DemoServer
) -> None:
    await ana.comes_to_the_waiting_room(server.info["member_birth_date"])
    await dr.claims()
    await dr.is_ready_to_admit()
    assert await dr.frame_count() == 0
    assert await ana.frame_count() == 0


async def test_the_visit_ends_with_an_outcome_and_plain_words(
    ana: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(ana, dr, server)
    await dr.ends_visit()
    await ana.sees("Your visit is over")
    await dr.sees("The visit is closed and saved")


async def test_a_reload_in_the_waiting_room_keeps_the_place(
    ana: Member, dr: Clinician, server: DemoServer
) -> None:
    await ana.comes_to_the_waiting_room(server.info["member_birth_date"])
    await ana.reloads()
    await ana.sees("You are checked in")
    await dr.claims()
    await dr.is_ready_to_admit()
    await dr.admits()
    await ana.decodes_frames()


async def test_both_sides_may_reload_in_the_visit(ana: Member, dr: Clinician, server: DemoServer) -> None:
    await in_a_visit(ana, dr, server)
    await ana.reloads()
    await ana.decodes_frames()
    await dr.decodes_frames()
    await dr.reloads()
    await dr.decodes_frames()
    await ana.decodes_frames()


async def test_a_worker_that_dies_gives_both_sides_back_without_a_click(
    ana: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(ana, dr, server)
    killed: float = await ana.page.evaluate("performance.timeOrigin + performance.now()")
    for worker in server.workers():
        os.kill(worker, signal.SIGKILL)
    for person in (ana, dr):
        back = await person.decodes_a_frame_of_a_new_connection()
        assert back - killed < BACK_WITHIN_MS


BACK_WITHIN_MS = 10_000
