"""No container engine is needed: the Dockerfile's own lines run in a bare Debian root."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.bare_root import BareRoot, why_not

HOUSE = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.root,
    pytest.mark.slow,
    pytest.mark.image,
    pytest.mark.timeout(900),
    pytest.mark.skipif(why_not() is not None, reason=f"a bare Debian root {why_not()}"),
]


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n", " ", (HOUSE / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


@pytest.fixture
def root(tmp_path: Path) -> Iterator[BareRoot]:
    bare = BareRoot(tmp_path / "root")
    bare.build()
    yield bare
    bare.close()


def test_the_image_builds_and_its_command_starts(root: BareRoot) -> None:
    path, workdir, user = "", "/", "root"
    for word, rest in instructions():
        if word == "COPY":
            assert rest == ". /src"
            (root.path / "src").mkdir()
            files = subprocess.run(
                ["git", "ls-files", "-co", "--exclude-standard"],
                cwd=HOUSE,
                capture_output=True,
                text=True,
                check=True,
            ).stdout.splitlines()
            for name in files:
                if (HOUSE / name).is_file():
                    (root.path / "src" / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(HOUSE / name, root.path / "src" / name)
        elif word == "RUN":
            root.run(rest, user=user, workdir=workdir, path=path)
        elif word == "ENV":
            path = rest.removeprefix("PATH=").removesuffix(":$PATH")
        elif word == "WORKDIR":
            workdir = rest
        elif word == "USER":
            user = rest
    entry = json.loads(next(rest for word, rest in instructions() if word == "ENTRYPOINT"))
    assert "serve" in root.run(f"{entry[0]} --help", user=user, workdir=workdir, path=path).stdout
    line = root.run(
        f"(timeout -s TERM 8 {entry[0]} demo --json --port 18080 || true) | head -1",
        user=user,
        workdir=workdir,
        path=path,
    ).stdout
    assert json.loads(line)["base_url"] == "http://127.0.0.1:18080"
