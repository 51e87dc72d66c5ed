"""The real demo, as a child process, over TLS with a throw-away certificate."""

import asyncio
import ctypes
import datetime as dt
import ipaddress
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from yarl import URL


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 that is good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "videovisit test")])
    start = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return cert_file, key_file


def _die_with_tests() -> None:
    """In the child, before it runs: SIGTERM when the tests are killed (Linux, prctl(2) PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


@dataclass(slots=True)
class DemoServer:
    """A running demo: `info` is its JSON line (DESIGN §8)."""

    process: asyncio.subprocess.Process
    info: dict[str, Any]
    log: Path
    ready_seconds: float

    @property
    def port(self) -> int:
        """Where the pages are."""
        return URL(self.info["base_url"]).port or 443

    def workers(self) -> list[int]:
        """Process ids of the media workers it started."""
        pid = self.process.pid
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    async def books(self, name: str, birth_date: str) -> str:
        """Book a visit that is due now, as a booking program does; the member's link."""
        visit = {
            "clinic": "harbor",
            "start": dt.datetime.now(dt.UTC).isoformat(),
            "minutes": 20,
            "mode": "video",
            "member": {"ref": "T-1", "name": name, "birth_date": birth_date},
        }
        who = {"Authorization": f"Bearer {self.info['api_key']}"}
        url = f"{self.info['base_url']}/api/v1/visits"
        async with (
            aiohttp.ClientSession() as http,
            http.post(url, json=visit, headers=who, ssl=False) as answer,
        ):
            if answer.status != 201:
                raise RuntimeError(f"the visit was not booked: {answer.status}")
            link: str = (await answer.json())["join_url"]
            return link

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL after ten seconds."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self.process.wait(), 10)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()


async def start(folder: Path, *, tls: bool = True, environment: dict[str, str] | None = None) -> DemoServer:
    """Start `videovisit demo --json` in a folder of its own and wait for its line."""
    env = {**os.environ, **(environment or {})}
    if tls:
        cert, key = write_certificate(folder)
        env |= {"VIDEOVISIT_TLS_CERT": str(cert), "VIDEOVISIT_TLS_KEY": str(key)}
    log = folder / "server.log"
    began = asyncio.get_running_loop().time()
    with log.open("wb") as err:
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("videovisit")),
            "demo",
            "--json",
            "--port",
            "0",
            stdout=asyncio.subprocess.PIPE,
            stderr=err,
            cwd=folder,
            env=env,
            preexec_fn=_die_with_tests,
        )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    ready = asyncio.get_running_loop().time() - began
    if not line:
        raise RuntimeError(f"the demo did not start: {log.read_text()[-2000:]}")
    return DemoServer(process=process, info=json.loads(line), log=log, ready_seconds=ready)
