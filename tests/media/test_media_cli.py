import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, UnixConnector

from signaling.media_client import MediaClient, MediaRefusedError, MediaUnavailableError
from tests.demo_server import write_certificate

pytestmark = [pytest.mark.sockets, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]


class Program:
    def __init__(self) -> None:
        self.processes: list[asyncio.subprocess.Process] = []

    async def start(
        self, *arguments: str, stdin: int = asyncio.subprocess.DEVNULL, **environment: str
    ) -> Any:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "media",
            *arguments,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=stdin,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self.processes.append(process)
        return process


@pytest.fixture
async def program() -> AsyncIterator[Program]:
    made = Program()
    yield made
    for process in made.processes:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ready(process: Any) -> dict[str, Any]:
    line = await asyncio.wait_for(process.stdout.readline(), 20)
    said: dict[str, Any] = json.loads(line)
    return said


async def ended(process: Any, within: float) -> tuple[int, str]:
    _, errors = await asyncio.wait_for(process.communicate(), within)
    return process.returncode, errors.decode()


async def test_it_says_when_it_is_ready_answers_and_ends_on_a_signal(program: Program) -> None:
    process = await program.start(
        "--listen", "127.0.0.1:0", "--udp", "127.0.0.1:0", "--open-rooms", VIDEOVISIT_MEDIA_KEY="a-key"
    )
    said = await ready(process)
    assert said["ready"] is True
    assert not said["udp"][0].endswith(":0")
    async with ClientSession(headers={"Authorization": "Bearer a-key"}) as session:
        async with session.get(f"http://{said['listen']}/healthz") as response:
            assert (await response.json())["ok"] is True
        async with session.post(f"http://{said['listen']}/rooms/x/open") as response:
            assert response.status == 204
    process.send_signal(signal.SIGTERM)
    code, errors = await ended(process, 5)
    assert code == 0
    assert "127.0.0.1" not in errors


async def test_with_a_certificate_it_speaks_tls_and_nothing_else(program: Program, tmp_path: Path) -> None:
    certificate, key = write_certificate(tmp_path)
    process = await program.start(
        *("--listen", "127.0.0.1:0", "--udp", "127.0.0.1:0"),
        *("--certificate", str(certificate), "--private-key", str(key)),
        VIDEOVISIT_MEDIA_KEY="a-key",
    )
    address = (await ready(process))["listen"]
    async with aclosing(MediaClient(address, "a-key", certificate)) as house:
        assert (await house.healthz())["ok"] is True
    async with aclosing(MediaClient(address, "another", certificate)) as stranger:
        with pytest.raises(MediaRefusedError):
            await stranger.healthz()
    for elsewhere in (address, address.removeprefix("tls:")):
        async with aclosing(MediaClient(elsewhere, "a-key")) as trusting_others:
            with pytest.raises(MediaUnavailableError):
                await trusting_others.healthz()


async def test_a_certificate_without_its_key_is_a_wrong_setting(program: Program, tmp_path: Path) -> None:
    certificate, _ = write_certificate(tmp_path)
    process = await program.start("--certificate", str(certificate), VIDEOVISIT_MEDIA_KEY="a-key")
    code, errors = await ended(process, 20)
    assert code == 2
    assert "private key" in errors


async def test_on_a_unix_socket_it_needs_no_key_and_lets_nobody_else_in(
    program: Program, tmp_path: Path
) -> None:
    path = tmp_path / "worker.sock"
    process = await program.start("--listen", f"unix:{path}", "--udp", "127.0.0.1:0")
    assert (await ready(process))["listen"] == f"unix:{path}"
    assert path.stat().st_mode & 0o077 == 0
    async with (
        ClientSession(connector=UnixConnector(str(path))) as session,
        session.get("http://worker/healthz") as response,
    ):
        assert response.status == 200


async def test_on_tcp_it_refuses_to_start_without_a_key(program: Program) -> None:
    process = await program.start("--listen", "127.0.0.1:0", "--udp", "0.0.0.0:0", VIDEOVISIT_MEDIA_KEY="")
    code, errors = await ended(process, 20)
    assert code == 2
    assert "needs" in errors


async def test_a_taken_port_is_said_in_a_sentence(program: Program) -> None:
    first = await program.start(
        "--listen", "127.0.0.1:0", "--udp", "127.0.0.1:0", VIDEOVISIT_MEDIA_KEY="a-key"
    )
    taken = (await ready(first))["udp"][0]
    second = await program.start("--listen", "127.0.0.1:0", "--udp", taken, VIDEOVISIT_MEDIA_KEY="a-key")
    code, errors = await ended(second, 20)
    assert (code, errors) == (1, "cannot listen: Address already in use\n")


async def test_it_ends_with_its_parent(program: Program) -> None:
    process = await program.start(
        "--listen",
        "127.0.0.1:0",
        "--udp",
        "127.0.0.1:0",
        "--die-with-parent",
        stdin=asyncio.subprocess.PIPE,
        VIDEOVISIT_MEDIA_KEY="a-key",
    )
    await ready(process)
    process.stdin.close()
    code, _ = await ended(process, 5)
    assert code == 0


async def test_it_keeps_recordings_where_it_is_told(program: Program, tmp_path: Path) -> None:
    for option, environment in (
        (["--recordings", str(tmp_path)], {}),
        ([], {"VIDEOVISIT_MEDIA_RECORDINGS": str(tmp_path)}),
    ):
        process = await program.start(
            "--listen", "127.0.0.1:0", *option, VIDEOVISIT_MEDIA_KEY="a-key", **environment
        )
        said = await ready(process)
        lease = {"recording": "r", "key": "A" * 43 + "=", "wrapped": "", "endpoints": ["m"], "seconds": 1}
        where = f"http://{said['listen']}/rooms/x"
        async with ClientSession(headers={"Authorization": "Bearer a-key"}) as session:
            await session.post(where + "/open")
            async with session.put(where + "/recording", json=lease) as response:
                assert await response.json() == {"state": "recording"}
            async with session.delete(where + "/recording") as response:
                assert response.status == 204
    assert len([*tmp_path.glob("r/*.vvr")]) == 2  # noqa: ASYNC240 - a folder of two
