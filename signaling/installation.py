"""A real installation: what `serve` checks before it starts, and the tools that fill its directory."""

import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from signaling.clock import Clock, SystemClock
from signaling.ids import Ids, SystemIds, sha256_of
from signaling.passwords import MAX_PASSWORD_CHARS, hash_now
from signaling.settings import PREFIX, Settings, SettingsError, problems_of, unknown_variables
from signaling.sockets.wording import telephone
from waiting_room.accounts import Clinic, SqlAccounts, Staff
from waiting_room.core.ids import ClinicId, StaffId
from waiting_room.core.model import Role
from waiting_room.database import Database
from waiting_room.keys import ApiKey, SqlKeys
from waiting_room.migrations import HEAD, NewerDatabaseError, migrate, revision
from waiting_room.sessions import SessionKind, SqlSessions
from waiting_room.settings import WaitingRoomSettings

if TYPE_CHECKING:
    from signaling.http.origin import Surroundings
    from signaling.workers import Fleet

MIN_PASSPHRASE_CHARS: Final = 12
"""NIST SP 800-63B asks for eight; staff accounts open identities, so somewhat more."""

API_KEY_PREFIX: Final = "vv_"
"""So that secret scanners know a key when somebody commits one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """The settings of every room, all of them right."""

    web: Settings
    records: WaitingRoomSettings


def configured() -> Configured:
    """Read every room's settings.

    Raises:
        SettingsError: names everything that is wrong, in all rooms, at once.
    """
    problems = unknown_variables(os.environ, *ROOMS, elsewhere=ELSEWHERE)
    web = _read(Settings, problems)
    records = _read(WaitingRoomSettings, problems)
    if web is not None:
        problems += web.problems_of_serving()
        if web.redis_url is not None and records is not None and records.on_sqlite:
            problems.append(
                (
                    f"{PREFIX}DATABASE_URL",
                    "must be postgresql://…: Redis is for several processes",
                )
            )
    if problems or web is None or records is None:
        raise SettingsError(problems)
    return Configured(web=web, records=records)


S = TypeVar("S", bound=BaseSettings)

ROOMS: Final = (Settings, WaitingRoomSettings)
ELSEWHERE: Final = "MEDIA_"
"""How the names of settings begin that the media workers read themselves."""


def _read(kind: type[S], problems: list[tuple[str, str]]) -> S | None:
    try:
        return kind()
    except ValidationError as error:
        problems += problems_of(error)
        return None


async def serve() -> int:
    """Serve members until told to stop."""
    settings = configured()
    check_schema(settings.records)
    from signaling import serve as server  # noqa: PLC0415 - the tools below need none of it
    from signaling.compose import build  # noqa: PLC0415

    web, clock, ids = settings.web, SystemClock(), SystemIds()
    listener = server.listening_socket(web.listen)
    with tempfile.TemporaryDirectory(prefix="vv-") as runtime:
        workers = _fleet(web, Path(runtime) / "media", clock)
        house = build(web, settings.records, clock, ids, workers=workers, surroundings=surroundings_of(web))
        tls = server.tls_context(web.tls_cert, web.tls_key) if web.tls_cert and web.tls_key else None
        await server.run(
            house.app,
            house.drain,
            listener,
            tls,
            on_start=_nothing,
            on_ready=_tell,
            drain_seconds=web.drain_seconds,
        )
    return 0


def surroundings_of(web: Settings) -> "Surroundings":
    """Where a real installation stands: one origin, and whoever speaks TLS for it."""
    from signaling.http.origin import Surroundings  # noqa: PLC0415 - the tools need none of it

    return Surroundings(
        origins=(web.public_url,),
        trusted_proxies=web.trusted_proxies,
        proxies_only=not web.tls and not web.listen.is_loopback,
        proxied=bool(web.trusted_proxies) or (web.public_url.startswith("https:") and not web.tls),
    )


def _fleet(web: Settings, runtime: Path, clock: Clock) -> "Fleet":
    """Workers of our own, or those that run elsewhere."""
    from signaling.distant_workers import DistantWorkers  # noqa: PLC0415
    from signaling.workers import MediaWorkers  # noqa: PLC0415

    if web.media_workers_at:
        return DistantWorkers(
            web.media_workers_at,
            web.media_key.get_secret_value() if web.media_key else None,
            web.media_ca,
        )
    return MediaWorkers(
        count=web.media_workers,
        runtime_dir=runtime,
        clock=clock,
        udp_host=web.media_udp.host,
        udp_port=web.media_udp.port,
        advertise=web.media_advertise,
        recordings=web.recordings,
    )


async def _nothing() -> None:
    """A real installation is not seeded."""


def _tell() -> None:
    """The log line `serving` tells it."""


def check_schema(records: WaitingRoomSettings) -> None:
    """See that the database is laid out for this version.

    Raises:
        SettingsError: it is not.
    """
    at = revision(records.database_url.get_secret_value())
    if at != HEAD:
        raise SettingsError(
            [(f"{PREFIX}DATABASE_URL", "its schema is not this version's: run `videovisit migrate`")]
        )


def records_settings() -> WaitingRoomSettings:
    """The waiting room's settings alone, for tools that need no web process.

    Raises:
        SettingsError: names everything that is wrong with them.
    """
    problems: list[tuple[str, str]] = []
    records = _read(WaitingRoomSettings, problems)
    if records is None:
        raise SettingsError(problems)
    return records


def bring_up_to_date() -> bool:
    """Bring the database to this version's schema; whether anything had to be done."""
    url = records_settings().database_url.get_secret_value()
    try:
        return migrate(url)
    except NewerDatabaseError:
        raise SettingsError([(f"{PREFIX}DATABASE_URL", "was laid out by a newer version")]) from None


@dataclass(frozen=True, slots=True)
class _Tools:
    accounts: SqlAccounts
    keys: SqlKeys
    sessions: SqlSessions
    clock: Clock
    ids: Ids


@asynccontextmanager
async def _tools() -> AsyncIterator[_Tools]:
    records = records_settings()
    check_schema(records)
    database = Database(records.database_url.get_secret_value(), pool_size=2)
    try:
        yield _Tools(
            SqlAccounts(database), SqlKeys(database), SqlSessions(database), SystemClock(), SystemIds()
        )
    finally:
        await database.close()


async def add_clinic(
    *,
    clinic: str,
    name: str,
    tz: str,
    phone: str,
    desk_phone: str,
    urgent_care: str,
) -> int:
    """Add a clinic, or change what is said about it."""
    problems = []
    try:
        ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError):
        problems.append(("--tz", "is not an IANA time zone"))
    numbers = {"--phone": telephone(phone, phone), "--desk-phone": telephone(desk_phone, phone)}
    problems += [(flag, "is not a phone number") for flag, number in numbers.items() if number is None]
    if problems:
        raise SettingsError(problems)
    async with _tools() as tools:
        await tools.accounts.save_clinic(
            Clinic(
                id=ClinicId(clinic),
                name=name,
                tz=tz,
                phone=numbers["--phone"] or "",
                desk_phone=numbers["--desk-phone"] or "",
                urgent_care=urgent_care,
            )
        )
    return 0


async def list_clinics() -> list[str]:
    """One line per clinic."""
    async with _tools() as tools:
        return [f"{clinic.id}\t{clinic.name}\t{clinic.tz}" for clinic in await tools.accounts.clinics()]


async def add_staff(
    *,
    user: str,
    name: str,
    credentials: str,
    roles: Sequence[str],
    clinics: Sequence[str],
    passphrase: str,
) -> int:
    """Add a person, or change them; a changed person signs in anew."""
    if not MIN_PASSPHRASE_CHARS <= len(passphrase) <= MAX_PASSWORD_CHARS:
        raise SettingsError(
            [("passphrase", f"needs {MIN_PASSPHRASE_CHARS} to {MAX_PASSWORD_CHARS} characters")]
        )
    async with _tools() as tools:
        known = await tools.accounts.find(user)
        person = Staff(
            id=known.id if known else StaffId(tools.ids.new()),
            login=user.casefold(),
            name=name,
            credentials=credentials,
            roles=frozenset(Role(role) for role in roles),
            clinics=frozenset(ClinicId(clinic) for clinic in clinics),
            password_hash=hash_now(passphrase),
        )
        try:
            await tools.accounts.save_staff(person)
        except ValueError as error:
            raise SettingsError([("staff", str(error))]) from None
        await tools.sessions.revoke_subject(SessionKind.staff, person.id, tools.clock.now())
    return 0


async def disable_staff(user: str) -> int:
    """Let a person in no more."""
    async with _tools() as tools:
        person = await tools.accounts.find(user)
        if person is None:
            raise SettingsError([("staff", "there is no such person")])
        await tools.accounts.save_staff(replace(person, active=False))
        await tools.sessions.revoke_subject(SessionKind.staff, person.id, tools.clock.now())
    return 0


async def list_staff() -> list[str]:
    """One line per person."""
    async with _tools() as tools:
        return [
            "\t".join(
                (
                    person.login,
                    person.name,
                    ",".join(sorted(person.roles)),
                    ",".join(sorted(person.clinics)),
                    "active" if person.active else "disabled",
                )
            )
            for person in await tools.accounts.staff()
        ]


async def create_key(name: str) -> tuple[str, str]:
    """A new API key: its id, and its secret, this once."""
    async with _tools() as tools:
        secret = API_KEY_PREFIX + tools.ids.token()
        key = ApiKey(id=tools.ids.new(), name=name, scopes=frozenset({"booking"}))
        await tools.keys.add(key, sha256_of(secret), tools.clock.now())
        return key.id, secret


async def revoke_key(key_id: str) -> None:
    """From now on the key is nothing."""
    async with _tools() as tools:
        await tools.keys.revoke(key_id, tools.clock.now())
