"""Who works where: clinics and staff by id, read from the database and kept in memory for a few seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from signaling.clock import Clock
from waiting_room.accounts import Accounts, Clinic, Staff
from waiting_room.core.ids import ClinicId, StaffId

FRESH_SECONDS: Final = 5.0
"""How long an answer is reused. Longer lets a person who was switched off go on; shorter reads more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    clinics: Mapping[ClinicId, Clinic] = field(default_factory=dict)
    staff: Mapping[StaffId, Staff] = field(default_factory=dict)
    read_at: float = float("-inf")


class Directory:
    """Clinics and staff by id."""

    def __init__(self, accounts: Accounts, clock: Clock) -> None:
        self._accounts = accounts
        self._clock = clock
        self._known = _Known()

    async def clinics(self) -> tuple[Clinic, ...]:
        """Every clinic."""
        return tuple((await self._fresh()).clinics.values())

    async def clinic(self, clinic: ClinicId) -> Clinic | None:
        """The clinic with this id; looked for anew when it is not known."""
        known = (await self._fresh()).clinics.get(clinic)
        return known or (await self._anew()).clinics.get(clinic)

    async def person(self, staff: StaffId) -> Staff | None:
        """The member of staff with this id, active or not."""
        known = (await self._fresh()).staff.get(staff)
        return known or (await self._anew()).staff.get(staff)

    async def by_login(self, login: str) -> Staff | None:
        """The member of staff with this sign-in name; read anew, because a password may just have changed."""
        return await self._accounts.find(login)

    async def _fresh(self) -> _Known:
        fresh = self._clock.monotonic() - self._known.read_at <= FRESH_SECONDS
        return self._known if fresh else await self._anew()

    async def _anew(self) -> _Known:
        clinics, staff = await self._accounts.clinics(), await self._accounts.staff()
        self._known = _Known(
            clinics={clinic.id: clinic for clinic in clinics},
            staff={person.id: person for person in staff},
            read_at=self._clock.monotonic(),
        )
        return self._known
