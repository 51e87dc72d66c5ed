"""Datagrams as somebody sends them who wants to hurt: short ones of any first byte, hellos and alerts."""

import struct

LENGTHS = range(21)
RECORD = struct.Struct("!BHHIHH")  # type, version, epoch, sequence (high and low), length


def runts() -> list[bytes]:
    """Every length from 0 to 20 with every first byte; those of 15 read as an alert where one can be."""
    rest = b"\xfe\xfd" + bytes(9) + b"\2\2\x28" + bytes(6)
    return [b""] + [(bytes([first]) + rest)[:length] for length in LENGTHS[1:] for first in range(256)]


def hello_and_alerts() -> list[bytes]:
    """A hello that offers no cipher, fatal alerts, a hello of ours, and damaged ones."""
    body = b"\xfe\xfd" + bytes(32) + b"\0\0" + b"\0\2\0\0" + b"\1\0"
    hello = b"\1" + len(body).to_bytes(3, "big") + b"\0\0" + b"\0\0\0" + len(body).to_bytes(3, "big") + body
    plain = [
        (22, hello),
        (21, b"\2\x28"),
        (21, b"\2\0"),
        (21, b"\1\0"),
        (22, b"\2" + hello[1:]),
        (22, b"\3" + hello[1:]),
    ]
    return [
        RECORD.pack(kind, version, 0, 0, sequence, len(data)) + data
        for kind, data in plain
        for version in (0xFEFD, 0xFEFF)
        for sequence in range(3)
    ]
