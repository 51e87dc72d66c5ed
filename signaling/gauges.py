"""What operators watch, read when somebody asks: who is waiting, what the media workers do, what runs out.

Labels come from closed sets: states, codes, namespaces, the names of our own workers and places.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from cryptography import x509
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from waiting_room.core.lifecycle import TERMINAL
from waiting_room.core.model import State, Visit

GAUGES: Final[Mapping[str, str]] = {
    "rooms": "Rooms that the worker holds.",
    "endpoints": "Endpoints (browser tabs) in them.",
    "recordings": "Recordings that it writes.",
    "strain": "0: calm; 1: near the limit of its core, pictures are smaller; 2: no new rooms are made there.",
    "packets_per_second": "Datagrams that it sends per second; rooms go to the worker with the fewest.",
    "round_trip_ms": "Milliseconds to an endpoint and back, on the average of those that tell.",
}
COUNTERS: Final[Mapping[str, str]] = {
    "packets_sent": "Datagrams that the kernel took: media forwarded, its repair and reports.",
    "packets_asked_again": "Packets that senders were asked to repeat.",
    "packets_sent_again": "Packets that were repeated for receivers.",
    "packets_given_up": "Times that lost packets were given up and a whole picture was wanted instead.",
    "keyframes_asked": "Whole pictures that senders were asked for.",
    "layers_changed": "Times that a receiver went on with a larger or smaller layer of a picture.",
    "sends_dropped": "Datagrams that the kernel did not take in time.",
    "datagrams_dropped": "Datagrams from outside that nobody vouched for.",
    "datagrams_excess": "Packets of endpoints beyond what any of them may send.",
    "datagrams_failed": "Datagrams whose handling failed: a fault of the worker.",
    "recording_packets_missed": "Packets that might have been recorded and that the disk did not take.",
    "frozen_seconds": "Seconds for which pictures stood still at browsers of this process, as they tell.",
    "cpu_seconds": "Seconds of a core that the worker has used.",
}
"""Figures of a worker's heartbeat; others that a newer worker tells are left out."""


class Line(Protocol):
    """Who has not been seen yet, and who is."""

    def visits(self) -> tuple[Visit, ...]:
        """The visits that have not ended."""
        ...


class Workers(Protocol):
    """What the media workers tell of themselves."""

    def worker_figures(self) -> Mapping[str, Mapping[str, float]]:
        """Figures by worker."""
        ...


class Sockets(Protocol):
    """What pages asked for in vain."""

    def refusals(self) -> Mapping[tuple[str, str], int]:
        """By namespace and code."""
        ...


def waited_since(visit: Visit) -> datetime | None:
    """From when on a member's waiting counts: ready, and not before the appointment. None: never ready."""
    if visit.checked_in_at is None or visit.due is None:
        return None
    return max(visit.checked_in_at, visit.due)


@dataclass(frozen=True, slots=True)
class Disks:
    """Where something is kept, and how much room was left when `look` last came back."""

    folders: Mapping[str, Path]
    free: dict[str, int] = field(default_factory=dict)

    async def look(self) -> None:
        """Measure; a disk that does not answer keeps its last figure, and nobody else waits for it."""
        for place, folder in self.folders.items():
            try:
                self.free[place] = (await asyncio.to_thread(shutil.disk_usage, folder)).free
            except OSError:
                self.free[place] = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operations(Collector):
    """The families of this module, for the registry."""

    now: Callable[[], datetime]
    line: Line
    workers: Workers
    sockets: Sockets
    disks: Disks
    certificate_ends: datetime | None

    def collect(self) -> Iterable[Metric]:
        """All of them, as they are now."""
        yield from self._visits()
        yield from self._media()
        refused = CounterMetricFamily(
            "videovisit_socket_refusals", "Events of pages that were refused.", labels=["namespace", "code"]
        )
        for labels, count in sorted(self.sockets.refusals().items()):
            refused.add_metric(labels, count)
        yield refused
        free = GaugeMetricFamily(
            "videovisit_disk_free_bytes", "Room left where we keep it.", labels=["place"]
        )
        for place, left in self.disks.free.items():
            free.add_metric([place], left)
        yield free
        ends = GaugeMetricFamily(
            "videovisit_certificate_ends_timestamp_seconds",
            "When the certificate we show ends; none behind a proxy.",
        )
        if self.certificate_ends is not None:
            ends.add_metric([], self.certificate_ends.timestamp())
        yield ends

    def _visits(self) -> Iterable[Metric]:
        visits, now = self.line.visits(), self.now()
        counts = dict.fromkeys((state for state in State if state not in TERMINAL), 0)
        longest = 0.0
        for visit in visits:
            counts[visit.state] += 1
            if visit.state is State.waiting and (since := waited_since(visit)) is not None:
                longest = max(longest, (now - since).total_seconds())
        family = GaugeMetricFamily(
            "videovisit_visits", "Visits that have not ended, by state.", labels=["state"]
        )
        for state, count in counts.items():
            family.add_metric([state.value], count)
        yield family
        yield GaugeMetricFamily(
            "videovisit_longest_wait_seconds",
            "How long the first of those waiting has waited.",
            value=longest,
        )

    def _media(self) -> Iterable[Metric]:
        told = sorted(self.workers.worker_figures().items())
        for figure, meaning in (*GAUGES.items(), *COUNTERS.items()):
            kind = GaugeMetricFamily if figure in GAUGES else CounterMetricFamily
            family = kind(f"videovisit_media_{figure}", meaning, labels=["worker"])
            for worker, figures in told:
                if figure in figures:
                    family.add_metric([worker], figures[figure])
            yield family


def end_of(certificate: Path | None) -> datetime | None:
    """When a certificate ends; None without one, or with one that cannot be read."""
    if certificate is None:
        return None
    try:
        return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        return None
