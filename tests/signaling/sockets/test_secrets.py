"""Nothing that anybody types, is called or sends is in a log line, whatever goes wrong with it."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from signaling import logs
from tests.signaling.sockets.house import House
from tests.signaling.sockets.test_refusals import raw
from waiting_room.core.ids import VisitId

pytestmark = pytest.mark.sockets

NAME, PLACE, SAID, PHONE = (
    "Zephyrine Quillfeather",
    "77 Canary Wharf Lane",
    "canary-coloured rash",
    "2065550199",
)
SDP = "v=0 canary 198.51.100.77 a=ice-pwd:canarypassword"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that is logged, as it would be in a running house, at the chattiest level."""
    out, root = io.StringIO(), logging.getLogger()
    before = root.handlers[:], root.level
    logs.configure(out, logging.DEBUG)
    for name in ("socketio.videovisit", "engineio.videovisit"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield out
    root.handlers[:], _ = before
    root.setLevel(before[1])
    structlog.reset_defaults()


async def test_a_visit_leaves_no_word_of_it_in_the_logs(house: House, lines: io.StringIO) -> None:
    house.sockets._rooms.offer = broken  # type: ignore[method-assign]
    lee, desk = await house.clinician("lee"), await house.support()
    ana = await house.member(NAME)
    await ana.checks_in()
    for said in (
        {"type": "say", "text": SAID},
        {"type": "say", "text": SAID + "\x00"},
        {"type": "give_location", "text": PLACE, "described": SAID},
        {"type": "give_callback", "number": PHONE},
        {"type": "give_callback", "number": SAID},
        {"type": SAID},
        {SAID: SAID},
    ):
        await ana.asks("command", {"id": "x", **said})
    await ana.asks(SAID, PLACE)
    assert (await ana.asks("offer", {"sdp": SDP}))["error"]["code"] == "failed"
    await desk.does("say", visit=ana.visit, text=SAID)
    await lee.asks("next_patient", {"id": NAME})
    await lee.asks("next_patient", {})
    session, socket = await raw(house, ana.cookie)
    await socket.send_str("40/member,{}")
    await socket.send_str(f'42/member,["{SAID}"')
    await socket.close()
    await session.close()
    await lee.closes()
    await ana.closes()
    await house.passes(seconds=100)

    logged = lines.getvalue()
    assert logged, "something was logged"
    token = ana.cookie.partition("=")[2]
    for canary in (*NAME.split(), PLACE, SAID, PHONE, "canary", "198.51.100.77", "1961-04-05", token):
        assert canary not in logged
    for line in logged.splitlines():
        json.loads(line)


async def broken(*_: object) -> None:
    raise RuntimeError(f"{SDP} {NAME}")


async def test_the_journal_of_a_visit_holds_ids_and_codes_only(house: House) -> None:
    ana = await house.member(NAME)
    await ana.checks_in()
    await ana.does("say", text=SAID)
    records = await house.store.records(VisitId(ana.visit))
    assert len(records) > 8
    for canary in (*NAME.split(), "Elm Street", "Leo", SAID, "5550142"):
        assert canary not in repr(records)
