"""`videovisit doctor`: looks at an installation the way `serve` will, and says what stands in its way."""

import asyncio
import ssl
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from signaling.clock import Clock
from signaling.installation import Configured, configured
from signaling.serve import tls_context
from signaling.settings import SettingsError
from signaling.workers import MediaWorkers
from waiting_room.accounts import SqlAccounts
from waiting_room.core.model import Role
from waiting_room.database import Database, Unavailable
from waiting_room.migrations import HEAD, revision
from web_client import DIST

EXPIRES_SOON: Final = timedelta(days=14)
"""A certificate that ends within so long is worth a word."""

PAGES: Final = ("index", "member", "clinician", "support", "privacy")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, whether it is well, and a sentence."""

    what: str
    well: bool
    sentence: str

    def line(self) -> str:
        """For the terminal."""
        return f"{'ok ' if self.well else 'NO '} {self.what}: {self.sentence}"


Check = Callable[[Configured, Clock], Awaitable[Finding]]


async def examine(clock: Clock) -> list[Finding]:
    """Everything that was found, good and bad. Wrong settings end it: the rest depends on them."""
    try:
        settings = configured()
    except SettingsError as error:
        return [Finding(name, False, sentence) for name, sentence in error.problems]
    found = [Finding("settings", True, "all of them can be read")]
    checks: tuple[Check, ...] = (_database, _directory, _certificate, _pages, _media)
    for check in checks:
        found.append(await check(settings, clock))  # noqa: PERF401 - one after the other: they share the machine
    return found


async def _database(settings: Configured, _clock: Clock) -> Finding:
    url = settings.records.database_url.get_secret_value()
    try:
        at = await asyncio.to_thread(revision, url)
    except Exception as error:  # noqa: BLE001 - whatever it is, the text of it may hold the URL
        return Finding("database", False, f"cannot be reached ({type(error).__name__})")
    if at != HEAD:
        return Finding("database", False, "its schema is not this version's: run `videovisit migrate`")
    return Finding("database", True, f"reached, at revision {at}")


async def _directory(settings: Configured, _clock: Clock) -> Finding:
    database = Database(settings.records.database_url.get_secret_value(), pool_size=2)
    try:
        accounts = SqlAccounts(database)
        clinics, staff = await accounts.clinics(), await accounts.staff()
    except (Unavailable, OSError):
        return Finding("directory", False, "cannot be read")
    except Exception as error:  # noqa: BLE001 - tables that are not there yet
        return Finding("directory", False, f"cannot be read ({type(error).__name__})")
    finally:
        await database.close()
    working = [person for person in staff if person.active]
    desk = sum(Role.support in person.roles for person in working)
    clinicians = sum(Role.clinician in person.roles for person in working)
    well = bool(clinics and clinicians and desk)
    sentence = f"{len(clinics)} clinics, {clinicians} clinicians, {desk} at the desk"
    return Finding(
        "directory", well, sentence if well else f"{sentence}: see `videovisit clinics` and `staff`"
    )


async def _certificate(settings: Configured, clock: Clock) -> Finding:
    web = settings.web
    if web.tls_cert is None or web.tls_key is None:
        return Finding("certificate", True, "none: a proxy speaks TLS, or only this machine asks")
    try:
        tls_context(web.tls_cert, web.tls_key)
        ends = x509.load_pem_x509_certificate(web.tls_cert.read_bytes()).not_valid_after_utc
    except (ssl.SSLError, ValueError, OSError):
        return Finding("certificate", False, "it and its key cannot be read, or do not belong together")
    left = ends - clock.now()
    when = datetime.fromtimestamp(ends.timestamp(), UTC).date().isoformat()
    return Finding("certificate", left > EXPIRES_SOON, f"good until {when}")


async def _pages(_settings: Configured, _clock: Clock) -> Finding:
    missing = [name for name in PAGES if not (DIST / f"{name}.html").is_file()]
    return Finding("pages", not missing, f"not built: {', '.join(missing)}" if missing else "built")


async def _media(settings: Configured, clock: Clock) -> Finding:
    """Starts one worker on a free UDP port of the configured address, and ends it."""
    with tempfile.TemporaryDirectory(prefix="vv-") as folder:
        workers = MediaWorkers(
            count=1,
            runtime_dir=Path(folder) / "media",
            clock=clock,
            udp_host=settings.web.media_udp.host,
            advertise=settings.web.media_advertise,
            spare=False,
        )
        began = clock.monotonic()
        try:
            await workers.start()
        except TimeoutError:
            return Finding("media", False, "a worker did not start: run `videovisit media` to see why")
        seconds = clock.monotonic() - began
        await workers.stop()
    return Finding("media", True, f"a worker starts in {seconds:.1f} s")
