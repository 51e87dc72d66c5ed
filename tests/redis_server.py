"""A Redis server of the tests' own: on a free port, with nothing kept on a disk, and killed when told."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

WITHIN_SECONDS = 10.0


class RedisMissingError(Exception):
    """What of Redis this machine lacks."""


@dataclass
class RedisServer:
    """A server that can be killed and started again at the same address."""

    program: str
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                self.program,
                *("--port", str(self.port)),
                *("--bind", "127.0.0.1"),
                *("--save", ""),
                *("--appendonly", "no"),
                *("--dir", str(self.folder)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.perf_counter() + WITHIN_SECONDS
        while time.perf_counter() < deadline:
            with suppress(OSError):
                self.says("PING")
                return
            time.sleep(0.02)
        raise RuntimeError("redis-server did not start")

    def kill(self) -> None:
        """SIGKILL: nothing is said to anybody."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(WITHIN_SECONDS)
            self.process = None

    def flush(self) -> None:
        """Everything in it is gone."""
        self.says("FLUSHALL")

    def says(self, command: str) -> str:
        """What it answers to a command."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            connection.sendall(command.encode() + b"\r\n")
            return connection.recv(65_536).decode()

    def publishes(self, channel: str, texts: list[str]) -> None:
        """As a program would that is connected to it."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            for text in texts:
                parts = [part.encode() for part in ("PUBLISH", channel, text)]
                said = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
                connection.sendall(b"*%d\r\n%s" % (len(parts), said))
                connection.recv(1024)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running() -> Iterator[RedisServer]:
    """A server for the length of the block.

    Raises:
        RedisMissingError: says what is missing.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise RedisMissingError("redis-server is not installed (Debian package redis-server)")
    with tempfile.TemporaryDirectory(prefix="vvredis") as folder:
        server = RedisServer(program, Path(folder), free_port())
        server.start()
        try:
            yield server
        finally:
            server.kill()
