"""Debian's Firefox for one participant, with that participant's own picture and tone."""

import shutil
from pathlib import Path

from playwright.async_api import Browser, Playwright

from tests.browser.devices import Look

PAINTED = (Path(__file__).parent / "painted_camera.js").read_text()

QUIET = {
    "app.update.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "datareporting.healthreport.uploadEnabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "media.gmp-manager.url": "",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}
"""Nothing of its own accord: it has no way out here."""

DEVICES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
}
"""A camera, a microphone and everybody's permission."""


def executable() -> str | None:
    """Debian's Firefox, or None where it is not installed."""
    return shutil.which("firefox-esr")


async def launch(
    playwright: Playwright, *, look: Look, preferences: dict[str, bool | int | str] | None = None
) -> Browser:
    """A browser of its own. Its microphone has the look's tone; for its picture see `painted`."""
    return await playwright.firefox.launch(
        channel="moz-firefox",
        executable_path=executable(),
        headless=True,
        firefox_user_prefs={
            **QUIET,
            **DEVICES,
            "media.navigator.audio.fake_frequency": look.hertz,
            **(preferences or {}),
        },
        timeout=60_000,
    )


def painted(look: Look) -> str:
    """A script for a page whose camera should show the look: Firefox plays no file as its camera."""
    return f"window.cameraColour = {look.colour!r};\n{PAINTED}"
