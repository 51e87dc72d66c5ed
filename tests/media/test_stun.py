import binascii
import struct

import pytest
from aioice import stun as reference
from hypothesis import given
from hypothesis import strategies as st

from media import stun
from media.stun import Credentials

CREDENTIALS = Credentials(ufrag="ours", password="a-password-of-22-chars", remote_ufrag="theirs")


def known(ufrag: str) -> Credentials | None:
    return CREDENTIALS if ufrag == CREDENTIALS.ufrag else None


def request(
    username: str = "ours:theirs",
    password: str = CREDENTIALS.password,
    *,
    nominate: bool = False,
    **extra: object,
) -> bytes:
    message = reference.Message(reference.Method.BINDING, reference.Class.REQUEST, b"transaction!")
    message.attributes["USERNAME"] = username
    message.attributes["PRIORITY"] = 1
    if nominate:
        message.attributes["USE-CANDIDATE"] = None
    message.attributes.update(extra)
    message.add_message_integrity(password.encode())
    return bytes(message)


def with_fingerprint(body: bytes) -> bytes:
    """Attributes framed as a request whose FINGERPRINT is right, whatever they say."""
    head = struct.pack("!HHI12s", 1, len(body) + 8, reference.COOKIE, b"transaction!") + body
    return head + struct.pack("!HHI", 0x8028, 4, binascii.crc32(head) ^ reference.FINGERPRINT_XOR)


def test_an_authenticated_request_is_a_check() -> None:
    check = stun.authenticate(request(), known)
    assert check is not None
    assert (check.ufrag, check.nominated, check.transaction) == ("ours", False, b"transaction!")


def test_use_candidate_nominates() -> None:
    check = stun.authenticate(request(nominate=True), known)
    assert check is not None
    assert check.nominated


@pytest.mark.parametrize(
    "username", ["ours:others", "ours", "", "else:theirs", "theirs:ours", "ours:theirs:more"]
)
def test_another_username_is_not_believed(username: str) -> None:
    assert stun.authenticate(request(username=username), known) is None


def test_another_password_is_not_believed() -> None:
    assert stun.authenticate(request(password="another-password-entirely"), known) is None


def test_a_request_without_integrity_is_not_believed() -> None:
    username = b"ours:theirs\0"
    assert stun.authenticate(with_fingerprint(struct.pack("!HH", 6, 11) + username), known) is None


def test_attributes_after_the_signature_do_not_nominate() -> None:
    signed = request()[:-8]
    sneaked = with_fingerprint(signed[20:] + struct.pack("!HH", 0x0025, 0))
    check = stun.authenticate(sneaked, known)
    assert check is None or not check.nominated


@pytest.mark.parametrize("kind", [0x0000, 0x0011, 0x0101, 0x0111, 0x0003, 0x3FFF])
def test_only_binding_requests_are_looked_at(kind: int) -> None:
    datagram = bytearray(request())
    datagram[0:2] = kind.to_bytes(2, "big")
    datagram[-4:] = (binascii.crc32(bytes(datagram[:-8])) ^ reference.FINGERPRINT_XOR).to_bytes(4, "big")
    assert stun.authenticate(bytes(datagram), known) is None


@given(st.integers(0, len(request()) * 8 - 1))
def test_no_flipped_bit_survives(bit: int) -> None:
    datagram = bytearray(request(nominate=True))
    if bit < len(datagram) * 8:
        datagram[bit // 8] ^= 1 << bit % 8
        assert stun.authenticate(bytes(datagram), known) is None


@given(st.binary(max_size=700))
def test_arbitrary_bytes_are_never_a_check(datagram: bytes) -> None:
    assert stun.authenticate(datagram, known) is None


@given(st.binary(max_size=400).map(lambda body: body + b"\0" * (-len(body) % 4)))
def test_arbitrary_attributes_with_a_right_fingerprint_are_never_a_check(body: bytes) -> None:
    assert stun.authenticate(with_fingerprint(body), known) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from([kind for kind, *_ in reference.ATTRIBUTES if kind not in {6, 8, 0x8028}]),
            st.binary(max_size=24),
        ),
        max_size=6,
    )
)
def test_odd_attributes_never_raise(odd: list[tuple[int, bytes]]) -> None:
    body = struct.pack("!HH", 6, 11) + b"ours:theirs\0"
    for kind, value in odd:
        body += struct.pack("!HH", kind, len(value)) + value + b"\0" * (-len(value) % 4)
    head = struct.pack("!HHI12s", 1, len(body) + 24, reference.COOKIE, b"transaction!") + body
    signature = reference.message_integrity(head, CREDENTIALS.password.encode())
    check = stun.authenticate(with_fingerprint(body + struct.pack("!HH", 8, 20) + signature), known)
    assert check is None or check.ufrag == "ours"


@pytest.mark.parametrize("source", [("192.0.2.7", 50000), ("2001:db8::7", 50000)])
def test_the_answer_says_where_the_check_came_from_and_is_signed(source: tuple[str, int]) -> None:
    check = stun.authenticate(request(), known)
    assert check is not None
    answer = reference.parse_message(stun.success(check, source))
    assert answer.message_class is reference.Class.RESPONSE
    assert answer.transaction_id == b"transaction!"
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == source
    assert answer.check_message_integrity(CREDENTIALS.password.encode())


def test_the_answer_is_not_longer_than_the_request() -> None:
    check = stun.authenticate(request(), known)
    assert check is not None
    assert len(stun.success(check, ("192.0.2.7", 50000))) <= len(request())
