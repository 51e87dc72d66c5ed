"""Who came through a door. Everything after the door asks the principal, never the door."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from signaling.policy import Audience
from waiting_room.core.ids import ClinicId, VisitId
from waiting_room.core.model import Actor, Role

ACTS_AS: Final = {
    Audience.member: Role.member,
    Audience.clinician: Role.clinician,
    Audience.support: Role.support,
    Audience.privacy: Role.privacy,
    Audience.booking: Role.booking,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A proven identity, for one request.

    `id` is the device, staff or API key id. `visit` is set for members and is the only one they reach;
    `clinics` bounds what staff reach.
    """

    id: str
    key: str
    """Names the session, for ending it; never the secret in the cookie."""
    audiences: frozenset[Audience]
    visit: VisitId | None = None
    clinics: frozenset[ClinicId] = frozenset()
    expires_at: datetime | None = None

    def acting_as(self, audience: Audience) -> Actor:
        """The actor of a command. The role was proven at the door; asking for another is our own mistake."""
        if audience not in self.audiences:
            raise ValueError("the principal did not come through that door")
        return Actor(ACTS_AS[audience], self.id)


STRANGER: Final = Principal(id="", key="", audiences=frozenset({Audience.anyone}))
"""Whoever asks for what is open to all."""
