"""`make bench`: measures the figures of docs/performance.md and ends with one line of JSON."""

import argparse
import asyncio
import json
import statistics
import tempfile
from pathlib import Path

from tests import demo_server
from tests.bench import admits, compose, first_load, handshakes, recording, relay
from tests.bench.figures import commit, median, percentile, rounded, write_samples


async def measure(trials: int) -> dict[str, object]:
    # First what is over in minutes and fails at once where its tools are missing.
    worker = await asyncio.to_thread(relay.measure)
    recorded = await asyncio.to_thread(recording.measure)
    ready = []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as folder:
            server = await demo_server.start(Path(folder), tls=False)
            ready.append(server.ready_seconds)
            await server.stop()
    with tempfile.TemporaryDirectory() as folder:
        server = await demo_server.start(Path(folder))
        try:
            page = await first_load.measure(server)
            dtls = await handshakes.one_at_a_time(server, Path(folder), trials // 2)
            async with handshakes.heard(server) as dtls_in_visits:
                rows = await admits.measure(server, Path(folder), trials)
        finally:
            await server.stop()
    composed = await asyncio.to_thread(compose.measure)
    frames = [row[key] for row in rows for key in ("member_first_frame_ms", "clinician_first_frame_ms")]
    pages = [row[key] for row in rows for key in ("member_dtls_ms", "clinician_dtls_ms") if key in row]
    consoles = [row["checkin_to_console_ms"] for row in rows]
    samples = write_samples(
        "first_visit",
        {
            "demo_ready_s": ready,
            "interactive_ms": page["interactive_ms"],
            "dtls_ms": dtls,
            "dtls_in_visits_ms": dtls_in_visits,
            "visits": rows,
            "relay": worker["rows"],
            "recording": recorded["rows"],
            "composed": composed["rows"],
        },
    )
    return {
        "admit_first_frame_ms_p50": rounded(median(frames)),
        "admit_first_frame_ms_p95": rounded(percentile(frames, 0.95)),
        "dtls_ms_p50": rounded(median(dtls)),
        "dtls_ms_p95": rounded(percentile(dtls, 0.95)),
        "dtls_in_visits_ms_p50": rounded(median(dtls_in_visits)),
        "dtls_in_visits_ms_p95": rounded(percentile(dtls_in_visits, 0.95)),
        "dtls_seen_by_page_ms_p50": rounded(median(pages)),
        "checkin_to_console_ms_p50": rounded(median(consoles)),
        "checkin_to_console_ms_p95": rounded(percentile(consoles, 0.95)),
        "demo_ready_s": rounded(statistics.median(ready), 2),
        "join_page_kb": rounded(page["join_page_kb"]),
        "join_page_interactive_ms": rounded(median(page["interactive_ms"])),
        **{key: value for key, value in worker.items() if key != "rows"},
        **{key: value for key, value in recorded.items() if key != "rows"},
        **{key: value for key, value in composed.items() if key != "rows"},
        "trials": len(rows),
        "commit": commit(),
        "samples": samples,
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--trials", type=int, default=100)
    print(json.dumps(asyncio.run(measure(arguments.parse_args().trials))))


if __name__ == "__main__":
    main()
