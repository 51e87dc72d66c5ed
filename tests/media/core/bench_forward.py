"""What one forwarded packet costs the core: `python -m tests.media.core.bench_forward [seconds]`.

Ten visits of two, each person sending video (165 packets a second, 1,110 bytes, frames of five and six) and
audio (50 a second), with transport-wide numbers, mid and abs-send-time; ticks, reports and feedback included.
The last line is JSON.
"""

import json
import statistics
import sys
import time
from struct import pack

from media.core.room import TICK, Room
from tests.media.core.packets import KEY, MID, MIDDLE, TIME, extension, negotiated, rtp

VISITS = 10


def traffic(seconds: float, endpoint: int, base: int) -> list[tuple[float, bytes]]:
    packets: list = []
    big = MIDDLE + bytes(1110 - 12 - 16 - len(MIDDLE))
    first = KEY + bytes(1110 - 12 - 16 - len(KEY))
    sequence, frame = 100, 0
    while frame < seconds * 30:
        at = frame / 30 + endpoint * 0.003
        count = 5 + frame % 2
        for index in range(count):
            payload = first if frame % 300 == 0 and index == 0 else big
            packets.append((at + index * 0.002, (sequence, frame * 3000, payload, index == count - 1)))
            sequence += 1
        frame += 1
    packets += [
        (index * 0.02 + endpoint * 0.007, (index, index * 960, None, False))
        for index in range(int(seconds * 50))
    ]
    packets.sort(key=lambda item: item[0])
    made = []
    for number, (at, (seq, ts, payload, marker)) in enumerate(packets):
        block = extension((TIME, b"abc"), (3, pack(">H", number & 0xFFFF)), (MID, b"0"))
        if payload is None:
            made.append((at, rtp(base + 1, seq, ts, bytes(80 - 12 - 16), 111, block=block)))
        else:
            made.append((at, rtp(base + 2, seq, ts, payload, 96, marker=marker, block=block)))
    return made


def run(seconds: float) -> tuple[float, float, int]:
    rooms = []
    schedule = []
    out: list = []
    for visit in range(VISITS):
        room = Room(open_by_default=True)
        for index, name in enumerate(("member", "clinician")):
            base = 10_000 * (index + 1)
            room.join(name, negotiated(base), 0.0, out)
            schedule += [
                (at + visit * 0.001, room, name, packet)
                for at, packet in traffic(seconds, index + 2 * visit, base)
            ]
        rooms.append(room)
    schedule.sort(key=lambda item: item[0])
    out.clear()
    forwarded = 0
    hot = 0.0
    next_tick = 0.0
    began = time.process_time()
    for at, room, name, packet in schedule:
        if at >= next_tick:
            ticking = time.process_time()
            for each in rooms:
                each.tick(at, out)
            hot += time.process_time() - ticking
            next_tick = at + TICK
            out.clear()
        room.receive_rtp(name, packet, at, out)
        forwarded += len(out)
        out.clear()
    spent = time.process_time() - began
    return spent / forwarded * 1e6, (spent - hot) / forwarded * 1e6, forwarded


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    runs = [run(seconds) for _ in range(5)]
    print(
        json.dumps(
            {
                "core_us_per_packet": round(statistics.median(total for total, _, _ in runs), 2),
                "core_us_per_packet_without_ticks": round(statistics.median(rtp for _, rtp, _ in runs), 2),
                "packets": runs[0][2],
                "trials": len(runs),
            }
        )
    )


if __name__ == "__main__":
    main()
