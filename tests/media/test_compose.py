"""The composer as a process: jobs, limits, kills, damage, and what is on the disk meanwhile."""

import base64
import contextlib
import errno
import fcntl
import io
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from media import compose
from media.composer import Made
from media.core.entries import encode
from media.core.recording import Entry, Packet
from media.recordings.sealing import Header
from media.recordings.segment import Segment
from media.sealed_file import SealedReader, sealed_path
from tests.media.core.sending import recorded
from tests.media.filmed import person
from tests.media.watching import played

HOUSE = Path(__file__).parents[2]
KEY = bytes(range(32))
STARTED = 1_790_000_000_000
PER_CHUNK = 40
MAGIC = (b"\x1a\x45\xdf\xa3", b"webm", b"V_VP8", b"OpusHead", b"A_OPUS")


def write(folder: Path, entries: list[Entry], *, started: float = 0.0) -> Path:
    """A segment as the recorder writes them."""
    name = f"{STARTED + round(started * 1000):014d}-aa"
    header = Header(folder.name, name, b"wrapped", STARTED + round(started * 1000))
    segment = Segment(folder.parent, header, KEY)
    for at in range(0, len(entries), PER_CHUNK):
        segment.add(b"".join(encode(entry) for entry in entries[at : at + PER_CHUNK]))
    segment.add(b"", last=True)
    segment.flush()
    segment.close()
    return segment.path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The recording of a short visit."""
    place = tmp_path / "rec-1"
    write(place, recorded(*person(seconds=3), *person("clinician", 3, 2, begins=1.0)))
    return place


def job(folder: Path, /, **changed: object) -> str:
    order = {
        "recording": "rec-1",
        "folder": str(folder),
        "key": base64.b64encode(KEY).decode(),
        "layout": "participants",
    }
    return json.dumps({**order, **changed})


def start(folder: Path, /, **changed: object) -> subprocess.Popen[str]:
    running = subprocess.Popen(
        [sys.executable, "-m", "media.compose", "--die-with-parent"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=HOUSE,
    )
    assert running.stdin is not None
    running.stdin.write(job(folder, **changed))
    running.stdin.close()
    running.stdin = None
    return running


def finish(running: subprocess.Popen[str]) -> list[dict[str, Any]]:
    out, err = running.communicate(timeout=60)
    assert err == ""
    return [json.loads(line) for line in out.splitlines()]


def done(folder: Path, /, **changed: object) -> tuple[int, dict[str, Any]]:
    """The job in this very process: exit code and last line."""
    out = io.StringIO()
    status = compose.run(io.StringIO(job(folder, **changed)), out)
    return status, json.loads(out.getvalue().splitlines()[-1])


def results(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".vvr"}


def test_a_job_is_told_of_and_done(folder: Path) -> None:
    running = start(folder)
    lines = finish(running)
    assert running.returncode == 0
    shares = [line["progress"] for line in lines[:-1]]
    assert shares == sorted(set(shares))
    assert shares[-1] == 1.0
    assert lines[-1]["damage"] == []
    for file in lines[-1]["files"]:
        assert set(file) == set(Made.__slots__)
        film = played(folder, file["name"], KEY)
        assert len(film.content) == file["bytes"]
        assert film.skew() <= 0.080
    assert [file["endpoint"] for file in lines[-1]["files"]] == ["clinician", "member"]


def test_side_by_side_is_the_other_thing_to_ask_for(folder: Path) -> None:
    status, last = done(folder, layout="side_by_side")
    assert status == 0
    (file,) = last["files"]
    assert played(folder, file["name"], KEY).skew() <= 0.080


def test_it_limits_itself(folder: Path) -> None:
    for number in range(30):  # segments, so that there is time to look
        write(folder, recorded(*person("member", 1, 5)), started=10.0 + number * 6)
    running = start(folder)
    assert running.stdout is not None
    running.stdout.readline()
    stat = Path(f"/proc/{running.pid}/stat").read_text().rsplit(")", 1)[1].split()
    limits = Path(f"/proc/{running.pid}/limits").read_text()
    running.kill()
    running.communicate()
    assert int(stat[16]) == compose.NICE + os.nice(0)
    found = {line[:26].strip(): line[26:].split()[:2] for line in limits.splitlines()}
    assert found["Max core file size"] == ["0", "0"]
    assert found["Max address space"] == [str(compose.MEMORY)] * 2
    assert found["Max cpu time"] == [str(compose.CPU_SECONDS)] * 2


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["participants", "side_by_side"])
def test_killed_anywhere_and_done_again_the_bytes_are_the_same(folder: Path, layout: str) -> None:
    finish(start(folder, layout=layout))
    wanted = results(folder)
    assert wanted
    dice = random.Random(5)
    began = time.perf_counter()
    finish(start(folder, layout=layout))
    takes = time.perf_counter() - began
    for _ in range(4):
        for name in wanted:
            (folder / name).unlink()
        running = start(folder, layout=layout)
        with contextlib.suppress(subprocess.TimeoutExpired):  # or it is done, and that is fine too
            running.wait(dice.uniform(0, takes))
        running.kill()
        running.communicate()
        left = results(folder)
        assert all(wanted[name] == data for name, data in left.items() if not name.endswith(".part"))
        finish(start(folder, layout=layout))
        assert results(folder) == wanted


@pytest.mark.slow
def test_nothing_readable_is_on_the_disk_at_any_time(folder: Path) -> None:
    seen = 0
    entries = recorded(*person(seconds=3))
    spoken = [e.payload[8:40] for e in entries if isinstance(e, Packet) and len(e.payload) > 60][::20]
    running = start(folder, layout="side_by_side")
    while running.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(0.02)
        for path in [*folder.iterdir(), *Path(f"/proc/{running.pid}/fd").glob("*")]:
            data = _read(path)
            seen += len(data) > 0
            assert not any(secret in data for secret in (*MAGIC[1:], *spoken, KEY))
            assert MAGIC[0] != data[:4]
    running.communicate()
    for data in results(folder).values():
        assert not any(secret in data for secret in (*MAGIC[1:], *spoken, KEY))
    assert seen


def _read(path: Path) -> bytes:
    """A regular file's bytes, also of one without a name; nothing of what is gone already."""
    try:
        return path.read_bytes() if path.is_file() and "lib" not in str(path.resolve()) else b""
    except OSError:
        return b""


def spoil(path: Path, place: Callable[[bytes], int]) -> None:
    data = bytearray(path.read_bytes())
    data[place(data)] ^= 1
    path.write_bytes(data)


def test_a_chunk_that_was_flipped_is_named_and_the_rest_is_made(folder: Path) -> None:
    (path,) = folder.glob("*.vvr")
    spoil(path, lambda data: len(data) // 2)
    status, last = done(folder)
    assert status == 0
    (damage,) = last["damage"]
    assert (damage["segment"], damage["fault"]) == (path.stem, "changed")
    assert damage["chunk"] > 1
    assert played(folder, "member.webm", KEY).skew() <= 0.080


def test_a_segment_of_another_recording_or_key_is_named_and_left_out(folder: Path) -> None:
    other = folder.parent / "rec-2"
    stranger = write(other, recorded(*person("stranger", seconds=2)), started=-500.0)
    stranger.rename(folder / stranger.name)
    status, last = done(folder)
    assert status == 0
    assert last["damage"] == [{"segment": stranger.stem, "fault": "wrong_key", "chunk": 0}]
    assert [file["name"] for file in last["files"]] == ["clinician.webm", "member.webm"]
    assert last["files"][1]["starts"] < 1


def test_a_head_that_was_changed_says_nothing_that_is_believed(folder: Path) -> None:
    late = write(folder, recorded(*person(seconds=2)), started=20.0)
    data = late.read_bytes()
    late.write_bytes(data.replace(str(STARTED + 20_000).encode(), b"1000000000000"))
    status, last = done(folder)
    assert status == 0
    assert [damage["fault"] for damage in last["damage"]] == ["wrong_key"]
    assert last["files"][0]["starts"] < 2


def test_a_segment_that_a_kill_cut_off_is_made_up_to_there(folder: Path) -> None:
    (path,) = folder.glob("*.vvr")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    (folder / "zz.vvr").write_bytes(b"VVR")
    status, last = done(folder)
    assert (status, last["damage"]) == (0, [])
    assert played(folder, "member.webm", KEY).skew() <= 0.080


def test_what_is_no_segment_is_named(folder: Path) -> None:
    (folder / "zz.vvr").write_bytes(b"something else entirely")
    assert done(folder)[1]["damage"] == [{"segment": "zz", "fault": "no_segment", "chunk": 0}]


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"layout": "mosaic"}, "bad_job", 2),
        ({"key": "c2hvcnQ="}, "bad_job", 2),
        ({"key": "no base64"}, "bad_job", 2),
        ({"key": 7}, "bad_job", 2),
        ({"recording": "../.."}, "bad_job", 2),
        ({"more": 1}, "bad_job", 2),
        ({"folder": "/nowhere"}, "not_found", 1),
        ({"key": base64.b64encode(bytes(32)).decode()}, "damaged", 1),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    folder: Path, change: dict[str, object], code: str, status: int
) -> None:
    found, last = done(folder, **change)
    assert (found, last["error"]["code"]) == (status, code)
    assert last["error"]["sentence"].endswith(".")
    assert not results(folder)


def test_a_refusal_never_repeats_the_key(folder: Path) -> None:
    out = io.StringIO()
    compose.run(io.StringIO(job(folder, layout="mosaic")), out)
    assert base64.b64encode(KEY).decode() not in out.getvalue()


def test_what_is_no_json_is_refused() -> None:
    out = io.StringIO()
    assert compose.run(io.StringIO("{"), out) == 2
    assert json.loads(out.getvalue())["error"]["code"] == "bad_job"


def test_a_recording_of_nothing_is_said_to_be_one(tmp_path: Path) -> None:
    write(tmp_path / "rec-1", [])
    assert done(tmp_path / "rec-1")[1]["error"]["code"] == "nothing_recorded"


def test_two_do_not_work_on_one_recording(folder: Path) -> None:
    held = os.open(folder, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        assert done(folder)[1]["error"]["code"] == "busy"
    finally:
        os.close(held)
    assert done(folder)[0] == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 kB with most of it taken."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place], check=True)
    (place / "taken").write_bytes(bytes(60 << 10))
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a disk needs root")
def test_a_full_disk_is_told_of_and_leaves_nothing_by_halves(small_disk: Path) -> None:
    place = small_disk / "rec-1"
    write(place, recorded(*person(seconds=5), *person("clinician", 3, 5)))
    status, last = done(place)
    assert (status, last["error"]["code"]) == (1, "disk_full")
    assert not any(name.endswith(".part") for name in results(place))
    for name in results(place):  # what was finished before is whole
        assert played(place, name.removesuffix(".sealed"), KEY).skew() <= 0.080


def test_a_disk_that_breaks_is_told_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> list[Made]:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(compose, "participants", broken)
    last = done(folder)[1]
    assert last["error"]["code"] == "disk"
    assert "EIO" in last["error"]["sentence"]


def test_memory_that_is_not_there_is_told_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(*_: object) -> list[Made]:
        raise MemoryError

    monkeypatch.setattr(compose, "participants", greedy)
    assert done(folder)[1]["error"]["code"] == "out_of_memory"


@pytest.mark.slow
def test_a_composer_dies_with_whoever_started_it(folder: Path, tmp_path: Path) -> None:
    for number in range(30):
        write(folder, recorded(*person("member", 1, 5)), started=10.0 + number * 6)
    script = (
        "import subprocess, sys; p = subprocess.Popen([sys.executable, '-m', 'media.compose',"
        " '--die-with-parent'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True);"
        f" p.stdin.write({job(folder)!r}); p.stdin.close(); p.stdout.readline();"
        " print(p.pid, flush=True); import os; os._exit(0)"
    )
    out = subprocess.run(
        [sys.executable, "-c", script], cwd=HOUSE, capture_output=True, text=True, check=True, timeout=60
    )
    status = Path(f"/proc/{out.stdout.strip()}/status")
    ends = time.perf_counter() + 5
    while status.exists() and "Z (zombie)" not in status.read_text():
        assert time.perf_counter() < ends
    assert not list(folder.glob("*.sealed"))


def test_a_finished_file_opens_with_the_recordings_key_alone(folder: Path) -> None:
    done(folder)
    with SealedReader(sealed_path(folder, "member.webm"), KEY) as reader:
        assert reader.read(0, 4) == MAGIC[0]
