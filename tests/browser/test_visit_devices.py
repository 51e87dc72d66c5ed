"""In the visit: other devices, what was cut off, one's own picture, the screen of either side."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.look import Tour
from tests.browser.people import PATIENCE_MS, PHONE, Clinician, Member, Person, in_a_visit, open_page
from tests.demo_server import DemoServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

OFFERED = (Path(__file__).parent / "offered_devices.js").read_text()

Colour = tuple[int, int, int]


@pytest_asyncio.fixture(loop_scope="module")
async def maria(server: DemoServer, members_browser: Browser) -> AsyncIterator[Member]:
    """The demo's first member on a phone with a green front camera and a magenta one on the back."""
    context, page = await open_page(
        members_browser, server.info["member_link"], size=PHONE, scripts=(OFFERED,)
    )
    yield Member(context, page)
    await context.close()


def is_green(colour: Colour) -> bool:
    red, green, blue = colour
    return green > red + 40 and green > blue + 40


def is_magenta(colour: Colour) -> bool:
    red, green, blue = colour
    return red > green + 40 and blue > green + 40


async def sees(person: Person, what: Callable[[Colour], bool]) -> None:
    """Wait for a decoded frame of that colour."""
    await person.decodes_frames(5)
    for _ in range(20):
        colour = await person.colour()
        if what(colour):
            return
        await person.decodes_frames(5)
    raise AssertionError(colour)


async def shown(person: Person, selector: str) -> Colour:
    """The mean colour of what an element of the page shows now."""
    red, green, blue = await person.page.evaluate(
        """selector => {
          const canvas = new OffscreenCanvas(64, 36), pen = canvas.getContext("2d");
          pen.drawImage(document.querySelector(selector), 0, 0, 64, 36);
          const { data } = pen.getImageData(0, 0, 64, 36), sum = [0, 0, 0];
          for (let n = 0; n < data.length; n++) if (n % 4 < 3) sum[n % 4] += data[n] / (data.length / 4);
          return sum.map(Math.round);
        }""",
        selector,
    )
    return red, green, blue


async def plays(person: Person, selector: str) -> None:
    """An element of the page decodes frames, and goes on doing so."""
    frames = "selector => document.querySelector(selector)?.getVideoPlaybackQuality().totalVideoFrames ?? 0"
    seen = await person.page.evaluate(frames, selector)
    await person.page.wait_for_function(
        f"([selector, seen]) => ({frames})(selector) > seen + 5", arg=[selector, seen], timeout=PATIENCE_MS
    )


async def test_another_camera_is_chosen_in_the_visit(
    maria: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(maria, dr, server)
    await sees(dr, is_green)
    await maria.presses("Settings")
    await maria.page.get_by_label("Camera", exact=True).select_option(label="camera2 0, facing back")
    await sees(dr, is_magenta)
    assert await maria.page.evaluate("offered.live.audio.readyState") == "live"


async def test_one_press_flips_the_camera_where_a_phone_lends_out_one_at_a_time(
    maria: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(maria, dr, server)
    await maria.page.evaluate("offered.oneCamera = true")
    await maria.presses("Flip the camera")
    await sees(dr, is_magenta)
    own = maria.page.locator("video.self")
    await expect(own).not_to_have_class("self mirrored")
    await maria.presses("Flip the camera")
    await sees(dr, is_green)
    await expect(own).to_have_class("self mirrored")


async def test_a_camera_that_does_not_start_leaves_the_old_one_running(
    maria: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(maria, dr, server)
    await maria.page.evaluate("offered.busy.add('back')")
    await maria.presses("Settings")
    await maria.page.get_by_label("Camera", exact=True).select_option(label="camera2 0, facing back")
    await maria.sees("It did not start, so we kept the one you had.")
    await sees(dr, is_green)
    assert await maria.page.get_by_label("Camera", exact=True).input_value() == "front"


async def test_another_microphone_and_speaker_are_chosen_and_outlive_a_reload(
    maria: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(maria, dr, server)
    await maria.presses("Settings")
    await maria.page.get_by_label("Microphone", exact=True).select_option(label="Headset")
    await maria.page.get_by_label("Speaker", exact=True).select_option(label="Headphones")
    await maria.page.wait_for_function("() => offered.asked.at(-1) === 'headset'")
    assert await maria.page.evaluate("offered.live.video.readyState") == "live"
    await maria.reloads()
    await maria.decodes_frames()
    await maria.page.wait_for_function("() => offered.asked.includes('headset')")
    await maria.presses("Settings")
    assert await maria.page.get_by_label("Speaker", exact=True).input_value() == "headphones"


@pytest.mark.parametrize(
    ("death", "kind", "device"),
    [
        ("offered.cut('video')", "video", "front"),
        ("offered.cut('audio')", "audio", "built-in"),
        ("offered.mute('audio')", "audio", "built-in"),
        ("offered.unplug('built-in')", "audio", "headset"),
        ("offered.unplug('front')", "video", "back"),
    ],
)
async def test_what_was_cut_off_comes_back_without_a_press(
    maria: Member, dr: Clinician, server: DemoServer, death: str, kind: str, device: str
) -> None:
    await in_a_visit(maria, dr, server)
    await maria.page.evaluate(f"dead = offered.live.{kind}; {death}")
    await maria.page.wait_for_function(
        f"() => offered.live.{kind} !== dead && offered.live.{kind}.readyState === 'live'",
        timeout=PATIENCE_MS,
    )
    assert await maria.page.evaluate("offered.asked.at(-1)") == device
    sent = "() => witness.last.getSenders().some((sender) => sender.track === offered.live." + kind + ")"
    await maria.page.wait_for_function(sent)
    await sees(dr, is_magenta if device == "back" else is_green)
    assert await maria.page.evaluate("witness.connections") == 1


async def test_a_call_that_holds_the_microphone_is_said_and_waited_out(
    maria: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(maria, dr, server)
    await maria.page.evaluate("offered.busy.add('built-in'); offered.cut('audio')")
    await maria.sees("Your microphone was cut off. Turning it on again …")
    await maria.page.evaluate("offered.busy.clear()")
    await maria.page.wait_for_function("() => offered.live.audio.readyState === 'live'", timeout=PATIENCE_MS)
    await expect(maria.page.get_by_text("Your microphone was cut off")).to_have_count(0)


async def test_a_camera_without_frames_is_opened_again(
    maria: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(maria, dr, server)
    await maria.page.evaluate("dead = offered.live.video; clearInterval(dead.timer)")
    await maria.page.wait_for_function("() => offered.live.video !== dead", timeout=PATIENCE_MS)
    await sees(dr, is_green)


async def test_ones_own_picture_is_moved_and_hidden_by_keyboard(
    maria: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(maria, dr, server)
    move = maria.page.get_by_role("button", name="Move my picture")
    await move.focus()
    await expect(move).to_be_visible()
    for key, corner in (
        ("ArrowUp", "top_right"),
        ("ArrowLeft", "top_left"),
        ("Enter", "top_right"),
        ("Enter", "bottom_right"),
    ):
        await maria.page.keyboard.press(key)
        await expect(maria.page.locator(f".corner-{corner}")).to_have_count(1)
    await maria.page.keyboard.press("Tab")
    await maria.page.keyboard.press("Enter")
    await expect(maria.page.locator("video.self")).to_have_count(0)
    await maria.reloads()
    await maria.decodes_frames()
    await maria.presses("Show my picture")
    await expect(maria.page.locator("video.self")).to_have_count(1)


async def test_ones_own_picture_is_dragged_to_another_corner(
    maria: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(maria, dr, server)
    box = await maria.page.locator(".corner-picture").bounding_box()
    assert box is not None
    mouse = maria.page.mouse
    await mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 6)
    await mouse.down()
    await mouse.move(60, 220, steps=4)
    await mouse.up()
    await expect(maria.page.locator(".corner-top_left")).to_have_count(1)


async def test_either_side_shows_its_screen_to_the_other(
    ana: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(ana, dr, server)
    for sharer, viewer, name in ((dr, ana, "Maya Okafor, MD"), (ana, dr, "Ana Reyes")):
        await sharer.presses("Share screen")
        await viewer.sees(f"{name} is sharing their screen")
        await plays(viewer, ".shared-screen")
        red, green, blue = await shown(viewer, ".shared-screen")
        assert green > red + 40, "the browser's own test screen is green"
        assert green > blue + 40
        await viewer.decodes_frames()  # the face goes on beside it
        await sharer.presses("Stop sharing")
        await expect(viewer.page.locator(".shared")).to_have_count(0, timeout=2_000)
        assert await sharer.page.evaluate("witness.connections") == 1


async def test_a_share_that_the_browsers_own_bar_ends_is_over(
    ana: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(ana, dr, server)
    await dr.page.evaluate(
        """() => {
          const ask = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
          navigator.mediaDevices.getDisplayMedia = async (wish) => (window.shown = await ask(wish));
        }"""
    )
    await dr.presses("Share screen")
    await plays(ana, ".shared-screen")
    await dr.page.evaluate(
        "track = shown.getTracks()[0]; track.stop(); track.dispatchEvent(new Event('ended'))"
    )
    await expect(ana.page.locator(".shared")).to_have_count(0, timeout=2_000)
    await expect(dr.page.get_by_role("button", name="Share screen")).to_have_attribute(
        "aria-pressed", "false"
    )


async def test_a_hold_ends_a_share(ana: Member, dr: Clinician, server: DemoServer) -> None:
    await in_a_visit(ana, dr, server)
    await dr.presses("Share screen")
    await plays(ana, ".shared-screen")
    await ana.leaves()
    await dr.sees("This visit is on hold")
    await expect(dr.page.get_by_text("You are sharing your screen")).to_have_count(0)


async def test_each_side_reads_how_the_connection_is(ana: Member, dr: Clinician, server: DemoServer) -> None:
    await in_a_visit(ana, dr, server)
    for person in (ana, dr):
        await expect(person.page.locator(".quality")).to_contain_text("connection", timeout=PATIENCE_MS)
        await expect(person.page.locator(".quality-unknown")).to_have_count(0, timeout=PATIENCE_MS)


async def test_a_reload_in_the_waiting_room_makes_one_connection(ana: Member, server: DemoServer) -> None:
    await ana.comes_to_the_waiting_room(server.info["member_birth_date"])
    await ana.page.wait_for_function("() => witness.handshakes.length > 0")
    await ana.reloads()
    await ana.page.wait_for_function("() => witness.handshakes.length > 0")
    assert await ana.page.evaluate("witness.connections") == 1


async def test_the_panel_and_the_shared_screen_are_clean(
    maria: Member, dr: Clinician, server: DemoServer
) -> None:
    await in_a_visit(maria, dr, server)
    member, clinician = Tour(maria.page, "member"), Tour(dr.page, "clinician")
    for person, tour in ((maria, member), (dr, clinician)):
        await person.presses("Settings")
        await person.sees("Camera, sound and picture")
        await tour.stops_at("settings", modal=True)
        await person.presses("Close")
    await dr.presses("Share screen")
    await plays(maria, ".shared-screen")
    await member.stops_at("shared")
    await clinician.stops_at("sharing")
    await dr.page.locator(".corner").hover()
    await dr.presses("Hide my picture")
    await clinician.stops_at("picture-hidden")
    assert member.wrong + clinician.wrong == []
