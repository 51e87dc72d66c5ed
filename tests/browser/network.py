"""A network of this test run's own: a namespace with one address off loopback, entered by this thread.

Firefox offers the server no loopback address, so a visit with it needs another one. The server, the browsers
and their driver are children of this thread and live in there with it; nothing in there can reach out.
"""

import contextlib
import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

ADDRESS = "10.77.0.1"
_CLONE_NEWNET = 0x40000000  # setns(2); Python 3.11 does not have it


def missing() -> str | None:
    """Why such a network cannot be made here; None: it can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "network namespaces need iproute2"
    tried = subprocess.run(["ip", "netns", "exec", "/", "true"], capture_output=True, text=True, check=False)
    return "network namespaces need CAP_NET_ADMIN" if "not permitted" in tried.stderr.lower() else None


@contextlib.contextmanager
def own_network() -> Iterator[str]:
    """Be in a fresh namespace; its address. What this thread starts meanwhile is in there too."""
    name = f"videovisit-{os.getpid()}"
    _ip("netns", "add", name)
    try:
        # From inside: `ip -n` wants to mount, which a root directory that is no mount point does not let it.
        with inside(Path("/run/netns") / name):
            _furnish()
            yield ADDRESS
    finally:
        _ip("netns", "del", name)


def _furnish() -> None:
    _ip("link", "set", "lo", "up")
    # A pair with both ends in here: a device of the kind `dummy` is not in every kernel.
    _ip("link", "add", "near", "type", "veth", "peer", "name", "far")
    _ip("addr", "add", f"{ADDRESS}/24", "dev", "near")
    for end in ("near", "far"):
        _ip("link", "set", end, "up")
    # Firefox asks for the address of the way out; this one leads nowhere.
    _ip("route", "add", "default", "via", "10.77.0.2", "dev", "near")


@contextlib.contextmanager
def inside(namespace: Path) -> Iterator[None]:
    """Be in a namespace that is there, as far as this thread opens and starts something."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(namespace, os.O_RDONLY)
    try:
        _enter(there)
        yield
    finally:
        _enter(before)
        os.close(before)
        os.close(there)


def _enter(namespace: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
