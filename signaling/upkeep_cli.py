"""The commands of upkeep: `videovisit backup | restore | visits | purge`."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

Run = Callable[[argparse.Namespace], int]
Add = Callable[[str, Run, str], argparse.ArgumentParser]
"""Makes a command: its name, what runs it, and what it does."""

FAILURE: Final = 1


def add_commands(command: Add) -> None:
    """Declare them."""
    back_up = command(
        "backup",
        _back_up,
        "Copy the SQLite database to a new file while it is in use. PostgreSQL: docs/operations.md.",
    )
    back_up.add_argument("file", type=Path, metavar="FILE", help="must not be there yet")
    restore = command("restore", _restore, "Make the database from a backup, and verify every journal.")
    restore.add_argument("file", type=Path, metavar="FILE", help="what `videovisit backup` wrote")
    command("purge", _purge, "Delete now what is due; a running server does so every five minutes.")


def add_verbs(verb: Add) -> None:
    """Declare the verbs of `visits`."""
    verify = verb("verify", _verify, "Check a visit's journal, or every one, against its hashes.")
    verify.add_argument("id", nargs="?", help="of a visit; without it, all of them")
    hold = verb("hold", _hold, "Legal hold: nothing of the visit is deleted until it is released.")
    hold.add_argument("id", help="of the visit")
    release = verb("release", _release, "End a legal hold; the next purge deletes what is due.")
    release.add_argument("id", help="of the visit")


def _back_up(arguments: argparse.Namespace) -> int:
    from signaling import upkeep  # noqa: PLC0415
    from waiting_room.backup import BackupError  # noqa: PLC0415

    try:
        copied = asyncio.run(upkeep.back_up(arguments.file))
    except BackupError as error:
        return _failed(error)
    print(f"{copied.visits} visits at revision {copied.revision} are in the backup.")
    print("Copy the recordings' folder after it, and keep the keys apart from both.")
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    from signaling import upkeep  # noqa: PLC0415
    from waiting_room.backup import BackupError  # noqa: PLC0415

    try:
        copied, looked = asyncio.run(upkeep.restore(arguments.file))
    except BackupError as error:
        return _failed(error)
    print(f"{copied.visits} visits are back. Everybody signs in again.")
    print("People and keys that were taken away since the backup are back as well: take them away again.")
    if looked is None:
        print(
            f"It is at revision {copied.revision}: run `videovisit migrate`, then `videovisit visits verify`."
        )
        return 0
    return _told(looked.journals, [(one.visit, one.seq, one.why) for one in looked.broken])


def _verify(arguments: argparse.Namespace) -> int:
    from signaling import upkeep  # noqa: PLC0415

    if arguments.id is None:
        looked = asyncio.run(upkeep.verify_all())
        return _told(looked.journals, [(one.visit, one.seq, one.why) for one in looked.broken])
    try:
        broken = asyncio.run(upkeep.verify(arguments.id))
    except upkeep.UnknownVisitError:
        return _unknown()
    return _told(1, [] if broken is None else [(broken.visit, broken.seq, broken.why)])


def _told(journals: int, broken: list[tuple[str, int, str]]) -> int:
    for visit, seq, why in broken:
        print(f"visit {visit}: record {seq} {why}", file=sys.stderr)
    whole = journals - len(broken)
    print(f"{whole} of {journals} {'journal is' if journals == 1 else 'journals are'} whole.")
    return FAILURE if broken else 0


def _hold(arguments: argparse.Namespace) -> int:
    from signaling import upkeep  # noqa: PLC0415

    try:
        asyncio.run(upkeep.hold(arguments.id))
    except upkeep.UnknownVisitError:
        return _unknown()
    print("Nothing of this visit is deleted until it is released.")
    return 0


def _release(arguments: argparse.Namespace) -> int:
    from signaling import upkeep  # noqa: PLC0415

    try:
        asyncio.run(upkeep.release(arguments.id))
    except upkeep.UnknownVisitError:
        return _unknown()
    print("The next purge deletes what is due of this visit.")
    return 0


def _purge(_arguments: argparse.Namespace) -> int:
    from signaling import upkeep  # noqa: PLC0415

    for what, count in asyncio.run(upkeep.purge()).items():
        print(f"{count} {what} deleted")
    return 0


def _unknown() -> int:
    print("videovisit: there is no such visit", file=sys.stderr)
    return FAILURE


def _failed(error: Exception) -> int:
    print(f"videovisit: {error}", file=sys.stderr)
    return FAILURE
