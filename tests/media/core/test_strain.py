"""How near a worker is to what its core can do, and what its rooms are told then."""

import pytest
from aiortc.rtp import RtcpPsfbPacket, unpack_remb_fci

from media.core.strain import CEILING, STEPS, Strain, StrainGauge
from tests.media.core.test_repair import flowing
from tests.media.core.visit import CLINICIAN, MEMBER, Visit


class Core:
    """A worker's core, and its gauge, told once a second."""

    def __init__(self) -> None:
        self.gauge = StrainGauge()
        self.now, self.used = 100.0, 5.0
        self.gauge.hear(self.used, self.now)

    def works(self, share: float, seconds: int) -> Strain:
        for _ in range(seconds):
            self.now += 1.0
            self.used += share
            self.gauge.hear(self.used, self.now)
        return self.gauge.strain


def test_what_was_used_before_the_first_look_says_nothing() -> None:
    gauge = StrainGauge()
    assert not gauge.hear(1e6, 100.0)
    assert not gauge.hear(1e6 + 9, 100.0), "nor does a clock that stands still"
    assert gauge.strain is Strain.CALM


def test_a_worker_with_time_to_spare_is_calm() -> None:
    assert Core().works(0.75, 600) is Strain.CALM


def test_a_moment_of_work_is_no_strain() -> None:
    core = Core()
    for _ in range(100):
        core.works(1.0, 1)
        assert core.works(0.5, 1) is Strain.CALM


def test_near_the_limit_it_is_high_and_then_full() -> None:
    core = Core()
    assert core.works(0.85, 2) is Strain.HIGH
    assert core.works(0.85, 600) is Strain.HIGH
    assert core.works(0.95, 3) is Strain.FULL


def test_it_goes_back_late() -> None:
    core = Core()
    core.works(0.95, 5)
    assert core.works(0.7, 4) is Strain.FULL
    assert core.works(0.7, 1) is Strain.HIGH
    assert core.works(0.7, 600) is Strain.HIGH, "that is what the caps make of it"
    assert core.works(0.5, 10) is Strain.CALM


def test_every_step_leads_somewhere_else() -> None:
    assert set(STEPS) == set(Strain)
    assert all(step.to is not strain for strain, steps in STEPS.items() for step in steps)


def caps(visit: Visit) -> dict[str, int]:
    """What each sender was told last that it may send."""
    return {
        to: unpack_remb_fci(part.fci)[0]
        for to, part in visit.rtcp()
        if isinstance(part, RtcpPsfbPacket) and part.fmt == 15
    }


def test_a_ceiling_caps_everybody_and_goes() -> None:
    visit = flowing()
    visit.rtcp()
    visit.room.ceiling = CEILING
    visit.pass_time(0.1)
    assert caps(visit) == {
        MEMBER: pytest.approx(CEILING, rel=0.01),
        CLINICIAN: pytest.approx(CEILING, rel=0.01),
    }
    visit.room.ceiling = None
    visit.pass_time(0.1)
    assert min(caps(visit).values()) > 10_000_000
