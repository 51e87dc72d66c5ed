"""A composer as the installation runs it: a process, a job on its input, JSON lines on its output."""

import base64
import json
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from signaling.composing import composer_environment, composer_program


class ComposerProcess:
    """Started at once. It ends with the thread that made it. `before` goes in front of its command."""

    def __init__(
        self, folder: Path, key: bytes, layout: str = "participants", *, before: Sequence[str] = ()
    ) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            [*before, *composer_program()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=composer_environment(),
        )  # fmt: skip
        job = {
            "recording": folder.name,
            "folder": str(folder),
            "key": base64.b64encode(key).decode(),
            "layout": layout,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job))
        self._process.stdin.close()
        self._process.stdin = None

    def said(self) -> Iterator[dict[str, Any]]:
        """Its lines, as they come."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            yield json.loads(line)

    def finish(self, within: float = 300) -> tuple[int, dict[str, Any]]:
        """Exit code and last line."""
        out, err = self._process.communicate(timeout=within)
        assert not err, err
        return self._process.returncode, json.loads(out.splitlines()[-1])

    def stand_still(self) -> bool:
        """Let nothing of it change while somebody looks; whether it was still at work."""
        os.kill(self._process.pid, signal.SIGSTOP)  # it was not waited for: the number is its own
        state = os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        return state is not None and state.si_code == os.CLD_STOPPED

    def holds(self) -> Iterator[bytes]:
        """What is in its open files in the folder, also in those that have no name any more."""
        for number in Path(f"/proc/{self._process.pid}/fd").glob("*"):
            try:
                if number.is_file() and str(number.readlink()).startswith(f"{self.folder}/"):
                    yield number.read_bytes()
            except OSError:  # it ended
                continue

    def kill(self) -> None:
        """Kill it, and wait until it is gone."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdout, self._process.stderr):
            assert pipe is not None
            pipe.close()
