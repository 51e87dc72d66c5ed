"""The pages' lock file names packages and hashes, never an address."""

from pathlib import Path

PAGES = Path(__file__).parents[2] / "web_client"


def test_the_lock_file_names_no_registry() -> None:
    lock = (PAGES / "package-lock.json").read_text()
    assert '"resolved"' not in lock


def test_the_committed_npm_settings_keep_it_so_and_run_no_install_scripts() -> None:
    settings = (PAGES / ".npmrc").read_text().split()
    assert "omit-lockfile-registry-resolved=true" in settings
    assert "ignore-scripts=true" in settings
