"""What people type, before it is kept: trimmed, bounded, without characters that hide or reorder others."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

LONGEST_TEXT = 500
"""Enough for an address with directions; a longer message is two messages."""

# Embeddings, overrides and isolates let a name show other letters than it has; marks (200E, 200F) do not.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Letters and signs that show nothing: fillers of Hangul and the blank of Braille.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_LINE_BREAKS = frozenset("\n")


def _normal(value: object) -> object:
    """Composed, trimmed, with one kind of line break. What is no text is left for the type check."""
    if not isinstance(value, str):
        return value
    return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _visible(text: str, breaks: frozenset[str]) -> str:
    for char in text:
        if char in breaks:
            continue
        if char in _REORDERING or unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}:
            raise ValueError("control characters are not allowed")
    if text and not any(_shows(char) for char in text):
        raise ValueError("there is nothing to see")
    return text


def _shows(char: str) -> bool:
    return char not in _BLANK and unicodedata.category(char) not in {"Cc", "Cf", "Mn", "Zs"}


def _one_line(text: str) -> str:
    return _visible(text, frozenset())


def _lines(text: str) -> str:
    return _visible(text, _LINE_BREAKS)


OneLine = Annotated[
    str, BeforeValidator(_normal), Field(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_one_line)
]
"""A text of one line: a place, names."""
MaybeOneLine = Annotated[
    str, BeforeValidator(_normal), Field(max_length=LONGEST_TEXT), AfterValidator(_one_line)
]
"""As `OneLine`, and may be empty."""
Lines = Annotated[
    str, BeforeValidator(_normal), Field(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_lines)
]
"""A text that may have line breaks: a message, a description of a place."""
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A reason, step or similar: a word of ours, never free text."""
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""An id that a page made, or one of ours that it gives back."""
ConsentVersion = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
"""Which words of a consent were shown."""
LanguageTag = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
"""The language they were shown in (BCP 47)."""


def telephone(number: str, clinic_phone: str) -> str | None:
    """The number in E.164, or None if it cannot be one.

    A number without a country code is read as one of the country the clinic's own telephone is in.
    """
    import phonenumbers  # noqa: PLC0415 - 20 MB of tables that a start need not wait for

    try:
        home = phonenumbers.region_code_for_number(phonenumbers.parse(clinic_phone, "US"))
    except phonenumbers.NumberParseException:
        home = None
    try:
        parsed = phonenumbers.parse(number, home or "US")
    except phonenumbers.NumberParseException:
        return None
    # Possible, not valid: new ranges are given out faster than lists of them travel, and a number that is
    # refused here keeps somebody from checking in. A number without its area code is not dialable for us.
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE or parsed.extension:
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
