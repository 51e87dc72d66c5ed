"""The clinicians' door: a staff session whose account holds the clinician's role."""

from aiohttp import web

from signaling.doors.principal import Principal
from signaling.policy import Audience
from signaling.sessions import Sessions, staff_principal


class ClinicianDoor:
    """Admits clinicians."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def admit(self, request: web.Request) -> Principal | None:
        """The clinician who asks, if it is one."""
        session = await self._sessions.staff(request)
        principal = None if session is None else staff_principal(session)
        return principal if principal is not None and Audience.clinician in principal.audiences else None
