"""Counts of what bad networks cost, over all rooms of a worker and since its start."""

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """Plain numbers that only grow."""

    asked_again: int = 0
    """Packets that a sender was asked to repeat, each time it was."""
    given_up: int = 0
    """Times that packets of a picture were given up and a keyframe was wanted instead."""
    sent_again: int = 0
    """Packets that were repeated for a receiver."""
    keyframes_asked: int = 0
    layers_changed: int = 0
    """Times that a receiver went on with another layer of a picture."""
