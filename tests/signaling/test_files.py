"""Files of a visit over HTTP: what comes in, what is refused, who gets it back, and how."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest

from signaling.doors import files as door
from tests.signaling import file_samples as samples
from tests.signaling.house import Answer, Asker, World, running
from waiting_room.core import commands as c
from waiting_room.core import commands_chat as chat
from waiting_room.core.commands import Command
from waiting_room.core.deadlines import FILES_MAX
from waiting_room.core.ids import CommandId, TextId, VisitId
from waiting_room.core.model import Actor, Facing, Finding, Outcome, Role, Visit
from waiting_room.core.refusals import Refused
from waiting_room.files import PART_BYTES, UNSHARED_FOR
from waiting_room.store_sql import SqlStore
from waiting_room.texts import KEEP_AFTER_END, NewText

pytestmark = pytest.mark.sockets

MAYA = Actor(Role.clinician, "okafor")


@dataclass
class Meeting:
    """A visit of Ana's with Dr. Okafor, and the browsers of both."""

    world: World
    visit: VisitId
    ana: Asker
    maya: Asker

    async def does(self, command: Command, actor: Actor, text: str = "") -> None:
        texts = {command.text: NewText(kind="line", body=text)} if text else {}  # type: ignore[union-attr]
        at, name = self.world.clock.now(), CommandId(self.world.ids.new())
        answer = await self.world.house.desk.execute(self.visit, command, actor, at, name, texts=texts)
        assert not isinstance(answer, Refused), answer

    async def begins(self) -> None:
        member = Actor(Role.member, "phone")
        for give in (c.GiveLocation, c.GiveCallback):
            await self.does(give(text=TextId(self.world.ids.new())), member, "12 Elm Street")
        await self.does(c.GivePresent(text=TextId(self.world.ids.new()), others=0), member, "nobody")
        await self.does(c.GiveConsent(consent="v1", language="en"), member)
        ok = Finding.ok
        await self.does(c.CheckDevices(camera=ok, microphone=ok, facing=Facing.user, seen=True), member)
        for command, actor in ((c.CheckIn(), member), (c.Claim(), MAYA), (c.Admit(), MAYA)):
            await self.does(command, actor)

    async def ends(self) -> None:
        await self.does(c.End(outcome=Outcome.treated), MAYA)

    async def ana_sends(self, content: bytes, name: str = "rash.jpg", **headers: str) -> Answer:
        return await sends(self.ana, "/api/member/files", content, name, **headers)

    async def maya_sends(self, content: bytes, name: str = "plan.pdf", **headers: str) -> Answer:
        return await sends(self.maya, f"/api/staff/visits/{self.visit}/files", content, name, **headers)

    async def now(self) -> Visit:
        found = await self.world.house.desk.visit(self.visit)
        assert found is not None
        return found

    async def newest(self) -> str:
        """Id of the file that was shared last."""
        file = (await self.now()).chat[-1].file
        assert file is not None
        return file.id

    async def names(self) -> list[str]:
        texts = await self.world.house.desk.texts(self.visit)
        return [texts[entry.text] for entry in (await self.now()).chat if entry.text is not None]

    def rows(self) -> list[tuple[str, bytes]]:
        """What is in the table of files: id and sealed bytes."""
        with sqlite3.connect(self.world.folder / "house.db") as connection:
            found = connection.execute("SELECT id, sealed FROM files ORDER BY id, part").fetchall()
        connection.close()
        return found


async def sends(asker: Asker, path: str, content: object, name: str, **headers: str) -> Answer:
    sent = {"Content-Type": "application/octet-stream", "X-File-Name": quote(name)}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return await asker.ask("POST", path, headers=sent, data=content)


async def meeting_in(world: World, *, begins: bool = True) -> Meeting:
    visit, token = await world.books()
    ana, maya = world.browser(), world.browser()
    await ana.redeem(token)
    await maya.sign_in("okafor")
    meeting = Meeting(world, visit, ana, maya)
    if begins:
        await meeting.begins()
    return meeting


@pytest.fixture
async def meeting(world: World) -> Meeting:
    return await meeting_in(world)


async def download(asker: Asker, path: str) -> tuple[aiohttp.ClientResponse, bytes]:
    cookies = "; ".join(f"{name}={value}" for name, value in asker.cookies.items())
    async with asker.session.get(asker.base + path, headers={"Cookie": cookies}) as got:
        return got, await got.read()


async def test_a_photo_from_the_member_reaches_the_clinician_byte_for_byte(meeting: Meeting) -> None:
    photo = samples.jpeg(4032, 3024, padding=2 * PART_BYTES + 77)
    answer = await meeting.ana_sends(photo)
    assert (answer.status, answer.json["kind"], answer.json["size"]) == (200, "jpeg", len(photo))
    file = (await meeting.now()).chat[-1].file
    assert file is not None
    assert (file.width, file.height, file.size) == (4032, 3024, len(photo))
    got, content = await download(meeting.maya, f"/api/staff/visits/{meeting.visit}/files/{file.id}")
    assert (got.status, content) == (200, photo)
    assert (await download(meeting.ana, f"/api/member/files/{file.id}"))[1] == photo


async def test_a_document_from_the_clinician_reaches_the_member(meeting: Meeting) -> None:
    assert (await meeting.maya_sends(samples.pdf())).status == 200
    _, content = await download(meeting.ana, f"/api/member/files/{await meeting.newest()}")
    assert content == samples.pdf()


async def test_a_file_is_only_ever_an_attachment_of_no_type(meeting: Meeting) -> None:
    await meeting.ana_sends(samples.png(), "día <b>3</b>.png")
    got, _ = await download(meeting.ana, f"/api/member/files/{await meeting.newest()}")
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert "<" not in got.headers["Content-Disposition"]
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Cache-Control"] == "no-store"
    assert "sandbox" in got.headers["Content-Security-Policy"]


async def test_nothing_of_a_file_is_readable_in_the_database(meeting: Meeting) -> None:
    canary = b"canary" * 50
    await meeting.ana_sends(samples.pdf(canary), "a-canary-of-a-name.pdf")
    assert meeting.rows()
    for path in meeting.world.folder.glob("house.db*"):
        stored = path.read_bytes()
        assert b"canary" not in stored
        assert b"%PDF" not in stored


@pytest.mark.parametrize(
    ("content", "name", "kind", "code"),
    [
        (samples.pdf(), "rash.jpg", "application/octet-stream", "file_lies"),
        (samples.jpeg(), "plan.pdf", "application/octet-stream", "file_lies"),
        (samples.jpeg(), "rash", "application/pdf", "file_lies"),
        (b"MZ\x90\x00" + b"\x00" * 90, "rash.jpg", "image/jpeg", "file_lies"),
        (b"<svg onload='alert(1)'/>", "rash.png", "image/png", "file_lies"),
        (b"GIF89a;alert(1)//", "gif.gif", "image/gif", "file_kind_unknown"),
        (b"PK\x03\x04", "letter.docx", "application/octet-stream", "file_kind_unknown"),
        (samples.png(comment=samples.pdf()), "two.png", "image/png", "file_lies"),
        (samples.pdf() + samples.zip_archive(), "two.pdf", "application/pdf", "file_lies"),
        (samples.png()[:-9], "half.png", "image/png", "file_broken"),
        (b"", "empty.png", "image/png", "file_empty"),
    ],
)
async def test_a_file_that_lies_is_refused_in_a_code(
    meeting: Meeting, content: bytes, name: str, kind: str, code: str
) -> None:
    before = await meeting.world.seq(meeting.visit)
    answer = await meeting.ana_sends(content, name, Content_Type=kind)
    assert answer.code == code
    assert await meeting.world.seq(meeting.visit) == before
    assert meeting.rows() == []


async def test_a_screenshot_with_a_photos_name_gets_its_right_one(meeting: Meeting) -> None:
    assert (await meeting.ana_sends(samples.webp(), "rash.jpg", Content_Type="image/jpeg")).status == 200
    assert await meeting.names() == ["rash.webp"]


async def test_names_lose_what_could_do_harm(meeting: Meeting) -> None:
    await meeting.ana_sends(samples.png(), "../<img src=x onerror=alert(1)>\r\n\u202egnp.exe")
    (name,) = await meeting.names()
    assert not set(name) & set("<>/\\\r\n\u202e")
    assert name.endswith(".png")


async def test_too_large_is_said_before_it_is_read_and_while(tmp_path: Path) -> None:
    async with running(tmp_path, file_max_mb=1) as world:
        meeting = await meeting_in(world)
        photo = samples.jpeg(padding=1_000_000)
        said_before = await meeting.ana_sends(photo)
        assert (said_before.status, said_before.code) == (413, "file_too_large")
        assert said_before.json["error"]["most"] == 1_000_000

        async def chunks() -> AsyncIterator[bytes]:
            yield photo

        assert (await meeting.ana_sends(chunks())).code == "file_too_large"  # type: ignore[arg-type]
        assert meeting.rows() == []


async def test_a_file_that_stops_coming_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "STALL_SECONDS", 0.05)
    never = asyncio.Event()

    async def chunks() -> AsyncIterator[bytes]:
        yield samples.jpeg(padding=PART_BYTES)
        await never.wait()

    async with running(tmp_path) as world:
        meeting = await meeting_in(world)
        answer = await meeting.ana_sends(chunks())  # type: ignore[arg-type]
        assert (answer.status, answer.code) == (408, "too_slow")
        assert meeting.rows() == []


async def test_a_file_that_is_cut_off_leaves_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        meeting = await meeting_in(world)

        async def chunks() -> AsyncIterator[bytes]:
            yield samples.jpeg(padding=2 * PART_BYTES)
            while not meeting.rows():
                await world.stranger().get("/healthz")
            raise ConnectionResetError

        with pytest.raises((aiohttp.ClientError, ConnectionError)):
            await meeting.ana_sends(chunks())  # type: ignore[arg-type]
        assert (await meeting.now()).chat == ()
    assert meeting.rows() == []


async def test_only_who_is_in_the_visit_sends_and_gets(meeting: Meeting) -> None:
    await meeting.ana_sends(samples.png())
    file = await meeting.newest()
    mine, theirs = f"/api/member/files/{file}", f"/api/staff/visits/{meeting.visit}/files/{file}"
    stranger, other, desk = meeting.world.browser(), meeting.world.browser(), meeting.world.browser()
    await other.sign_in("herrera")
    await desk.sign_in("desk")
    assert (await stranger.get(mine)).code == "no_visit"
    assert (await stranger.get(theirs)).code == "not_signed_in"
    assert (await sends(stranger, "/api/member/files", samples.png(), "a.png")).code == "no_visit"
    assert (await other.get(theirs)).code == "file_unknown"
    answer = await sends(other, f"/api/staff/visits/{meeting.visit}/files", samples.png(), "a.png")
    assert answer.code == "claimed_by_other"
    assert (await desk.get(theirs)).code == "not_signed_in"


async def test_a_member_of_another_visit_gets_nothing(meeting: Meeting) -> None:
    await meeting.ana_sends(samples.png())
    file = await meeting.newest()
    _, token = await meeting.world.books(name="Ben Ortiz")
    ben = meeting.world.browser()
    await ben.redeem(token)
    assert (await ben.get(f"/api/member/files/{file}")).code == "file_unknown"
    assert (await meeting.maya.get(f"/api/staff/visits/other/files/{file}")).code == "file_unknown"


async def test_there_are_no_files_before_the_visit_nor_after(world: World) -> None:
    meeting = await meeting_in(world, begins=False)
    assert (await meeting.ana_sends(samples.png())).code == "wrong_state"
    await meeting.begins()
    await meeting.ana_sends(samples.png())
    file = await meeting.newest()
    await meeting.ends()
    assert (await meeting.ana_sends(samples.png())).code == "visit_ended"
    assert (await meeting.ana.get(f"/api/member/files/{file}")).code == "file_unknown"
    assert (await meeting.maya.get(f"/api/staff/visits/{meeting.visit}/files/{file}")).code == "file_unknown"


async def test_a_visit_holds_so_many_files(meeting: Meeting) -> None:
    for _ in range(FILES_MAX):
        assert (await meeting.ana_sends(samples.png(1, 1))).status == 200
    assert (await meeting.ana_sends(samples.png(1, 1))).code == "files_full"


async def test_the_same_command_again_shares_once(meeting: Meeting) -> None:
    first = await meeting.ana_sends(samples.png(), X_Command_Id="same")
    second = await meeting.ana_sends(samples.png(), X_Command_Id="same")
    assert (first.status, second.status) == (200, 200)
    assert len((await meeting.now()).chat) == 1
    assert len(meeting.rows()) == 1


async def test_the_id_of_another_command_shares_nothing(meeting: Meeting) -> None:
    text = TextId(meeting.world.ids.new())
    await meeting.world.house.desk.execute(
        meeting.visit,
        chat.WriteChat(text=text),
        Actor(Role.member, "phone"),
        meeting.world.clock.now(),
        CommandId("member.words"),
        texts={text: NewText(kind="chat", body="Is it this one?")},
    )
    answer = await meeting.ana_sends(samples.png(), X_Command_Id="words")
    assert (answer.status, answer.code) == (409, "idempotency_conflict")
    assert await meeting.names() == ["Is it this one?"]
    assert meeting.rows() == []


async def test_a_still_picture_comes_only_when_asked_for(meeting: Meeting) -> None:
    refused = await meeting.ana_sends(samples.jpeg(1280, 720), X_File_Still="1")
    assert refused.code == "still_not_asked"
    await meeting.does(chat.AskStill(), MAYA)
    assert (await meeting.ana_sends(samples.jpeg(1280, 720), X_File_Still="1")).status == 200
    journal = (await meeting.now()).chat
    assert [entry.kind.value for entry in journal] == ["still_asked", "still"]


async def test_who_sends_rubbish_again_and_again_has_to_wait(meeting: Meeting) -> None:
    codes = [(await meeting.ana_sends(b"rubbish", "a.bin")).code for _ in range(41)]
    assert codes == ["file_kind_unknown"] * 40 + ["slow_down"]
    assert (await meeting.ana_sends(samples.png())).code == "slow_down"


async def test_a_damaged_file_is_not_given_out(meeting: Meeting) -> None:
    await meeting.ana_sends(samples.png())
    file = await meeting.newest()
    with sqlite3.connect(meeting.world.folder / "house.db") as connection:
        connection.execute(
            "UPDATE files SET sealed = CAST(substr(sealed, 1, length(sealed) - 1) || x'00' AS BLOB)"
        )
    connection.close()
    assert (await meeting.ana.get(f"/api/member/files/{file}")).code == "file_unknown"


async def test_a_file_that_breaks_off_in_the_middle_ends_the_connection(meeting: Meeting) -> None:
    await meeting.ana_sends(samples.jpeg(padding=3 * PART_BYTES))
    file = await meeting.newest()
    with sqlite3.connect(meeting.world.folder / "house.db") as connection:
        connection.execute("DELETE FROM files WHERE part = 2")
    connection.close()
    with pytest.raises(aiohttp.ClientError):
        await download(meeting.ana, f"/api/member/files/{file}")


async def test_files_go_with_the_texts_an_hour_after_the_end(meeting: Meeting) -> None:
    await meeting.ana_sends(samples.png())
    await meeting.ends()
    store, end = SqlStore(meeting.world.database), meeting.world.clock.now()
    await store.purge(end + KEEP_AFTER_END / 2)
    assert meeting.rows()
    await store.purge(end + KEEP_AFTER_END)
    assert meeting.rows() == []
    assert UNSHARED_FOR <= KEEP_AFTER_END


async def test_the_logs_and_figures_name_no_file(meeting: Meeting, capfd: pytest.CaptureFixture[str]) -> None:
    await meeting.ana_sends(samples.png(), "canary.png")
    figures = (await meeting.world.stranger().get("/metrics")).text
    out, err = capfd.readouterr()
    assert "canary" not in figures + out + err
    assert re.search(r'route="/api/member/files"', figures)
