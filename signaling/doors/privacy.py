"""The privacy officer's door: a staff session whose account holds the privacy role."""

from aiohttp import web

from signaling.doors.principal import Principal
from signaling.policy import Audience
from signaling.sessions import Sessions, staff_principal


class PrivacyDoor:
    """Admits privacy officers."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def admit(self, request: web.Request) -> Principal | None:
        """The privacy officer that asks, if it is one."""
        session = await self._sessions.staff(request)
        principal = None if session is None else staff_principal(session)
        return principal if principal is not None and Audience.privacy in principal.audiences else None
