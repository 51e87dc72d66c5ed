"""JSON merge patches (RFC 7396): how one view of a visit becomes the next.

Views hold no nulls, so that a null in a patch can only mean “gone”. Objects merge key by key; all else,
lists included, is replaced whole. The same golden files hold this file and the pages' fold to one behaviour.
"""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


def diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> Json:
    """The patch with `fold(before, patch) == after`; empty if they are the same.

    Both must be free of nulls: a merge patch cannot say “set this to null”.
    """
    patch: Json = {key: None for key in before if key not in after}
    for key, value in after.items():
        if key not in before:
            patch[key] = value
        elif isinstance(value, Mapping) and isinstance(before[key], Mapping):
            if inner := diff(before[key], value):
                patch[key] = inner
        elif not _same(before[key], value):
            patch[key] = value
    return patch


def fold(target: Any, patch: Any) -> Any:
    """`MergePatch(target, patch)` of RFC 7396, section 2; changes neither argument."""
    if not isinstance(patch, Mapping):
        return patch
    folded = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            folded.pop(key, None)
        else:
            folded[key] = fold(folded.get(key), value)
    return folded


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: Python's `True == 1` is not."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return type(one) is type(other) and bool(one == other)
