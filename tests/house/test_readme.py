"""Every command in the README is one that something here exercises."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
README = (HOUSE / "README.md").read_text()
COMMANDS = [
    line.strip()
    for block in re.findall(r"```console\n(.*?)```", README, flags=re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]
LINKS = re.findall(r"\]\((?!http)([^)#]+)\)", README)


def make_knows(target: str) -> bool:
    """Make has the target; what `make test` does is what runs this very test in CI."""
    done = subprocess.run(["make", "-n", target], cwd=HOUSE, capture_output=True, text=True, check=False)
    return done.returncode == 0


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("make ")])
def test_make_targets_of_the_readme_exist(command: str) -> None:
    assert make_knows(command.split()[1])


@pytest.mark.sockets
@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith(".venv/bin/videovisit")])
def test_videovisit_commands_of_the_readme_run(command: str) -> None:
    program = [str(Path(sys.executable).with_name("videovisit")), *command.split()[1:]]
    with subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=HOUSE
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline().strip(), running.stderr and running.stderr.read()
        if "--help" not in command:
            running.terminate()
        running.communicate(timeout=60)
    assert running.returncode == 0


def test_no_other_kind_of_command_stands_in_the_readme() -> None:
    assert all(c.startswith(("make ", ".venv/bin/videovisit")) for c in COMMANDS)


@pytest.mark.parametrize("link", LINKS)
def test_links_of_the_readme_lead_somewhere(link: str) -> None:
    assert (HOUSE / link).exists()
