"""A short run of the fuzz battery, and that it would see what it is there to see."""

from struct import pack

import pytest

from media.core.room import Room
from tests.fuzz import sprayed
from tests.fuzz.__main__ import PREY, Run, hunted, runs
from tests.fuzz.hunt import hunt
from tests.fuzz.mutating import Mutator
from tests.fuzz.rooms import RtpPrey

pytestmark = [pytest.mark.slow, pytest.mark.sockets]

SHORT = {"stun": 4000, "rtp": 8000, "rtcp": 8000, "sealed": 2000, "sdp": 800}


@pytest.mark.parametrize("parser", PREY)
def test_a_short_run_finds_nothing(parser: str) -> None:
    found = hunted(Run(parser, SHORT[parser], seed=99))
    assert found.inputs == SHORT[parser]
    assert found.failures == []


async def test_connections_come_about_under_spray() -> None:
    found = await sprayed.measure(12, seed=99)
    assert (found["connected"], found["heard"], found["faults"]) == (12, 12, 0)
    assert found["datagrams"] > 100


async def test_a_port_that_believes_a_strangers_alert_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sprayed, "WITHIN", 1.0)
    monkeypatch.setattr("media.dtls.only_handshake", lambda _: True)
    assert (await sprayed.measure(8, seed=99))["heard"] < 8


def test_one_seed_gives_the_same_inputs() -> None:
    valid = [b"some that is valid", b"and more of it"]
    first, again, other = (Mutator(valid, seed) for seed in (5, 5, 6))
    inputs = [bytes(first.input()) for _ in range(200)]
    assert inputs == [bytes(again.input()) for _ in range(200)]
    assert inputs != [bytes(other.input()) for _ in range(200)]


def test_the_work_is_all_of_it() -> None:
    made = list(runs({"rtp": 600_000, "sdp": 30_000}, seed=3))
    assert [(run.parser, run.inputs, run.seed) for run in made] == [
        ("rtp", 250_000, 3), ("rtp", 250_000, 4), ("rtp", 100_000, 5), ("sdp", 25_000, 3), ("sdp", 5_000, 4),
    ]  # fmt: skip


def test_a_parser_that_raises_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Room.receive_rtp

    def faulty(room: Room, endpoint: str, packet: bytes, now: float, out: list) -> None:
        if len(packet) > 14 and packet[14] == 0x7F:
            raise IndexError
        honest(room, endpoint, packet, now, out)

    monkeypatch.setattr(Room, "receive_rtp", faulty)
    found = hunt("rtp", RtpPrey(1), 20_000, 1)
    assert found.failed["crash"] > 0
    assert bytes.fromhex(found.failures[0].hex)[14] == 0x7F
    assert found.failures[0].what.startswith("IndexError: test_fuzz.py:")


def test_a_gate_that_lets_something_through_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Room.receive_rtp

    def faulty(room: Room, endpoint: str, packet: bytes, now: float, out: list) -> None:
        honest(room, endpoint, packet, now, out)
        if not room.is_open:
            out.append(("clinician", pack(">BBHII", 0x80, 96, 1, 1, 20_021), False))

    monkeypatch.setattr(Room, "receive_rtp", faulty)
    assert hunt("rtp", RtpPrey(1), 20_000, 1).failed["state"] > 0


def test_an_input_that_hangs_is_ended_and_found() -> None:
    class Slow:
        look_every = 10

        def input(self) -> bytes:
            return b"slow"

        def feed(self, _data: bytes) -> None:
            while True:
                pass

        def look(self) -> None:
            pass

    assert hunt("slow", Slow(), 1, 1).failed == {"crash": 0, "hang": 1, "state": 0}
