"""A visit as its member sees it now, for a page that has just been loaded."""

from collections.abc import Awaitable, Callable, Mapping

from waiting_room.core.ids import VisitId
from waiting_room.core.model import Role
from waiting_room.reading import Reading

Standing = Callable[[VisitId], Awaitable[Mapping[str, object]]]


class MemberSnapshots:
    """Reads a visit for its member."""

    def __init__(self, reading: Reading, standing: Standing) -> None:
        self._reading = reading
        self._standing = standing

    async def of(self, visit: VisitId) -> Mapping[str, object] | None:
        """`seq`, `view` and `standing`; none when there is no such visit."""
        found = await self._reading.view(visit, Role.member)
        if found is None:
            return None
        return {"seq": found.seq, "view": found.view, "standing": await self._standing(visit)}
