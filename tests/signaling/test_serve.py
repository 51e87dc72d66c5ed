"""`videovisit serve` as a process: over TLS, from an empty folder to an orderly end."""

import asyncio
import contextlib
import os
import signal
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from signaling.serve import DESCRIPTORS_KEPT, listening_socket
from signaling.settings import Listen
from tests.demo_server import write_certificate

pytestmark = [pytest.mark.slow, pytest.mark.sockets]

VIDEOVISIT = str(Path(sys.executable).with_name("videovisit"))


def free_port() -> int:
    with listening_socket(Listen(host="127.0.0.1", port=0)) as listener:
        return int(listener.getsockname()[1])


def environment(folder: Path, port: int, **more: str) -> dict[str, str]:
    certificate, key = write_certificate(folder)
    return {
        **os.environ,
        "VIDEOVISIT_DATABASE_URL": f"sqlite:///{folder / 'visits.db'}",
        "VIDEOVISIT_TEXT_KEY": "k1:" + "A" * 43 + "=",
        "VIDEOVISIT_PUBLIC_URL": f"https://127.0.0.1:{port}",
        "VIDEOVISIT_LISTEN": f"127.0.0.1:{port}",
        "VIDEOVISIT_TLS_CERT": str(certificate),
        "VIDEOVISIT_TLS_KEY": str(key),
        **more,
    }


async def runs(*arguments: str, env: dict[str, str]) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        VIDEOVISIT, *arguments, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode()


@asynccontextmanager
async def serving(
    folder: Path, env: dict[str, str], *through: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    with (folder / "serve.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *through, VIDEOVISIT, "serve", env=env, cwd=folder, stderr=log
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def get(session: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    """The answer, as soon as there is somebody to give one."""
    async with asyncio.timeout(60):
        while True:
            try:
                async with session.get(url) as answer:
                    return answer.status, await answer.text()
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)


async def test_from_an_empty_folder_to_an_orderly_end(tmp_path: Path) -> None:
    port = free_port()
    env = environment(tmp_path, port, VIDEOVISIT_DRAIN_SECONDS="30")
    code, told = await runs("serve", env=env)
    assert code == 2
    assert "videovisit migrate" in told
    assert (await runs("migrate", env=env))[0] == 0
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    connector = aiohttp.TCPConnector(ssl=trust)
    async with serving(tmp_path, env) as process, aiohttp.ClientSession(connector=connector) as session:
        base = f"https://127.0.0.1:{port}"
        assert (await get(session, f"{base}/readyz"))[0] == 200
        assert "videovisit demo" not in (await get(session, f"{base}/"))[1]
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            while (await get(session, f"{base}/readyz"))[0] == 200:  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.01)
        assert (await get(session, f"{base}/healthz"))[0] == 200
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0


async def ends(reader: asyncio.StreamReader) -> bool:
    """Whether the other side ends the connection, in whichever way."""
    try:
        return not await reader.read(1)
    except ConnectionError:
        return True


async def test_strangers_cannot_fill_the_house_nor_its_log(tmp_path: Path) -> None:
    """As many as fit are let in, the next are cut off, and bytes that are no HTTP leave no line."""
    port = free_port()
    env = environment(tmp_path, port)
    assert (await runs("migrate", env=env))[0] == 0
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    connector = aiohttp.TCPConnector(ssl=trust)
    few = ("prlimit", f"--nofile={DESCRIPTORS_KEPT + 20}:{DESCRIPTORS_KEPT + 20}")
    async with serving(tmp_path, env, *few), aiohttp.ClientSession(connector=connector) as session:
        base = f"https://127.0.0.1:{port}"
        assert (await get(session, f"{base}/readyz"))[0] == 200
        strangers, cut_off = [], 0
        for _ in range(40):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
            writer.write(b"\x00 NOT HTTP\r\n\r\n" if not strangers else b"GET / HT")
            strangers.append(writer)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    cut_off += await ends(reader)
        assert cut_off >= 20
        assert (await get(session, f"{base}/readyz"))[0] == 200
        for writer in strangers:
            writer.transport.abort()
    assert "error" not in (tmp_path / "serve.log").read_text()
