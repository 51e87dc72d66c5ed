"""A PostgreSQL server of the tests' own.

Made in a temporary directory, reached over a Unix socket, thrown away after.

`initdb` refuses root, so as root it runs as `postgres` through `runuser`, in a directory that user can read.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg


class PostgresMissingError(Exception):
    """What of PostgreSQL this machine lacks."""


@dataclass(frozen=True)
class Postgres:
    """A running server."""

    directory: Path
    user: str
    control: tuple[str, ...]
    options: str

    def start(self) -> None:
        self._control("-l", str(self.directory / "log"), "-o", self.options, "start")

    def crash(self) -> None:
        """Stop at once, as a power cut would: no connection is ended in order, nothing is flushed."""
        self._control("-m", "immediate", "stop")

    def _control(self, *arguments: str) -> None:
        subprocess.run(
            [*self.control, *arguments],
            check=True,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=90,
        )

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{self.user}@/{database}?host={quote(str(self.directory), safe='')}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """A fresh, empty database; gives its URL and drops it after, whoever is still connected."""
        name = f"t{secrets.token_hex(6)}"
        self._run(f'CREATE DATABASE "{name}"')
        try:
            yield self.url(name)
        finally:
            self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url(), autocommit=True, connect_timeout=5) as connection:
            connection.execute(statement.encode())


def binaries() -> Path:
    """The directory of `initdb` and `pg_ctl`.

    Raises:
        PostgresMissingError: says what is missing.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    initdb = found[-1] if found else Path(on_path).resolve() if on_path else None
    if initdb is None:
        raise PostgresMissingError("initdb is not installed (Debian package postgresql)")
    if not (initdb.parent / "pg_ctl").exists():
        raise PostgresMissingError(f"pg_ctl is not beside {initdb}")
    return initdb.parent


@contextmanager
def running(*, fsync: bool = False) -> Iterator[Postgres]:
    """A server for the length of the block.

    Raises:
        PostgresMissingError: says what is missing.
    """
    programs = binaries()
    as_root = os.geteuid() == 0
    prefix: list[str] = []
    user = pwd.getpwuid(os.geteuid()).pw_name
    if as_root:
        if shutil.which("runuser") is None:
            raise PostgresMissingError("runuser is not installed (Debian package util-linux)")
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            raise PostgresMissingError("there is no user postgres to run initdb as") from None
        prefix, user = ["runuser", "-u", "postgres", "--"], "postgres"
    directory = Path(tempfile.mkdtemp(prefix="vvpg", dir="/tmp"))  # short: a Unix socket's path has 107 bytes
    data = directory / "data"
    try:
        if as_root:
            shutil.chown(directory, "postgres")
        directory.chmod(0o700)
        run = [
            *prefix,
            str(programs / "initdb"),
            "-D",
            str(data),
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ]
        subprocess.run(run, check=True, capture_output=True, cwd="/", timeout=60)
        options = [
            f"-k {directory}",
            "-c listen_addresses=''",
            "-c shared_buffers=32MB",
            "-c max_connections=200",
        ]
        if not fsync:
            options += ["-c fsync=off", "-c full_page_writes=off"]
        control = (*prefix, str(programs / "pg_ctl"), "-D", str(data), "-w", "-t", "60")
        server = Postgres(directory, user, control, " ".join(options))
        server.start()
        try:
            yield server
        finally:
            with suppress(subprocess.CalledProcessError):  # a test may have stopped it
                server.crash()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
