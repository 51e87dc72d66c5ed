import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import datagrams
from media.datagrams import (
    BATCH,
    SIZE_STEP,
    SLOT,
    Destination,
    Inbox,
    Outbox,
    open_socket,
    to_address,
    to_source,
)

pytestmark = pytest.mark.sockets


@given(st.ip_addresses(v=4).map(str), st.integers(0, 65535))
def test_an_ipv4_address_survives_the_kernels_form(ip: str, port: int) -> None:
    assert to_address(to_source((ip, port), socket.AF_INET)) == (ip, port)


@given(st.ip_addresses(v=6).map(str), st.integers(0, 65535))
def test_an_ipv6_address_survives_the_kernels_form(ip: str, port: int) -> None:
    found, found_port = to_address(to_source((ip, port), socket.AF_INET6))
    assert socket.inet_pton(socket.AF_INET6, found) == socket.inet_pton(socket.AF_INET6, ip)
    assert found_port == port


@pytest.fixture(params=["127.0.0.1", "::1"])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two bound sockets of one family: ours and a peer's."""
    ours, theirs = open_socket(request.param, 0), open_socket(request.param, 0)
    yield ours, theirs
    ours.close()
    theirs.close()


def received(inbox: Inbox) -> list[tuple[bytes, tuple[str, int]]]:
    count = inbox.receive()
    return [
        (
            bytes(inbox.view[index * SLOT : index * SLOT + inbox.length(index)]),
            to_address(inbox.source(index)),
        )
        for index in range(count)
    ]


def test_a_batch_holds_each_datagram_and_its_source(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    inbox = Inbox(ours)
    for data in (b"", b"one", b"x" * 1200):
        theirs.sendto(data, ours.getsockname())
    source = theirs.getsockname()[:2]
    assert received(inbox) == [(b"", source), (b"one", source), (b"x" * 1200, source)]
    assert inbox.receive() == 0


def test_more_than_a_batch_comes_in_two(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    inbox = Inbox(ours)
    for index in range(BATCH + 3):
        theirs.sendto(bytes([index]), ours.getsockname())
    assert [data for data, _ in received(inbox)] == [bytes([index]) for index in range(BATCH)]
    assert len(received(inbox)) == 3


def test_an_over_long_datagram_is_known_by_its_length(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    inbox = Inbox(ours)
    theirs.sendto(b"x" * (SLOT + 500), ours.getsockname())
    theirs.sendto(b"after", ours.getsockname())
    assert inbox.receive() == 2
    assert (inbox.length(0), inbox.length(1)) == (SLOT, 5)


def put(outbox: Outbox, data: bytes, name: int) -> None:
    at = outbox.count * SLOT
    outbox.arena[at : at + len(data)] = data
    outbox.sizes[outbox.count * SIZE_STEP] = len(data)
    outbox.put(name)


def test_queued_datagrams_leave_in_order_to_their_destinations(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = pair
    outbox, inbox = Outbox(ours), Inbox(theirs)
    there = Destination(to_source(theirs.getsockname()[:2], ours.family))
    for data in (b"one", b"two", b"x" * 1400):
        put(outbox, data, there.address)
    outbox.flush()
    assert [data for data, _ in received(inbox)] == [b"one", b"two", b"x" * 1400]
    assert (outbox.sent, outbox.dropped, outbox.count) == (3, 0, 0)


def test_a_full_outbox_flushes_itself(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    outbox = Outbox(ours)
    there = Destination(to_source(theirs.getsockname()[:2], ours.family))
    for _ in range(BATCH):
        put(outbox, b"x", there.address)
    assert (outbox.count, outbox.sent) == (0, BATCH)


def test_one_unreachable_destination_costs_only_its_own(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    outbox, inbox = Outbox(ours), Inbox(theirs)
    there = Destination(to_source(theirs.getsockname()[:2], ours.family))
    nowhere = Destination(to_source((theirs.getsockname()[0], 0), ours.family))
    put(outbox, b"one", there.address)
    put(outbox, b"lost", nowhere.address)
    put(outbox, b"two", there.address)
    outbox.flush()
    assert [data for data, _ in received(inbox)] == [b"one", b"two"]
    assert outbox.dropped == 1


def test_what_the_kernel_will_not_take_is_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = open_socket("127.0.0.1", 0)
    outbox = Outbox(ours)
    there = Destination(to_source(ours.getsockname(), ours.family))

    class Full:
        def sendmmsg(self, *_: object) -> int:
            datagrams.ffi.errno = 11  # EAGAIN
            return -1

    monkeypatch.setattr(datagrams, "libc", Full())
    for _ in range(5):
        put(outbox, b"x", there.address)
    outbox.flush()
    assert (outbox.sent, outbox.dropped, outbox.count) == (0, 5, 0)
    ours.close()


def test_a_taken_port_is_an_error_and_leaks_nothing() -> None:
    first = open_socket("127.0.0.1", 0)
    with pytest.raises(OSError, match="in use"):
        open_socket("127.0.0.1", first.getsockname()[1])
    first.close()
