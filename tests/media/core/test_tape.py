"""How a tape gathers chunks, and what it does when nobody takes them."""

from media.core.entries import decode
from media.core.recording import Packet, Track
from media.core.tape import CHUNK_BYTES, CHUNKS_MAX
from tests.media.core.recorded import Recorded
from tests.media.core.visit import CLINICIAN, MEMBER

BOTH = (MEMBER, CLINICIAN)
BIG = bytes(1200)


def tick(visit: Recorded, seconds: float) -> None:
    end = visit.now + seconds
    while visit.now < end - 1e-9:
        visit.now += 0.05
        visit.tape.tick(visit.now)


def test_a_chunk_holds_less_than_a_second() -> None:
    visit = Recorded(seconds=60)
    sizes = []
    for number in range(1, 301):  # fifty a second
        visit.sound(number)
        visit.now += 0.02
        if number % 5 == 0:
            visit.tape.tick(visit.now)
        sizes += [
            [entry.at for entry in decode(b"".join(chunk)) if isinstance(entry, Packet)]
            for chunk in visit.tape.take()
        ]
    assert len(sizes) >= 5
    assert all(times[-1] - times[0] < 1 for times in sizes)


def test_nothing_makes_no_chunk() -> None:
    visit = Recorded(seconds=60)
    tick(visit, 5)
    assert visit.tape.take() == []
    visit.tape.cut()
    assert visit.tape.take() == []


def test_a_single_packet_does_not_wait_for_more() -> None:
    visit = Recorded(seconds=60)
    visit.sound(1)
    tick(visit, 1)
    (chunk,) = visit.tape.take()
    assert len(list(decode(b"".join(chunk)))) == 2


def test_a_chunk_is_bounded_in_bytes() -> None:
    visit = Recorded()
    visit.keyframe(1)
    for number in range(2, 1000):
        visit.picture(number, BIG)
    visit.tape.cut()
    chunks = visit.tape.take()
    assert len(chunks) == 5
    assert all(sum(map(len, chunk)) <= CHUNK_BYTES for chunk in chunks)


def test_every_chunk_names_its_tracks() -> None:
    visit = Recorded()
    for number in range(1, 4):
        visit.sound(number)
        visit.read()
    for chunk in visit.chunks:
        track, packet = chunk
        assert isinstance(track, Track)
        assert isinstance(packet, Packet)
        assert packet.track == track.number == 1


def test_chunks_that_nobody_takes_halt_the_tape() -> None:
    visit = Recorded()
    visit.keyframe(1)
    for number in range(2, 3000):
        visit.picture(number, BIG)
    assert visit.tape.halted
    assert visit.tape.state == ("paused", "disk_full")
    kept = visit.payloads()
    assert sum(map(len, kept)) <= (CHUNKS_MAX + 1) * CHUNK_BYTES
    assert visit.tape.missed == 2999 - len(kept)
    assert visit.gaps() == [(0.0, BOTH, "disk_full")]


def test_a_file_that_takes_nothing_leaves_a_gap() -> None:
    visit = Recorded()
    visit.sound(1)
    visit.now += 1
    visit.tape.halt(visit.now)
    visit.sound(2)
    visit.now += 1
    visit.tape.go_on(visit.now)
    visit.sound(3)
    assert visit.counts() == [1, 3]
    assert visit.gaps() == [(1.0, BOTH, "disk_full")]
    assert visit.tape.missed == 1


def test_a_lease_that_lapses_while_the_file_takes_nothing_says_so() -> None:
    visit = Recorded(seconds=2)
    visit.tape.halt(visit.now)
    assert visit.tape.state == ("paused", "disk_full")
    tick(visit, 2.05)
    visit.sound(1)
    assert visit.tape.state == ("paused", "lease_lapsed")
    assert visit.tape.missed == 0
    visit.tape.go_on(visit.now)
    assert visit.tape.state == ("paused", "lease_lapsed")


def test_a_halted_tape_does_not_grow() -> None:
    visit = Recorded()
    visit.tape.halt(visit.now)
    visit.read()
    for _ in range(100):
        visit.lease(MEMBER)
        visit.lease()
        visit.tape.halt(visit.now)
    assert visit.tape.pieces == []


def test_the_end_is_marked_and_final() -> None:
    visit = Recorded()
    visit.sound(1)
    visit.now += 1
    visit.tape.end(visit.now)
    visit.sound(2)
    visit.tape.go_on(visit.now)
    visit.tape.tick(visit.now)
    assert visit.counts() == [1]
    assert visit.gaps() == [(1.0, BOTH, "stopped")]
    assert visit.tape.state == ("stopped", "stopped")


def test_an_end_while_paused_marks_nothing_more() -> None:
    visit = Recorded(seconds=1)
    tick(visit, 1.5)
    visit.tape.end(visit.now)
    assert visit.gaps() == [(1.0, BOTH, "lease_lapsed")]
