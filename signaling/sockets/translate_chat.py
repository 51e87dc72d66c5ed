"""From what a page sent about chat, pictures, time and waiting to what the waiting room understands."""

from collections.abc import Callable
from typing import assert_never

from signaling.sockets import messages as m
from signaling.sockets import staff_messages as s
from signaling.sockets.translated import Translated
from waiting_room.core import commands as c
from waiting_room.core import commands_chat as chat
from waiting_room.core.ids import TextId
from waiting_room.texts import NewText


def by_member(said: m.MemberChatCommand, new_id: Callable[[], str]) -> Translated:
    """What the member does in the chat."""
    match said:
        case m.WriteChat():
            return _written(said.text, new_id)
        case m.SeeChat():
            return Translated(chat.SeeChat())
        case m.DeclineStill():
            return Translated(chat.DeclineStill(reason=said.reason))
        case _:
            assert_never(said)


def in_visit(said: s.VisitCommand, new_id: Callable[[], str]) -> Translated:
    """What the clinician does in a visit beside talking."""
    match said:
        case s.Extend():
            return Translated(c.Extend(minutes=said.minutes))
        case s.ClinicianWriteChat():
            return _written(said.text, new_id)
        case s.ClinicianSeeChat():
            return Translated(chat.SeeChat())
        case s.AskStill():
            return Translated(chat.AskStill())
        case s.WithdrawStill():
            return Translated(chat.DeclineStill(reason="withdrawn"))
        case _:
            assert_never(said)


def waiting(said: s.WaitingCommand) -> Translated:
    """What the desk and clinicians alike do with somebody who waits."""
    match said:
        case s.Hold():
            return Translated(c.Hold(reason=said.reason))
        case s.Release():
            return Translated(c.Release())
        case s.Redirect():
            return Translated(c.Redirect(reason=said.reason))
        case _:
            assert_never(said)


def _written(text: str, new_id: Callable[[], str]) -> Translated:
    name = TextId(new_id())
    return Translated(chat.WriteChat(text=name), {name: NewText(kind="chat", body=text)})
