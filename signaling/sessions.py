"""Sessions: an opaque secret in a cookie, its SHA-256 in a row that can be revoked.

A member's session reaches one visit; a staff session reaches what the directory says at that moment.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from signaling.clock import Clock
from signaling.directory import Directory
from signaling.doors.principal import Principal
from signaling.ids import Ids, sha256_of
from signaling.policy import Audience
from waiting_room import sessions as rows
from waiting_room.core.ids import ClinicId, DeviceId, StaffId, VisitId
from waiting_room.core.model import Role
from waiting_room.sessions import SessionKind

MEMBER_COOKIE: Final = "__Host-visit"
GUEST_COOKIE: Final = "__Host-guest"
STAFF_COOKIE: Final = "__Host-staff"

MEMBER_SESSION: Final = timedelta(hours=24)
"""A redeemed link serves the visit of that day. Longer leaves a shared phone open; shorter cuts waits."""

GUEST_SESSION: Final = timedelta(hours=24)
"""As the member's. Longer leaves a shared tablet open; shorter keeps a guest from coming back."""
HANDOVER: Final = timedelta(minutes=10)
"""How long a link to another device works.
Longer leaves a QR code on a shared screen open; shorter rushes whoever looks for their phone."""

STAFF_SESSION: Final = timedelta(hours=12)
"""One shift. Longer leaves a shared desk open; shorter signs people out during a visit."""

MAX_COOKIE_CHARS: Final = 128

STAFF_ROLES: Final = frozenset({Role.clinician, Role.support, Role.privacy})
"""Roles of the directory that have a door."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSession:
    """A browser that redeemed a visit's link."""

    key: str
    visit: VisitId
    device: DeviceId
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestSession:
    """A browser that used a guest's link. Whose guest it is, and whether still, the visit knows."""

    key: str
    visit: VisitId
    device: DeviceId
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSession:
    """A signed-in member of staff, with what the directory says of them now."""

    key: str
    staff: StaffId
    roles: frozenset[str]
    clinics: frozenset[ClinicId]
    expires_at: datetime


class Sessions:
    """Opens, reads and ends sessions."""

    def __init__(self, store: rows.Sessions, directory: Directory, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock
        self._ids = ids
        self._on_end: list[Callable[[str], Awaitable[None]]] = []

    def on_end(self, listener: Callable[[str], Awaitable[None]]) -> None:
        """Call `listener` with the key of every session that is ended before its time."""
        self._on_end.append(listener)

    async def member(self, request: web.Request) -> MemberSession | None:
        """The member's session of this request."""
        row = await self._live(request.cookies.get(MEMBER_COOKIE), SessionKind.member)
        if row is None or row.visit is None:
            return None
        return MemberSession(
            key=row.id_sha256, visit=row.visit, device=DeviceId(row.subject), expires_at=row.expires_at
        )

    async def guest(self, request: web.Request) -> GuestSession | None:
        """The guest's session of this request."""
        row = await self._live(request.cookies.get(GUEST_COOKIE), SessionKind.guest)
        if row is None or row.visit is None:
            return None
        return GuestSession(
            key=row.id_sha256, visit=row.visit, device=DeviceId(row.subject), expires_at=row.expires_at
        )

    async def staff(self, request: web.Request) -> StaffSession | None:
        """The staff session of this request; none for an account that was switched off."""
        row = await self._live(request.cookies.get(STAFF_COOKIE), SessionKind.staff)
        person = None if row is None else await self._directory.person(StaffId(row.subject))
        if row is None or person is None or not person.active:
            return None
        return StaffSession(
            key=row.id_sha256,
            staff=person.id,
            roles=frozenset(role.value for role in person.roles),
            clinics=person.clinics,
            expires_at=row.expires_at,
        )

    async def open_member(self, visit: VisitId, device: DeviceId) -> str:
        """A new member session; answers the secret for the cookie."""
        return await self._open(SessionKind.member, device, visit, MEMBER_SESSION)

    async def open_guest(self, visit: VisitId, device: DeviceId) -> str:
        """A new guest session; answers the secret for the cookie."""
        return await self._open(SessionKind.guest, device, visit, GUEST_SESSION)

    async def open_staff(self, staff: StaffId) -> str:
        """A new staff session; answers the secret for the cookie."""
        return await self._open(SessionKind.staff, staff, None, STAFF_SESSION)

    async def open_handover(self, visit: VisitId, device: DeviceId) -> str:
        """A secret that lets one other device in, once; the one this device made before ends."""
        await self._store.revoke_subject(SessionKind.handover, device, self._clock.now())
        return await self._open(SessionKind.handover, device, visit, HANDOVER)

    async def spend_handover(self, secret: str) -> MemberSession | None:
        """The session of the device that handed over, if the secret was live until now."""
        row = await self._store.spend(sha256_of(secret), SessionKind.handover, self._clock.now())
        if row is None or row.visit is None:
            return None
        return MemberSession(
            key=row.id_sha256, visit=row.visit, device=DeviceId(row.subject), expires_at=row.expires_at
        )

    async def end(self, key: str) -> None:
        """End a session at once, on every page and socket."""
        await self._store.revoke(key, self._clock.now())
        await self._tell(key)

    async def sweep(self, keys: Iterable[str]) -> None:
        """Tell of those sessions that are over without our doing: switched off by a tool, or expired."""
        keys = frozenset(keys)
        for key in keys - await self._store.live(keys, self._clock.now()):
            await self._tell(key)

    async def _tell(self, key: str) -> None:
        for listener in self._on_end:
            await listener(key)

    async def _open(self, kind: SessionKind, subject: str, visit: VisitId | None, span: timedelta) -> str:
        secret, at = self._ids.token(), self._clock.now()
        await self._store.open(
            rows.Session(
                id_sha256=sha256_of(secret),
                kind=kind,
                subject=subject,
                visit=visit,
                created_at=at,
                expires_at=at + span,
            )
        )
        return secret

    async def _live(self, secret: str | None, kind: SessionKind) -> rows.Session | None:
        if not secret or len(secret) > MAX_COOKIE_CHARS:
            return None
        row = await self._store.find(sha256_of(secret), self._clock.now())
        return row if row is not None and row.kind is kind else None


def member_principal(session: MemberSession) -> Principal:
    """The member as the rest of the house sees them."""
    return Principal(
        id=session.device,
        key=session.key,
        audiences=frozenset({Audience.member}),
        visit=session.visit,
        expires_at=session.expires_at,
    )


def staff_principal(session: StaffSession) -> Principal:
    """A member of staff as the rest of the house sees them."""
    return Principal(
        id=session.staff,
        key=session.key,
        audiences=frozenset({Audience(role) for role in session.roles if role in STAFF_ROLES}),
        clinics=session.clinics,
        expires_at=session.expires_at,
    )


def set_cookie(response: web.Response, name: str, secret: str, span: timedelta) -> None:
    """Hand the secret to the browser: `__Host-`, so no subdomain and no plain page can set or read it.

    The cookies of members and guests are Lax, because they come from a link in a message; the staff's is
    Strict.
    """
    response.set_cookie(
        name,
        secret,
        max_age=int(span.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="Strict" if name == STAFF_COOKIE else "Lax",
    )


def drop_cookie(response: web.Response, name: str) -> None:
    """Take the secret back."""
    response.set_cookie(name, "", max_age=0, path="/", secure=True, httponly=True, samesite="Strict")
