"""What somebody is shown on a way that becomes narrow, and wide again; and what they decide themselves."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.core.events import Stepped
from media.core.ladder import STEPS, TRY_AFTER, TRY_AT_MOST, Ladder, Rung, Wish
from media.core.negotiated import Source
from tests.media.core.packets import KEY, negotiated, rtp
from tests.media.core.test_pacer import BIG, remb
from tests.media.core.test_repair import flowing
from tests.media.core.visit import CLINICIAN, MEMBER, C, M, Visit


class Climber:
    """A ladder, and a clock."""

    def __init__(self, wish: Wish = Wish.AUTO) -> None:
        self.ladder = Ladder()
        self.ladder.wish = wish
        self.now = 100.0

    def stands(self, cap: float | None, seconds: float) -> Rung:
        for _ in range(round(seconds * 20)):
            self.now += 0.05
            self.ladder.judge(cap, self.now)
        return self.ladder.rung


def test_a_wide_way_shows_everything() -> None:
    assert Climber().stands(None, 600) is Rung.FULL


def test_a_narrow_way_shows_less_and_then_nothing() -> None:
    climber = Climber()
    assert climber.stands(60_000, 1.9) is Rung.FULL
    assert climber.stands(60_000, 0.3) is Rung.LOW
    assert climber.stands(60_000, 4.5) is Rung.LOW
    assert climber.stands(60_000, 1.0) is Rung.NONE


def test_a_moments_weakness_changes_nothing() -> None:
    climber = Climber()
    for _ in range(50):
        assert climber.stands(60_000, 1.5) is Rung.FULL
        climber.stands(None, 0.1)


def test_between_the_limits_it_stays() -> None:
    climber = Climber()
    climber.stands(200_000, 3)
    assert climber.stands(300_000, 60) is Rung.LOW
    assert climber.stands(400_000, 5) is Rung.FULL


def test_it_comes_back_by_itself() -> None:
    climber = Climber()
    climber.stands(60_000, 8)
    assert climber.stands(None, TRY_AFTER - 1.5) is Rung.NONE
    assert climber.stands(None, 2) is Rung.LOW
    assert climber.stands(None, 5) is Rung.FULL


def test_a_try_in_vain_is_followed_by_a_longer_wait_but_never_the_last() -> None:
    climber, tried = Climber(), []
    before = Rung.FULL
    while climber.now < 1000:
        rung = climber.stands(60_000, 0.05)
        if before is Rung.NONE and rung is Rung.LOW:
            tried.append(climber.now)
        before = rung
    waits = [round(later - earlier, 1) for earlier, later in pairwise(tried)]
    assert waits == sorted(waits)
    assert waits[-1] <= TRY_AT_MOST + 6
    assert len(tried) >= 10


def test_a_picture_that_held_makes_the_next_try_come_soon() -> None:
    climber = Climber()
    climber.stands(60_000, 300)
    while climber.ladder.rung is Rung.NONE:
        climber.stands(None, 0.1)
    climber.stands(200_000, 30)
    climber.stands(60_000, 6)
    assert climber.ladder.rung is Rung.NONE
    assert climber.stands(60_000, TRY_AFTER + 0.1) is Rung.LOW


def test_whoever_wants_a_picture_always_has_one() -> None:
    assert Climber(Wish.ALWAYS).stands(50_000, 600) is Rung.LOW


def test_whoever_wants_none_has_none_until_they_say_otherwise() -> None:
    climber = Climber(Wish.NEVER)
    assert climber.stands(None, 600) is Rung.NONE
    climber.ladder.wish = Wish.ALWAYS
    assert climber.stands(None, 0.05) is Rung.LOW
    assert climber.stands(None, 5) is Rung.FULL


@given(
    st.lists(
        st.tuples(st.sampled_from(Wish), st.one_of(st.none(), st.floats(0, 1e6)), st.floats(0.01, 30)),
        max_size=60,
    )
)
def test_it_is_never_locked(story: list[tuple[Wish, float | None, float]]) -> None:
    climber = Climber()
    for wish, cap, seconds in story:
        climber.ladder.wish = wish
        climber.stands(cap, seconds)
    climber.ladder.wish = Wish.AUTO
    assert climber.stands(None, TRY_AT_MOST + 10) is Rung.FULL


def test_every_step_leads_somewhere_else() -> None:
    assert set(STEPS) == set(Rung)
    assert all(step.to is not rung for rung, steps in STEPS.items() for step in steps)


# --- in a room ---------------------------------------------------------------------------------------------


def starving(**shape: int | bool) -> Visit:
    """A visit whose clinician can take 60 kbit/s, a little less than comes, and says so."""
    visit = flowing(**shape)
    for number in range(101, 201):
        if number % 10 == 1:
            visit.control(CLINICIAN, remb(2_000_000 if number == 101 else 60_000))
        visit.picture(number, BIG)
        visit.pass_time(0.13)
    return visit


def test_pictures_pause_and_sound_goes_on() -> None:
    visit = starving()
    assert Stepped(CLINICIAN, Rung.NONE) in visit.events()
    assert visit.picture(201) == []
    assert visit.keyframe(202) == []
    assert [sent.ssrc for sent in visit.sound(1)] == [C + 11]
    assert visit.room.rung(CLINICIAN) is Rung.NONE
    assert visit.room.rung(MEMBER) is Rung.FULL


def test_the_picture_comes_back_from_a_keyframe() -> None:
    visit = starving()
    visit.room.wish(CLINICIAN, Wish.ALWAYS, visit.now)
    visit.control(CLINICIAN, remb(9_000_000))
    assert visit.picture(201) == []
    (sent,) = visit.keyframe(202)
    assert sent.ssrc == C + 21
    assert [event.rung for event in visit.events() if isinstance(event, Stepped)] == [
        Rung.LOW, Rung.NONE, Rung.LOW,
    ]  # fmt: skip


def test_a_gate_that_opens_shows_nothing_to_whoever_wants_nothing() -> None:
    visit = Visit(opened=False)
    visit.room.wish(CLINICIAN, Wish.NEVER, visit.now)
    visit.room.open(visit.now, visit.out)
    assert visit.keyframe(1) == []
    assert visit.sound(1) != []


def test_a_shared_screen_is_shown_whatever_the_rung() -> None:
    record = negotiated(C, vp8=120, opus=109, video_slots=2)
    *others, last = record.slots
    visit = Visit(screen=True)
    visit.join(CLINICIAN, replace(record, slots=(*others, replace(last, source=Source.SCREEN))))
    visit.room.wish(CLINICIAN, Wish.NEVER, visit.now)
    assert visit.keyframe(1) == []
    visit.raw(MEMBER, rtp(M + 4, 1, 3000, KEY, 96))
    (sent,) = visit.raw(MEMBER, rtp(M + 4, 2, 6000, KEY, 96))
    assert sent.ssrc == C + 22


@pytest.mark.parametrize("wish", Wish)
def test_an_unknown_endpoint_has_no_wishes(wish: Wish) -> None:
    visit = Visit()
    visit.room.wish("nobody", wish, visit.now)
    assert visit.events() == []


def test_whoever_is_shown_to_nobody_is_asked_to_send_little() -> None:
    visit = flowing()
    visit.rtcp()
    visit.room.wish(CLINICIAN, Wish.NEVER, visit.now)
    visit.picture(101)
    visit.pass_time(0.1)
    assert any(to == MEMBER for to, part in visit.rtcp() if getattr(part, "fmt", 0) == 15)


def test_one_who_comes_back_begins_with_everything() -> None:
    visit = starving()
    visit.join(CLINICIAN, negotiated(C, vp8=120, opus=109))
    assert visit.room.rung(CLINICIAN) is Rung.FULL
    assert visit.keyframe(201, timestamp=M) != []
