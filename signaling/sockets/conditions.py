"""How each person's connection is, as their own page measures it: passed on to the others, kept nowhere.

Rules:

* Only while the visit runs; what was said of a visit that is held or over is forgotten.
* The latest is the truth. The same again is not passed on, so a page may say it as often as it likes.
* The others of the visit are told, and the desk; a page that connects is told what was said last.
* What a page of a neighbour says counts as if it were said here; whoever has the page tells latecomers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from signaling.gates import seats
from signaling.sockets.requests import Quality
from waiting_room.core.ids import VisitId
from waiting_room.core.model import State, Visit
from waiting_room.core.patch import Json


class Tellers(Protocol):
    """What the feed does for us."""

    def tell_endpoint(self, visit: VisitId, endpoint: str, event: str, said: Json) -> None:
        """Tell the page of one endpoint of a visit."""
        ...

    def tell_desk(self, visit: Visit, event: str, said: Json) -> None:
        """Tell the desk's pages that show the visit."""
        ...


@dataclass(frozen=True, slots=True)
class Word:
    """What a page said; `here`: a page of this process."""

    quality: Quality
    said: Json
    here: bool


Listener = Callable[[Visit, str, Quality], None]


class Conditions:
    """The latest word on every connection of every running visit."""

    def __init__(self, tellers: Tellers) -> None:
        self._tellers = tellers
        self._said: dict[VisitId, dict[str, Word]] = {}
        self._listeners: list[Listener] = []

    def on_said(self, listener: Listener) -> None:
        """Call `listener` with what is new of what pages here say."""
        self._listeners.append(listener)

    def say(self, visit: Visit, endpoint: str, quality: Quality) -> bool:
        """Take a page's word and pass it on; False if the visit is not running."""
        if visit.state is not State.in_visit:
            return False
        if self._is_news(visit, endpoint, quality, here=True):
            for listener in self._listeners:
                listener(visit, endpoint, quality)
        return True

    def hear(self, visit: Visit, endpoint: str, quality: Quality) -> None:
        """Take the word of a neighbour's page."""
        if visit.state is State.in_visit and endpoint in seats(visit):
            self._is_news(visit, endpoint, quality, here=False)

    def all_here(self) -> Iterator[tuple[VisitId, str, Quality]]:
        """The latest word of every endpoint whose page is, or was, one of this process."""
        for visit, words in self._said.items():
            for endpoint, word in words.items():
                if word.here:
                    yield visit, endpoint, word.quality

    def _is_news(self, visit: Visit, endpoint: str, quality: Quality, *, here: bool) -> bool:
        said: Json = {"from": endpoint, **quality.model_dump(exclude_none=True, exclude={"visit"})}
        known = self._said.setdefault(visit.id, {})
        before = known.get(endpoint)
        known[endpoint] = Word(quality, said, here)
        if before is not None and before.said == said:
            return False
        for other in seats(visit):
            if other != endpoint:
                self._tellers.tell_endpoint(visit.id, other, "quality", said)
        self._tellers.tell_desk(visit, "quality", {"visit": visit.id, **said})
        return True

    def of(self, visit: VisitId, *, but: str = "") -> list[Json]:
        """What was said last of everybody in the visit, without the endpoint `but`."""
        return [word.said for endpoint, word in self._said.get(visit, {}).items() if endpoint != but]

    def change(self, visit: Visit) -> None:
        """A visit has changed: forget what belongs to no running visit."""
        if visit.state is not State.in_visit:
            self._said.pop(visit.id, None)
