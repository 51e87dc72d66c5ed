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


@dataclass
class TurnServer:
    """One that can be killed and started again at the same addresses."""

    host: str
    port: int
    tls_port: int
    command: Sequence[str]
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def udp(self) -> str:
        return f"turn:{self.host}:{self.port}?transport=udp"

    @property
    def tcp(self) -> str:
        return f"turn:{self.host}:{self.port}?transport=tcp"

    @property
    def tls(self) -> str:
        return f"turns:{self.host}:{self.tls_port}"

    def start(self) -> None:
        log = self.folder / "turnserver.log"
        with log.open("ab") as said:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=self.folder
            )
        deadline = time.perf_counter() + WITHIN_SECONDS
        while time.perf_counter() < deadline and self.process.poll() is None:
            if self._speaks_tls():
                return
            time.sleep(0.02)
        raise RuntimeError(f"coturn did not start: {log.read_text()[-2000:]}")

    def kill(self) -> None:
        """SIGKILL: nothing is said to anybody."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(WITHIN_SECONDS)
            self.process = None

    def _speaks_tls(self) -> bool:
        loose = ssl.create_default_context()
        loose.check_hostname, loose.verify_mode = False, ssl.CERT_NONE
        with (
            suppress(OSError),
            socket.create_connection((self.host, self.tls_port), timeout=1) as connection,
            loose.wrap_socket(connection),
        ):
            return True
        return False


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
    port, tls_port = _free(host), tls_port or _free(host)
    cert, key = certificate
    command = [
        "turnserver",
        *("-c", str(SHIPPED)),
        *("--listening-ip", host, "--relay-ip", host),
        *("--listening-port", str(port), "--tls-listening-port", str(tls_port)),
        *("--cert", str(cert), "--pkey", str(key)),
        *("--static-auth-secret", SECRET, "--realm", "tests.example"),
        *("--pidfile", str(folder / "turnserver.pid"), "--userdb", str(folder / "turndb")),
        *(word for peer in peers for word in ("--allowed-peer-ip", peer)),
        *(("--listening-ip", also) if also else ()),
        *(("--allow-loopback-peers",) if host == "127.0.0.1" else ()),
    ]
    server = TurnServer(host, port, tls_port, command, folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def _free(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
