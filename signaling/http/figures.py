"""Figures for Prometheus. Labels come from closed sets: routes, methods, statuses, codes, event types."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from signaling.version import VERSION

WAITS = (30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
"""Seconds of waiting that people tell apart."""
REFRESH_WITHIN = 2.0
"""What has to be measured first may take so many seconds; then its last figures are told."""

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

Refresh = Callable[[], Awaitable[None]]
Read = Callable[[], Mapping[str, int]]


class _Live(Collector):
    """Gauges read when somebody asks."""

    def __init__(self, sources: Mapping[str, Read]) -> None:
        self._sources = sources

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """One family per source, one sample per figure of it."""
        for name, read in self._sources.items():
            family = GaugeMetricFamily(
                f"videovisit_{name}", f"Figures of {name}, as they are now.", labels=["figure"]
            )
            for figure, value in sorted(read().items()):
                family.add_metric([figure], value)
            yield family


class Figures:
    """What this process counted since it started."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._live: dict[str, Read] = {}
        self._registry.register(_Live(self._live))
        self._requests = Counter(
            "videovisit_http_requests",
            "Answers by route.",
            ("route", "method", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "videovisit_http_request_seconds",
            "Time to answer.",
            ("route",),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._refusals = Counter(
            "videovisit_http_refusals", "Coded refusals by route.", ("route", "code"), registry=self._registry
        )
        self._events = Counter(
            "videovisit_visit_events", "Journal records by event type.", ("type",), registry=self._registry
        )
        self._redemptions = Counter(
            "videovisit_redemptions",
            "Links tried, by what came of it.",
            ("outcome",),
            registry=self._registry,
        )
        self._sign_ins = Counter(
            "videovisit_sign_ins",
            "Staff sign-ins, by what came of it.",
            ("outcome",),
            registry=self._registry,
        )

        self._waits = Histogram(
            "videovisit_wait_seconds",
            "From ready, and not before the appointment, to the first admission.",
            buckets=WAITS,
            registry=self._registry,
        )
        self._ready = Gauge(
            "videovisit_part_ready", "Whether a part can do its work.", ("part",), registry=self._registry
        )
        Info("videovisit_build", "This program.", registry=self._registry).info({"version": VERSION})
        ProcessCollector(registry=self._registry)
        self._refresh: list[Refresh] = []

    def add(self, collector: Collector, refresh: Refresh) -> None:
        """Show what `collector` collects; `refresh` is awaited before."""
        self._registry.register(collector)
        self._refresh.append(refresh)

    def add_live(self, name: str, read: Read) -> None:
        """Show what `read` answers whenever the figures are asked for."""
        self._live[name] = read

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """An answer went out."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def refused(self, route: str, code: str) -> None:
        """A coded refusal went out."""
        self._refusals.labels(route, code).inc()

    def recorded(self, event_type: str) -> None:
        """A visit's journal grew by one record."""
        self._events.labels(event_type).inc()

    def waited(self, seconds: float) -> None:
        """Somebody was admitted for the first time."""
        self._waits.observe(max(seconds, 0.0))

    def redeemed(self, outcome: str) -> None:
        """A link was tried."""
        self._redemptions.labels(outcome).inc()

    def signed_in(self, outcome: str) -> None:
        """Somebody tried to sign in."""
        self._sign_ins.labels(outcome).inc()

    async def refreshed(self, parts: Mapping[str, bool]) -> bytes:
        """`text`, with what has to be measured measured anew, and the parts' readiness as it is."""
        for part, ready in parts.items():
            self._ready.labels(part).set(ready)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(REFRESH_WITHIN):
                for refresh in self._refresh:
                    await refresh()
        return self.text()

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self._registry)
