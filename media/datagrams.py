"""Many datagrams per system call: recvmmsg(2) and sendmmsg(2) on buffers that are allocated once.

The C library is called through cffi's ABI mode, so installing needs no compiler. A received datagram stays
where the kernel wrote it (`Inbox.arena`) and a sent one is built where the kernel will read it
(`Outbox.arena`); SRTP works on both in place. Addresses are the kernel's own `sockaddr` bytes: hashable,
comparable and ready to be sent to.
"""

import errno
import socket
from collections.abc import Iterator
from struct import Struct
from typing import Any, Final

from cffi import FFI

Source = bytes
"""A `sockaddr_in` or `sockaddr_in6` as the kernel writes it, cut to the bytes that tell sources apart."""

SLOT: Final = 2048
"""Bytes for one datagram. Larger ones cannot be media (no path carries them whole) and are dropped unread."""
BATCH: Final = 64
"""Datagrams per system call: at 0.6 µs each, a larger batch saves nothing more and delays the first one."""
BUFFER: Final = 4 << 20
"""Wanted kernel buffer per direction: about 100 visits' worth of 100 ms. The kernel may grant less."""
_SIN: Final = Struct("=HH4s")
_SIN6: Final = Struct("=HHI16sI")

ffi: Any = FFI()
ffi.cdef("""
    struct iovec { void *iov_base; size_t iov_len; };
    struct msghdr {
        void *msg_name; unsigned int msg_namelen;
        struct iovec *msg_iov; size_t msg_iovlen;
        void *msg_control; size_t msg_controllen; int msg_flags;
    };
    struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
    int recvmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags, void *timeout);
    int sendmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags);
""")
libc: Any = ffi.dlopen(None)
_WORDS_PER_HEADER: Final[int] = ffi.sizeof("struct mmsghdr") // 4
_LENGTH_WORD: Final[int] = ffi.offsetof("struct mmsghdr", "msg_len") // 4
_NO_WAIT: Final = int(socket.MSG_DONTWAIT)


def source_size(family: int) -> int:
    """How many leading bytes of a `sockaddr` identify a source of this family."""
    return _SIN6.size if family == socket.AF_INET6 else _SIN.size


def to_source(address: tuple[str, int], family: int) -> Source:
    """The kernel's form of an (IP, port) pair."""
    packed = socket.inet_pton(family, address[0])
    port = socket.htons(address[1])
    if family == socket.AF_INET6:
        return _SIN6.pack(family, port, 0, packed, 0)
    return _SIN.pack(family, port, packed)


def to_address(source: Source) -> tuple[str, int]:
    """The (IP, port) pair of a kernel address."""
    if len(source) == _SIN6.size:
        family, port, _flow, packed, _scope = _SIN6.unpack(source)
    else:
        family, port, packed = _SIN.unpack(source)
    return socket.inet_ntop(family, packed), socket.ntohs(port)


def open_socket(host: str, port: int) -> socket.socket:
    """A non-blocking UDP socket bound to one address.

    Raises:
        OSError: the address is not ours or the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_DGRAM)
    try:
        opened.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            opened.setsockopt(socket.SOL_SOCKET, option, BUFFER)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((host, port))
    except OSError:
        opened.close()
        raise
    return opened


class _Slots:
    """`count` message headers, each with one fixed buffer of `SLOT` bytes."""

    __slots__ = ("_iov", "_keep", "arena", "base", "headers", "lengths", "vectors")

    def __init__(self, count: int) -> None:
        self.arena = bytearray(count * SLOT)
        self._keep = ffi.from_buffer("char[]", self.arena)
        self.base: Any = ffi.cast("char *", self._keep)
        self._iov = ffi.new("struct iovec[]", count)
        self.headers: Any = ffi.new("struct mmsghdr[]", count)
        for index in range(count):
            self._iov[index].iov_base = self.base + index * SLOT
            self._iov[index].iov_len = SLOT
            self.headers[index].msg_hdr.msg_iov = ffi.addressof(self._iov, index)
            self.headers[index].msg_hdr.msg_iovlen = 1
        self.vectors: Any = [ffi.addressof(self._iov, index) for index in range(count)]
        self.lengths: Any = ffi.cast("unsigned int *", self.headers)


class Inbox:
    """The receiving side of one socket. A batch is valid until the next `receive`."""

    __slots__ = ("_fd", "_name_step", "_names", "_names_view", "_size", "_slots", "arena", "pointers", "view")

    def __init__(self, sock: socket.socket) -> None:
        self._fd = sock.fileno()
        self._size = source_size(sock.family)
        self._name_step = 28
        self._slots = _Slots(BATCH)
        self.arena = self._slots.arena
        self.view = memoryview(self.arena)
        self.pointers: Any = [self._slots.base + index * SLOT for index in range(BATCH)]
        self._names = ffi.new("char[]", BATCH * self._name_step)
        self._names_view: Any = ffi.buffer(self._names)
        for index in range(BATCH):
            header = self._slots.headers[index].msg_hdr
            header.msg_name = self._names + index * self._name_step
            header.msg_namelen = self._name_step

    def receive(self) -> int:
        """Take up to `BATCH` waiting datagrams; how many came (0 when none waited)."""
        count: int = libc.recvmmsg(self._fd, self._slots.headers, BATCH, _NO_WAIT, ffi.NULL)
        return max(count, 0)

    def batch(self, count: int) -> Iterator[tuple[int, int, Source]]:
        """(index, length, source) of each datagram of the batch without over-long ones.

        The datagram with that index begins at `index * SLOT` in `arena` and at `pointers[index]`.
        """
        lengths, names, step, size = self._slots.lengths, self._names_view, self._name_step, self._size
        for index in range(count):
            length = lengths[index * _WORDS_PER_HEADER + _LENGTH_WORD]
            if length < SLOT:
                at = index * step
                yield index, length, names[at : at + size]


class Outbox:
    """The sending side of one socket: fill slots, then flush. A full kernel buffer drops and counts."""

    __slots__ = ("_fd", "_headers", "_slots", "_vectors", "arena", "count", "dropped", "pointers", "sent")

    def __init__(self, sock: socket.socket) -> None:
        self._fd = sock.fileno()
        self._slots = _Slots(BATCH)
        self._vectors = self._slots.vectors
        self._headers = [ffi.addressof(self._slots.headers, index).msg_hdr for index in range(BATCH)]
        self.arena = self._slots.arena
        self.pointers: Any = [self._slots.base + index * SLOT for index in range(BATCH)]
        self.count = 0
        self.sent = 0
        self.dropped = 0

    def add(self, length: int, name: Any, name_length: int) -> None:
        """Queue the datagram that was built in slot `count` for the `sockaddr` that `name` points to.

        The caller keeps `name` alive until `flush`.
        """
        index = self.count
        self._vectors[index].iov_len = length
        header = self._headers[index]
        header.msg_name = name
        header.msg_namelen = name_length
        self.count = index + 1
        if self.count == BATCH:
            self.flush()

    def flush(self) -> None:
        """Hand the queued datagrams to the kernel. What it will not take now is late media: drop it."""
        start, count = 0, self.count
        self.count = 0
        while start < count:
            taken: int = libc.sendmmsg(self._fd, self._slots.headers + start, count - start, _NO_WAIT)
            if taken > 0:
                self.sent += taken
                start += taken
            elif ffi.errno in {errno.EAGAIN, errno.ENOBUFS}:
                self.dropped += count - start
                return
            elif ffi.errno != errno.EINTR:
                self.dropped += (
                    1  # this destination alone is unreachable or the datagram too long for its path
                )
                start += 1


def destination(source: Source) -> tuple[Any, int]:
    """A `sockaddr` to pass to `Outbox.add`, made once per address: (pointer, length)."""
    length = 28 if len(source) == _SIN6.size else 16
    name = ffi.new("char[]", length)
    ffi.buffer(name)[0 : len(source)] = source
    return name, length
