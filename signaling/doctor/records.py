"""The database: reached and written, laid out for us, in the same time as we are, and with people in it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from signaling.clock import Clock
from signaling.doctor.finding import Finding
from signaling.installation import Configured
from waiting_room.accounts import SqlAccounts
from waiting_room.core.model import Role
from waiting_room.database import Database, Unavailable, parse_url
from waiting_room.migrations import HEAD, revision
from waiting_room.vitals import Vitals, vitals

APART: Final = timedelta(seconds=2)
"""How far two clocks may differ. More, and claims and leases of two processes run out at different times."""

AHEAD: Final = timedelta(minutes=1)
"""How far ahead of our clock the newest record may be: another process's clock, and a little patience."""

RELEASED: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock that is right says an earlier day than this program was written on."""

FOLLOW: Final = "Let the machine follow a time source (chrony or systemd-timesyncd), and look again."


async def check(settings: Configured, clock: Clock) -> list[Finding]:
    """Reached and writable; at our revision; in the same time as we are; with people in it."""
    url = settings.records.database_url.get_secret_value()
    parsed = parse_url(url)
    file = parsed.database if parsed.get_backend_name() == "sqlite" else None
    if file is not None and not await asyncio.to_thread(Path(file).is_file):
        return [
            Finding(
                "database",
                "there is no file where VIDEOVISIT_DATABASE_URL says",
                "Run `videovisit migrate` to make it; if there should be visits in it, correct the setting.",
            ),
            _sane(clock.now()),
        ]
    try:
        at = await asyncio.to_thread(revision, url)
        before = clock.now()
        asked = await asyncio.to_thread(vitals, url, with_visits=at == HEAD)
        after = clock.now()
    except Exception as error:  # noqa: BLE001 - whatever it is, the text of it may hold the URL
        sentence = f"cannot be reached or written ({type(error).__name__})"
        remedy = (
            "See that it runs and that host, user, password and name in VIDEOVISIT_DATABASE_URL are right; "
            "for a file, that this user may write it and its folder."
        )
        return [Finding("database", sentence, remedy), _sane(clock.now())]
    found = [_writable(asked), _laid_out(at), _clock(asked, before, after)]
    return [*found, await _directory(url)] if at == HEAD else found


def _writable(asked: Vitals) -> Finding:
    if asked.read_only:
        return Finding(
            "database",
            "is reached and takes no writes",
            "Point VIDEOVISIT_DATABASE_URL at the primary server, not at a standby that only reads.",
        )
    return Finding("database", "reached, and can be written")


def _laid_out(at: str | None) -> Finding:
    if at == HEAD:
        return Finding("migrations", f"at revision {at}, which is this version's")
    if at is not None and at > HEAD:
        sentence = f"revision {at} was laid out by a newer version than this one"
        return Finding(
            "migrations", sentence, "Run that version here as well, or restore a backup of before."
        )
    return Finding(
        "migrations",
        "its schema is not this version's",
        "Make a backup (`videovisit backup`), then run `videovisit migrate`.",
    )


def _sane(now: datetime) -> Finding:
    if now < RELEASED:
        return Finding("clock", f"says {now:%Y-%m-%d}, which is before this program was made", FOLLOW)
    return Finding("clock", "not compared: there is no database to ask")


def _clock(asked: Vitals, before: datetime, after: datetime) -> Finding:
    now = before + (after - before) / 2
    if not _sane(now).well:
        return _sane(now)
    if asked.at is not None:
        apart = abs(asked.at - now)
        if apart > APART + (after - before) / 2:
            sentence = f"is {apart.total_seconds():.0f} s apart from the database's"
            return Finding("clock", sentence, f"One of the two is wrong. {FOLLOW}")
    if asked.newest is not None and asked.newest > now + AHEAD:
        minutes = (asked.newest - now).total_seconds() / 60
        sentence = f"is behind the newest record by {minutes:.0f} min: it was ahead then, or is wrong now"
        return Finding(
            "clock", sentence, f"{FOLLOW} Waits and deadlines are right again when it has caught up."
        )
    if asked.at is None:
        return Finding("clock", "the database's is this machine's, and no record is from the future")
    return Finding("clock", "agrees with the database's, and no record is from the future")


async def _directory(url: str) -> Finding:
    database = Database(url, pool_size=2)
    try:
        accounts = SqlAccounts(database)
        clinics, staff = await accounts.clinics(), await accounts.staff()
    except (Unavailable, OSError):
        return Finding("directory", "cannot be read", "See that the database is there, and look again.")
    finally:
        await database.close()
    working = [person for person in staff if person.active]
    desk = sum(Role.support in person.roles for person in working)
    clinicians = sum(Role.clinician in person.roles for person in working)
    sentence = f"{len(clinics)} clinics, {clinicians} clinicians, {desk} at the desk"
    if clinics and clinicians and desk:
        return Finding("directory", sentence)
    remedy = "Add what is missing with `videovisit clinics add` and `videovisit staff add`."
    return Finding("directory", sentence, remedy)
