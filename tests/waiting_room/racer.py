"""One of many processes that want the same visits: reads who wants which, claims, says what came of it.

Each claim is sent twice with one command id, as a page does that lost the first answer.
"""

from __future__ import annotations

import asyncio
import json
import sys

from tests.waiting_room.scene import NINE, vault
from waiting_room.accounts import MemoryAccounts
from waiting_room.core.commands import Claim
from waiting_room.core.ids import CommandId, VisitId
from waiting_room.core.model import Actor, Role
from waiting_room.core.refusals import Refused
from waiting_room.database import Database
from waiting_room.desk import Desk, Done
from waiting_room.people import People
from waiting_room.store_sql import SqlStore


async def race(url: str, name: str) -> None:
    database = Database(url, pool_size=2)
    desk = Desk(SqlStore(database), vault(), People(MemoryAccounts()))
    await desk.visit(VisitId("nobody"))  # connected before the first start
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        visit, clinician = line.split()
        command = CommandId(f"{name}-{visit}")
        claim = (VisitId(visit), Claim(), Actor(Role.clinician, clinician), NINE, command)
        answers = await asyncio.gather(desk.execute(*claim), desk.execute(*claim))
        print(json.dumps([said(answer) for answer in answers]), flush=True)
    await desk.close()
    await database.close()


def said(answer: Done | Refused) -> dict[str, object]:
    if isinstance(answer, Refused):
        return {"code": answer.code, **answer.detail}
    return {"won": [record.seq for record in answer.records], "by": answer.visit.claimed_by}


if __name__ == "__main__":
    asyncio.run(race(*sys.argv[1:]))
