"""Rules for every test: sockets stay shut unless a marker says otherwise."""

import pytest
from pytest_socket import disable_socket, enable_socket

OPEN = ("sockets", "browser", "postgres", "root", "slow")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Block sockets in unit tests; asyncio's own socket pair is a Unix one and stays."""
    if any(item.get_closest_marker(name) for name in OPEN):
        enable_socket()
    else:
        disable_socket(allow_unix_socket=True)


def pytest_runtest_teardown() -> None:
    enable_socket()
