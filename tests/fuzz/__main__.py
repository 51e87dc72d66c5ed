"""`make fuzz`: damaged and senseless inputs into every parser that reads what strangers and pages send.

    make fuzz ARGS="--packets 100000 --offers 10000"      a quick look
    make fuzz ARGS="--only rtp --seed 7 --packets 250000" one run again, as a failure's line names it

Work is cut into runs of `RUN` inputs, each with a seed of its own (`--seed` plus its number) and a process's
memory to itself to answer for. A failure names its run's seed, its number in it and its bytes; no input is
made of anything that a person said. Then connections are set up while the port is sprayed with such things
(`sprayed.py`): all of them must come about. The last line is JSON.
"""

import argparse
import asyncio
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Final

from tests.bench.figures import commit, write_samples
from tests.fuzz import sprayed
from tests.fuzz.checks import StunPrey
from tests.fuzz.hunt import Found, hunt
from tests.fuzz.rooms import RtcpPrey, RtpPrey
from tests.fuzz.sealed import SealedPrey
from tests.fuzz.texts import SLOWEST_MS, SdpPrey

PACKETS: Final = 10_000_000
OFFERS: Final = 1_000_000
SETUPS: Final = 1000
SEALED_SHARE: Final = 0.02
"""Of the packets: as many again go through a real SRTP session and the whole intake."""
RUN: Final = 250_000
OFFERS_RUN: Final = 25_000
RSS_MAX_MB: Final = 20.0

PREY: Final[dict[str, Callable[[int], Any]]] = {
    "stun": StunPrey,
    "rtp": RtpPrey,
    "rtcp": RtcpPrey,
    "sealed": SealedPrey,
    "sdp": SdpPrey,
}


@dataclass(frozen=True)
class Run:
    """So many inputs of one seed into one parser."""

    parser: str
    inputs: int
    seed: int


def hunted(run: Run) -> Found:
    """One run, in this process."""
    logging.disable(logging.CRITICAL)  # a fault that the intake logs is counted, and shows as a failure
    prey = PREY[run.parser](run.seed)
    try:
        return hunt(run.parser, prey, run.inputs, run.seed, timed=run.parser == "sdp")
    finally:
        if hasattr(prey, "close"):
            prey.close()


def runs(counts: dict[str, int], seed: int) -> Iterator[Run]:
    """All of the work, in pieces."""
    for parser, count in counts.items():
        size = OFFERS_RUN if parser == "sdp" else RUN
        for number, at in enumerate(range(0, count, size)):
            yield Run(parser, min(size, count - at), seed + number)


def measure(counts: dict[str, int], setups: int, seed: int, processes: int) -> dict[str, Any]:
    """Hunt all of it; the figures."""
    began = time.perf_counter()
    found: list[Found] = []
    with get_context("fork").Pool(processes, maxtasksperchild=8) as pool:
        for one in pool.imap_unordered(hunted, list(runs(counts, seed))):
            found.append(one)
            for failure in one.failures:
                print(
                    f"{one.parser}: {failure.kind}: {failure.what}; --only {one.parser} --seed {one.seed} "
                    f"--packets {one.inputs} --offers {one.inputs}, input {failure.number}: {failure.hex}",
                    file=sys.stderr,
                )
    sprayed_on = asyncio.run(sprayed.measure(setups, seed)) if setups else None
    took = time.perf_counter() - began
    slowest = max((one.slowest_ms for one in found), default=0.0)
    totals = {kind: sum(one.failed[kind] for one in found) for kind in ("crash", "hang", "state")}
    growth = max((one.rss_growth_mb for one in found), default=0.0)
    return {
        "inputs": {name: sum(one.inputs for one in found if one.parser == name) for name in counts},
        "failures": {
            name: sum(sum(one.failed.values()) for one in found if one.parser == name) for name in counts
        },
        "crashes": totals["crash"],
        "hangs_over_1_s": totals["hang"],
        "state_changes": totals["state"],
        "sprayed_setups": sprayed_on["setups"] if sprayed_on else 0,
        "sprayed_connected": sprayed_on["connected"] if sprayed_on else 0,
        "sprayed_heard": sprayed_on["heard"] if sprayed_on else 0,
        "sprayed_datagrams": sprayed_on["datagrams"] if sprayed_on else 0,
        "slowest_offer_cpu_ms": slowest,
        "rss_growth_mb_max": growth,
        "seconds": round(took, 1),
        "seed": seed,
        "passed": not any(totals.values())
        and slowest <= SLOWEST_MS
        and growth <= RSS_MAX_MB
        and (sprayed_on is None or (sprayed_on["heard"] == setups and not sprayed_on["faults"])),
        "commit": commit(),
        "samples": write_samples("fuzz", {"runs": [one.row() for one in found], "sprayed": sprayed_on}),
    }


def main() -> int:
    """Hunt as the command line says; 1 where something was found."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--packets", type=int, default=PACKETS, help="inputs for each of STUN, RTP, RTCP")
    arguments.add_argument("--offers", type=int, default=OFFERS, help="inputs for SDP")
    arguments.add_argument("--setups", type=int, default=SETUPS, help="connections that are made under spray")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--processes", type=int, default=2)
    arguments.add_argument("--only", choices=list(PREY))
    asked = arguments.parse_args()
    counts = dict.fromkeys(("stun", "rtp", "rtcp"), asked.packets)
    counts |= {"sealed": int(asked.packets * SEALED_SHARE), "sdp": asked.offers}
    setups = 0 if asked.only else asked.setups
    if asked.only:
        counts = {asked.only: asked.offers if asked.only == "sdp" else asked.packets}
    figures = measure(counts, setups, asked.seed, asked.processes)
    print(json.dumps(figures))
    return 0 if figures["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
