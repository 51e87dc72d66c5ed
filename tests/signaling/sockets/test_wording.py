"""What people type is trimmed and bounded, and hides nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from signaling.sockets.bucket import BURST, PER_SECOND, REFUSALS_BEFORE_CLOSING, Bucket
from signaling.sockets.wording import LONGEST_TEXT, Lines, MaybeOneLine, OneLine, telephone

LINES: TypeAdapter[str] = TypeAdapter(Lines)
ONE_LINE: TypeAdapter[str] = TypeAdapter(OneLine)
MAYBE: TypeAdapter[str] = TypeAdapter(MaybeOneLine)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  12 Elm Street \n", "12 Elm Street"),
        ("cafe\u0301", "caf\u00e9"),
        ("عيادة", "عيادة"),
        ("\u200fעברית", "\u200fעברית"),
        ("👩\u200d⚕️", "👩\u200d⚕️"),
    ],
)
def test_ordinary_words_of_any_language_are_kept(typed: str, kept: str) -> None:
    assert ONE_LINE.validate_python(typed, strict=True) == kept


@pytest.mark.parametrize(
    "typed", ["\u200f", "\u200b\u200d", "\u3164", "\u2800 \u2800", "\u0301", "\ufeff\u00ad"]
)
def test_what_shows_nothing_is_no_text(typed: str) -> None:
    for kind in (ONE_LINE, LINES, MAYBE):
        with pytest.raises(ValidationError):
            kind.validate_python(typed)


def test_line_breaks_are_of_one_kind() -> None:
    assert LINES.validate_python("one\r\ntwo\rthree", strict=True) == "one\ntwo\nthree"


def test_one_line_is_one_line() -> None:
    for text in ("one\ntwo", "one\u2028two", "one\x85two", "tab\there"):
        with pytest.raises(ValidationError):
            ONE_LINE.validate_python(text)


def test_the_bound_is_on_what_is_kept() -> None:
    assert len(LINES.validate_python(" " * 50 + "x" * LONGEST_TEXT)) == LONGEST_TEXT
    with pytest.raises(ValidationError):
        LINES.validate_python("x" * (LONGEST_TEXT + 1))


def test_only_what_may_be_empty_may_be_empty() -> None:
    assert MAYBE.validate_python("  ") == ""
    with pytest.raises(ValidationError):
        ONE_LINE.validate_python("  ")


@given(st.text(max_size=600))
def test_whatever_is_typed_is_kept_clean_or_refused(text: str) -> None:
    try:
        kept = LINES.validate_python(text, strict=True)
    except ValidationError:
        return
    assert 0 < len(kept) <= LONGEST_TEXT
    assert kept == kept.strip()
    assert not set("\x00\x07\x1b\r\u202e\u2028") & set(kept)
    assert LINES.validate_python(kept, strict=True) == kept
    kept.encode()


@pytest.mark.parametrize(
    ("typed", "clinic", "kept"),
    [
        ("(206) 555-0142", "+12065550100", "+12065550142"),
        ("206.555.0142", "+12065550100", "+12065550142"),
        ("+34 612 345 678", "+12065550100", "+34612345678"),
        ("612 34 56 78", "+34915550100", "+34612345678"),
        ("2065550142", "", "+12065550142"),
        ("555-0142", "+12065550100", None),
        ("911", "+12065550100", None),
        ("", "+12065550100", None),
        ("twelve", "+12065550100", None),
        ("+1 206 555 0142 ext. 7", "+12065550100", None),
    ],
)
def test_a_number_is_read_as_the_clinics_country_writes_it(typed: str, clinic: str, kept: str | None) -> None:
    assert telephone(typed, clinic) == kept


def test_a_bucket_lets_a_burst_through_and_then_so_many_per_second() -> None:
    bucket = Bucket(now=0.0)
    assert all(bucket.take(0.0) for _ in range(int(BURST)))
    assert not bucket.take(0.0)
    assert [bucket.take(1.0) for _ in range(int(PER_SECOND) + 1)] == [True] * int(PER_SECOND) + [False]


def test_a_flood_is_one_that_never_pauses() -> None:
    bucket = Bucket(now=0.0)
    for _ in range(int(BURST) + REFUSALS_BEFORE_CLOSING - 1):
        bucket.take(0.0)
    assert not bucket.flooded
    bucket.take(100.0)
    assert bucket.refusals == 0
    for _ in range(int(BURST) + REFUSALS_BEFORE_CLOSING):
        bucket.take(100.0)
    assert bucket.flooded


@given(st.lists(st.tuples(st.floats(min_value=0, max_value=5), st.sampled_from([1.0, 5.0])), max_size=300))
def test_no_pattern_gets_more_than_the_burst_and_the_rate(asked: list[tuple[float, float]]) -> None:
    bucket, now, served = Bucket(now=0.0), 0.0, 0.0
    for pause, cost in asked:
        now += pause
        if bucket.take(now, cost):
            served += cost
    assert served <= BURST + now * PER_SECOND + 1e-6
