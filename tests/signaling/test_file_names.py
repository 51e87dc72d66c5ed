"""Names of files: nothing in them can be a path, markup, or hide another character."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.file_names import LONGEST_NAME, attachment, claimed_kind, given_name, harmless
from waiting_room.core.model import FileKind


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("rash.jpg", "rash.jpg"),
        ("IMG_0042.HEIC", "IMG_0042.jpg"),
        ("Lunar en la espalda – día 3.png", "Lunar en la espalda – día 3.jpg"),
        ("皮疹.jpeg", "皮疹.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\ana\\rash.jpg", "rash.jpg"),
        ("<img src=x onerror=alert(1)>.jpg", "img srcx onerroralert(1).jpg"),
        ("rash\u202egpj.exe", "rashgpj.exe.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "a Set-Cookie x.jpg"),
        ("\x00\x1b[31m.jpg", "[31m.jpg"),
        ("   ...   ", "photo.jpg"),
        ("", "photo.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("a" * 300, "a" * LONGEST_NAME + ".jpg"),
        ("zero\u200bwidth\ufeff.jpg", "zerowidth.jpg"),
    ],
)
def test_a_name_is_made_harmless(given: str, kept: str) -> None:
    assert harmless(given, FileKind.jpeg) == kept


def test_a_document_without_a_name_is_called_one() -> None:
    assert harmless("<>.pdf", FileKind.pdf) == "document.pdf"


def test_what_a_name_claims() -> None:
    assert claimed_kind("a.PDF") is FileKind.pdf
    assert claimed_kind("a.pdf.jpg") is FileKind.jpeg
    assert claimed_kind("jpg") is None
    assert claimed_kind("a.docx") is None


def test_a_name_comes_percent_encoded() -> None:
    assert given_name("Lunar%20d%C3%ADa%203.png") == "Lunar día 3.png"
    assert given_name("%FF%") == "\ufffd%"


def test_a_header_that_only_ever_saves() -> None:
    assert attachment("día 3.jpg") == "attachment; filename=\"d_a 3.jpg\"; filename*=UTF-8''d%C3%ADa%203.jpg"


@given(st.text(max_size=300), st.sampled_from(FileKind))
def test_whatever_a_file_is_called(name: str, kind: FileKind) -> None:
    kept = harmless(name, kind)
    assert not set(kept) & set("<>&\"'`/\\:*?|\n\r\t")
    assert all(unicodedata.category(char)[0] != "C" for char in kept)
    assert 0 < len(kept) <= LONGEST_NAME + 5
    assert not kept.startswith(".")
    assert harmless(kept, kind) == kept
    assert attachment(kept).isascii()
