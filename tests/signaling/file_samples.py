"""Small real files of every kind that is taken, made by hand so that nothing has to be carried along."""

import struct
import zlib


def png(width: int = 64, height: int = 48, *, comment: bytes = b"") -> bytes:
    """A grey picture."""
    rows = zlib.compress(b"".join(b"\x00" + b"\x7f" * width for _ in range(height)))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))]
    chunks += [(b"tEXt", comment)] if comment else []
    chunks += [(b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def jpeg(width: int = 64, height: int = 48, *, padding: int = 0) -> bytes:
    """Headers that say what a decoder would need first, a body, and the end."""
    app0 = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"
    return (
        b"\xff\xd8"
        + app0
        + frame
        + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
        + b"\x12" * padding
        + b"\xff\xd9"
    )


def webp(width: int = 64, height: int = 48) -> bytes:
    """Lossy, one frame."""
    frame = b"\x30\x01\x00\x9d\x01\x2a" + struct.pack("<HH", width, height) + b"\x00" * 8
    body = b"WEBPVP8 " + struct.pack("<I", len(frame)) + frame
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_lossless(width: int = 64, height: int = 48) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    data = b"\x2f" + struct.pack("<I", bits) + b"\x00" * 5
    body = b"WEBPVP8L" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_extended(width: int = 64, height: int = 48) -> bytes:
    data = b"\x00" * 4 + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def heic() -> bytes:
    """The file type box and a movie of nothing."""
    return b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00\x00\x00\x08mdat"


def pdf(text: bytes = b"Take one a day") -> bytes:
    """One page with a line of text."""
    stream = b"BT /F1 24 Tf 72 720 Td (" + text + b") Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources 5 0 R >>",
        b"<< /Length " + str(len(stream)).encode() + b" >>\nstream\n" + stream + b"\nendstream",
        b"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = b"0000000000 65535 f \n" + b"".join(f"{at:010} 00000 n \n".encode() for at in places)
    size = str(len(objects) + 1).encode()
    return (
        out + b"xref\n0 " + size + b"\n" + table + b"trailer << /Size " + size + b" /Root 1 0 R >>\n"
        b"startxref\n" + str(len(out)).encode() + b"\n%%EOF\n"
    )


def zip_archive() -> bytes:
    """An empty one: its end of central directory alone."""
    return b"PK\x05\x06" + b"\x00" * 18
