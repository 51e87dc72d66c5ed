"""The worker beside its peers, under the same load, in one run (VVBENCH is the load generator's folder)."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

VISITS, SECONDS, RUNS = 10, 8, 3


def measure() -> dict[str, Any]:
    """CPU per forwarded packet, and its ratio to Janus; nulls without the load generator."""
    home = os.environ.get("VVBENCH")
    if not home:
        return {"relay_us_per_packet": None, "relay_ratio_janus": None, "rows": []}
    subprocess.run([str(Path(home) / "setup.sh")], check=True, stdout=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        rows_file = Path(folder) / "rows.jsonl"
        worker = [
            str(Path(sys.executable).with_name("videovisit")), "media",
            "--listen", "127.0.0.1:7000", "--udp", "127.0.0.1:40000", "--open-rooms",
        ]  # fmt: skip
        subprocess.run(
            [str(Path(home) / "compare.sh"), str(VISITS), str(SECONDS), str(RUNS), "--", *worker],
            check=True,
            stdout=sys.stderr,
            env={**os.environ, "VVB_OUT": str(rows_file)},
        )
        rows = [json.loads(line) for line in rows_file.read_text().splitlines()]
    cost = {
        label: statistics.median(row["us_per_fwd_pkt_sched"] for row in rows if row["label"] == label)
        for label in {row["label"] for row in rows}
    }
    ours = [row for row in rows if row["label"] == "videovisit"]
    return {
        "relay_us_per_packet": round(cost["videovisit"], 1),
        "relay_ratio_janus": round(cost["videovisit"] / cost["janus"], 2),
        "relay_video_ms_p50": statistics.median(row["video_lat_ms"]["p50"] for row in ours),
        "janus_video_ms_p50": statistics.median(
            row["video_lat_ms"]["p50"] for row in rows if row["label"] == "janus"
        ),
        "relay_loss_pct": max(row["loss_pct"] for row in ours),
        "relay_corrupt": sum(row["corrupt"] for row in ours),
        "relay_seq_gaps": sum(row["seq_discontinuity"] for row in ours),
        "rows": rows,
    }
