"""A copy of a SQLite database while it is written to, and a database made from such a copy. All of it blocks.

PostgreSQL brings its own tools (`pg_dump`, `pg_restore`); docs/operations.md says how they are used here.

A copy is one file, of one instant, there whole or not at all, and for its owner alone. It holds sealed texts
and digests like the database itself, and none of the keys.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from waiting_room.database import parse_url, prepare_sqlite
from waiting_room.migrations import HEAD


class BackupError(Exception):
    """It cannot be done, and nothing was changed. The text is a sentence without anything of a row."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What is in the file now."""

    visits: int
    revision: str


def file_of(url: str) -> Path:
    """The file of a SQLite database.

    Raises:
        BackupError: it is a PostgreSQL server.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise BackupError(
            "the database is a PostgreSQL server: use pg_dump and pg_restore, as docs/operations.md says"
        )
    return Path(parsed.database)


def back_up(url: str, to: Path) -> Copied:
    """Copy the database to a new file. Writers go on meanwhile; what they commit later is not in it.

    Raises:
        BackupError: there is no such database, or the file is there already, or the copy is damaged.
        OSError: the file cannot be written.
    """
    source = file_of(url)
    if not source.is_file():
        raise BackupError("there is no database to copy")
    _make_way(to)
    return _copied(source, to, "DELETE", end_sessions=False)


def restore(url: str, source: Path) -> Copied:
    """Make the database anew from a copy. Sessions of then are ended: some were, after the copy was made.

    Raises:
        BackupError: there is a database already, or the file is no copy of one, of a newer version, or
            damaged.
        OSError: the file cannot be read, or the database not be written.
    """
    to = file_of(url)
    if not source.is_file():
        raise BackupError("there is no such file to restore")
    _make_way(to)
    if any(Path(f"{to}{suffix}").exists() for suffix in ("-wal", "-shm")):
        raise BackupError("another database's log lies there: move it away first")
    return _copied(source, to, "WAL", end_sessions=True)


def _make_way(to: Path) -> None:
    if os.path.lexists(to):  # also a link that leads nowhere yet
        raise BackupError("there is a file of that name already: nothing is ever overwritten")
    if not to.absolute().parent.is_dir():
        raise BackupError("there is no such folder to write it to")


def _copied(source: Path, to: Path, journal: str, *, end_sessions: bool) -> Copied:
    part = to.with_name(f"{to.name}.part")
    part.unlink(missing_ok=True)  # left by a process that was killed
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        found = _copy(source, part, journal, end_sessions=end_sessions)
        _sync(part)
        part.rename(to)
    except sqlite3.DatabaseError:  # its text may hold what is in the file
        raise BackupError("the file is no database, or it is damaged") from None
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            Path(f"{part}{suffix}").unlink(missing_ok=True)
    _sync(to.absolute().parent)
    return found


def _copy(source: Path, part: Path, journal: str, *, end_sessions: bool) -> Copied:
    mode = "ro" if end_sessions else "rw"  # who reads its log must be able to write it
    with (
        closing(sqlite3.connect(f"file:{quote(str(source.absolute()))}?mode={mode}", uri=True)) as live,
        closing(sqlite3.connect(part)) as copy,
    ):
        prepare_sqlite(live)
        # In one step, which sees one snapshot and, in WAL mode, keeps no writer waiting. In several, each
        # commit in between would begin it anew.
        live.backup(copy)
        prepare_sqlite(copy)
        found = _looked_through(copy)
        if end_sessions:
            copy.execute("DELETE FROM sessions")
        copy.execute(f"PRAGMA journal_mode={journal}")
        return found


def _looked_through(copy: sqlite3.Connection) -> Copied:
    if copy.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        raise BackupError("the copy is damaged")
    tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"alembic_version", "visits", "journal", "sessions"} <= tables:
        raise BackupError("this is no database of ours")
    revision = str(copy.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    if revision > HEAD:
        raise BackupError("it was made by a newer version: restore it with that one")
    return Copied(int(copy.execute("SELECT count(*) FROM visits").fetchone()[0]), revision)


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
