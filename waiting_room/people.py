"""Who works where, as views and pairing want it: plain mappings, refreshed from the accounts now and then."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from waiting_room.accounts import Accounts, Clinic, Staff
from waiting_room.core.ids import ClinicId, StaffId
from waiting_room.core.model import Role
from waiting_room.core.pairing import Rosters
from waiting_room.core.views import Directory


def directory_of(clinics: Iterable[Clinic], staff: Iterable[Staff]) -> Directory:
    """What views show. Staff who have left stay, because history names them."""
    return Directory(
        clinics=MappingProxyType({
            clinic.id: {
                "name": clinic.name,
                "tz": clinic.tz,
                "phone": clinic.phone,
                "desk_phone": clinic.desk_phone,
                "urgent_care": clinic.urgent_care,
            }
            for clinic in clinics
        }),
        staff=MappingProxyType({
            person.id: {"name": person.name, "credentials": person.credentials} for person in staff
        }),
    )  # fmt: skip


def rosters_of(clinics: Iterable[Clinic], staff: Iterable[Staff]) -> Rosters:
    """The clinicians of each clinic, without those who have left."""
    taking = [person for person in staff if person.active and Role.clinician in person.roles]
    rosters: dict[ClinicId, frozenset[StaffId]] = {
        clinic.id: frozenset(person.id for person in taking if clinic.id in person.clinics)
        for clinic in clinics
    }
    return MappingProxyType(rosters)


class People:
    """The directory and the rosters as of the last `refresh`; both empty before the first."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self.directory = directory_of((), ())
        self.rosters: Rosters = rosters_of((), ())

    async def refresh(self) -> None:
        """Read both anew."""
        clinics, staff = await self._accounts.clinics(), await self._accounts.staff()
        self.directory = directory_of(clinics, staff)
        self.rosters = rosters_of(clinics, staff)
