"""`python -m media.compose`: make one recording's files, in a process of its own with limits of its own.

On standard input a job, one JSON object: `{"recording": id, "folder": where its segments are and its files
are to be, "key": the data key in base64, "layout": "participants" or "side_by_side"}`. On standard output
lines of JSON: `{"progress": 0 to 1}`, and at last `{"files": […], "damage": […]}` or `{"error": {"code",
"sentence"}, "damage": […]}`. The exit code is 0, or 2 for a job that makes no sense, or 1 for anything else.

A file is there whole or not at all. Doing a job again gives the same bytes: whoever is not sure whether one
was done does it again.
"""

import argparse
import base64
import binascii
import contextlib
import errno
import fcntl
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, TextIO

import pydantic
from cffi import FFI

from media.composer import Made, NothingRecordedError, participants
from media.segments import Recording, open_recording
from media.side_by_side import side_by_side

MEMORY: Final = 3 << 30
"""Bytes of address space. Everything is streamed: an hour needs no more than a minute."""
CPU_SECONDS: Final = 4 * 3600
NICE: Final = 10
JOB_MAX: Final = 16384
KEY_BYTES: Final = 32
_PR_SET_PDEATHSIG: Final = 1


class Layout(StrEnum):
    """What to make."""

    PARTICIPANTS = "participants"
    SIDE_BY_SIDE = "side_by_side"


def _from_base64(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("it is base64")  # noqa: TRY004 - pydantic wants this one
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        raise ValueError("it is base64") from None


class Job(pydantic.BaseModel):
    """One recording, and what to make of it."""

    model_config = pydantic.ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)

    recording: Annotated[str, pydantic.Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    folder: Path
    key: Annotated[
        bytes,
        pydantic.BeforeValidator(_from_base64),
        pydantic.Field(min_length=KEY_BYTES, max_length=KEY_BYTES, repr=False),
    ]
    layout: Layout


class RefusedError(Exception):
    """The job cannot be done; the sentence says what to do about it."""

    def __init__(self, code: str, sentence: str, status: int = 1) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.status = status


Open = Callable[[Path, str, bytes], Recording]


def limit() -> None:
    """Stay small, last in line and silent: no more memory than agreed, and no core with somebody's voice."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    os.nice(NICE)


def die_with_parent() -> None:
    """Be killed by the kernel when the thread that started this process ends (prctl(2))."""
    ffi: Any = FFI()
    ffi.cdef("int prctl(int option, unsigned long argument);")
    ffi.dlopen(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))


def run(job: TextIO, out: TextIO, opened: Open = open_recording) -> int:
    """Do the job; the exit code."""

    def say(line: dict[str, object]) -> None:
        print(json.dumps(line), file=out, flush=True)

    recording: Recording | None = None
    try:
        todo = _read(job)
        with _alone(todo.folder):
            recording = opened(todo.folder, todo.recording, todo.key)
            made = _make(todo, recording, _teller(say))
    except RefusedError as refused:
        say({"error": {"code": refused.code, "sentence": refused.sentence}, "damage": _damage(recording)})
        return refused.status
    say({"files": [asdict(file) for file in made], "damage": _damage(recording)})
    return 0


def _read(job: TextIO) -> Job:
    try:
        return Job.model_validate_json(job.read(JOB_MAX))
    except pydantic.ValidationError as wrong:
        fields = sorted({str(part) for problem in wrong.errors() for part in problem["loc"][:1]})
        what = ", ".join(fields) or "JSON"
        raise RefusedError("bad_job", f"The job cannot be read: look at {what}.", 2) from None


def _make(todo: Job, recording: Recording, progress: Callable[[float], None]) -> Sequence[Made]:
    make = participants if todo.layout is Layout.PARTICIPANTS else side_by_side
    try:
        return make(recording.segments, todo.folder, todo.key, os.urandom, progress)
    except NothingRecordedError:
        if recording.damages():
            raise RefusedError("damaged", "Nothing in the recording opens: see what is damaged.") from None
        raise RefusedError("nothing_recorded", "The recording holds no whole picture and no sound.") from None
    except MemoryError:
        raise RefusedError("out_of_memory", "The recording needs more memory than it may have.") from None
    except OSError as problem:
        if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
            sentence = "The disk is full. Make room and try again: nothing was lost."
            raise RefusedError("disk_full", sentence) from None
        name = errno.errorcode.get(problem.errno or 0, "unknown")
        raise RefusedError("disk", f"The disk does not do what it should ({name}).") from None


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder: two at once would write the same files."""
    try:
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        raise RefusedError("not_found", "There is no such recording.") from None
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RefusedError("busy", "Somebody is already at it. Wait and ask again.") from None
        yield
    finally:
        os.close(number)


def _teller(say: Callable[[dict[str, object]], None]) -> Callable[[float], None]:
    """Tell of every hundredth, once."""
    told = -1

    def tell(share: float) -> None:
        nonlocal told
        hundredth = int(share * 100)
        if hundredth > told:
            told = hundredth
            say({"progress": hundredth / 100})

    return tell


def _damage(recording: Recording | None) -> list[dict[str, object]]:
    return [asdict(damage) for damage in recording.damages()] if recording is not None else []


def main(argv: list[str] | None = None) -> int:
    """The program."""
    parser = argparse.ArgumentParser(prog="media.compose", description="Makes a recording's files.")
    parser.add_argument("--die-with-parent", action="store_true", help="be killed when the caller ends")
    arguments = parser.parse_args(argv)
    if arguments.die_with_parent:
        die_with_parent()
    limit()
    return run(sys.stdin, sys.stdout)


if __name__ == "__main__":
    sys.exit(main())
