"""Which layer of each picture somebody gets of what their way carries, and that layers do not flap."""

from hypothesis import given
from hypothesis import strategies as st

from media.core.layers import USUAL, Demand, allot, rates, total
from media.core.share import HELD_FOR, TRY_AFTER, TRY_AGAIN_AFTER, Share

WIDE = float("inf")
BIG = (1_600_000.0, 500_000.0, 150_000.0)


def alike(count: int, **more: int) -> dict[str, Demand]:
    return {f"p{n}": Demand(1, BIG, **more) for n in range(count)}


class TestAllotted:
    def test_a_wide_way_gets_the_largest_of_everything(self) -> None:
        assert allot(alike(3), WIDE) == {"p0": 0, "p1": 0, "p2": 0}

    def test_everybody_gets_the_smallest_before_anybody_gets_more(self) -> None:
        assert allot(alike(3), 0) == {"p0": 2, "p1": 2, "p2": 2}
        assert allot(alike(3), 799_999) == {"p0": 2, "p1": 2, "p2": 2}
        assert allot(alike(3), 800_000) == {"p0": 1, "p1": 2, "p2": 2}

    def test_pictures_that_matter_alike_grow_by_turns(self) -> None:
        assert allot(alike(2), 1_000_000) == {"p0": 1, "p1": 1}
        assert allot(alike(2), 2_100_000) == {"p0": 0, "p1": 1}

    def test_what_matters_more_grows_first(self) -> None:
        demands = {"rest": Demand(2, BIG), "signs": Demand(1, BIG)}
        assert allot(demands, 1_750_000) == {"rest": 2, "signs": 0}

    def test_what_does_not_fit_leaves_room_for_what_does(self) -> None:
        demands = {"first": Demand(1, (5_000_000.0, 100_000.0)), "second": Demand(2, BIG)}
        assert allot(demands, 700_000) == {"first": 1, "second": 1}

    def test_a_small_tile_gets_no_more_than_it_shows(self) -> None:
        assert allot(alike(1, largest=1), WIDE) == {"p0": 1}

    def test_a_picture_in_one_layer_takes_what_it_takes(self) -> None:
        demands = {"screen": Demand(0, (900_000.0,)), "camera": Demand(1, BIG)}
        assert allot(demands, 1_000_000) == {"screen": 0, "camera": 2}
        assert allot(demands, 1_400_000) == {"screen": 0, "camera": 1}

    @given(
        st.dictionaries(
            st.integers(0, 20),
            st.builds(
                Demand,
                st.integers(0, 3),
                st.lists(st.floats(1e4, 3e6), min_size=1, max_size=3).map(
                    lambda some: tuple(sorted(some, reverse=True))
                ),
                st.just(0),
            ),
            max_size=8,
        ),
        st.floats(0, 2e7),
    )
    def test_never_more_than_the_budget_but_for_the_smallest(
        self, demands: dict[int, Demand], budget: float
    ) -> None:
        levels = allot(demands, budget)
        assert levels.keys() == demands.keys()
        least = {key: len(demand.rates) - 1 for key, demand in demands.items()}
        assert total(demands, levels) <= max(budget, total(demands, least)) + 1e-3
        for key, demand in demands.items():
            if levels[key]:  # nobody could have had a larger one
                more = demand.rates[levels[key] - 1] - demand.rates[levels[key]]
                assert total(demands, levels) + more > budget - 1e-3


class TestRates:
    def test_are_as_measured(self) -> None:
        assert rates([900_000, 200_000, 80_000]) == (900_000, 200_000, 80_000)

    def test_of_what_never_came_are_the_usual_ones(self) -> None:
        assert rates([None, None, None]) == (USUAL[0], USUAL[1], USUAL[2])
        assert rates([2_000_000, None, None, None])[2:] == (USUAL[2], 60_000)

    def test_a_calm_picture_is_calm_in_any_size(self) -> None:
        assert rates([300_000, None, 20_000]) == (300_000, 120_000, 20_000)


class Receiver:
    """Somebody who is shown two others, by a way with a cap. What is tried raises it."""

    def __init__(self, cap: float | None = None, count: int = 2) -> None:
        self.now = 50.0
        self.cap = cap
        self.share: Share[str] = Share()
        self.demands = alike(count)
        self.tried: list[float] = []
        self.changes: list[tuple[int, ...]] = []
        self.pass_time(0.1)

    @property
    def levels(self) -> tuple[int, ...]:
        return tuple(self.share.levels.values())

    def pass_time(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end - 1e-9:
            self.now += 0.1
            before = self.levels
            tried = self.share.settle(self.demands, self.cap, self.now)
            if tried is not None:
                self.tried.append(tried)
                self.cap = tried * 1.1
            if self.levels != before:
                self.changes.append(self.levels)


class TestShare:
    def test_begins_with_what_fits(self) -> None:
        assert Receiver().levels == (0, 0)
        assert Receiver(1_200_000).levels == (1, 1)
        assert Receiver(10_000).levels == (2, 2)

    def test_becomes_smaller_soon_after_the_cap_fell(self) -> None:
        ana = Receiver()
        ana.cap = 700_000
        ana.pass_time(0.1)
        assert ana.levels == (0, 0)
        ana.pass_time(0.3)
        assert ana.levels == (1, 2)

    def test_stays_where_the_cap_is_only_a_little_too_low(self) -> None:
        ana = Receiver()
        ana.cap = 3_000_000
        ana.pass_time(20)
        assert ana.levels == (0, 0)

    def test_becomes_larger_once_there_was_room_for_a_while(self) -> None:
        ana = Receiver()
        ana.cap = 700_000
        ana.pass_time(1)
        ana.cap = None
        ana.pass_time(TRY_AFTER - 1)
        assert ana.levels == (1, 2)
        ana.pass_time(3)
        assert ana.levels == (0, 0)

    def test_does_not_flap_with_a_cap_that_does(self) -> None:
        ana = Receiver()
        for _ in range(100):
            ana.cap = 600_000
            ana.pass_time(0.4)
            ana.cap = 4_000_000
            ana.pass_time(0.4)
        assert len(ana.changes) <= 12  # in 80 seconds: once smaller, and a few tries in vain

    def test_tries_one_larger_layer_where_the_cap_limited_nothing(self) -> None:
        ana = Receiver(300_000)
        ana.cap = 400_000  # 1.33 times what is sent: as much as it could have grown to
        ana.pass_time(TRY_AFTER)
        assert ana.levels == (1, 2)
        assert ana.tried == [650_000]
        ana.cap = 850_000
        ana.pass_time(TRY_AGAIN_AFTER - 0.3)
        assert ana.levels == (1, 2)
        ana.pass_time(0.5)
        assert ana.levels == (1, 1)
        assert ana.tried == [650_000, 1_000_000]

    def test_tries_nothing_where_there_is_nothing_larger(self) -> None:
        ana = Receiver(5_000_000)
        ana.pass_time(60)
        assert ana.tried == []

    def test_a_try_in_vain_makes_the_next_one_later(self) -> None:
        ana = Receiver()
        pauses = []
        ana.cap = 200_000
        ana.pass_time(1)
        for _ in range(6):
            fell = ana.now
            count = len(ana.tried)
            ana.cap = 400_000
            while len(ana.tried) == count:
                ana.pass_time(0.1)
            pauses.append(round(ana.now - fell))
            ana.cap = 300_000
            ana.pass_time(0.5)
            assert ana.levels == (2, 2)
        assert pauses == [7, 16, 32, 64, 64, 64]

    def test_what_held_for_a_while_was_not_in_vain(self) -> None:
        ana = Receiver(300_000)
        ana.cap = 400_000
        ana.pass_time(TRY_AFTER)
        ana.cap = 700_000
        ana.pass_time(HELD_FOR + 1)
        ana.cap = 300_000
        ana.pass_time(0.5)
        ana.cap = 400_000
        ana.pass_time(TRY_AFTER + 0.5)
        assert len(ana.tried) == 2

    def test_too_much_with_nothing_smaller_is_no_change(self) -> None:
        ana = Receiver(300_000)
        ana.cap = 50_000
        ana.pass_time(5)
        ana.cap = 400_000
        ana.pass_time(TRY_AFTER - 4.5)
        assert ana.levels == (1, 2)

    def test_whoever_matters_more_now_gets_what_another_had(self) -> None:
        ana = Receiver(800_000)
        assert ana.levels == (1, 2)
        ana.demands["p1"] = ana.demands["p1"]._replace(rank=0)
        ana.pass_time(1)
        assert ana.levels == (1, 2)
        ana.pass_time(1)
        assert ana.levels == (2, 1)

    def test_people_come_go_and_have_fewer_layers(self) -> None:
        ana = Receiver(800_000, count=1)
        ana.demands |= alike(2)
        ana.pass_time(0.1)
        assert len(ana.levels) == 2
        ana.demands = {"p1": Demand(1, BIG[:2])}
        ana.pass_time(0.1)
        assert ana.levels == (1,)

    def test_a_tile_that_became_small_has_no_large_layer_at_once(self) -> None:
        ana = Receiver()
        ana.demands["p0"] = ana.demands["p0"]._replace(largest=1)
        ana.pass_time(0.1)
        assert ana.levels == (1, 0)
