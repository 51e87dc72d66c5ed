"""A process that works until it is killed, and says after each command what was acknowledged."""

from __future__ import annotations

import asyncio
import itertools
import sys

from tests.waiting_room.scene import BOOKING, MEMBER, NINE, PERSON, book, vault
from waiting_room.accounts import MemoryAccounts
from waiting_room.core.commands import Say
from waiting_room.core.ids import CommandId, TextId, VisitId
from waiting_room.database import Database
from waiting_room.desk import Desk, Done
from waiting_room.people import People
from waiting_room.store_sql import SqlStore
from waiting_room.texts import NewText

SIDE_BY_SIDE = 4


async def work(url: str, name: str) -> None:
    desk = Desk(SqlStore(Database(url)), vault(), People(MemoryAccounts()))
    await asyncio.gather(*(visits(desk, f"{name}-{number}") for number in range(SIDE_BY_SIDE)))


async def visits(desk: Desk, name: str) -> None:
    for number in itertools.count():
        visit = VisitId(f"{name}-{number}")
        command = book(visit)
        person = NewText(kind="person", body=PERSON)
        done = await desk.execute(visit, command, BOOKING, NINE, CommandId("book"), {command.person: person})
        acknowledge(visit, done, CommandId("book"))
        for message in range(5):
            text, say = TextId(f"{visit}-{message}"), CommandId(f"say-{message}")
            said = {text: NewText(kind="line", body="Are you there?")}
            acknowledge(visit, await desk.execute(visit, Say(text=text), MEMBER, NINE, say, said), say)


def acknowledge(visit: VisitId, done: object, command: CommandId) -> None:
    assert isinstance(done, Done), done
    sys.stdout.write(f"{visit} {command} {done.visit.seq}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
