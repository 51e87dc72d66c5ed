"""The worker beside its peers, under the same load, in one run (VVBENCH is the load generator's folder).

`python -m tests.bench.relay` measures this alone, and more of it: other pauses, and visits of four.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from media.settings import MediaSettings
from tests.bench import joins, loads
from tests.bench.figures import commit, write_samples
from tests.bench.loads import FIRST, Load, Row

FIGURES: Final = (
    "visits_per_core", "ratio_janus_10", "ratio_janus_30", "ratio_coturn_40", "latency_ms_p50_40",
    "latency_ms_p99_40", "mb_per_visit", "join_cpu_ms", "relay_us_per_packet", "relay_ratio_janus",
)  # fmt: skip
MUST: Final[Mapping[str, Callable[[float], bool]]] = {
    "visits_per_core": lambda visits: visits >= 60,
    "ratio_janus_10": lambda ratio: ratio <= 0.6,
    "ratio_janus_30": lambda ratio: ratio <= 0.6,
    "latency_ms_p99_40": lambda late: late <= 10,
    "mb_per_visit": lambda grown: grown <= 1,
    "join_cpu_ms": lambda cpu: cpu <= 20,
    "join_added_ms_max": lambda late: late <= 20,
    "relay_loss_pct": lambda loss: loss == 0,
    "relay_corrupt": lambda packets: packets == 0,
    "relay_seq_gaps": lambda gaps: gaps == 0,
}
FEW, MORE, MANY = 10, 30, 40
LEVELS: Final = range(50, 111, 5)
"""Visits that are tried on one core; the generator has a core as well, and it does not drive more."""
LOSS_MOST: Final = 1.0
LATE_MOST: Final = 20.0
_DEFAULT: Final[float] = MediaSettings.model_fields["coalesce_ms"].default
PAUSES: Final = tuple(pause for pause in (0.0, 1.0, 2.0) if pause != _DEFAULT)
_OURS: Final = "videovisit"


def of(rows: list[Row], label: str, value: Callable[[Row], float]) -> float:
    """The median of a server's runs."""
    return statistics.median(value(row) for row in rows if row["label"] == label)


def cost(row: Row) -> float:
    """CPU µs for each packet that arrived."""
    return float(row["us_per_fwd_pkt_sched"])


def ratio(rows: list[Row], peer: str) -> float:
    """Our cost for each packet as a share of the peer's."""
    return round(of(rows, _OURS, cost) / of(rows, peer, cost), 2)


def late(rows: list[Row], share: str, label: str = _OURS) -> float:
    """Added delay of video, in milliseconds."""
    return round(of(rows, label, lambda row: float(row["video_lat_ms"][share])), 2)


def carries(rows: list[Row]) -> bool:
    """Whether one core carried these visits: in the median of the runs."""
    return of(rows, _OURS, lambda row: row["loss_pct"]) < LOSS_MOST and late(rows, "p99") < LATE_MOST


def capacity(home: Path, priority: tuple[str, ...]) -> tuple[int, list[Row]]:
    """The most visits of `LEVELS` that one core carries, by halving (0: not even the least)."""
    rows: list[Row] = []
    low, high = 0, len(LEVELS)  # LEVELS[low - 1] is carried, LEVELS[high] is not
    while low < high:
        middle = (low + high) // 2
        tried = loads.run(home, Load(LEVELS[middle]), priority)
        rows += tried
        low, high = (middle + 1, high) if carries(tried) else (low, middle)
    return (LEVELS[low - 1] if low else 0), rows


def measure(priority: tuple[str, ...] = ()) -> dict[str, Any]:
    """The figures of the relay with the worker's own settings; nulls without the load generator."""
    home = loads.generator()
    if home is None:
        return {**dict.fromkeys(FIGURES), "rows": []}
    few = loads.run(home, Load(FEW, ("janus",)), priority)
    more = loads.run(home, Load(MORE, ("janus",)), priority)
    many = loads.run(home, Load(MANY, ("coturn",)), priority)
    most, tried = capacity(home, priority)
    joined = joins.measure(priority)
    grown = of(many, _OURS, lambda row: row["srv_rss_mb"]) - of(few, _OURS, lambda row: row["srv_rss_mb"])
    ours = [row for row in few + more + many if row["label"] == _OURS]
    return {
        "visits_per_core": most,
        "ratio_janus_10": ratio(few, "janus"),
        "ratio_janus_30": ratio(more, "janus"),
        "ratio_coturn_40": ratio(many, "coturn"),
        "latency_ms_p50_40": late(many, "p50"),
        "latency_ms_p99_40": late(many, "p99"),
        "mb_per_visit": round(grown / (MANY - FEW), 2),
        "join_cpu_ms": round(of(many, _OURS, lambda row: row["setup_cpu_ms_per_visit"] / row["parts"]), 1),
        "join_added_ms_p99": joined["join_added_ms_p99"],
        "join_added_ms_max": joined["join_added_ms_max"],
        "relay_us_per_packet": round(of(few, _OURS, cost), 1),
        "relay_us_per_packet_40": round(of(many, _OURS, cost), 1),
        "relay_ratio_janus": ratio(few, "janus"),
        "relay_video_ms_p50": late(few, "p50"),
        "janus_video_ms_p50": late(few, "p50", "janus"),
        "relay_loss_pct": max(row["loss_pct"] for row in ours),
        "relay_corrupt": sum(row["corrupt"] for row in ours),
        "relay_seq_gaps": sum(row["seq_discontinuity"] for row in ours),
        "rows": few + more + many + tried + joined["rows"],
    }


def paused(home: Path, priority: tuple[str, ...]) -> tuple[dict[str, Any], list[Row]]:
    """The same with each other pause, peers beside it; visits of four people beside visits of two."""
    figures: dict[str, Any] = {}
    rows: list[Row] = []
    for pause in PAUSES:
        for visits, peers in ((FEW, ("janus",)), (MORE, ("janus",)), (MANY, ("coturn",))):
            tried = loads.run(home, Load(visits, peers, coalesce_ms=pause), priority)
            rows += tried
            figures[f"pause_{pause:g}_visits_{visits}"] = {
                **{f"ratio_{peer}": ratio(tried, peer) for peer in peers},
                "us_per_packet": round(of(tried, _OURS, cost), 1),
                "ms_p50": late(tried, "p50"),
                "ms_p99": late(tried, "p99"),
            }
    two = loads.run(home, Load(24), priority)
    four = loads.run(home, Load(4, parts=4), priority)  # as many packets: each goes to three
    rows += two + four
    figures["four_against_two"] = round(of(four, _OURS, cost) / of(two, _OURS, cost), 2)
    return figures, rows


def missed(found: Mapping[str, Any]) -> list[str]:
    """The figures that are not as they must be; one that was not measured is."""
    return [name for name, good in MUST.items() if found.get(name) is None or not good(found[name])]


def main() -> int:
    """Measure as the command line says; 1 where it is not as it must be."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--first", action="store_true", help="at real-time priority (needs root)")
    arguments.add_argument("--pauses", action="store_true", help="other pauses and visits of four too")
    given = arguments.parse_args()
    priority = FIRST if given.first else ()
    found = measure(priority)
    rows = found.pop("rows")
    home = loads.generator() if given.pauses else None
    if home is not None:
        figures, more = paused(home, priority)
        found |= figures
        rows += more
    found |= {"missed": missed(found), "passed": not missed(found)}
    print(json.dumps({**found, "commit": commit(), "samples": write_samples("relay", {"rows": rows})}))
    return 0 if found["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
