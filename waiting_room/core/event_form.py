"""What events have in common."""

from typing import ClassVar


class FirstForm:
    """Events that are still stored as they were at first; one that changes says its own version instead."""

    __slots__ = ()
    version: ClassVar[int] = 1
