"""The worker's pulse: its figures, and once a second a heartbeat that tells them and how strained it is."""

import logging
from typing import Final

from media.core.strain import Strain, StrainGauge
from media.intake import Intake
from media.news import News
from media.port import Port
from media.recordings.recorder import Recorder
from media.rooms import Rooms
from media.surroundings import Surroundings

log: Final = logging.getLogger(__name__)


class Pulse:
    """Of one worker; the strain that it finds limits its rooms."""

    def __init__(  # noqa: PLR0917 - what a figure is of; each is another kind
        self,
        rooms: Rooms,
        ports: list[Port],
        intake: Intake,
        recorder: Recorder,
        news: News,
        surroundings: Surroundings,
    ) -> None:
        self._rooms = rooms
        self._ports = ports
        self._intake = intake
        self._recorder = recorder
        self._news = news
        self._surroundings = surroundings
        self._gauge = StrainGauge()
        self._counted = (surroundings.clock(), 0)
        self._packets_per_second = 0.0

    def figures(self) -> dict[str, float]:
        """Counts since the start and what is now."""
        tally = self._rooms.tally
        trips = [seconds for room in self._rooms for seconds in room.core.round_trips()]
        return {
            "rooms": len(self._rooms),
            "strain": self._gauge.strain,
            "endpoints": sum(len(room.members) for room in self._rooms),
            "cpu_seconds": round(self._surroundings.cpu(), 3),
            "packets_sent": self._sent(),
            "packets_per_second": round(self._packets_per_second),
            "packets_asked_again": tally.asked_again,
            "packets_sent_again": tally.sent_again,
            "packets_given_up": tally.given_up,
            "keyframes_asked": tally.keyframes_asked,
            "layers_changed": tally.layers_changed,
            "round_trip_ms": round(1000 * sum(trips) / len(trips), 1) if trips else 0.0,
            "datagrams_dropped": self._intake.dropped,
            "datagrams_excess": self._intake.excess,
            "datagrams_failed": self._intake.failed,
            "sends_dropped": sum(port.outbox.dropped for port in self._ports),
            **self._recorder.figures(),
        }

    def beat(self, *, draining: bool) -> None:
        """Look at the strain, and tell all listeners."""
        now, sent = self._surroundings.clock(), self._sent()
        before, sent_before = self._counted
        if now > before:
            self._packets_per_second = (sent - sent_before) / (now - before)
        self._counted = (now, sent)
        self._judge(now)
        figures = self.figures()
        self._news.tell(
            "heartbeat",
            rooms=len(self._rooms),
            endpoints=figures["endpoints"],
            draining=draining or self._rooms.full,
            figures=figures,
        )

    def _judge(self, now: float) -> None:
        gauge = self._gauge
        before = gauge.strain
        if gauge.hear(self._surroundings.cpu(), self._surroundings.waited(), now):
            self._rooms.limit(gauge.ceiling)
            self._rooms.full = gauge.strain is Strain.FULL
            if gauge.strain is not before:
                log.warning("strain %s", gauge.strain.name)

    def _sent(self) -> int:
        return sum(port.outbox.sent for port in self._ports)
