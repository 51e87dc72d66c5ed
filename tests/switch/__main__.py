"""`make switch`: addresses change under a visit, and its media has to go on.

Two kinds: NAT rebinding, under which the endpoint itself notices nothing (tests/switch/rebinds.py), and a
change of network under the product's own page in Chromium (tests/switch/moves.py). The last line is JSON.
"""

import argparse
import asyncio
import json
import random
import sys
from typing import Any, Final

from tests.bench.figures import commit, percentile, rounded, write_samples
from tests.switch import moves, rebinds
from tests.visiting import gather_loopback_only

MUST_GAP, MUST_REBIND = 4.0, 1.0
NEVER: Final = 1e9
"""Stands for a rebinding that was not followed in the time that it was looked at."""


async def measure(rebindings: int, switches: int, seed: int) -> dict[str, Any]:
    """All of it; the figures."""
    gather_loopback_only()
    dice = random.Random(seed)
    rebound = await rebinds.measure(rebindings, dice)
    moved = await moves.measure(switches, dice)
    followed = [max(row["gap_down_s"], row["gap_up_s"]) if row["followed_s"] else NEVER for row in rebound]
    gaps = {
        told: [
            max(row["member_gap_s"], row["clinician_gap_s"])
            for row in moved
            if told is None or row["told"] is told
        ]
        for told in (None, False, True)
    }
    gap, rebind = percentile(gaps[None], 0.95), percentile(followed, 0.95)
    return {
        "rebind_s_p50": rounded(percentile(followed, 0.5), 3),
        "rebind_s_p95": rounded(rebind, 3),
        "rebind_s_max": rounded(max(followed, default=None), 3),
        "gap_s_p50": rounded(percentile(gaps[None], 0.5), 2),
        "gap_s_p95": rounded(gap, 2),
        "gap_s_max": rounded(max(gaps[None], default=None), 2),
        "gap_unnoticed_s_p95": rounded(percentile(gaps[False], 0.95), 2),
        "gap_told_online_s_p95": rounded(percentile(gaps[True], 0.95), 2),
        "new_connections": sum(row["new_connections"] for row in moved),
        "rebindings": len(rebound),
        "switches": len(moved),
        "passed": (gap or 0) <= MUST_GAP and (rebind or 0) <= MUST_REBIND,
        "seed": seed,
        "commit": commit(),
        "samples": write_samples("switch", {"rebindings": rebound, "switches": moved}),
    }


def main() -> int:
    """Switch as the command line says; 1 where it is not as it must be."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rebindings", type=int, default=50)
    arguments.add_argument("--switches", type=int, default=50)
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    figures = asyncio.run(measure(asked.rebindings, asked.switches, asked.seed))
    print(json.dumps(figures))
    return 0 if figures["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
