"""What the doctor finds about Redis, on a real server and on what is none."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from signaling.doctor import redis
from tests.signaling.doctor.patient import free_port

pytestmark = pytest.mark.sockets


@pytest.fixture
def server(tmp_path: Path) -> Iterator[int]:
    """A Redis of this test's own, on a port and a Unix socket, with a password."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    port = free_port()
    options = f"--port {port} --bind 127.0.0.1 --unixsocket {tmp_path}/r --requirepass secret --save"
    with subprocess.Popen(
        [program, *options.split(), ""], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        while "Ready to accept connections" not in (line := running.stdout.readline()):
            assert line, "redis-server ended"
        yield port
        running.terminate()
        running.stdout.read()


async def test_a_server_that_lets_us_in_answers(server: int, tmp_path: Path) -> None:
    assert (await redis.look(f"redis://:secret@127.0.0.1:{server}/0")).well
    assert (await redis.look(f"redis://default:secret@127.0.0.1:{server}/0")).well
    assert (await redis.look(f"unix://{tmp_path}/r?password=secret")).well


@pytest.mark.parametrize(
    ("login", "sentence"),
    [
        ("", "lets nobody in without a password"),
        (":wrong@", "does not take this user and password"),
    ],
)
async def test_a_server_that_wants_a_password_is_said(server: int, login: str, sentence: str) -> None:
    found = await redis.look(f"redis://{login}127.0.0.1:{server}/0")
    assert found.sentence == sentence
    assert "wrong" not in found.lines()


async def test_nobody_there_is_said() -> None:
    found = await redis.look(f"redis://:hunter2@127.0.0.1:{free_port()}/0")
    assert "cannot be reached" in found.sentence
    assert "hunter2" not in found.lines()


@pytest.mark.parametrize("said", [b"220 mail.example.org ESMTP\r\n", b"-ERR unknown command\r\n", b":4\r\n"])
async def test_something_else_is_named(said: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"PING\r\n")
        writer.write(said)
        await reader.read()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as other:
        port = other.sockets[0].getsockname()[1]
        assert (
            await redis.look(f"redis://127.0.0.1:{port}")
        ).sentence == "something else than Redis answers there"
