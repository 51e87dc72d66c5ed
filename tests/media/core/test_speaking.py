"""Who of three or more speaks, by the levels that senders write beside their sound."""

import pytest

from media.core.events import SpeakerChanged
from media.core.meters import Loudness
from media.core.speaking import AFTER, STAYS, Speaking
from tests.media.core.layered import PEOPLE, Layered
from tests.media.core.packets import LEVEL, MID, TRANSPORT, extension, rtp


class Room:
    def __init__(self) -> None:
        self.now = 10.0
        self.speaking = Speaking()
        self.changes = 0

    def hears(self, seconds: float, **levels: float) -> str | None:
        end = self.now + seconds
        while self.now < end - 1e-9:
            self.now += 0.2
            self.changes += self.speaking.hear(levels, self.now)
        return self.speaking.who


class TestSpeaker:
    def test_is_nobody_in_a_room_that_hums_or_is_empty(self) -> None:
        assert Room().hears(3, ana=0.01, lee=0.02) is None
        assert Room().hears(3) is None

    def test_is_the_loudest_after_a_moment(self) -> None:
        room = Room()
        assert room.hears(0.2, ana=0.1, lee=0.3) is None
        assert room.hears(AFTER + 0.2, ana=0.1, lee=0.3) == "lee"

    def test_is_one_of_two_who_talk_at_once(self) -> None:
        room = Room()
        for _ in range(5):
            room.hears(0.2, ana=0.30, lee=0.32)
            room.hears(0.2, ana=0.32, lee=0.30)
        assert room.speaking.who == "lee"
        assert room.changes == 1

    def test_stays_for_a_moment_after(self) -> None:
        room = Room()
        room.hears(1, ana=0.3, lee=0.0)
        assert room.hears(STAYS - 0.2, ana=0.0, lee=0.0) == "ana"
        assert room.hears(0.6, ana=0.0, lee=0.0) is None

    def test_is_another_only_when_they_are_clearly_louder_and_for_a_while(self) -> None:
        room = Room()
        room.hears(1, ana=0.2, lee=0.0)
        assert room.hears(2, ana=0.2, lee=0.25) == "ana"
        assert room.hears(0.2, ana=0.2, lee=0.5) == "ana"
        assert room.hears(0.2, ana=0.2, lee=0.0) == "ana"
        assert room.hears(0.8, ana=0.2, lee=0.5) == "lee"

    def test_gives_way_at_once_to_whoever_goes_on_where_they_stop(self) -> None:
        room = Room()
        room.hears(1, ana=0.2, lee=0.0)
        assert room.hears(0.8, ana=0.01, lee=0.05) == "lee"

    def test_does_not_change_with_everybody_who_speaks_at_once(self) -> None:
        room = Room()
        room.hears(1, ana=0.2, lee=0.0)
        before = room.changes
        for _ in range(20):
            room.hears(0.2, ana=0.1, lee=0.9)
            room.hears(0.2, ana=0.9, lee=0.1)
        assert room.changes == before

    def test_who_left_speaks_no_more(self) -> None:
        room = Room()
        room.hears(1, ana=0.2, lee=0.1)
        assert room.hears(0.2, lee=0.0) is None


def loud(number: int, level: int, **more: bytes) -> bytes:
    block = extension((MID, b"0"), (LEVEL, bytes((0x80 | level,))), (TRANSPORT, number.to_bytes(2, "big")))
    return rtp(1, number, number * 960, block=more.get("block", block))


class TestLoudness:
    def take(self, meter: Loudness, *packets: bytes) -> float:
        for packet in packets:
            start = 12 + (4 + 4 * packet[15] if packet[0] & 0x10 else 0)
            meter.take(packet, start, len(packet))
        return meter.read()

    def test_is_the_mean_of_what_senders_say(self) -> None:
        meter = Loudness(LEVEL)
        assert meter.read() == 0
        assert self.take(meter, loud(1, 0), loud(2, 127)) == 0.5
        assert self.take(meter, loud(3, 20)) == 0.1
        assert meter.read() == 0

    def test_is_found_again_where_a_sender_changes_its_header(self) -> None:
        short = extension((LEVEL, bytes((20,))))
        meter = Loudness(LEVEL)
        assert self.take(meter, loud(1, 0), loud(2, 20, block=short), loud(3, 0)) == pytest.approx(0.7)

    def test_is_nothing_where_nobody_says_it(self) -> None:
        none = extension((MID, b"0"))
        assert self.take(Loudness(LEVEL), loud(1, 0, block=none), loud(2, 0, block=b"")) == 0


def speak(visit: Layered, name: str, seconds: float) -> None:
    end = visit.now + seconds
    number = int(visit.now * 50)
    while visit.now < end - 1e-9:
        visit.now += 0.02
        number += 1
        for one in PEOPLE:
            block = extension((MID, b"0"), (LEVEL, bytes((5 if one == name else 90,))))
            packet = rtp(PEOPLE[one] + 1, number, number * 960, block=block)
            visit.room.receive_rtp(one, packet, visit.now, visit.out)
        visit.tick()


def speakers(visit: Layered) -> list[str | None]:
    return [event.endpoint for event in visit.told if isinstance(event, SpeakerChanged)]


def test_three_are_told_who_speaks() -> None:
    visit = Layered()
    speak(visit, "lee", 2)
    assert visit.room.speaker == "lee"
    speak(visit, "sol", 2)
    speak(visit, "", 3)
    assert speakers(visit) == ["lee", "sol", None]


def test_two_are_told_nothing_and_two_who_are_left_that_nobody_speaks() -> None:
    visit = Layered("ana", "lee")
    speak(visit, "lee", 2)
    assert speakers(visit) == []
    visit.join("sol")
    speak(visit, "lee", 2)
    visit.room.leave("sol", visit.now)
    speak(visit, "lee", 1)
    assert speakers(visit) == ["lee", None]


def test_whoever_speaks_has_the_larger_picture_on_a_narrow_way() -> None:
    visit = Layered()
    visit.goes_on(1)
    visit.narrow("sol", 800_000)
    visit.goes_on(2)
    before = {name: visit.has("sol", name) for name in ("ana", "lee")}
    quiet = next(name for name, rid in before.items() if rid == "l")
    for _ in range(40):
        speak(visit, quiet, 0.1)
        visit.goes_on(0.1)
    assert visit.has("sol", quiet) == "m"
