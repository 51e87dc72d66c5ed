"""How near a worker is to what its core can do, and what its rooms are told then."""

import pytest
from aiortc.rtp import RtcpPsfbPacket, unpack_remb_fci

from media.core.strain import CEILING, LEAST, STEPS, Strain, StrainGauge
from tests.media.core.test_repair import flowing
from tests.media.core.visit import CLINICIAN, MEMBER, Visit


class Core:
    """A worker's core, and its gauge, told once a second."""

    def __init__(self) -> None:
        self.gauge = StrainGauge()
        self.now, self.used, self.waited = 100.0, 5.0, 2.0
        self.gauge.hear(self.used, self.waited, self.now)

    def works(self, share: float, seconds: int, waits: float = 0.0) -> Strain:
        for _ in range(seconds):
            self.now += 1.0
            self.used += share
            self.waited += waits
            self.gauge.hear(self.used, self.waited, self.now)
        return self.gauge.strain


def test_what_was_used_before_the_first_look_says_nothing() -> None:
    gauge = StrainGauge()
    assert not gauge.hear(1e6, 0.0, 100.0)
    assert not gauge.hear(1e6 + 9, 0.0, 100.0), "nor does a clock that stands still"
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


def test_what_others_have_of_its_core_is_not_there_for_it() -> None:
    assert Core().works(0.4, 600, waits=0.45) is Strain.CALM
    core = Core()
    assert core.works(0.45, 600, waits=0.45) is Strain.HIGH
    assert core.works(0.5, 3, waits=0.6) is Strain.FULL, "more than there was: clocks are read one by one"


def test_others_alone_are_no_strain() -> None:
    assert Core().works(0.05, 600, waits=0.5) is Strain.CALM
    assert Core().works(0.0, 600, waits=1.0) is Strain.CALM


def test_new_rooms_are_made_again_soon_and_pictures_grow_slowly() -> None:
    core = Core()
    core.works(0.95, 5)
    assert core.works(0.7, 4) is Strain.FULL
    assert core.works(0.7, 1) is Strain.HIGH
    assert core.works(0.7, 600) is Strain.HIGH, "that is what the caps make of it"
    assert core.works(0.5, 5) is Strain.HIGH
    assert core.works(0.5, 60) is Strain.CALM
    assert core.gauge.ceiling is None


def test_the_first_cap_is_low_and_the_next_ones_lower_as_long_as_it_takes() -> None:
    core = Core()
    core.works(0.85, 2)
    first = core.gauge.ceiling
    assert first is not None
    assert first < CEILING / 2
    core.works(0.85, 1)
    assert core.gauge.ceiling is not None
    assert LEAST < core.gauge.ceiling < first
    core.works(0.85, 600)
    assert core.gauge.ceiling == LEAST


def test_at_the_very_end_every_cut_is_two() -> None:
    high, over = Core(), Core()
    high.works(0.85, 2)
    over.works(1.0, 2)
    assert high.gauge.ceiling is not None
    assert over.gauge.ceiling is not None
    assert over.gauge.ceiling < high.gauge.ceiling / 2


def test_where_a_cap_suffices_it_stays() -> None:
    core = Core()
    core.works(0.85, 2)
    first = core.gauge.ceiling
    core.works(0.7, 600)
    assert core.gauge.ceiling == first


def test_a_cap_grows_while_there_is_room() -> None:
    core = Core()
    core.works(0.85, 2)
    first = core.gauge.ceiling
    assert first is not None
    core.works(0.5, 5)
    assert core.gauge.ceiling is not None
    assert first < core.gauge.ceiling < 2 * first


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
