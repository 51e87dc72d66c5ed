from media.core.send_cache import (
    ANSWERS,
    APART,
    ASKS_EARLY,
    AWAITED_FOR,
    GENERATION,
    TURN,
    TURN_MOST,
    SendCache,
)


def test_what_was_just_sent_is_there() -> None:
    cache = SendCache()
    cache.put(7, b"seven", 1.0)
    assert cache.wanted(7, 1.1, 0.0) == b"seven"
    assert cache.wanted(8, 1.1, 0.0) is None


def test_a_packet_is_answered_three_times_at_most_and_not_too_often() -> None:
    cache = SendCache()
    cache.put(7, b"seven", 1.0)
    now = 1.0
    for _ in range(ANSWERS):
        assert cache.wanted(7, now, 0.0) == b"seven"
        cache.answered(7, now)
        assert cache.wanted(7, now + APART / 2, 0.0) is None
        now += APART + 0.001
    assert cache.wanted(7, now, 0.0) is None


def test_a_long_round_trip_spaces_answers_further() -> None:
    cache = SendCache()
    cache.put(7, b"seven", 1.0)
    cache.answered(7, 1.0)
    assert cache.wanted(7, 1.0 + 0.2 * ASKS_EARLY - 0.01, 0.2) is None
    assert cache.wanted(7, 1.0 + 0.2 * ASKS_EARLY + 0.01, 0.2) == b"seven"


def test_after_two_turns_a_packet_is_gone() -> None:
    cache = SendCache()
    cache.put(7, b"seven", 1.0)
    cache.put(8, b"eight", 1.0 + TURN)
    assert cache.wanted(7, 1.0 + TURN, 0.0) == b"seven"
    cache.put(9, b"nine", 1.0 + 2 * TURN)
    assert cache.wanted(7, 1.0 + 2 * TURN, 0.0) is None


def test_after_silence_everything_is_gone() -> None:
    cache = SendCache()
    cache.put(7, b"seven", 1.0)
    assert cache.wanted(7, 1.0 + 3 * TURN, 0.0) is None


def test_at_most_1024_packets_are_kept() -> None:
    cache = SendCache()
    for number in range(5000):
        cache.put(number, b"x", 1.0)
    held = sum(cache.wanted(number, 1.0, 0.0) is not None for number in range(5000))
    assert GENERATION <= held <= 2 * GENERATION
    assert cache.wanted(4999, 1.0, 0.0) == b"x"


def test_answers_are_forgotten_with_their_packet() -> None:
    cache = SendCache()
    cache.put(7, b"old", 1.0)
    for at in (1.0, 1.1, 1.2):
        cache.answered(7, at)
    cache.put(8, b"x", 2.0)
    cache.put(8, b"x", 2.6)
    cache.put(7, b"new", 2.7)  # the numbers came round
    assert cache.wanted(7, 2.7, 0.0) == b"new"


def test_what_was_kept_and_is_gone_was_given_up() -> None:
    cache = SendCache()
    cache.put(7, b"seven", 1.0)
    for number in range(8, 11):
        cache.put(number, b"x", 1.0 + (number - 7) * TURN)
    assert cache.wanted(7, 2.5, 0.0) is None
    assert cache.gave_up


def test_what_never_came_to_us_may_come_yet() -> None:
    cache = SendCache()
    cache.put(7, b"seven", 1.0)
    cache.put(9, b"nine", 1.0)
    assert cache.wanted(8, 1.1, 0.0) is None
    assert not cache.gave_up


def test_what_never_came_to_us_is_not_awaited_for_ever() -> None:
    cache = SendCache()
    cache.turn = TURN_MOST
    at = 1.0
    while at < 1.0 + AWAITED_FOR - 0.01:
        cache.put(7 if at == 1.0 else 9, b"x", at)
        assert cache.wanted(8, at, 0.0) is None
        assert not cache.gave_up
        at += 0.2
    cache.wanted(8, 1.01 + AWAITED_FOR, 0.0)
    assert cache.gave_up


def test_what_is_awaited_is_bounded_and_forgotten() -> None:
    cache = SendCache()
    cache.put(1, b"one", 1.0)
    for number in range(2, 3 * GENERATION):
        cache.wanted(number, 1.0, 0.0)
    assert len(cache._awaited) <= GENERATION
    cache.put(2, b"two", 1.0 + 3 * AWAITED_FOR)
    assert not cache._awaited


def test_on_a_long_way_packets_are_kept_for_longer() -> None:
    cache = SendCache()
    cache.turn = TURN_MOST
    cache.put(7, b"seven", 1.0)
    cache.put(8, b"eight", 1.0 + TURN_MOST)
    assert cache.wanted(7, 1.0 + 2 * TURN_MOST - 0.1, 0.0) == b"seven"


def test_a_cleared_cache_has_nothing() -> None:
    cache = SendCache()
    cache.put(7, b"seven", 1.0)
    cache.answered(7, 1.0)
    cache.clear()
    assert cache.wanted(7, 1.1, 0.0) is None
