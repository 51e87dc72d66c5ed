"""What every store promises of files: sealed parts that live with their visit once they are shared."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.waiting_room.scene import ANA, BEN, LEE, MEMBER, NINE, Journaled, command_id, text_id, vault
from waiting_room.core import commands as c
from waiting_room.core import commands_chat as chat
from waiting_room.core.ids import FileId, TextId, VisitId
from waiting_room.core.model import FileKind, Outcome
from waiting_room.core.records import Recorded, handle
from waiting_room.files import PART_BYTES, UNSHARED_FOR, SealedPart, open_part, parts_of, seal_part
from waiting_room.store import Append, FileGone, Store, Stored
from waiting_room.texts import KEEP_AFTER_END, UnreadableError

PHOTO = FileId("photo")


@pytest.fixture
def journaled(store: Store) -> Journaled:
    return Journaled(store)


def part(
    number: int = 0,
    content: bytes = b"sealed",
    *,
    file: FileId = PHOTO,
    visit: VisitId = ANA,
    at: datetime = NINE,
) -> SealedPart:
    return seal_part(vault(), content, visit=visit, file=file, part=number, at=at)


async def begins(journaled: Journaled) -> None:
    await journaled.waiting()
    await journaled.act(ANA, c.Claim(), LEE)
    await journaled.act(ANA, c.Admit(), LEE)


async def shares(store: Store, journaled: Journaled, file: FileId = PHOTO) -> Stored:
    before = await store.load(ANA)
    assert before is not None
    command = chat.ShareFile(file=file, text=TextId(text_id()), kind=FileKind.jpeg, size=6)
    answer = handle(before.visit, command, MEMBER, journaled.at, command_id())
    assert isinstance(answer, Recorded)
    return await store.append(
        Append(before=before, after=answer.visit, records=answer.records, files=(file,))
    )


async def test_a_part_is_found_by_its_visit_file_and_number(store: Store, journaled: Journaled) -> None:
    await begins(journaled)
    await store.add_part(part(0, b"one"))
    await store.add_part(part(1, b"two"))
    found = await store.part(ANA, PHOTO, 1)
    assert found is not None
    assert open_part(vault(), found) == b"two"
    assert await store.part(ANA, PHOTO, 2) is None
    assert await store.part(ANA, FileId("other"), 0) is None
    assert await store.part(BEN, PHOTO, 0) is None


async def test_a_part_is_kept_once_and_for_a_visit_that_is_there(store: Store, journaled: Journaled) -> None:
    await begins(journaled)
    await store.add_part(part())
    with pytest.raises(ValueError, match="refused"):
        await store.add_part(part())
    with pytest.raises(ValueError, match="refused"):
        await store.add_part(part(visit=BEN))


async def test_a_record_shares_only_what_is_there(store: Store, journaled: Journaled) -> None:
    await begins(journaled)
    before = await store.load(ANA)
    with pytest.raises(FileGone):
        await shares(store, journaled)
    assert await store.load(ANA) == before


async def test_what_nobody_shared_goes_after_an_hour_what_was_shared_stays(
    store: Store, journaled: Journaled
) -> None:
    await begins(journaled)
    await store.add_part(part())
    await store.add_part(part(file=FileId("rest")))
    await shares(store, journaled)
    assert await store.purge(NINE + UNSHARED_FOR - timedelta(milliseconds=1)) == 0
    assert await store.purge(NINE + UNSHARED_FOR) == 1
    assert await store.part(ANA, FileId("rest"), 0) is None
    assert await store.part(ANA, PHOTO, 0) is not None


async def test_only_what_nobody_shared_can_be_dropped(store: Store, journaled: Journaled) -> None:
    await begins(journaled)
    await store.add_part(part())
    await store.add_part(part(file=FileId("rest")))
    await shares(store, journaled)
    await store.drop_file(PHOTO)
    await store.drop_file(FileId("rest"))
    assert await store.part(ANA, PHOTO, 0) is not None
    assert await store.part(ANA, FileId("rest"), 0) is None


async def test_files_go_when_the_texts_go(store: Store, journaled: Journaled) -> None:
    await begins(journaled)
    await store.add_part(part())
    await shares(store, journaled)
    await journaled.act(ANA, c.End(outcome=Outcome.treated), LEE)
    await store.purge(journaled.at + KEEP_AFTER_END - timedelta(milliseconds=1))
    assert await store.part(ANA, PHOTO, 0) is not None
    await store.purge(journaled.at + KEEP_AFTER_END)
    assert await store.part(ANA, PHOTO, 0) is None


async def test_a_legal_hold_keeps_files(store: Store, journaled: Journaled) -> None:
    await begins(journaled)
    await store.add_part(part())
    await store.add_part(part(file=FileId("rest")))
    await shares(store, journaled)
    await journaled.act(ANA, c.End(outcome=Outcome.treated), LEE)
    await store.hold(ANA, journaled.at)
    assert await store.purge(journaled.at + 2 * KEEP_AFTER_END) == 0
    await store.release_hold(ANA)
    await store.purge(journaled.at + 2 * KEEP_AFTER_END)
    assert await store.part(ANA, PHOTO, 0) is None


async def test_files_stay_with_a_member_who_left_and_came_back(store: Store, journaled: Journaled) -> None:
    await begins(journaled)
    await store.add_part(part())
    await shares(store, journaled)
    await journaled.act(ANA, c.Requeue(), LEE)
    await journaled.act(ANA, c.Leave(), MEMBER)
    await journaled.act(ANA, c.ReturnToPlace(), MEMBER)
    await store.purge(journaled.at + 2 * KEEP_AFTER_END)
    assert await store.part(ANA, PHOTO, 0) is not None


def test_a_part_opens_only_where_it_belongs() -> None:
    sealed = part(3, b"three")
    assert open_part(vault(), sealed) == b"three"
    for moved in (
        SealedPart(file=PHOTO, part=2, visit=ANA, sealed=sealed.sealed, created_at=NINE),
        SealedPart(file=FileId("other"), part=3, visit=ANA, sealed=sealed.sealed, created_at=NINE),
        SealedPart(file=PHOTO, part=3, visit=BEN, sealed=sealed.sealed, created_at=NINE),
    ):
        with pytest.raises(UnreadableError):
            open_part(vault(), moved)
    with pytest.raises(UnreadableError):
        vault().open(ANA, TextId("photo"), sealed.sealed)


def test_parts_are_counted() -> None:
    assert [parts_of(size) for size in (1, PART_BYTES, PART_BYTES + 1)] == [1, 1, 2]
