"""Nothing that a person typed or holds is in the logs, the figures, or the journal."""

import io
import json
import logging
import sqlite3
from datetime import date
from pathlib import Path

import pytest
import structlog

from signaling import logs
from tests.signaling.house import running
from waiting_room.core import commands as c
from waiting_room.core.ids import CommandId, TextId
from waiting_room.core.model import Actor, Role
from waiting_room.texts import NewText

pytestmark = pytest.mark.sockets

NAME, LAST = "Zephyrine", "Quillfeather"
BORN = date(1931, 7, 19)
PHONE = "2065550199"
EMAIL = "zephyrine.q@canary.example"
PLACE = "77 Canary Wharf Lane"
REASON = "Canary-coloured rash"
SDP = "v=0 canary 198.51.100.77 a=ice-pwd:canarypassword"
PASSWORD = "canary-password-on-purpose"
REQUEST_LINE = {"event", "level", "timestamp", "method", "route", "status", "ms", "request_id"}
ADDRESS = "203.0.113.77"


async def test_canaries_are_not_in_logs_figures_or_journal(tmp_path: Path) -> None:
    out = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logs.configure(out)
    canaries = {
        NAME,
        LAST,
        BORN.isoformat(),
        PHONE,
        EMAIL,
        PLACE,
        REASON,
        SDP,
        PASSWORD,
        ADDRESS,
        "canarypassword",
    }
    try:
        async with running(tmp_path) as world:
            booked = await world.program().post(
                "/api/v1/visits",
                {
                    "clinic": "harbor",
                    "start": "2026-06-01T19:05:00Z",
                    "minutes": 20,
                    "mode": "video",
                    "reason": REASON,
                    "member": {
                        "ref": "H-1",
                        "name": f"{NAME} {LAST}",
                        "birth_date": BORN.isoformat(),
                        "phone": f"+1{PHONE}",
                        "email": EMAIL,
                    },
                },
            )
            assert booked.status == 201
            token = booked.json["join_url"].partition("#")[2]
            ana = world.browser(**{"X-Forwarded-For": ADDRESS, "User-Agent": NAME})
            await ana.redeem(token, date(1931, 7, 20))
            await ana.redeem(token, BORN)
            await ana.get(f"/visit?name={NAME}&token={token}")
            await ana.get(f"/{NAME}/{token}")
            await ana.post("/api/member/redeem", {"token": token, "birth_date": BORN.isoformat(), "sdp": SDP})
            await world.browser().sign_in(LAST, PASSWORD)
            visit, text = booked.json["id"], TextId("text-1")
            await world.house.desk.execute(
                visit,
                c.GiveLocation(text=text),
                Actor(Role.member, "device"),
                world.clock.now(),
                CommandId("c1"),
                texts={text: NewText(kind="location", body=PLACE)},
            )
            structlog.get_logger("test").info("offer", sdp=SDP, reason=REASON)
            logging.getLogger("aiohttp.server").error("Error handling request from %s", ADDRESS)
            figures = (await world.stranger().get("/metrics")).text
            canaries |= {token, world.api_key, ana.cookies["__Host-visit"]}
        logged = out.getvalue()
    finally:
        root.handlers[:] = before[0]
        root.setLevel(before[1])
        structlog.reset_defaults()
    assert "/api/member/redeem" in logged
    requests = [line for line in map(json.loads, logged.splitlines()) if line["event"] == "request"]
    assert len(requests) >= 8
    assert all(set(line) == REQUEST_LINE for line in requests)
    stored, journal = _stored(tmp_path), _journal(tmp_path / "house.db")
    assert "location_given" in journal
    for canary in canaries:
        assert canary not in logged
        assert canary not in figures
        assert canary not in journal
        assert canary.encode() not in stored


def _stored(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


def _journal(path: Path) -> str:
    database = sqlite3.connect(path)
    try:
        return json.dumps(database.execute("SELECT * FROM journal").fetchall())
    finally:
        database.close()
