"""What every role's namespace does with the rest of the house: commands to the desk, offers to the rooms."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from signaling.clock import Clock
from signaling.gates import NotWantedError
from signaling.ids import Ids
from signaling.media_client import STALE, MediaRefusedError, MediaUnavailableError
from signaling.neighbours import Neighbours
from signaling.notices import NotRecorded
from signaling.relays import Relays
from signaling.rooms import Rooms
from signaling.sockets.answers import Answer, done, refuse, refused
from signaling.sockets.board import Board
from signaling.sockets.conditions import Conditions
from signaling.sockets.feed import Feed
from signaling.sockets.hosting import LINK_COST, Hosting
from signaling.sockets.messages import HostCommand, RemoveGuest
from signaling.sockets.namespace import Connection, SocketNamespace
from signaling.sockets.pipe import Pipe
from signaling.sockets.ports import Links, Recorder, Session, Sessions
from signaling.sockets.requests import MemberOffer, Quality, Show
from signaling.sockets.translated import Translated
from signaling.sockets.watch import Watch
from waiting_room.core import commands_guests as g
from waiting_room.core.ids import CommandId, GuestId, VisitId
from waiting_room.core.model import Actor, Visit
from waiting_room.core.refusals import Refused
from waiting_room.database import Unavailable
from waiting_room.desk import Desk
from waiting_room.line import Line
from waiting_room.people import People

OFFER_TRIES = 3
"""For an offer that was allowed by what a neighbour has changed since."""
OFFER_COST = 5.0
"""An offer is a handshake and up to 64 kB of parsing."""
RELAYS_COST = 5.0
"""A page needs them once a visit, and again only after a long while."""
QUALITY_COST = 5.0
SHOW_COST = 2.0
"""Each word is passed on to several pages; an honest one changes at most every four seconds."""

S = TypeVar("S", bound=Session)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the namespaces share."""

    desk: Desk
    line: Line
    people: People
    board: Board
    feed: Feed
    watch: Watch
    conditions: Conditions
    rooms: Rooms
    neighbours: Neighbours
    sessions: Sessions
    links: Links
    recorder: Recorder | None
    """None: nothing can be recorded here."""
    relays: Relays | None
    """None: every page reaches the workers directly, or not at all."""
    pipe: Pipe
    clock: Clock
    ids: Ids


class RoleNamespace(SocketNamespace[S], Generic[S]):
    """A namespace that gives commands and answers offers."""

    def __init__(self, namespace: str, parts: Parts) -> None:
        super().__init__(namespace, parts.pipe, parts.clock)
        self.parts = parts
        self._hosting = Hosting(parts.links, parts.clock)

    async def visit(self, visit: VisitId) -> Visit | None:
        """The visit as last heard of; one that has ended is read."""
        return self.parts.board.get(visit) or await self.parts.desk.visit(visit)

    def command_id(self, actor: Actor, said: str) -> CommandId:
        """A page's own id, kept apart from those of other roles' pages on the same visit."""
        return CommandId(f"{actor.role.value}.{said}")

    async def execute(self, visit: VisitId, translated: Translated, actor: Actor, said: str) -> Answer:
        """Have the desk do it; the answer comes after the commit."""
        try:
            answer = await self.parts.desk.execute(
                visit,
                translated.command,
                actor,
                self.parts.clock.now(),
                self.command_id(actor, said),
                texts=translated.texts,
            )
        except Unavailable:
            return refuse("failed")
        return self.said_no(answer) if isinstance(answer, Refused) else done(answer.visit.seq)

    async def host(
        self, connection: Connection[S], visit: VisitId, said: HostCommand, actor: Actor
    ) -> Answer:
        """Remove a guest, or have a link made for one; its address is in the answer."""
        if isinstance(said, RemoveGuest):
            removal = Translated(g.RemoveGuest(guest=GuestId(said.guest)))
            return await self.execute(visit, removal, actor, said.id)
        if not connection.bucket.take(self.clock.monotonic(), LINK_COST):
            return refuse("too_many_requests")
        try:
            answer = await self._hosting.link(visit, said, actor, self.command_id(actor, said.id))
        except Unavailable:
            return refuse("failed")
        if isinstance(answer, Refused):
            return self.said_no(answer)
        address = {} if answer.join_url is None else {"join_url": answer.join_url}
        return done(answer.seq, guest=answer.guest, **address)

    def stop_recording(self, visit: VisitId) -> None:
        """Somebody has said no: nobody waits, here or with a neighbour, until it is written down."""
        if self.parts.recorder is not None:
            self.parts.recorder.forbid(visit)
        self.parts.neighbours.tell(NotRecorded(visit=visit))

    def said_no(self, answer: Refused) -> Answer:
        """A refusal, with the name of whoever it speaks of."""
        who = answer.detail.get("clinician", answer.detail.get("by"))
        card = self.parts.people.directory.staff.get(str(who), {})
        return refused(answer, **({"name": card["name"]} if "name" in card else {}))

    def say_quality(self, visit: VisitId, endpoint: str, said: Quality, refusal: str | None) -> Answer:
        """Pass on how somebody's connection is, if they are in the visit and it runs."""
        known = self.parts.board.get(visit)
        if refusal is not None or known is None:
            return refuse(refusal or "visit_ended")
        if not self.parts.conditions.say(known, endpoint, said):
            return refuse("wrong_state", state=known.state.value)
        return done()

    async def show_pictures(self, visit: VisitId, endpoint: str, said: Show, refusal: str | None) -> Answer:
        """Have somebody shown the others' cameras as they wish."""
        if refusal is not None:
            return refuse(refusal)
        try:
            await self.parts.rooms.show(visit, endpoint, said.wish, said.large)
        except (MediaUnavailableError, MediaRefusedError):
            return refuse("media_unavailable")
        return done()

    def count_freeze(self, visit: VisitId, seconds: float, refusal: str | None) -> Answer:
        """Count that somebody's pictures stood still."""
        if refusal is not None:
            return refuse(refusal)
        self.parts.rooms.froze(visit, seconds)
        return done()

    def lend_relays(self, visit: VisitId, endpoint: str, refusal: str | None) -> Answer:
        """What opens the relays for whoever may have media now; no addresses where there are none."""
        known = self.parts.board.get(visit)
        if refusal is not None or known is None:
            return refuse(refusal or "visit_ended")
        if self.parts.relays is None:
            return done(urls=[])
        minutes = known.minutes + known.extra_minutes
        loan = self.parts.relays.lend(visit, endpoint, minutes=minutes, at=self.parts.clock.now())
        return done(
            urls=list(loan.urls),
            username=loan.username,
            credential=loan.credential,
            expires_in=loan.expires_in,
        )

    async def answer_offer(
        self, visit: VisitId, endpoint: str, offer: MemberOffer, refusal: Callable[[], str | None]
    ) -> Answer:
        """Have a media worker answer an offer, if nothing forbids it before, nor when the answer is there."""
        for _ in range(OFFER_TRIES):
            if (code := refusal()) is not None:
                return refuse(code)
            known = self.parts.board.get(visit)
            try:
                answer = await self.parts.rooms.offer(
                    visit,
                    endpoint,
                    offer.sdp,
                    lambda: refusal() is None,
                    version=known.seq if known else 0,
                    needs_h264=offer.needs_h264,
                )
            except NotWantedError:
                return refuse(refusal() or "failed")
            except MediaRefusedError as no:
                if no.code != STALE:
                    return refuse("media_refused", reason=no.code)
                if not await self._catch_up(visit):
                    break
            except MediaUnavailableError:
                break
            else:
                return done(sdp=answer.sdp, slots=[slot.model_dump() for slot in answer.slots])
        return refuse("media_unavailable")

    async def _catch_up(self, visit: VisitId) -> bool:
        """A neighbour has gone further with the visit than this process knows: read it."""
        try:
            await self.parts.desk.look(visit)
        except Unavailable:
            return False
        return True
