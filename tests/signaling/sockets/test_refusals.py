"""Nonsense, strangers and floods change nothing."""

import asyncio
import contextlib
import json
from typing import Any

import aiohttp
import pytest
from socketio.exceptions import ConnectionError as Refused

from tests.signaling.sockets.house import House, Page
from waiting_room.core.ids import VisitId

pytestmark = pytest.mark.sockets


# --- who comes in ----------------------------------------------------------------------------------------


FOREIGN = [
    "https://evil.example",
    "null",
    "http://127.0.0.1",
    "http://127.0.0.1.evil.example",
    "https://127.0.0.1",
    "http://127.0.0.1:1@evil.example",
    "*",
]


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_pages_of_other_origins_are_refused(house: House, transport: str) -> None:
    cookie = await house.redeems(await house.books())
    for origin in [*FOREIGN, *(house.url + suffix for suffix in (".evil.example", "/", "0", "#"))]:
        with pytest.raises(Refused):
            await house.connects("/member", cookie, origin=origin, transports=[transport])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
    ],
)
async def test_a_poll_without_an_origin_says_whose_page_it_is_of(
    house: House, headers: dict[str, str], status: int
) -> None:
    async with aiohttp.ClientSession() as session, session.get(polling(house), headers=headers) as answer:
        assert answer.status == status


async def test_who_is_no_page_of_ours_says_nothing(house: House) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(polling(house)) as answer:
            transport = json.loads((await answer.text())[1:])["sid"]
        async with session.post(f"{polling(house)}&sid={transport}", data="40/member,{}") as answer:
            assert answer.status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(house.url + "/socket.io/?EIO=4&transport=websocket")


async def test_answers_are_not_made_into_scripts(house: House) -> None:
    async with aiohttp.ClientSession() as session, session.get(polling(house) + "&j=0") as answer:
        assert answer.status == 400


def polling(house: House) -> str:
    """Where a page begins whose network lets no WebSocket through."""
    return house.url + "/socket.io/?EIO=4&transport=polling"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"7",
        b"9",
        b"2",
        b"x" * 200_000,
        b"\x1e" * 50,
        b"4" + b"[" * 9000,
        b"42/member,[",
        b"1",
        b"b!",
    ],
    ids=str,
)
async def test_who_posts_nonsense_is_answered(house: House, body: bytes) -> None:
    """Whatever comes of it, it comes at once, and a poll that waits ends."""
    headers = {"Origin": house.url}
    async with aiohttp.ClientSession(headers=headers) as session, asyncio.timeout(5):
        async with session.get(polling(house)) as answer:
            address = f"{polling(house)}&sid={json.loads((await answer.text())[1:])['sid']}"
        for _ in range(3):
            async with session.post(address, data=body) as answer:
                assert answer.status in {200, 400, 413}
        async with session.post(address, data=b"1") as answer:  # it goes
            assert answer.status in {200, 400}
        async with session.get(address) as answer:
            assert answer.status in {200, 400}


@pytest.mark.parametrize(
    ("namespace", "code"),
    [("/member", "no_visit"), ("/clinician", "not_signed_in"), ("/support", "not_signed_in")],
)
async def test_without_a_good_cookie_nobody_comes_in(house: House, namespace: str, code: str) -> None:
    for cookie in ("", "__Host-visit=forged; __Host-staff=forged", "x=y"):
        assert await why_not(house, namespace, cookie) == code


async def why_not(house: House, namespace: str, cookie: str, **how: Any) -> str:
    """The code a page is refused with."""
    page = Page(namespace)
    told: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def refused(said: Any) -> None:
        told.set_result(said)

    page.client.on("connect_error", refused, namespace=namespace)
    with pytest.raises(Refused):
        await house.connects(namespace, cookie, page=page, **how)
    said = await asyncio.wait_for(told, 5)
    assert said["message"] == said["data"]["sentence"]
    return str(said["data"]["code"])


async def test_roles_stay_at_their_own_doors(house: House) -> None:
    member = await house.redeems(await house.books())
    clinician, support = await house.signs_in("lee"), await house.signs_in("sam")
    for namespace, cookie in (
        ("/clinician", member),
        ("/support", member),
        ("/support", clinician),
        ("/clinician", support),
        ("/member", clinician),
        ("/member", support),
    ):
        assert await why_not(house, namespace, cookie) in {"not_signed_in", "no_visit"}


async def test_the_default_namespace_is_closed(house: House) -> None:
    with pytest.raises(Refused):
        await house.connects("/", await house.signs_in("lee"))


async def test_a_greeting_that_does_not_fit_is_refused(house: House) -> None:
    cookie = await house.redeems(await house.books())
    for auth in ({"seq": "1"}, {"seq": -1}, {"seq": 1.5}, {"role": "support"}, [1], "x"):
        assert await why_not(house, "/member", cookie, auth=auth) == "malformed"


async def test_an_ended_session_loses_its_sockets_at_once(house: House) -> None:
    lee = await house.clinician("lee")
    (connection,) = house.processes[-1].sockets._feed.staff["/clinician"].values()
    await house.sessions.end(connection.session.key)
    await asyncio.wait_for(lee.closed.wait(), 5)
    assert await why_not(house, "/clinician", lee.cookie) == "not_signed_in"


async def test_a_session_that_has_run_out_can_ask_nothing(house: House) -> None:
    lee = await house.clinician("lee")
    ana = await house.member(checked_in=True)
    house.clock.passes(13 * 3600)
    answer = await lee.does("claim", visit=ana.visit)
    assert answer["error"]["code"] == "not_signed_in"
    await asyncio.wait_for(lee.closed.wait(), 5)


# --- what they send --------------------------------------------------------------------------------------

MALFORMED: list[Any] = [
    None,
    0,
    True,
    "check_in",
    [],
    {},
    {"id": "a"},
    {"type": "check_in"},
    {"id": "", "type": "check_in"},
    {"id": "a" * 65, "type": "check_in"},
    {"id": "a b", "type": "check_in"},
    {"id": 1, "type": "check_in"},
    {"id": "a", "type": "check_in", "visit": "another"},
    {"id": "a", "type": "check_in", "actor": {"role": "support"}},
    {"id": "a", "type": "no_such_thing"},
    {"id": "a", "type": "claim", "visit": "v"},
    {"id": "a", "type": "admit"},
    {"id": "a", "type": None},
    {"id": "a", "type": ["say"]},
    {"id": "a", "type": "say"},
    {"id": "a", "type": "say", "text": ""},
    {"id": "a", "type": "say", "text": "   \n "},
    {"id": "a", "type": "say", "text": "x" * 501},
    {"id": "a", "type": "say", "text": 7},
    {"id": "a", "type": "say", "text": "bell\u0007"},
    {"id": "a", "type": "say", "text": "nul\u0000"},
    {"id": "a", "type": "say", "text": "escape\u001b[31m"},
    {"id": "a", "type": "say", "text": "half \ud800 pair"},
    {"id": "a", "type": "say", "text": "left\u202eright"},
    {"id": "a", "type": "give_location", "text": "home", "driving": "no"},
    {"id": "a", "type": "give_location", "text": "home", "driving": 0},
    {"id": "a", "type": "give_present", "people": "two\nlines", "others": 1},
    {"id": "a", "type": "give_present", "people": "all", "others": -1},
    {"id": "a", "type": "give_present", "people": "all", "others": 21},
    {"id": "a", "type": "give_present", "people": "all", "others": 1.0},
    {"id": "a", "type": "give_consent", "consent": "x" * 65, "language": "en"},
    {"id": "a", "type": "give_consent", "consent": "t-1", "language": "English"},
    {
        "id": "a",
        "type": "check_devices",
        "camera": "great",
        "microphone": "ok",
        "facing": "user",
        "seen": True,
    },
    {"id": "a", "type": "step", "step": "Consent!"},
    {"id": "a", "type": "step", "step": "x" * 41},
    {"id": "a", "type": "leave", "reason": "free text"},
    {"id": "a", "type": "give_callback", "number": "1" * 41},
]


async def test_malformed_commands_are_refused_and_change_nothing(house: House) -> None:
    ana = await house.member()
    before = await house.desk.visit(VisitId(ana.visit))
    for said in MALFORMED:
        house.clock.passes(0.2)
        answer = await ana.asks("command", said)
        assert answer.get("error", {}).get("code") == "malformed", said
        assert set(answer["error"]) == {"code", "sentence", "field"}
    assert await house.desk.visit(VisitId(ana.visit)) == before
    assert (await ana.does("step", step="location"))["ok"]


async def test_what_cannot_be_called_is_no_telephone_number(house: House) -> None:
    ana = await house.member()
    for number in ("911", "call me", "12", "+1 206", "206-555-0142 ext 9", "+999 1234567"):
        answer = await ana.does("give_callback", number=number)
        assert answer["error"]["code"] == "not_a_telephone_number"
        assert number not in json.dumps(answer)


async def test_offers_that_do_not_fit_are_refused(house: House) -> None:
    ana = await house.member(checked_in=True)
    for sdp in (None, "", 7, ["v=0"], "v" * 65537, {"sdp": "v=0"}):
        assert (await ana.asks("offer", {"sdp": sdp}))["error"]["code"] == "malformed"


async def test_events_that_do_not_exist_are_refused(house: House) -> None:
    ana = await house.member()
    for event in ("admit", "__class__", "message", "connect", "disconnect", "trigger_event", ""):
        assert (await ana.asks(event, {}))["error"]["code"] == "unknown_event"
    assert (await ana.does("step", step="location"))["ok"]


async def test_more_than_one_argument_is_too_many(house: House) -> None:
    ana = await house.member()
    assert (await ana.asks("command", {}, {}))["error"]["code"] == "malformed"


async def raw(house: House, cookie: str) -> tuple[aiohttp.ClientSession, aiohttp.ClientWebSocketResponse]:
    """A connection that speaks bytes instead of Socket.IO."""
    session = aiohttp.ClientSession()
    address = house.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    socket = await session.ws_connect(address, headers={"Cookie": cookie, "Origin": house.url})
    await socket.receive()
    return session, socket


PACKETS: list[str | bytes] = [
    "4",
    "42",
    "42/member",
    "42/member,",
    "42/member,{}",
    "42/member,[]",
    "42/member,[1]",
    '42/member,[["command"]]',
    "42/member,[null]",
    '42/member,["command"',
    "42/member," + "[" * 9000,
    '42/member,["command",' + "[" * 9000 + "]" * 9000 + "]",
    '42/member,["command",' + "9" * 5000 + "]",
    '42/member,999999999999["command",{}]',
    "42/member," + "9" * 120 + '["command",{}]',
    '42/elsewhere,["command",{}]',
    '43/member,7["ok"]',
    "43/member,7",
    "44/member,{}",
    '451-/member,["command",{"_placeholder":true,"num":0}]',
    '45999999999-/member,["command",{"_placeholder":true,"num":0}]',
    "461-/member,1[]",
    "47/member,[]",
    "4x",
    "9",
    "",
    b"\x00\x01\x02",
    b"",
    "\ud7ff" * 100,
]


async def test_no_packet_disturbs_the_server_or_other_pages(house: House) -> None:
    ana = await house.member()
    ben = await house.books("Ben Ode")
    cookie = await house.redeems(ben)
    before = await house.desk.visit(ben)
    for packet in PACKETS:
        session, socket = await raw(house, cookie)
        await socket.send_str("40/member,{}")
        await socket.receive(timeout=5)
        for _ in range(3):
            if not socket.closed:
                await (socket.send_bytes(packet) if isinstance(packet, bytes) else socket.send_str(packet))
        house.clock.passes(0.2)
        assert (await ana.does("step", step="location"))["ok"], packet
        await socket.close()
        await session.close()
    assert await house.desk.visit(ben) == before


async def test_attachments_are_not_collected(house: House) -> None:
    session, socket = await raw(house, await house.redeems(await house.books()))
    try:
        await socket.send_str("40/member,{}")
        await socket.send_str('45999999999-/member,["command",{"_placeholder":true,"num":0}]')
        for _ in range(20):
            if not socket.closed:
                await socket.send_bytes(b"x" * 50_000)
        assert house.sockets._pipe._server._binary_packet == {}
    finally:
        await socket.close()
        await session.close()


async def test_a_message_beyond_100_kb_closes_the_connection(house: House) -> None:
    session, socket = await raw(house, await house.redeems(await house.books()))
    try:
        await socket.send_str("40/member,{}")
        await socket.send_str('42/member,["command","' + "x" * 100_000 + '"]')
        async with asyncio.timeout(5):
            while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        assert socket.closed
    finally:
        await session.close()


async def test_a_flood_of_packets_that_no_handler_sees_closes_the_connection(house: House) -> None:
    session, socket = await raw(house, await house.redeems(await house.books()))
    try:
        await socket.send_str("40/member,{}")
        async with asyncio.timeout(5):
            while not socket.closed:
                await socket.send_str('43/member,7["ok"]')
                with contextlib.suppress(TimeoutError):
                    await socket.receive(timeout=0.001)
    finally:
        await session.close()


async def test_compression_is_not_spoken(house: House) -> None:
    address = house.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(address, headers={"Origin": house.url}, compress=15) as socket,
    ):
        assert socket.compress == 0
        assert "Sec-WebSocket-Extensions" not in socket._response.headers


# --- how much they send ----------------------------------------------------------------------------------


async def test_who_asks_too_fast_is_told_and_served_again_later(house: House) -> None:
    ana = await house.member()
    answers = [await ana.asks("ping_presence", {}) for _ in range(70)]
    assert answers[0] == {"ok": True}
    assert answers[-1]["error"]["code"] == "too_many_requests"
    house.clock.passes(2)
    assert await ana.asks("ping_presence", {}) == {"ok": True}


async def test_a_flood_closes_the_connection_and_nobody_else_notices(house: House) -> None:
    ana, ben = await house.member("Ana Ruiz"), await house.member("Ben Ode")

    async def floods(page: Page) -> None:
        while page.client.connected:
            await page.client.emit("ping_presence", {}, namespace="/member")
            await asyncio.sleep(0)

    async with asyncio.timeout(5):
        await floods(ana)
    assert (await ben.does("step", step="location"))["ok"]
    assert house.sockets.figures()["flooded_member"] == 1
    assert house.sockets.figures()["sockets_member"] == 1
