"""The dashboard and the alerts speak of what a running house exports, in PromQL that Prometheus can read."""

import json
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests import demo_server
from waiting_room.core.codec import EVENT_TYPES

HOUSE = Path(__file__).parents[2]
ALERTS = HOUSE / "deploy" / "prometheus" / "alerts.yml"
DASHBOARD = json.loads((HOUSE / "deploy" / "grafana" / "videovisit.json").read_text())
OF_PROMETHEUS = frozenset({"up"})
"""What Prometheus makes itself."""

LABELS = {"route", "method", "status", "code", "type", "outcome", "figure", "state", "worker", "namespace"}
LABELS |= {"place", "part", "le", "version"}

SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}


def panels() -> Iterator[dict[str, Any]]:
    return (panel for panel in DASHBOARD["panels"] if panel["type"] != "row")


def of_dashboard() -> list[str]:
    return [target["expr"] for panel in panels() for target in panel["targets"]]


def of_alerts() -> list[str]:
    """The expressions of the file; promtool reads it as YAML, here one shape of it is enough."""
    text = ALERTS.read_text()
    lines = re.findall(r"^        expr: (?!\|)(.+)$", text, re.MULTILINE)
    return lines + re.findall(r"^        expr: \|\n((?:          .+\n)+)", text, re.MULTILINE)


def metrics_of(expression: str) -> set[str]:
    bare = re.sub(r'"[^"]*"', '""', expression)
    return set(re.findall(r"\b(?:videovisit|process)_\w+|\bup\b", bare))


def wanted_of(expression: str) -> set[tuple[str, str, str]]:
    """(metric, label, value) of every exact matcher on labels whose values are ours."""
    found = re.findall(r'(\w+)\{[^}]*?\b(figure|state)="([^"]*)"', expression)
    return {(name, label, value) for name, label, value in found}


EVERY = of_dashboard() + of_alerts()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> list[Metric]:
    """What a demo says of itself once its worker has told its figures."""
    import asyncio  # noqa: PLC0415 - this fixture alone runs a loop of its own

    async def ask() -> str:
        server = await demo_server.start(tmp_path_factory.mktemp("demo"))
        trust = ssl.create_default_context()
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
        try:
            async with aiohttp.ClientSession() as session, asyncio.timeout(20):
                while True:
                    async with session.get(f"{server.info['base_url']}/metrics", ssl=trust) as answer:
                        text = await answer.text()
                    if "videovisit_media_rooms{" in text:  # the first heartbeat came
                        return text
                    await asyncio.sleep(0.1)
        finally:
            await server.stop()

    return list(text_string_to_metric_families(asyncio.run(ask())))


@pytest.mark.slow
def test_every_metric_that_is_named_is_exported(exported: list[Metric]) -> None:
    names = {one.name + suffix for one in exported for suffix in SUFFIXES.get(one.type, ("",))}
    named = set().union(*map(metrics_of, EVERY))
    assert named - OF_PROMETHEUS <= names
    assert len(named) > 20


@pytest.mark.slow
def test_every_figure_and_state_that_is_named_is_exported(exported: list[Metric]) -> None:
    found = [one for family in exported for one in family.samples]
    samples = {(one.name, *label) for one in found for label in one.labels.items()}
    assert set().union(*map(wanted_of, EVERY)) <= samples


@pytest.mark.slow
def test_labels_hold_nothing_of_a_person(exported: list[Metric]) -> None:
    allowed = re.compile(r"[a-z0-9_.+{}/-]{1,64}", re.IGNORECASE)
    for family in exported:
        for sample in family.samples:
            assert set(sample.labels) <= LABELS
            assert all(allowed.fullmatch(value) for value in sample.labels.values()), sample


def test_the_events_that_are_drawn_exist() -> None:
    drawn = [one for expression in EVERY for one in re.findall(r'type=~"([^"]+)"', expression)]
    assert drawn
    assert {name for one in drawn for name in one.split("|")} <= set(EVENT_TYPES)


def test_panels_are_told_apart_and_lie_side_by_side() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken
        assert at["x"] + at["w"] <= 24
        taken |= cells
    assert all(panel["title"] and panel["targets"] for panel in panels())


def test_every_alert_says_how_bad_it_is_and_what_to_do() -> None:
    alerts = ALERTS.read_text().split("- alert: ")[1:]
    assert len(alerts) == len(of_alerts())
    for alert in alerts:
        assert re.search(r"labels: \{severity: (page|ticket)\}", alert), alert
        assert "summary:" in alert
        assert "remedy:" in alert


needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed (prometheus)"
)


def promtool(*arguments: str) -> str:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False, timeout=60)
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    return told


@needs_promtool
def test_prometheus_reads_the_alerts() -> None:
    assert f"SUCCESS: {len(of_alerts())} rules found" in promtool("check", "rules", str(ALERTS))


@needs_promtool
def test_prometheus_reads_what_the_dashboard_asks(tmp_path: Path) -> None:
    rules = [
        {
            "record": f"panel:{number}",
            "expr": expression.replace("$__rate_interval", "5m").replace("$instance", ".*"),
        }
        for number, expression in enumerate(of_dashboard())
    ]
    file = tmp_path / "dashboard.yml"
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))  # JSON is YAML
    assert f"SUCCESS: {len(rules)} rules found" in promtool("check", "rules", str(file))


@needs_promtool
def test_alerts_ring_on_the_days_they_are_for() -> None:
    assert "SUCCESS" in promtool("test", "rules", str(ALERTS.with_name("alerts_test.yml")))
