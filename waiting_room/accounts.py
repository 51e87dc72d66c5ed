"""Clinics and the people who work in them: who may sign in, in which roles, for which clinics."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from waiting_room.core.ids import ClinicId, StaffId
from waiting_room.core.model import Role
from waiting_room.database import Database, Rejected
from waiting_room.schema import clinics, staff, staff_clinics


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """A clinic as its members see it.

    `tz` is an IANA name; `urgent_care` says where to go when it cannot wait.
    """

    id: ClinicId
    name: str
    tz: str
    phone: str
    desk_phone: str
    urgent_care: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Somebody who works here. Not `active`: may not sign in, but history still names them."""

    id: StaffId
    login: str
    name: str
    credentials: str
    roles: frozenset[Role]
    clinics: frozenset[ClinicId]
    password_hash: str
    active: bool = True

    def __repr__(self) -> str:
        return f"Staff(id={self.id!r})"


class Accounts(Protocol):
    """Clinics and staff. Sign-in names are compared without regard to case."""

    async def save_clinic(self, clinic: Clinic) -> None:
        """Add the clinic, or replace what was said about it."""
        ...

    async def save_staff(self, person: Staff) -> None:
        """Add the person, or replace what was said about them.

        Raises:
            ValueError: another person has this sign-in name, or a clinic does not exist.
        """
        ...

    async def clinics(self) -> tuple[Clinic, ...]:
        """Every clinic, by id."""
        ...

    async def staff(self) -> tuple[Staff, ...]:
        """Everybody, active or not, by id."""
        ...

    async def find(self, login: str) -> Staff | None:
        """The person with that sign-in name, active or not."""
        ...


class SqlAccounts:
    """See `Accounts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save_clinic(self, clinic: Clinic) -> None:
        """See `Accounts.save_clinic`."""
        upsert = self._upsert(clinics, asdict(clinic))
        await self._database.write(lambda connection: connection.execute(upsert))

    async def save_staff(self, person: Staff) -> None:
        """See `Accounts.save_staff`."""
        values = {
            "id": person.id,
            "login": person.login.casefold(),
            "name": person.name,
            "credentials": person.credentials,
            "roles": sorted(person.roles),
            "password_hash": person.password_hash,
            "active": person.active,
        }
        works_at = [{"staff_id": person.id, "clinic_id": clinic} for clinic in sorted(person.clinics)]

        def work(connection: sa.Connection) -> None:
            connection.execute(self._upsert(staff, values))
            connection.execute(staff_clinics.delete().where(staff_clinics.c.staff_id == person.id))
            if works_at:
                connection.execute(staff_clinics.insert(), works_at)

        try:
            await self._database.write(work)
        except Rejected:
            raise ValueError("the sign-in name is taken, or a clinic does not exist") from None

    async def clinics(self) -> tuple[Clinic, ...]:
        """See `Accounts.clinics`."""
        query = sa.select(clinics).order_by(clinics.c.id)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return tuple(Clinic(**row._asdict()) for row in rows)

    async def staff(self) -> tuple[Staff, ...]:
        """See `Accounts.staff`."""
        return await self._staff(sa.true())

    async def find(self, login: str) -> Staff | None:
        """See `Accounts.find`."""
        return next(iter(await self._staff(staff.c.login == login.casefold())), None)

    async def _staff(self, where: sa.ColumnElement[bool]) -> tuple[Staff, ...]:
        query = (
            sa.select(staff, staff_clinics.c.clinic_id)
            .outerjoin(staff_clinics, staff_clinics.c.staff_id == staff.c.id)
            .where(where)
            .order_by(staff.c.id)
        )
        rows: dict[str, sa.Row[Any]] = {}
        at: dict[str, set[ClinicId]] = {}
        for row in await self._database.read(lambda connection: connection.execute(query).all()):
            rows[row.id] = row
            at.setdefault(row.id, set()).update([ClinicId(row.clinic_id)] if row.clinic_id else [])
        return tuple(
            Staff(
                id=StaffId(row.id),
                login=row.login,
                name=row.name,
                credentials=row.credentials,
                roles=frozenset(Role(role) for role in row.roles),
                clinics=frozenset(at[row.id]),
                password_hash=row.password_hash,
                active=row.active,
            )
            for row in rows.values()
        )

    def _upsert(self, table: sa.Table, values: dict[str, Any]) -> sa.Insert:
        others = {name: value for name, value in values.items() if name != "id"}
        if self._database.is_sqlite:
            return (
                sqlite.insert(table).values(values).on_conflict_do_update(index_elements=["id"], set_=others)
            )
        return (
            postgresql.insert(table).values(values).on_conflict_do_update(index_elements=["id"], set_=others)
        )


class MemoryAccounts:
    """See `Accounts`."""

    def __init__(self) -> None:
        self._clinics: dict[ClinicId, Clinic] = {}
        self._staff: dict[StaffId, Staff] = {}

    async def save_clinic(self, clinic: Clinic) -> None:
        """See `Accounts.save_clinic`."""
        self._clinics[clinic.id] = clinic

    async def save_staff(self, person: Staff) -> None:
        """See `Accounts.save_staff`."""
        taken = await self.find(person.login)
        if (taken is not None and taken.id != person.id) or not person.clinics <= self._clinics.keys():
            raise ValueError("the sign-in name is taken, or a clinic does not exist")
        kept = {name: getattr(person, name) for name in Staff.__slots__} | {"login": person.login.casefold()}
        self._staff[person.id] = Staff(**kept)

    async def clinics(self) -> tuple[Clinic, ...]:
        """See `Accounts.clinics`."""
        return tuple(self._clinics[clinic] for clinic in sorted(self._clinics))

    async def staff(self) -> tuple[Staff, ...]:
        """See `Accounts.staff`."""
        return tuple(self._staff[person] for person in sorted(self._staff))

    async def find(self, login: str) -> Staff | None:
        """See `Accounts.find`."""
        return next((person for person in self._staff.values() if person.login == login.casefold()), None)
