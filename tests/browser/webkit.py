"""Debian's WebKitGTK for one member, with a front and a back camera of its own, on a screen of its own."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from tests.browser.webdriver import WebDriver

SWITCHES = [
    "--automation",
    "--enable-media-stream=true",
    "--enable-webrtc=true",
    "--enable-mock-capture-devices=true",
    # Nobody is there to answer the question, and no window manager gives the focus.
    "--features=-MockCaptureDevicesPrompt,-GetUserMediaRequiresFocus",
]
NARROW = "* { padding: 0; margin: 0; min-width: 0; }"
"""For the window's own buttons, not for pages: in their usual width no window is as narrow as a phone."""
UP_WITHIN_S = 20
PATIENCE_MS = 20_000


def executables() -> tuple[str, str, str]:
    """Driver, browser, screen. `make system` installs them: a missing one is a fault, no reason to skip."""
    browsers = sorted(Path("/usr/lib").glob("*/webkit2gtk-*/MiniBrowser"))
    found = shutil.which("WebKitWebDriver"), str(browsers[-1]) if browsers else None, shutil.which("Xvfb")
    driver, browser, screen = found
    if driver is None or browser is None or screen is None:
        raise RuntimeError(f"deploy/test-packages installs what is missing here: {found}")
    return driver, browser, screen


@contextlib.asynccontextmanager
async def launch(home: Path) -> AsyncIterator[WebDriver]:
    """A browser with no past, which keeps what it keeps in `home`."""
    driver, browser, screen = executables()
    styles = home / ".config" / "gtk-3.0"
    styles.mkdir(parents=True)
    (styles / "gtk.css").write_text(NARROW)
    async with _display(screen) as display:
        environment = {
            "DISPLAY": display,
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TZ": "America/Los_Angeles",
            "GSETTINGS_BACKEND": "memory",
            "NO_AT_BRIDGE": "1",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "WEBKIT_DISABLE_DMABUF_RENDERER": "1",
            # Its sandbox wants user namespaces, which root in a container does not have.
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
        }
        port = _free_port()
        command = [driver, "--host=127.0.0.1", f"--port={port}"]
        async with _child(command, environment, log=home / "webkit.log"):
            address = f"http://127.0.0.1:{port}"
            await _answers(address)
            capabilities = {
                "acceptInsecureCerts": True,
                "timeouts": {"implicit": PATIENCE_MS, "script": PATIENCE_MS, "pageLoad": PATIENCE_MS},
                "webkitgtk:browserOptions": {"binary": browser, "args": SWITCHES},
            }
            async with WebDriver(address, capabilities) as page:
                yield page


@contextlib.asynccontextmanager
async def _display(screen: str) -> AsyncIterator[str]:
    """An X server that nobody sees; it chooses its number itself."""
    read, write = os.pipe()
    command = [screen, "-displayfd", str(write), "-screen", "0", "1280x2048x24", "-nolisten", "tcp"]
    async with _child(command, dict(os.environ), passed=write):
        os.close(write)
        with os.fdopen(read) as end:
            number = await asyncio.wait_for(asyncio.to_thread(end.readline), UP_WITHIN_S)
        yield f":{number.strip()}"


@contextlib.asynccontextmanager
async def _child(
    command: list[str], environment: dict[str, str], *, log: Path | None = None, passed: int | None = None
) -> AsyncIterator[None]:
    """A process in a group of its own, ended with everything that it started."""
    with (log or Path(os.devnull)).open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdout=out,
            stderr=out,
            env=environment,
            pass_fds=() if passed is None else (passed,),
            start_new_session=True,
        )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _answers(address: str) -> None:
    async with asyncio.timeout(UP_WITHIN_S), aiohttp.ClientSession() as http:
        while True:
            with contextlib.suppress(aiohttp.ClientConnectionError):
                async with http.get(f"{address}/status"):
                    return
            await asyncio.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
