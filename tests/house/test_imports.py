"""Imports run one way, and the linter says so when they do not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
ROOMS = ("signaling", "media", "waiting_room", "web_client")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(
            HOUSE / room,
            tmp_path / room,
            ignore=shutil.ignore_patterns("node_modules", "dist", "src", "__pycache__"),
        )
    shutil.copyfile(HOUSE / "pyproject.toml", tmp_path / "pyproject.toml")
    return tmp_path


def test_the_house_keeps_its_contracts(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "planted"),
    [
        ("waiting_room/core/model.py", "import media"),
        ("media/core/room.py", "import waiting_room"),
        ("waiting_room/desk.py", "import signaling"),
        ("waiting_room/core/model.py", "import asyncio"),
        ("media/core/room.py", "import time"),
        ("waiting_room/core/model.py", "import waiting_room.desk"),
        ("signaling/doors/member.py", "import signaling.doors.support"),
    ],
)
def test_a_planted_violation_is_found(copy: Path, module: str, planted: str) -> None:
    path = copy / module
    path.write_text(path.read_text() + f"\n{planted}\n")
    assert lint(copy).returncode == 1


@pytest.mark.parametrize(
    "call",
    [
        "import time\ntime.time()",
        "import datetime as dt\ndt.datetime.now(dt.UTC)",
        "import uuid\nuuid.uuid4()",
    ],
)
def test_clocks_and_randomness_are_banned_outside_their_files(tmp_path: Path, call: str) -> None:
    (tmp_path / "desk.py").write_text(f'"""A module."""\n\n{call}\n')
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("ruff")),
            "check",
            "--config",
            str(HOUSE / "pyproject.toml"),
            "--select",
            "TID251",
            "desk.py",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "TID251" in done.stdout
