"""A coturn of the tests' own, with the configuration that is shipped, on free ports."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).parents[1] / "deploy" / "turnserver.conf"
SECRET = "a secret between the tests and their relay"
WITHIN_SECONDS = 10.0


class TurnServerMissingError(Exception):
    """What of coturn this machine lacks."""


@dataclass(frozen=True)
class TurnServer:
    """A running one."""

    host: str
    port: int
    tls_port: int

    @property
    def udp(self) -> str:
        return f"turn:{self.host}:{self.port}?transport=udp"

    @property
    def tcp(self) -> str:
        return f"turn:{self.host}:{self.port}?transport=tcp"

    @property
    def tls(self) -> str:
        return f"turns:{self.host}:{self.tls_port}"


def missing() -> str | None:
    """Why there can be none here; None: there can."""
    if shutil.which("turnserver") is None:
        return "turnserver is not installed (Debian package coturn)"
    return None


@contextmanager
def running(
    folder: Path,
    certificate: tuple[Path, Path],
    *,
    host: str = "127.0.0.1",
    tls_port: int = 0,
    peers: Sequence[str] = ("127.0.0.1",),
    also: str | None = None,
) -> Iterator[TurnServer]:
    """A server for the length of the block; it relays to `peers` alone, and listens `also` there.

    Raises:
        TurnServerMissingError: says what is missing.
    """
    if (lacks := missing()) is not None:
        raise TurnServerMissingError(lacks)
    server = TurnServer(host, _free(host), tls_port or _free(host))
    cert, key = certificate
    log = folder / "turnserver.log"
    command = [
        "turnserver",
        *("-c", str(SHIPPED)),
        *("--listening-ip", host, "--relay-ip", host),
        *("--listening-port", str(server.port), "--tls-listening-port", str(server.tls_port)),
        *("--cert", str(cert), "--pkey", str(key)),
        *("--static-auth-secret", SECRET, "--realm", "tests.example"),
        *("--pidfile", str(folder / "turnserver.pid"), "--userdb", str(folder / "turndb")),
        *(word for peer in peers for word in ("--allowed-peer-ip", peer)),
        *(("--listening-ip", also) if also else ()),
        *(("--allow-loopback-peers",) if host == "127.0.0.1" else ()),
    ]
    with (
        log.open("wb") as said,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=folder) as process,
    ):
        try:
            _until_it_answers(server, process, log)
            yield server
        finally:
            process.kill()


def _free(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _until_it_answers(server: TurnServer, process: subprocess.Popen[bytes], log: Path) -> None:
    loose = ssl.create_default_context()
    loose.check_hostname, loose.verify_mode = False, ssl.CERT_NONE
    deadline = time.perf_counter() + WITHIN_SECONDS
    while time.perf_counter() < deadline and process.poll() is None:
        with (
            suppress(OSError),
            socket.create_connection((server.host, server.tls_port), timeout=1) as connection,
            loose.wrap_socket(connection),
        ):
            return
        time.sleep(0.02)
    raise RuntimeError(f"coturn did not start: {log.read_text()[-2000:]}")
