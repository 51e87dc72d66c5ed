"""Recordings on the shelf: whose each is, its wrapped key, the making of its files, and the files' measures.

The files themselves, and the key that unwraps, are elsewhere: from this database alone nothing can be played.

A job makes the files of one layout. It is claimed by a conditional update, for a span that whoever works on
it prolongs; so it runs once at a time over all processes, and again when its process died.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from waiting_room.core.ids import ClinicId, RecordingId, StaffId, VisitId
from waiting_room.database import Database
from waiting_room.schema import recording_files, recording_jobs, recordings

TRIES = 3
"""How often the making of files is begun before it counts as failed. More hides a broken file for longer."""
LISTED_AT_MOST = 200
"""Recordings on one list, newest first."""


class Layout(StrEnum):
    """What is made of a recording."""

    participants = "participants"
    side_by_side = "side_by_side"


class JobState(StrEnum):
    """How the making stands."""

    queued = "queued"
    running = "running"
    done = "done"
    failed = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """A recording, and who may have it: nobody but this clinician, and privacy officers of this clinic."""

    id: RecordingId
    visit: VisitId
    clinic: ClinicId
    clinician: StaffId
    wrapped_key: bytes
    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The making of one layout of one recording, claimed until another claim is made."""

    recording: RecordingId
    layout: Layout
    claim: str
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a layout has come."""

    layout: Layout
    state: JobState
    percent: int
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One finished file. `endpoint`: whose side it is; None shows everybody. `bytes`: as it is handed out."""

    name: str
    layout: Layout
    endpoint: str | None
    seconds: float
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A recording with all that is known of its files."""

    shelved: Shelved
    jobs: tuple[Progress, ...]
    files: tuple[File, ...]


class Recordings:
    """The shelf, on a database that `migrations.migrate` has prepared. All of it may raise `Unavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = sqlite.insert if database.is_sqlite else postgresql.insert

    async def begin(self, new: Shelved) -> Shelved:
        """Put a recording on the shelf, or learn what stands there: of two who begin it one's key is kept."""
        row = {name: getattr(new, field) for name, field in _COLUMNS.items()}
        insert = self._insert(recordings).values(row).on_conflict_do_nothing()

        def work(connection: sa.Connection) -> sa.Row[Any]:
            connection.execute(insert)
            return connection.execute(_FIND, {"id": new.id}).one()

        return _shelved(await self._database.write(work))

    async def find(self, recording: RecordingId) -> Shelved | None:
        """The recording, if it was ever begun."""
        asked = {"id": recording}
        row = await self._database.read(lambda connection: connection.execute(_FIND, asked).first())
        return None if row is None else _shelved(row)

    async def running(self) -> tuple[Shelved, ...]:
        """The recordings that have not ended, as far as this shelf knows."""
        query = sa.select(recordings).where(recordings.c.ended_at.is_(None)).order_by(recordings.c.id)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return tuple(_shelved(row) for row in rows)

    async def end(self, recording: RecordingId, at: datetime, due: datetime) -> bool:
        """Nothing is added to it any more; its files are made from `due` on. False: it had ended before."""
        open_still = sa.and_(recordings.c.id == recording, recordings.c.ended_at.is_(None))
        change = recordings.update().where(open_still).values(ended_at=at)

        def work(connection: sa.Connection) -> bool:
            ended = connection.execute(change).rowcount == 1
            if ended:
                connection.execute(self._queued(recording, Layout.participants, due))
            return ended

        return await self._database.write(work)

    async def request(self, recording: RecordingId, layout: Layout, at: datetime) -> None:
        """Have a layout made, or once more if it failed; one that is made or being made stays as it is."""
        await self._database.write(lambda connection: connection.execute(self._queued(recording, layout, at)))

    def _queued(self, recording: RecordingId, layout: Layout, due: datetime) -> sa.Insert:
        fresh = {"state": JobState.queued.value, "due_at": due, "tries": 0, "percent": 0, "error": None}
        return (
            self._insert(recording_jobs)
            .values({"recording_id": recording, "layout": layout.value, **fresh})
            .on_conflict_do_update(
                index_elements=["recording_id", "layout"],
                set_=fresh,
                where=recording_jobs.c.state == JobState.failed.value,
            )
        )

    async def claim(self, claim: str, at: datetime, until: datetime) -> Job | None:
        """The next job that is due, for nobody else until `until`; None: there is none.

        One whose process died is due when its span is over.
        """
        waiting = recording_jobs.c.state.in_([JobState.queued.value, JobState.running.value])
        due = sa.and_(waiting, recording_jobs.c.due_at <= at)
        query = sa.select(recording_jobs).where(due).order_by(recording_jobs.c.due_at).limit(1)

        def work(connection: sa.Connection) -> sa.Row[Any] | None:
            row = connection.execute(query).first()
            if row is None:
                return None
            change = (
                recording_jobs.update()
                .where(
                    _job(row.recording_id, row.layout),
                    due,
                    recording_jobs.c.claim.is_not_distinct_from(row.claim),
                )
                .values(state=JobState.running.value, claim=claim, due_at=until, tries=row.tries + 1)
            )
            return row if connection.execute(change).rowcount == 1 else None

        row = await self._database.write(work)
        if row is None:
            return None
        return Job(
            recording=RecordingId(row.recording_id),
            layout=Layout(row.layout),
            claim=claim,
            tries=row.tries + 1,
        )

    async def progress(self, job: Job, percent: int, until: datetime) -> bool:
        """Still at it. False: somebody else has it now, so stop."""
        return await self._change(job, percent=percent, due_at=until)

    async def finish(self, job: Job, files: Sequence[File], at: datetime) -> bool:
        """Made. False: somebody else has it now, and theirs counts."""
        rows = [
            {
                "recording_id": job.recording,
                "name": file.name,
                "layout": job.layout.value,
                "endpoint": file.endpoint,
                "seconds": file.seconds,
                "bytes": file.bytes,
                "sha256": file.sha256,
                "made_at": at,
            }
            for file in files
        ]
        former = recording_files.delete().where(
            recording_files.c.recording_id == job.recording, recording_files.c.layout == job.layout.value
        )
        done = _mine(job).values(state=JobState.done.value, percent=100, error=None)

        def work(connection: sa.Connection) -> bool:
            if connection.execute(done).rowcount != 1:
                return False
            connection.execute(former)
            if rows:
                connection.execute(recording_files.insert(), rows)
            return True

        return await self._database.write(work)

    async def give_up(self, job: Job, error: str, again: datetime) -> bool:
        """It went wrong, by the code `error`: tried `again` then, unless it was tried `TRIES` times."""
        over = job.tries >= TRIES
        state = JobState.failed if over else JobState.queued
        return await self._change(job, state=state.value, due_at=again, error=error)

    async def _change(self, job: Job, **values: Any) -> bool:
        change = _mine(job).values(**values)
        return await self._database.write(lambda connection: connection.execute(change).rowcount) == 1

    async def of_clinician(self, clinician: StaffId, visit: VisitId | None = None) -> tuple[Listed, ...]:
        """What this clinician recorded, in one visit or in all."""
        mine = recordings.c.clinician_id == clinician
        return await self._listed(mine if visit is None else sa.and_(mine, recordings.c.visit_id == visit))

    async def of_clinics(self, clinics: Collection[ClinicId]) -> tuple[Listed, ...]:
        """What was recorded in these clinics."""
        return await self._listed(recordings.c.clinic_id.in_(sorted(clinics)))

    async def file(self, recording: RecordingId, name: str) -> File | None:
        """One file's measures."""
        query = sa.select(recording_files).where(
            recording_files.c.recording_id == recording, recording_files.c.name == name
        )
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else _file(row)

    async def _listed(self, which: sa.ColumnElement[bool]) -> tuple[Listed, ...]:
        newest = sa.select(recordings).where(which).order_by(recordings.c.started_at.desc(), recordings.c.id)

        def work(connection: sa.Connection) -> tuple[Listed, ...]:
            rows = connection.execute(newest.limit(LISTED_AT_MOST)).all()
            ids = [row.id for row in rows]
            jobs = connection.execute(_JOBS, {"ids": ids}).all()
            files = connection.execute(_FILES, {"ids": ids}).all()
            return tuple(
                Listed(
                    shelved=_shelved(row),
                    jobs=tuple(_progress(job) for job in jobs if job.recording_id == row.id),
                    files=tuple(_file(file) for file in files if file.recording_id == row.id),
                )
                for row in rows
            )

        return await self._database.read(work)


_COLUMNS = {
    "id": "id",
    "visit_id": "visit",
    "clinic_id": "clinic",
    "clinician_id": "clinician",
    "wrapped_key": "wrapped_key",
    "started_at": "started_at",
    "ended_at": "ended_at",
}
_FIND = sa.select(recordings).where(recordings.c.id == sa.bindparam("id"))
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_JOBS = (
    sa.select(recording_jobs).where(recording_jobs.c.recording_id.in_(_IDS)).order_by(recording_jobs.c.layout)
)
_FILES = (
    sa.select(recording_files)
    .where(recording_files.c.recording_id.in_(_IDS))
    .order_by(recording_files.c.layout, recording_files.c.name)
)


def _job(recording: str, layout: str) -> sa.ColumnElement[bool]:
    return sa.and_(recording_jobs.c.recording_id == recording, recording_jobs.c.layout == layout)


def _mine(job: Job) -> sa.Update:
    running = recording_jobs.c.state == JobState.running.value
    return recording_jobs.update().where(
        _job(job.recording, job.layout.value), running, recording_jobs.c.claim == job.claim
    )


def _shelved(row: sa.Row[Any]) -> Shelved:
    return Shelved(
        id=RecordingId(row.id),
        visit=VisitId(row.visit_id),
        clinic=ClinicId(row.clinic_id),
        clinician=StaffId(row.clinician_id),
        wrapped_key=bytes(row.wrapped_key),
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


def _progress(row: sa.Row[Any]) -> Progress:
    return Progress(
        layout=Layout(row.layout), state=JobState(row.state), percent=row.percent, error=row.error
    )


def _file(row: sa.Row[Any]) -> File:
    return File(
        name=row.name,
        layout=Layout(row.layout),
        endpoint=row.endpoint,
        seconds=row.seconds,
        bytes=row.bytes,
        sha256=row.sha256,
    )
