"""A file is what its bytes say; what is two things, cut short or too large is not taken."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.file_kinds import MOST_PIXELS, TAIL_BYTES, Looked, NotTakenError, check_claim, kind_of, look
from tests.signaling import file_samples as samples
from waiting_room.core.model import FileKind


def looked(content: bytes) -> Looked:
    return look(content[: 256 * 1024], content[-TAIL_BYTES:], len(content))


def refusal(content: bytes) -> str:
    with pytest.raises(NotTakenError) as no:
        looked(content)
    return no.value.code


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (samples.jpeg(), FileKind.jpeg),
        (samples.png(), FileKind.png),
        (samples.webp(), FileKind.webp),
        (samples.webp_lossless(), FileKind.webp),
        (samples.webp_extended(), FileKind.webp),
    ],
)
def test_a_picture_is_known_with_its_size(content: bytes, kind: FileKind) -> None:
    assert looked(content) == Looked(kind, 64, 48)


@pytest.mark.parametrize(
    ("content", "kind"), [(samples.heic(), FileKind.heic), (samples.pdf(), FileKind.pdf)]
)
def test_others_are_known_without(content: bytes, kind: FileKind) -> None:
    assert looked(content) == Looked(kind)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"MZ\x90\x00 a program",
        b"\x7fELF a program",
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a\x01\x00\x01\x00",
        b"PK\x03\x04 a document of an office",
        b" %PDF-1.4 not at the beginning",
        b"\x00\x00\x00\x18ftypmp42 a film",
        b"RIFF\x00\x00\x00\x00WAVE a sound",
    ],
)
def test_nothing_else_is_taken(content: bytes) -> None:
    assert refusal(content) == "file_kind_unknown"


def test_a_picture_that_is_a_document_as_well_is_not_taken() -> None:
    assert refusal(samples.png(comment=b"Comment\x00" + samples.pdf())) == "file_lies"


@pytest.mark.parametrize("host", [samples.jpeg(padding=300) + b"\xff\xd9", samples.pdf()])
def test_an_archive_behind_a_file_is_not_taken(host: bytes) -> None:
    assert refusal(host + samples.zip_archive()) == "file_lies"


@pytest.mark.parametrize("end", [b"%%EOF", b"\n%%EOF\n", b" " * 30 + b"%%EOF"])
def test_an_archive_within_a_document_is_not_taken(end: bytes) -> None:
    assert refusal(samples.pdf() + samples.zip_archive() + end) == "file_lies"


def test_the_signature_of_an_archive_by_chance_is_no_archive() -> None:
    assert (
        looked(samples.jpeg(padding=9)[:-2] + b"PK\x05\x06" + b"x" * 60 + b"\xff\xd9").kind is FileKind.jpeg
    )


@pytest.mark.parametrize(
    "content",
    [
        samples.png()[:-5],
        samples.png() + b"<script>",
        samples.jpeg()[:-2],
        samples.webp()[:-3],
        samples.webp() + b"more",
        samples.pdf()[:-20],
        samples.heic()[:8] + b"heic",
        samples.png(0, 5),
        samples.jpeg(0, 5),
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 9 + b"\xff\xd9",
        b"\xff\xd8\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12" * 99 + b"\xff\xd9",
        b"\xff\xd8\xff" + b"no frame at all " * 9 + b"\xff\xd9",
        b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x00IEND\xaeB`\x82",
        b"RIFF\x0c\x00\x00\x00WEBPNONE\x00\x00\x00\x00",
    ],
)
def test_what_is_cut_short_or_goes_on_is_broken(content: bytes) -> None:
    assert refusal(content) == "file_broken"


def test_a_telephones_film_behind_its_photo_is_no_reason() -> None:
    assert looked(samples.jpeg() + b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 900).kind is FileKind.jpeg


def test_a_picture_with_absurdly_many_pixels_is_not_taken() -> None:
    bomb = samples.png(1, 1).replace(
        b"\x00\x00\x00\x01\x00\x00\x00\x01", b"\x00\x01\x00\x00\x00\x01\x00\x00", 1
    )
    assert MOST_PIXELS < 65_536**2
    assert refusal(bomb) == "picture_too_large"


def test_the_size_of_a_photo_stands_behind_its_other_segments() -> None:
    profile = b"\xff\xe2\xff\xff" + b"\x00" * 65_533
    content = samples.jpeg(4032, 3024)
    assert looked(content[:2] + profile * 2 + b"\xff" + content[2:]) == Looked(FileKind.jpeg, 4032, 3024)
    assert looked(content[:2] + profile * 5 + content[2:]) == Looked(FileKind.jpeg)


def test_a_document_called_a_picture_lies_a_picture_of_another_kind_is_renamed() -> None:
    with pytest.raises(NotTakenError):
        check_claim(FileKind.pdf, FileKind.jpeg)
    with pytest.raises(NotTakenError):
        check_claim(FileKind.png, FileKind.pdf)
    check_claim(FileKind.webp, FileKind.jpeg)
    check_claim(FileKind.pdf, FileKind.pdf)


MAGIC = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-", b"RIFF____WEBP", b"____ftypheic", b""]


@given(st.sampled_from(MAGIC), st.binary(max_size=200), st.binary(max_size=40))
def test_whatever_comes_has_an_answer(magic: bytes, head: bytes, tail: bytes) -> None:
    content = magic + head + tail
    with contextlib.suppress(NotTakenError):
        assert looked(content).kind is kind_of(content)
