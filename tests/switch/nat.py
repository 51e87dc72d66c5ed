"""A way between an endpoint and a worker that may change: a UDP proxy in this process.

Towards the worker each address of the endpoint has a socket of its own, as behind a NAT. `rebind` gives all
of them new ones: the worker sees the same endpoint come from elsewhere. `cut` makes every address dead that
the endpoint has used so far, as when a phone leaves its Wi-Fi: only what it opens from now on gets through.
"""

import asyncio
import re
import socket
import time
from typing import Any, Final

Address = tuple[str, int]
CANDIDATE: Final = re.compile(r"(127\.0\.0\.1) (\d+) typ host")


class Nat:
    """`await open()`, hand answers through `lead`, and `close`."""

    def __init__(self) -> None:
        self._worker: Address | None = None
        self._front: socket.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._backs: dict[Address, socket.socket] = {}
        self._dead: set[Address] = set()
        self.changed_at = 0.0
        self.first_down: float | None = None
        """When the first datagram came back by the way of now."""

    def open(self) -> None:
        """Begin to carry."""
        self._front.bind(("127.0.0.1", 0))
        self._front.setblocking(False)
        asyncio.get_running_loop().add_reader(self._front.fileno(), self._up)

    @property
    def port(self) -> int:
        """Where the endpoint sends to."""
        return int(self._front.getsockname()[1])

    def lead(self, answer: str) -> str:
        """The answer with this way in place of the worker's own address."""
        found = CANDIDATE.search(answer)
        if found is None:
            return answer
        self._worker = (found[1], int(found[2]))
        return CANDIDATE.sub(f"127.0.0.1 {self.port} typ host", answer)

    def towards(self, worker: Address) -> None:
        """Carry to this worker, where whoever reads the answers leads themselves."""
        self._worker = worker

    def rebind(self) -> None:
        """From now on the worker sees other addresses; what it sends to the former ones is lost."""
        self._drop()
        self._mark()

    def cut(self) -> None:
        """Every address that the endpoint has used is dead."""
        self._dead |= set(self._backs)
        self._drop()
        self._mark()

    def close(self) -> None:
        """Carry nothing any more."""
        self._drop()
        asyncio.get_running_loop().remove_reader(self._front.fileno())
        self._front.close()

    def _mark(self) -> None:
        self.changed_at, self.first_down = time.perf_counter(), None

    def _drop(self) -> None:
        loop = asyncio.get_running_loop()
        for back in self._backs.values():
            loop.remove_reader(back.fileno())
            back.close()
        self._backs.clear()

    def _up(self) -> None:
        for _ in range(64):
            try:
                data, source = self._front.recvfrom(2048)
            except BlockingIOError:
                return
            if source in self._dead or self._worker is None:
                continue
            back = self._backs.get(source) or self._open_back(source)
            self._send(back, data, self._worker)

    def _open_back(self, source: Address) -> socket.socket:
        back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        back.bind(("127.0.0.1", 0))
        back.setblocking(False)
        self._backs[source] = back
        asyncio.get_running_loop().add_reader(back.fileno(), self._down, back, source)
        return back

    def _down(self, back: socket.socket, source: Address) -> None:
        for _ in range(64):
            try:
                data = back.recv(2048)
            except OSError:
                return
            if self.first_down is None and data and data[0] > 127:
                self.first_down = time.perf_counter()
            self._send(self._front, data, source)

    @staticmethod
    def _send(way: socket.socket, data: bytes, where: Any) -> None:
        try:
            way.sendto(data, where)
        except OSError:
            return  # full, or nobody there: a datagram is lost, as on any way
