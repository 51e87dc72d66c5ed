"""Figures by name, with their raw samples beside them."""

import json
import platform
import statistics
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parents[2]
SAMPLES = HOUSE / "docs" / "samples"
PACKAGES = ("aiortc", "pylibsrtp", "aiohttp", "python-socketio", "SQLAlchemy")


def percentile(samples: list[float], share: float) -> float | None:
    """The nearest-rank percentile; None without samples."""
    if not samples:
        return None
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def median(samples: list[float]) -> float | None:
    return statistics.median(samples) if samples else None


def rounded(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)


def commit() -> str:
    """The commit measured, with a plus sign where the tree differs from it."""
    head = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=HOUSE, capture_output=True, text=True, check=True
    )
    dirty = subprocess.run(
        ["git", "status", "--porcelain", "-uno"], cwd=HOUSE, capture_output=True, text=True, check=True
    )
    return head.stdout.strip() + ("+" if dirty.stdout.strip() else "")


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    return {
        "cpu": model,
        "kernel": platform.release(),
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def write_samples(name: str, samples: dict[str, Any]) -> str:
    """Raw samples, so that anyone can recompute; answers the path inside the repository."""
    SAMPLES.mkdir(parents=True, exist_ok=True)
    path = SAMPLES / f"{name}.json"
    path.write_text(json.dumps({"commit": commit(), "machine": machine(), **samples}, indent=1) + "\n")
    return str(path.relative_to(HOUSE))
