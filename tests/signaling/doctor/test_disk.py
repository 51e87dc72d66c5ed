"""What the doctor finds about disks, by writing to them."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from signaling.clock import SystemClock
from signaling.doctor import disk
from signaling.doctor.finding import Finding
from tests.signaling.doctor.patient import configured, told

KEY = "A" * 43 + "="
PATIENT = 30.0
"""Seconds: how quick this machine's disk is does not matter here."""


def look(folder: Path, *, least_free: int = 1, slow: float = PATIENT) -> Finding:
    return disk.look("disk", folder, SystemClock().monotonic, least_free=least_free, slow=slow)


def test_a_disk_with_room_is_well_and_left_as_it_was(tmp_path: Path) -> None:
    assert look(tmp_path).well
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    found = look(tmp_path / "elsewhere")
    assert "No such file" in found.sentence
    assert "Make the folder" in (found.remedy or "")


def test_a_folder_that_nobody_may_write_is_said() -> None:
    assert "cannot be written" in look(Path("/proc")).sentence


def test_a_slow_disk_is_measured(tmp_path: Path) -> None:
    found = look(tmp_path, slow=0.0)
    assert "to make one write safe" in found.sentence
    assert "SSD" in (found.remedy or "")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Two megabytes, of their own."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"needs root to mount a small disk: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.root
def test_a_disk_with_little_room_is_said(small_disk: Path) -> None:
    assert look(small_disk, least_free=1_000_000).well
    assert "only 0.0 GB free" in look(small_disk, least_free=disk.LEAST_FREE_BYTES).sentence


@pytest.mark.root
def test_a_full_disk_is_said(small_disk: Path) -> None:
    film = small_disk / "film"
    film.write_bytes(bytes(shutil.disk_usage(small_disk).free))
    assert "No space" in look(small_disk).sentence


async def test_the_databases_and_the_recordings_disk_are_looked_at(tmp_path: Path) -> None:
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    settings = configured(f"sqlite:///{tmp_path / 'visits.db'}", recordings=recordings, recording_key=KEY)
    found = told(await disk.check(settings, SystemClock()))
    assert set(found) == {"disk of the database", "disk of the recordings"}


async def test_with_a_server_nothing_is_kept_here(tmp_path: Path) -> None:
    (found,) = await disk.check(configured("postgresql://db/visits"), SystemClock())
    assert found.sentence == "nothing is kept on this machine"
