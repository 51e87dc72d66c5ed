"""The support desk's door: a staff session whose account holds the support role."""

from aiohttp import web

from signaling.doors.principal import Principal
from signaling.policy import Audience
from signaling.sessions import Sessions, staff_principal


class SupportDoor:
    """Admits support staff."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def admit(self, request: web.Request) -> Principal | None:
        """Whoever of the desk asks, if it is one of them."""
        session = await self._sessions.staff(request)
        principal = None if session is None else staff_principal(session)
        return principal if principal is not None and Audience.support in principal.audiences else None
