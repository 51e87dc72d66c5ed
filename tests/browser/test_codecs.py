"""The room's codec in real browsers: H.264 while all have it and one needs it. Nobody is left black."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import av
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.people import (
    DESKTOP,
    PATIENCE_MS,
    PHONE,
    Clinician,
    Guest,
    Member,
    Person,
    in_a_visit,
    open_page,
)
from tests.browser.test_recording import both_recorded, show_their_own
from tests.demo_server import DemoServer

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.alone]

CODECS = (Path(__file__).parent / "codecs.js").read_text()

NEEDS_H264 = """
navigator.mediaCapabilities.encodingInfo = async ({video}) =>
  ({supported: true, smooth: true, powerEfficient: video.contentType === "video/H264"});
"""
"""A phone that encodes H.264 in hardware and nothing else."""

CHOOSES_NO_CODEC = """
const add = RTCPeerConnection.prototype.addTransceiver;
RTCPeerConnection.prototype.addTransceiver = function (kind, init) {
  if (!init?.sendEncodings) return add.call(this, kind, init);
  const [{maxBitrate, maxFramerate}] = init.sendEncodings.map((one) => Object.getOwnPropertyDescriptors(one));
  return add.call(this, kind, {...init, sendEncodings: [
    {maxBitrate: maxBitrate.value, maxFramerate: maxFramerate.value}]});
};
"""
"""A browser that knows nothing of `encodings[].codec`: it does not even look at it."""

WITHOUT_H264 = """
const add = RTCPeerConnection.prototype.addTransceiver;
RTCPeerConnection.prototype.addTransceiver = function (kind, init) {
  const made = add.call(this, kind, init);
  const {codecs} = RTCRtpReceiver.getCapabilities(kind);
  made.setCodecPreferences(codecs.filter(({mimeType}) => mimeType !== "video/H264"));
  return made;
};
"""

CHOSEN = "witness.last.getSenders().some((one) => one.getParameters().encodings.some(({codec}) => codec))"

Opens = Callable[..., Awaitable[Member]]


@pytest_asyncio.fixture(loop_scope="module")
async def opens_ana(server: DemoServer, members_browser: Browser) -> AsyncIterator[Opens]:
    """The member's link in a browser that was made another one by scripts."""
    contexts = []

    async def open_link(*scripts: str) -> Member:
        context, page = await open_page(
            members_browser, server.info["member_link"], size=PHONE, scripts=(CODECS, *scripts)
        )
        contexts.append(context)
        return Member(context, page)

    yield open_link
    for context in contexts:
        await context.close()


async def in_a_watched_visit(ana: Member, dr: Clinician, server: DemoServer) -> None:
    await in_a_visit(ana, dr, server)
    await dr.page.evaluate(CODECS)


async def in_codec(codec: str, *people: Person) -> None:
    """All of them come to send and decode this, from everybody else, and nothing else."""
    wanted = {"sent": [codec], "received": [codec] * (len(people) - 1)}
    for person in people:
        await person.comes_to_tell("codecs.now()", wanted, within_ms=PATIENCE_MS)


async def test_nobody_needs_it_and_the_room_is_in_vp8(
    opens_ana: Opens, dr: Clinician, server: DemoServer
) -> None:
    ana = await opens_ana()
    await in_a_watched_visit(ana, dr, server)
    await in_codec("VP8", ana, dr)


@pytest.mark.parametrize("more", [(), (CHOOSES_NO_CODEC,)], ids=["by parameters", "by an offer"])
async def test_a_room_in_h264_turns_to_vp8_for_a_newcomer_and_back_when_they_have_left(
    opens_ana: Opens, dr: Clinician, server: DemoServer, guests_browser: Browser, more: tuple[str, ...]
) -> None:
    ana = await opens_ana(NEEDS_H264, *more)
    await in_a_watched_visit(ana, dr, server)
    await in_codec("H264", ana, dr)
    await ana.shows(Maya="blue")
    await dr.shows(Ana="red")
    seen = await dr.frame_count()

    await dr.presses("People", exact=True)
    link = await dr.invites("Sol Ibáñez", kind="Interpreter", signs=True)
    await dr.presses("Close", exact=True)
    context, page = await open_page(guests_browser, link, size=DESKTOP, scripts=(CODECS, WITHOUT_H264))
    sol = Guest(context, page)
    await sol.joins("Sol Ibáñez")
    await sol.passes_camera_check()
    await sol.shows(Maya="blue", Ana="red")
    await in_codec("VP8", ana, dr, sol)
    await ana.shows(Maya="blue", Sol="green")
    await dr.shows(Ana="red", Sol="green")

    await sol.presses("Leave", exact=True)
    await sol.presses("Leave now")
    await in_codec("H264", ana, dr)
    await ana.shows(Maya="blue")
    await dr.shows(Ana="red")
    assert await ana.page.evaluate(CHOSEN) is (more == ())
    assert await dr.frame_count() > seen
    await context.close()


async def test_what_is_recorded_of_a_room_in_h264_can_be_played(
    opens_ana: Opens, dr: Clinician, server: DemoServer
) -> None:
    ana = await opens_ana(NEEDS_H264)
    await in_a_watched_visit(ana, dr, server)
    await in_codec("H264", ana, dr)
    files = await both_recorded(ana, dr, server)
    assert set(files) == {"member.mkv", "clinician.mkv"}
    show_their_own(files["member.mkv"], files["clinician.mkv"])
    with av.open(io.BytesIO(files["member.mkv"])) as film:
        assert [stream.codec_context.name for stream in film.streams] == ["h264", "opus"]
        assert film.streams.video[0].codec_context.width > 0
        assert sum(1 for _ in film.decode(video=0)) >= 15
