"""Many datagrams per system call: recvmmsg(2) and sendmmsg(2) on buffers that are allocated once.

The C library is called through cffi's ABI mode, so installing needs no compiler. A received datagram stays
where the kernel wrote it (`Inbox.arena`) and a sent one is built where the kernel will read it
(`Outbox.arena`); SRTP works on both in place. Addresses are the kernel's own `sockaddr` bytes: hashable,
comparable and ready to be sent to.
"""

import contextlib
import errno
import socket
import sys
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
_SNDBUFFORCE: Final = 32  # socket(7); Python does not name them
_RCVBUFFORCE: Final = 33
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
NAME_STEP: Final = 28  # sizeof(struct sockaddr_in6)
LENGTH_STEP: Final[int] = ffi.sizeof("struct mmsghdr") // 4
LENGTH_AT: Final[int] = ffi.offsetof("struct mmsghdr", "msg_len") // 4
_NAME_WORDS: Final[int] = ffi.sizeof("struct mmsghdr") // ffi.sizeof("uintptr_t")
SIZE_STEP: Final[int] = ffi.sizeof("struct iovec") // ffi.sizeof("uintptr_t")
_LOW_HALF: Final[int] = 0 if sys.byteorder == "little" else ffi.sizeof("size_t") // 4 - 1
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
        for option, forced in ((socket.SO_RCVBUF, _RCVBUFFORCE), (socket.SO_SNDBUF, _SNDBUFFORCE)):
            opened.setsockopt(socket.SOL_SOCKET, option, BUFFER)
            with contextlib.suppress(OSError):  # past net.core.rmem_max, for who may (CAP_NET_ADMIN)
                opened.setsockopt(socket.SOL_SOCKET, forced, BUFFER)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((host, port))
    except OSError:
        opened.close()
        raise
    return opened


class _Slots:
    """`count` message headers, each with one fixed buffer of `SLOT` bytes."""

    __slots__ = ("_keep", "arena", "base", "headers", "vectors")

    def __init__(self, count: int) -> None:
        self.arena = bytearray(count * SLOT)
        self._keep = ffi.from_buffer("char[]", self.arena)
        self.base: Any = ffi.cast("char *", self._keep)
        self.vectors: Any = ffi.new("struct iovec[]", count)
        self.headers: Any = ffi.new("struct mmsghdr[]", count)
        for index in range(count):
            self.vectors[index].iov_base = self.base + index * SLOT
            self.vectors[index].iov_len = SLOT
            self.headers[index].msg_hdr.msg_iov = ffi.addressof(self.vectors, index)
            self.headers[index].msg_hdr.msg_iovlen = 1


class Inbox:
    """The receiving side of one socket. A batch is valid until the next `receive`.

    Datagram `index` of a batch begins at `index * SLOT` in `arena` (and its `view`) and at `pointers[index]`.
    `lengths` and `names` are for the packet path, which reads them without a call; what decrypts a datagram
    in place replaces its length through `length_pointers[index]`.
    """

    __slots__ = (
        "_fd",
        "_keep",
        "_slots",
        "arena",
        "length_pointers",
        "lengths",
        "name_size",
        "names",
        "pointers",
        "view",
    )

    def __init__(self, sock: socket.socket) -> None:
        self._fd = sock.fileno()
        self.name_size = source_size(sock.family)
        self._slots = _Slots(BATCH)
        self.arena = self._slots.arena
        self.view = memoryview(self.arena)
        self.pointers: Any = [self._slots.base + index * SLOT for index in range(BATCH)]
        self.lengths: Any = ffi.cast("unsigned int *", self._slots.headers)
        self.length_pointers: Any = [
            ffi.cast("int *", self.lengths + index * LENGTH_STEP + LENGTH_AT) for index in range(BATCH)
        ]
        self._keep = ffi.new("char[]", BATCH * NAME_STEP)
        self.names: Any = ffi.buffer(self._keep)
        for index in range(BATCH):
            header = self._slots.headers[index].msg_hdr
            header.msg_name = self._keep + index * NAME_STEP
            header.msg_namelen = NAME_STEP

    def receive(self) -> int:
        """Take up to `BATCH` waiting datagrams; how many came (0 when none waited)."""
        count: int = libc.recvmmsg(self._fd, self._slots.headers, BATCH, _NO_WAIT, ffi.NULL)
        return max(count, 0)

    def length(self, index: int) -> int:
        """Bytes of the datagram; `SLOT` means that it was longer than that and is cut."""
        found: int = self.lengths[index * LENGTH_STEP + LENGTH_AT]
        return found

    def source(self, index: int) -> Source:
        """Where the datagram came from."""
        at = index * NAME_STEP
        found: Source = self.names[at : at + self.name_size]
        return found


class Outbox:
    """The sending side of one socket: fill slots, then flush. A full kernel buffer drops and counts.

    The next datagram goes into slot `count`: its bytes to `arena` at `count * SLOT` (`pointers[count]`), its
    length to `sizes[count * SIZE_STEP]`; what encrypts it in place replaces the length through
    `length_pointers[count]`. Then `put` queues it.
    """

    __slots__ = (
        "_fd",
        "_names",
        "_slots",
        "arena",
        "count",
        "dropped",
        "length_pointers",
        "pointers",
        "sent",
        "sizes",
    )

    def __init__(self, sock: socket.socket) -> None:
        self._fd = sock.fileno()
        self._slots = _Slots(BATCH)
        for index in range(BATCH):
            self._slots.headers[index].msg_hdr.msg_namelen = 28 if sock.family == socket.AF_INET6 else 16
        self._names: Any = ffi.cast("uintptr_t *", self._slots.headers)  # msg_name comes first
        self.sizes: Any = ffi.cast("uintptr_t *", self._slots.vectors) + 1  # iov_len comes second
        self.length_pointers: Any = [
            ffi.cast("int *", self.sizes + index * SIZE_STEP) + _LOW_HALF for index in range(BATCH)
        ]
        self.arena = self._slots.arena
        self.pointers: Any = [self._slots.base + index * SLOT for index in range(BATCH)]
        self.count = 0
        self.sent = 0
        self.dropped = 0

    def put(self, name: int) -> None:
        """Queue what is in slot `count` for the `sockaddr` at address `name`; it must live until `flush`."""
        index = self.count
        self._names[index * _NAME_WORDS] = name
        self.count = index + 1
        if index == BATCH - 1:
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
                self.dropped += 1  # this destination alone is unreachable, or its path too narrow
                start += 1


class Destination:
    """A `sockaddr` in memory that the kernel can read, made once per address."""

    __slots__ = ("_memory", "address")

    def __init__(self, source: Source) -> None:
        self._memory = ffi.new("char[]", NAME_STEP)
        ffi.buffer(self._memory)[0 : len(source)] = source
        self.address: int = int(ffi.cast("uintptr_t", self._memory))
