"""Finished files at rest: readable from anywhere with the key, and nothing to anybody else."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from media.sealed_file import PAGE, DamagedFileError, SealedReader, seal, sealed_path

KEY = bytes(range(32))
CONTENT = b"".join(b"%08d" % n for n in range(PAGE // 4))  # two pages and no more
HEAD, STEP = 44, PAGE + 16


def pages(content: bytes) -> Iterator[bytes]:
    return (content[at : at + PAGE] for at in range(0, len(content), PAGE))


def sealed(folder: Path, content: bytes = CONTENT, name: str = "member.webm", key: bytes = KEY) -> Path:
    path = sealed_path(folder, name)
    seal(path, key, pages(content), len(content), hashlib.sha256(content).digest())
    return path


@pytest.mark.parametrize("size", [0, 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE + 5])
def test_what_was_sealed_is_read_back(tmp_path: Path, size: int) -> None:
    content = (CONTENT * 2)[:size]
    with SealedReader(sealed(tmp_path, content), KEY) as reader:
        assert reader.size == size
        assert reader.read(0, size) == content
        assert reader.read(0, size + 100) == content


@pytest.mark.parametrize(
    ("offset", "length"),
    [(0, 1), (PAGE - 1, 2), (PAGE, 5), (7, 2 * PAGE - 9), (2 * PAGE - 1, 9), (2 * PAGE, 9), (5, 0)],
)
def test_any_range_can_be_read(tmp_path: Path, offset: int, length: int) -> None:
    with SealedReader(sealed(tmp_path), KEY) as reader:
        assert reader.read(offset, length) == CONTENT[offset : offset + length]


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    first = sealed(tmp_path).read_bytes()
    assert sealed(tmp_path).read_bytes() == first


def test_another_content_or_name_or_key_gives_others_on_every_page(tmp_path: Path) -> None:
    changed = CONTENT[:-1] + b"!"
    files = [
        sealed(tmp_path).read_bytes(),
        sealed(tmp_path, changed).read_bytes(),
        sealed(tmp_path, name="clinician.webm").read_bytes(),
        sealed(tmp_path, key=bytes(32)).read_bytes(),
    ]
    for page in range(2):
        starts = {file[HEAD + page * STEP :][:64] for file in files}
        assert len(starts) == len(files)


def test_nothing_of_the_content_is_in_the_file(tmp_path: Path) -> None:
    file = sealed(tmp_path).read_bytes()
    assert hashlib.sha256(CONTENT).digest() not in file
    assert not any(CONTENT[at : at + 16] in file for at in range(0, len(CONTENT), 4096))


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    assert stat.S_IMODE(sealed(tmp_path).stat().st_mode) == 0o600


@pytest.mark.parametrize("page", [0, 1])
def test_a_changed_page_is_named_and_the_others_can_be_read(tmp_path: Path, page: int) -> None:
    content = CONTENT + b"end"
    path = sealed(tmp_path, content)
    file = bytearray(path.read_bytes())
    file[HEAD + page * STEP + 70] ^= 1
    path.write_bytes(file)
    with SealedReader(path, KEY) as reader:
        assert reader.read((1 - page) * PAGE, 10) == content[(1 - page) * PAGE :][:10]
        with pytest.raises(DamagedFileError) as damage:
            reader.read(page * PAGE, 10)
    assert damage.value.page == page
    assert str(page) in str(damage.value)


def test_pages_that_changed_places_do_not_open(tmp_path: Path) -> None:
    path = sealed(tmp_path)
    file = path.read_bytes()
    first, second = file[HEAD : HEAD + STEP], file[HEAD + STEP :]
    path.write_bytes(file[:HEAD] + second + first)
    with pytest.raises(DamagedFileError):
        SealedReader(path, KEY)


@pytest.mark.parametrize("cut", [0, 10, HEAD, HEAD + STEP, HEAD + 2 * STEP - 1])
def test_a_file_that_was_cut_off_does_not_open(tmp_path: Path, cut: int) -> None:
    path = sealed(tmp_path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DamagedFileError) as damage:
        SealedReader(path, KEY)
    assert damage.value.page == -1


def test_a_head_that_lies_about_the_size_does_not_open(tmp_path: Path) -> None:
    path = sealed(tmp_path)
    file = path.read_bytes()
    shorter = file[:4] + (PAGE).to_bytes(8) + file[12 : HEAD + STEP]
    path.write_bytes(shorter)
    with pytest.raises(DamagedFileError) as damage:
        SealedReader(path, KEY)
    assert damage.value.page == 0


def test_another_key_and_another_name_do_not_open_it(tmp_path: Path) -> None:
    path = sealed(tmp_path)
    with pytest.raises(DamagedFileError):
        SealedReader(path, bytes(32))
    other = path.rename(sealed_path(tmp_path, "clinician.webm"))
    with pytest.raises(DamagedFileError):
        SealedReader(other, KEY)


def test_what_a_killed_process_left_is_written_over(tmp_path: Path) -> None:
    part = tmp_path / "member.webm.sealed.part"
    part.write_bytes(b"half")
    path = sealed(tmp_path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_writer_that_fails_leaves_the_file_before(tmp_path: Path) -> None:
    before = sealed(tmp_path).read_bytes()

    def breaking() -> Iterator[bytes]:
        yield CONTENT[:PAGE]
        raise OSError(28, os.strerror(28))

    with pytest.raises(OSError, match="No space"):
        seal(sealed_path(tmp_path, "member.webm"), KEY, breaking(), len(CONTENT), bytes(32))
    assert sealed_path(tmp_path, "member.webm").read_bytes() == before
