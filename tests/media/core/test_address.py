from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from media.core.address import CONFIRM_WITHIN, FRESH, KNOWN_MAX, LATCH_EVERY, Belief

HOME, MOBILE, THIEF = "home", "mobile", "thief"


def at_home() -> Belief:
    belief = Belief()
    belief.check(HOME, nominated=True, now=0.0)
    return belief


def test_nothing_is_believed_before_the_first_check() -> None:
    belief = Belief()
    assert belief.current is None
    assert not belief.believes(HOME)
    assert not belief.heard(HOME, 0.0, media=True)
    assert belief.current is None


def test_the_first_check_is_taken_at_once() -> None:
    belief = Belief()
    belief.check(HOME, nominated=False, now=0.0)
    assert belief.current == HOME
    assert belief.believes(HOME)
    assert not belief.believes(MOBILE)


def test_a_check_alone_moves_nothing_nominated_or_not() -> None:
    belief = at_home()
    belief.check(THIEF, nominated=False, now=1.0)
    belief.check(THIEF, nominated=True, now=1.1)
    assert belief.current == HOME
    assert belief.believes(THIEF)


def test_a_nominated_check_moves_when_a_packet_comes_from_there() -> None:
    belief = at_home()
    belief.check(MOBILE, nominated=True, now=5.0)
    assert belief.heard(MOBILE, 5.1, media=False)
    assert belief.current == MOBILE
    assert not belief.unconfirmed


def test_the_packet_may_come_before_the_nominated_check() -> None:
    belief = at_home()
    belief.check(MOBILE, nominated=False, now=5.0)
    assert not belief.heard(MOBILE, 5.1, media=False)
    belief.check(MOBILE, nominated=True, now=5.2)
    assert belief.current == MOBILE


def test_neither_backs_the_other_when_it_is_old() -> None:
    belief = at_home()
    belief.check(MOBILE, nominated=True, now=5.0)
    assert not belief.heard(MOBILE, 5.0 + FRESH + 0.1, media=False)
    belief.check(MOBILE, nominated=True, now=5.0 + 2 * FRESH + 0.2)
    assert belief.current == HOME


def test_stragglers_from_the_old_place_do_not_move_it_back() -> None:
    belief = at_home()
    belief.check(HOME, nominated=True, now=4.9)
    belief.check(MOBILE, nominated=True, now=5.0)
    belief.heard(MOBILE, 5.1, media=True)
    assert not belief.heard(HOME, 5.12, media=True)
    assert not belief.heard(HOME, 5.13, media=False)
    assert belief.current == MOBILE


def test_it_moves_back_when_the_endpoint_nominates_the_old_place_again() -> None:
    belief = at_home()
    belief.check(MOBILE, nominated=True, now=5.0)
    belief.heard(MOBILE, 5.1, media=True)
    belief.check(HOME, nominated=True, now=6.0)
    assert belief.heard(HOME, 6.01, media=True)
    assert belief.current == HOME


def test_media_from_a_new_place_moves_it_at_once_and_a_check_confirms() -> None:
    belief = at_home()
    assert belief.heard(MOBILE, 5.0, media=True)
    assert belief.current == MOBILE
    assert belief.unconfirmed
    belief.check(MOBILE, nominated=False, now=7.0)
    assert not belief.unconfirmed
    assert not belief.settle(5.0 + CONFIRM_WITHIN)
    assert belief.current == MOBILE


def test_without_a_check_it_goes_back() -> None:
    belief = at_home()
    belief.heard(THIEF, 5.0, media=True)
    assert not belief.settle(4.9 + CONFIRM_WITHIN)
    assert belief.settle(5.0 + CONFIRM_WITHIN)
    assert belief.current == HOME
    assert not belief.unconfirmed


def test_a_check_that_came_before_confirms_nothing() -> None:
    belief = at_home()
    belief.check(THIEF, nominated=False, now=4.9)
    belief.heard(THIEF, 5.0, media=True)
    assert belief.settle(5.0 + CONFIRM_WITHIN)
    assert belief.current == HOME


def test_a_place_that_was_refused_is_not_taken_again_at_once() -> None:
    belief = at_home()
    belief.heard(THIEF, 5.0, media=True)
    belief.settle(8.0)
    assert not belief.heard(THIEF, 8.1, media=True)
    assert belief.current == HOME
    assert belief.heard(THIEF, 8.0 + CONFIRM_WITHIN, media=True)


def test_other_packets_never_move_it_to_a_new_place() -> None:
    belief = at_home()
    assert not belief.heard(MOBILE, 5.0, media=False)
    assert belief.current == HOME


def test_it_latches_once_a_second_at_most_and_goes_back_to_the_last_confirmed_place() -> None:
    belief = at_home()
    assert belief.heard(THIEF, 5.0, media=True)
    assert not belief.heard(MOBILE, 5.5, media=True)
    assert belief.current == THIEF
    assert belief.heard(MOBILE, 5.0 + LATCH_EVERY, media=True)
    assert belief.settle(5.0 + LATCH_EVERY + CONFIRM_WITHIN)
    assert belief.current == HOME


def test_the_current_place_tells_nothing_new() -> None:
    belief = at_home()
    assert not belief.heard(HOME, 1.0, media=True)


def test_known_places_are_bounded_and_the_ones_in_use_stay() -> None:
    belief = at_home()
    forgotten = [belief.check(f"a{number}", nominated=False, now=1.0 + number) for number in range(30)]
    assert [place for place in forgotten if place] == [f"a{number}" for number in range(30 - KNOWN_MAX + 1)]
    assert belief.believes(HOME)
    assert belief.believes("a29")
    assert not belief.believes("a0")


class AnySequenceOfEvidence(RuleBasedStateMachine):
    """Whatever comes: media goes only where a check passed, or for three seconds where keys vouched."""

    places = st.sampled_from("abcdefghijkl")

    @initialize()
    def begin(self) -> None:
        self.belief = Belief()
        self.now = 0.0
        self.checked: set[str] = set()
        self.latches: list[float] = []
        self.vouched: dict[str, float] = {}

    @rule(seconds=st.floats(0, 2))
    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.belief.settle(self.now)

    @rule(place=places, nominated=st.booleans())
    def check(self, place: str, nominated: bool) -> None:
        before = self.belief.current
        self.belief.check(place, nominated=nominated, now=self.now)
        self.checked.add(place)
        if self.belief.current != before and before is not None:
            assert nominated

    @rule(place=places, media=st.booleans())
    def hear(self, place: str, media: bool) -> None:
        before = self.belief.current
        moved = self.belief.heard(place, self.now, media=media)
        assert moved == (self.belief.current != before)
        if moved:
            assert self.belief.current == place
            if media:
                self.vouched[place] = self.now
            else:
                assert place in self.checked

    @invariant()
    def goes_only_where_there_is_evidence(self) -> None:
        current = self.belief.current
        if current is None:
            assert not self.checked
        elif current not in self.checked:
            assert self.belief.unconfirmed
            assert self.now - self.vouched[current] <= CONFIRM_WITHIN

    @invariant()
    def is_bounded(self) -> None:
        for table in (self.belief._known, self.belief._nominated, self.belief._heard):
            assert len(table) <= KNOWN_MAX
        assert self.belief._nominated.keys() <= self.belief._known.keys()


TestAnySequenceOfEvidence = AnySequenceOfEvidence.TestCase
