"""Recordings are handed out by grant alone: to who recorded, and to the privacy officer; each time journaled.

The case to be kept out is the one a well-known service met: after a change in the middle of a visit, somebody
was shown recordings of others.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from media.sealed_file import PAGE, seal, sealed_path
from signaling import seed
from signaling.recording_keys import RecordingKeys, master_key
from tests.signaling.house import NOON, Answer, Asker, World, running
from waiting_room.accounts import SqlAccounts
from waiting_room.core import commands as c
from waiting_room.core.ids import CommandId, DeviceId, LinkId, RecordingId, StaffId, TextId, VisitId
from waiting_room.core.model import Actor, Facing, Finding, Role
from waiting_room.database import Unavailable
from waiting_room.desk import Done
from waiting_room.recordings import File, Layout, Recordings
from waiting_room.store_sql import SqlStore

pytestmark = pytest.mark.sockets

KEY = "B" * 43 + "="
LATER = NOON + timedelta(hours=1)
OKAFOR, HERRERA = Actor(Role.clinician, "okafor"), Actor(Role.clinician, "herrera")
MEMBER = Actor(Role.member, "phone")


@dataclass
class Archive:
    """A house that records, and what was recorded in it."""

    world: World
    folder: Path
    shelf: Recordings
    keys: RecordingKeys = field(default_factory=lambda: RecordingKeys(master_key(KEY)))
    films: dict[tuple[str, str], bytes] = field(default_factory=dict)

    async def does(self, visit: VisitId, actor: Actor, command: c.Command) -> Done:
        desk, ids = self.world.house.desk, self.world.ids
        done = await desk.execute(visit, command, actor, self.world.clock.now(), CommandId(ids.new()))
        assert isinstance(done, Done), done
        return done

    async def waiting(self) -> VisitId:
        visit, _ = await self.world.books()
        now = await self.world.house.desk.visit(visit)
        assert now is not None
        for command in (
            c.Redeem(link=LinkId(str(now.link)), device=DeviceId("phone"), birth_date_matches=True),
            c.GiveLocation(text=TextId(f"location-{visit}")),
            c.GiveCallback(text=TextId(f"callback-{visit}")),
            c.GivePresent(text=TextId(f"present-{visit}"), others=0),
            c.GiveConsent(consent="v1", language="en"),
            c.CheckDevices(camera=Finding.ok, microphone=Finding.ok, facing=Facing.user, seen=True),
            c.CheckIn(),
        ):
            await self.does(visit, MEMBER, command)
        return visit

    async def records(self, visit: VisitId, clinician: Actor, ends: c.Command) -> RecordingId:
        """The clinician takes the visit, records it, and ends or hands on both."""
        recording = RecordingId(self.world.ids.new())
        words = {"recording": recording, "consent": "v1", "language": "en"}
        for command in (c.Claim(), c.Admit(), c.AskRecording(**words)):
            await self.does(visit, clinician, command)
        await self.does(visit, MEMBER, c.AgreeRecording(**words))
        leases = self.world.house.studio.leases
        assert leases is not None
        task = leases._leases[recording].task
        await self.does(visit, clinician, ends)
        assert task is not None
        await task
        return recording

    async def films_of(self, recording: RecordingId, *, pages: int = 1) -> None:
        """The composer has made a film of each side; as the composer seals them."""
        shelved = await self.shelf.find(recording)
        assert shelved is not None
        job = await self.shelf.claim("tests", LATER, LATER)
        assert job is not None
        assert job.recording == recording
        key = self.keys.open(recording, shelved.wrapped_key)
        folder = self.folder / recording
        folder.mkdir(exist_ok=True)
        files = []
        for endpoint in ("member", "clinician"):
            film = f"{recording} {endpoint} ".encode() * (pages * PAGE // 30 + 7)
            cut = [film[at : at + PAGE] for at in range(0, len(film), PAGE)]
            digest = hashlib.sha256(film)
            name = f"{endpoint}.webm"
            seal(sealed_path(folder, name), key, cut, len(film), digest.digest())
            self.films[recording, name] = film
            files.append(
                File(
                    name=name,
                    layout=Layout.participants,
                    endpoint=endpoint,
                    seconds=2.0,
                    bytes=len(film),
                    sha256=digest.hexdigest(),
                )
            )
        assert await self.shelf.finish(job, files, NOON)

    async def recorded(self, clinician: Actor = OKAFOR, *, pages: int = 1) -> tuple[VisitId, RecordingId]:
        """A whole recorded visit with its films."""
        visit = await self.waiting()
        recording = await self.records(visit, clinician, c.End(outcome=_treated()))
        await self.films_of(recording, pages=pages)
        return visit, recording

    async def browser_of(self, user: str) -> Asker:
        asker = self.world.browser()
        if user:
            assert (await asker.sign_in(user)).status == 200
        return asker

    async def opened(self, visit: VisitId) -> list[tuple[str, str, str]]:
        """(role, id, file) of each access in the journal."""
        records = await SqlStore(self.world.database).records(visit)
        return [
            (one.actor.role.value, one.actor.id, one.event.file)
            for one in records
            if one.event.type == "recording_opened"
        ]


def _treated() -> Any:
    from waiting_room.core.model import Outcome  # noqa: PLC0415

    return Outcome.treated


def path(recording: str, name: str = "member.webm") -> str:
    return f"/api/recordings/{recording}/files/{name}"


async def bytes_of(asker: Asker, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    cookies = "; ".join(f"{name}={value}" for name, value in asker.cookies.items())
    sent = {**asker.headers, "Cookie": cookies, **headers}
    async with asker.session.get(asker.base + path, headers=sent) as got:
        return got.status, dict(got.headers), await got.read()


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    folder = tmp_path / "recordings"
    folder.mkdir()
    async with running(tmp_path, recordings=folder, recording_key=KEY) as world:
        yield Archive(world, folder, Recordings(world.database))


async def test_who_recorded_takes_the_file_away_and_it_is_in_the_journal(archive: Archive) -> None:
    visit, recording = await archive.recorded(pages=9)
    okafor = await archive.browser_of("okafor")
    status, headers, film = await bytes_of(okafor, path(recording))
    assert (status, film) == (200, archive.films[recording, "member.webm"])
    assert headers["Content-Disposition"].startswith("attachment;")
    assert (headers["Cache-Control"], headers["Content-Type"]) == ("no-store", "video/webm")
    assert await archive.opened(visit) == [("clinician", "okafor", "member.webm")]


async def test_the_privacy_officer_of_the_clinic_may_too(archive: Archive) -> None:
    visit, recording = await archive.recorded()
    officer = await archive.browser_of("privacy")
    listed = (await officer.get("/api/recordings")).json["recordings"]
    assert [(one["id"], one["clinician"], one["ref"]) for one in listed] == [
        (recording, "Maya Okafor", "H-1")
    ]
    status, _, film = await bytes_of(officer, path(recording, "clinician.webm"))
    assert (status, film) == (200, archive.films[recording, "clinician.webm"])
    assert await archive.opened(visit) == [("privacy", "privacy", "clinician.webm")]


async def test_a_privacy_officer_of_another_clinic_finds_nothing(archive: Archive) -> None:
    _, recording = await archive.recorded()
    accounts = SqlAccounts(archive.world.database)
    joan = next(one for one in seed.STAFF if one.login == "privacy")
    await accounts.save_staff(
        replace(joan, id=StaffId("p2"), login="elsewhere", clinics=frozenset({seed.PRAIRIE}))
    )
    officer = await archive.browser_of("elsewhere")
    assert (await officer.get("/api/recordings")).json["recordings"] == []
    assert (await officer.get(path(recording))).code == "not_found"


PARTS = [
    ("bytes=0-9", slice(0, 10)),
    ("bytes=65530-65545", slice(65530, 65546)),
    ("bytes=100-", slice(100, None)),
    ("bytes=-5", slice(-5, None)),
]


@pytest.mark.parametrize(("asked", "part"), PARTS, ids=[asked for asked, _ in PARTS])
async def test_a_part_of_a_file(archive: Archive, asked: str, part: slice) -> None:
    _, recording = await archive.recorded(pages=2)
    okafor = await archive.browser_of("okafor")
    status, headers, got = await bytes_of(okafor, path(recording), Range=asked)
    whole = archive.films[recording, "member.webm"]
    assert (status, got) == (206, whole[part])
    assert headers["Content-Range"].endswith(f"/{len(whole)}")


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=9-2", "bytes=-0", "bytes=-", "bytes=x"])
async def test_a_part_that_is_not_there(archive: Archive, asked: str) -> None:
    visit, recording = await archive.recorded()
    okafor = await archive.browser_of("okafor")
    answer = await okafor.get(path(recording), headers={"Range": asked})
    assert (answer.status, answer.code) == (416, "range_unknown")
    assert await archive.opened(visit) == []


@pytest.mark.parametrize("asked", ["lines=1-2", "bytes=0-1,5-6", ""])
async def test_what_asks_for_no_single_part_gets_the_file(archive: Archive, asked: str) -> None:
    _, recording = await archive.recorded()
    okafor = await archive.browser_of("okafor")
    status, headers, got = await bytes_of(okafor, path(recording), Range=asked)
    assert (status, got) == (200, archive.films[recording, "member.webm"])
    assert "Content-Range" not in headers


async def test_a_download_that_goes_on_is_one_access_and_another_is_another(archive: Archive) -> None:
    visit, recording = await archive.recorded(pages=2)
    okafor = await archive.browser_of("okafor")
    for start in ("0-9", "10-19", "20-29"):
        await bytes_of(okafor, path(recording), Range=f"bytes={start}")
    assert len(await archive.opened(visit)) == 2
    await bytes_of(okafor, path(recording))
    assert len(await archive.opened(visit)) == 3


async def test_without_a_journal_there_is_no_file(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    _, recording = await archive.recorded()
    okafor = await archive.browser_of("okafor")

    async def gone(*_: Any) -> None:
        raise Unavailable

    monkeypatch.setattr(SqlStore, "append", gone)
    answer = await okafor.get(path(recording))
    assert answer.status in {409, 503}
    assert b"member" not in answer.text.encode()


async def test_a_visit_that_was_handed_on_gives_nobody_anothers_recording(archive: Archive) -> None:
    """Two visits, one handed from one clinician to the other in the middle; then everybody tries all."""
    visit = await archive.waiting()
    first = await archive.records(visit, OKAFOR, c.Requeue())
    await archive.films_of(first)
    second = await archive.records(visit, HERRERA, c.End(outcome=_treated()))
    await archive.films_of(second)
    _, other = await archive.recorded(HERRERA)
    owners = {first: "okafor", second: "herrera", other: "herrera"}
    for who in ("", "okafor", "herrera", "desk", "solberg", "privacy"):
        asker = await archive.browser_of(who)
        listed = await asker.get("/api/recordings")
        of_visit = await asker.get(f"/api/recordings?visit={visit}")
        mine = {one for one, owner in owners.items() if who in {owner, "privacy"}}
        assert ids(listed) == mine
        assert ids(of_visit) == {one for one in mine if one != other and who == owners[one]}
        for recording in owners:
            status, _, film = await bytes_of(asker, path(recording))
            if recording in mine:
                assert film == archive.films[recording, "member.webm"]
            else:
                assert status in {401, 403, 404}
                assert recording.encode() not in film
    member = archive.world.browser()
    await member.redeem(await archive.world.links((await archive.world.books())[0]))
    assert (await member.get("/api/recordings")).code == "not_signed_in"
    assert (await member.get(path(first))).code == "not_signed_in"
    assert (await archive.world.program().get(path(first))).code == "not_signed_in"


def ids(answer: Answer) -> set[str]:
    return {one["id"] for one in answer.json["recordings"]} if answer.status == 200 else set()


@pytest.mark.parametrize("name", ["none.webm", "..%2Fkey", "member.webm.sealed", "MEMBER.WEBM", "a" * 300])
async def test_not_there_not_made_and_not_yours_are_one_answer(archive: Archive, name: str) -> None:
    _, recording = await archive.recorded()
    okafor, herrera = await archive.browser_of("okafor"), await archive.browser_of("herrera")
    unknown = await okafor.get(path("no-such-recording"))
    for answer in (await okafor.get(path(recording, name)), await herrera.get(path(recording))):
        assert (answer.status, answer.json) == (unknown.status, unknown.json)
    assert unknown.code == "not_found"


async def test_a_damaged_file_is_an_error_and_not_half_a_film(archive: Archive) -> None:
    visit, recording = await archive.recorded()
    sealed = sealed_path(archive.folder / recording, "member.webm")
    spoilt = bytearray(sealed.read_bytes())
    spoilt[60] ^= 1
    sealed.write_bytes(spoilt)
    okafor = await archive.browser_of("okafor")
    assert (await okafor.get(path(recording))).code == "recording_unreadable"
    sealed.unlink()
    assert (await okafor.get(path(recording))).code == "recording_unreadable"
    assert await archive.opened(visit) == []


async def test_another_recordings_file_does_not_open_in_its_place(archive: Archive) -> None:
    _, one = await archive.recorded()
    _, two = await archive.recorded()
    theirs = sealed_path(archive.folder / two, "member.webm")
    sealed_path(archive.folder / one, "member.webm").write_bytes(theirs.read_bytes())
    okafor = await archive.browser_of("okafor")
    assert (await okafor.get(path(one))).code == "recording_unreadable"


async def test_side_by_side_is_made_on_request_of_who_may_have_it(archive: Archive) -> None:
    _, recording = await archive.recorded()
    okafor, herrera = await archive.browser_of("okafor"), await archive.browser_of("herrera")
    asked = f"/api/recordings/{recording}/side-by-side"
    assert (await herrera.post(asked)).code == "not_found"
    assert (await okafor.post(asked)).status == 200
    (listed,) = (await okafor.get("/api/recordings")).json["recordings"]
    assert set(listed["jobs"]) == {"participants", "side_by_side"}


async def test_an_account_that_left_the_clinic_has_lost_its_recordings(archive: Archive) -> None:
    _, recording = await archive.recorded()
    accounts = SqlAccounts(archive.world.database)
    maya = await accounts.find("okafor")
    assert maya is not None
    await accounts.save_staff(replace(maya, clinics=frozenset({seed.PRAIRIE})))
    archive.world.clock.passes(seconds=6)
    okafor = await archive.browser_of("okafor")
    assert (await okafor.get(path(recording))).code == "not_found"
    assert ids(await okafor.get("/api/recordings")) == set()
