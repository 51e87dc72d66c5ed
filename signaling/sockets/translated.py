"""A command as the waiting room understands it, with the texts it brings along."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from waiting_room.core import commands as c
from waiting_room.core.ids import TextId
from waiting_room.texts import NewText


@dataclass(frozen=True, slots=True)
class Translated:
    """A command of the waiting room with its texts."""

    command: c.Command
    texts: Mapping[TextId, NewText] = field(default_factory=dict)
