"""Hysteresis: states that a figure moves to and fro, each step only once it has been beyond for a while."""

from collections.abc import Mapping
from enum import Enum
from typing import Generic, NamedTuple, TypeVar

State = TypeVar("State", bound=Enum)


class Step(NamedTuple, Generic[State]):
    """To another state, once the figure was below `limit`, or not below it, for so many seconds."""

    to: State
    limit: float
    seconds: float
    below: bool


Steps = Mapping[State, tuple[Step[State], ...]]
"""From each state."""


class Hysteresis(Generic[State]):
    """Since when the steps of one table are due."""

    __slots__ = ("_since", "_steps")

    def __init__(self, steps: Steps[State]) -> None:
        self._steps = steps
        self._since: dict[Step[State], float] = {}

    def due(self, state: State, figure: float, now: float, since: float | None = None) -> State:
        """The state that follows, or the same. A figure of a time that has passed was so `since` then."""
        for step in self._steps[state]:
            if (figure < step.limit) is not step.below:
                self._since.pop(step, None)
            elif now - self._since.setdefault(step, now if since is None else since) >= step.seconds:
                return step.to
        return state

    def forget(self) -> None:
        """Begin anew, in another state."""
        self._since.clear()
