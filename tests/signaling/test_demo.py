"""The demo as a process: its line, its doors, its end."""

import asyncio
import json
import os
import signal
import sqlite3
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from signaling import seed
from signaling.clock import SystemClock
from tests import demo_server
from tests.signaling.house import Asker

pytestmark = [pytest.mark.slow, pytest.mark.sockets]

VIDEOVISIT = str(Path(sys.executable).with_name("videovisit"))
FIELDS = {
    "base_url",
    "member_link",
    "member_birth_date",
    "member2_link",
    "member2_birth_date",
    "clinician_link",
    "clinician",
    "clinician2",
    "support_link",
    "support",
    "privacy_link",
    "privacy",
    "api_key",
}


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[demo_server.DemoServer]:
    server = await demo_server.start(tmp_path)
    yield server
    await server.stop()


def browser(info: dict[str, Any], session: aiohttp.ClientSession) -> Asker:
    return Asker(info["base_url"], session, {"Origin": info["base_url"]})


def trusting() -> aiohttp.TCPConnector:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return aiohttp.TCPConnector(ssl=context)


async def test_its_three_doors_open(demo: demo_server.DemoServer) -> None:
    info = demo.info
    assert set(info) == FIELDS
    assert info["base_url"].startswith("https://127.0.0.1:")
    assert {info["member_link"].partition("#")[0], info["member2_link"].partition("#")[0]} == {
        f"{info['base_url']}/visit"
    }
    async with aiohttp.ClientSession(connector=trusting(), cookie_jar=aiohttp.DummyCookieJar()) as session:
        for number in ("", "2"):
            member = browser(info, session)
            token = info[f"member{number}_link"].partition("#")[2]
            answer = await member.post(
                "/api/member/redeem", {"token": token, "birth_date": info[f"member{number}_birth_date"]}
            )
            assert answer.json["outcome"] in ("ready", "late")
            view = (await member.get("/api/member/visit")).json["view"]
            assert view["clinic"]["name"] == "Harbor Family Clinic"
            assert "clinician" not in view
        roles = {
            "clinician": "clinician",
            "clinician2": "clinician",
            "support": "support",
            "privacy": "privacy",
        }
        for who, role in roles.items():
            staff = browser(info, session)
            await staff.sign_in(info[who]["user"], info[who]["password"])
            me = (await staff.get("/api/staff/me")).json
            assert me["roles"] == [role]
            assert "harbor" in {clinic["id"] for clinic in me["clinics"]}
        program = Asker(info["base_url"], session, {"Authorization": f"Bearer {info['api_key']}"})
        assert (await program.get("/api/v1/visits/none")).code == "visit_unknown"
        front = await browser(info, session).get("/")
        assert front.text.count("<a href=") == 6
        assert (await browser(info, session).get("/readyz")).json["ready"] is True


async def test_it_ends_when_asked_to(tmp_path: Path) -> None:
    server = await demo_server.start(tmp_path, tls=False)
    assert server.info["base_url"].startswith("http://127.0.0.1:")
    children, clock = server.workers(), SystemClock()
    assert children
    began = clock.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(server.process.wait(), 10) == 0
    assert clock.monotonic() - began < 6
    assert not any(alive(child) for child in children)


async def test_its_worker_dies_with_it(tmp_path: Path) -> None:
    server = await demo_server.start(tmp_path, tls=False)
    children = server.workers()
    assert children
    server.process.kill()
    await server.process.wait()
    async with asyncio.timeout(5):
        while any(alive(child) for child in children):  # noqa: ASYNC110 - another process tells nobody
            await asyncio.sleep(0.02)


async def test_told_to_stop_while_it_starts_it_leaves_nothing_behind(tmp_path: Path) -> None:
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    process = await asyncio.create_subprocess_exec(
        VIDEOVISIT, "demo", "--json", "--port", "0", env=env, stderr=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(30):
        while not list(tmp_path.glob("videovisit-demo-*")):  # noqa: ASYNC110, ASYNC240 - it is another process
            await asyncio.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 30) in (0, 143)
    assert not list(tmp_path.iterdir())  # noqa: ASYNC240 - a folder of a test


async def test_a_kept_database_is_used_again(tmp_path: Path) -> None:
    for _ in range(2):
        process = await asyncio.create_subprocess_exec(
            VIDEOVISIT,
            "demo",
            "--json",
            "--keep",
            "--port",
            "0",
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert set(json.loads(line)) == FIELDS
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
    kept = tmp_path / "videovisit-demo"
    assert (kept / "text.key").stat().st_mode & 0o077 == 0
    database = sqlite3.connect(kept / "demo.db")
    assert database.execute("SELECT count(*) FROM visits").fetchone() == (24,)
    database.close()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    return state != "Z"


def test_the_day_is_believable() -> None:
    bookings = seed.bookings()
    assert len(bookings) == 12
    assert len({booking.name for booking in bookings}) == 12
    assert {booking.clinic for booking in bookings} == {seed.HARBOR, seed.PRAIRIE}
    assert len({clinic.tz for clinic in seed.CLINICS}) == 2
    assert sum(booking.interpreter for booking in bookings) == 1
    assert sum(booking.proxy for booking in bookings) == 1
    assert {booking.language for booking in bookings} == {"en", "es"}
