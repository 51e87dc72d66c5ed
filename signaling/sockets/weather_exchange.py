"""The weather of visits between web processes: what pages say here is told, what neighbours tell taken in.

Rules:

* Nothing of it is stored, so whoever comes later is told all of it by the processes that have the pages.
* A word that rests on a newer history than this process knows waits until that was read.
* What is lost is lost until the page says something new, connects again, or somebody comes: it is weather.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from signaling.notices import WORDS_AT_ONCE, AnyNotice, QualityWord, ReportWord, Weather
from signaling.sockets.board import Board
from signaling.sockets.conditions import Conditions
from signaling.sockets.reports import Heard, Reports
from signaling.sockets.requests import Quality
from waiting_room.core.ids import VisitId
from waiting_room.core.model import Visit

AFTER_SECONDS: Final = 0.2
"""Neighbours that come together, as when Redis is back, are told once."""
EARLY_AT_MOST: Final = 1_000
"""Words that wait for a visit to be read."""

Word = QualityWord | ReportWord


class WeatherExchange:
    """See above.

    `read(visit)` has a visit read soon and answers whether it will be; then `was_read` is called.
    """

    def __init__(
        self,
        *,
        tell: Callable[[AnyNotice], None],
        board: Board,
        conditions: Conditions,
        reports: Reports,
        read: Callable[[VisitId], bool],
    ) -> None:
        self._tell = tell
        self._board = board
        self._conditions = conditions
        self._reports = reports
        self._read = read
        self._early: list[Word] = []
        self._due: asyncio.TimerHandle | None = None
        conditions.on_said(self._quality_here)
        reports.on_heard(self._report_here)

    def stop(self) -> None:
        """Tell nothing more."""
        if self._due is not None:
            self._due.cancel()
        self._early.clear()

    # --- what pages say here -----------------------------------------------------------------------------

    def _quality_here(self, visit: Visit, endpoint: str, quality: Quality) -> None:
        self._tell(Weather(qualities=(_quality_word(visit, endpoint, quality),)))

    def _report_here(self, visit: Visit, heard: Heard) -> None:
        self._tell(Weather(reports=(_report_word(visit, heard),)))

    def tell_soon(self) -> None:
        """Tell all that pages here have said, once for everybody who comes until then."""
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(AFTER_SECONDS, self._tell_all)

    def _tell_all(self) -> None:
        self._due = None
        qualities = [
            _quality_word(visit, endpoint, quality)
            for known, endpoint, quality in self._conditions.all_here()
            if (visit := self._board.get(known)) is not None
        ]
        reports = [
            _report_word(visit, heard)
            for known, heard in self._reports.all_here()
            if (visit := self._board.get(known)) is not None
        ]
        for at in range(0, len(qualities), WORDS_AT_ONCE):
            self._tell(Weather(qualities=tuple(qualities[at : at + WORDS_AT_ONCE])))
        for at in range(0, len(reports), WORDS_AT_ONCE):
            self._tell(Weather(reports=tuple(reports[at : at + WORDS_AT_ONCE])))

    # --- what neighbours say -----------------------------------------------------------------------------

    def hear(self, told: Weather) -> None:
        """A neighbour's pages have said this."""
        words: tuple[Word, ...] = (*told.qualities, *told.reports)
        for word in words:
            if not self._take(word) and len(self._early) < EARLY_AT_MOST and self._read(word.visit):
                self._early.append(word)

    def was_read(self, visit: VisitId, *, again: bool) -> None:
        """A visit was read as far as it goes; `again`: it will be once more."""
        early, self._early = self._early, []
        for word in early:
            if word.visit != visit or (not self._take(word) and again):
                self._early.append(word)

    def _take(self, word: Word) -> bool:
        """Take a word in, unless this process is behind."""
        visit = self._board.get(word.visit)
        if visit is None or visit.seq < word.seq:
            return False
        match word:
            case QualityWord(endpoint=endpoint, quality=quality):
                self._conditions.hear(visit, endpoint, quality)
            case ReportWord():
                said = word.report, word.at, word.error, word.error_at, word.told
                self._reports.hear_of(visit, Heard(*said, here=False))
        return True


def _quality_word(visit: Visit, endpoint: str, quality: Quality) -> QualityWord:
    plain = Quality(level=quality.level, path=quality.path, sharing=quality.sharing, blind=quality.blind)
    return QualityWord(visit=visit.id, seq=visit.seq, endpoint=endpoint, quality=plain)


def _report_word(visit: Visit, heard: Heard) -> ReportWord:
    return ReportWord(
        visit=visit.id,
        seq=visit.seq,
        report=heard.report,
        at=heard.at,
        error=heard.error,
        error_at=heard.error_at,
        told=heard.told,
    )
