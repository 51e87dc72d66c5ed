import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st

from media.scratch_file import KEPT, ScratchFile
from media.sealed_file import PAGE


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[ScratchFile]:
    file = ScratchFile(tmp_path, os.urandom)
    yield file
    file.close()


def on_disk(file: ScratchFile) -> bytes:
    return os.pread(file._number, 1 << 24, 0)


def test_it_has_no_name(tmp_path: Path, scratch: ScratchFile) -> None:
    scratch.write(b"x" * 10 * PAGE)
    assert not list(tmp_path.iterdir())


def test_nothing_readable_is_on_the_disk(scratch: ScratchFile) -> None:
    for _ in range(3):
        scratch.seek(0)
        for n in range(2 * KEPT):
            scratch.write(b"the same on every page".ljust(PAGE, b"%d" % n))
    assert len(on_disk(scratch)) > KEPT * PAGE
    assert b"the same" not in on_disk(scratch)


def test_no_page_is_written_twice_under_one_nonce(scratch: ScratchFile) -> None:
    nonces = []
    for _ in range(3):
        scratch.seek(0)
        scratch.write(bytes(2 * KEPT * PAGE))
        disk = on_disk(scratch)
        nonces += [disk[at : at + 12] for at in range(0, len(disk), PAGE + 28)]
    assert len(set(nonces)) == len(nonces)


def test_a_page_that_was_changed_on_the_disk_is_noticed(scratch: ScratchFile) -> None:
    scratch.write(bytes(2 * KEPT * PAGE))
    os.pwrite(scratch._number, b"!", 500)
    with pytest.raises(InvalidTag):
        scratch.digest()


def test_closing_twice_is_once(scratch: ScratchFile) -> None:
    scratch.close()
    scratch.close()
    assert scratch.closed


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12 * PAGE), st.booleans(), st.integers(0, 3 * PAGE)), max_size=12))
def test_it_is_a_file_like_any_other(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, bool, int]]
) -> None:
    scratch = ScratchFile(tmp_path_factory.getbasetemp(), os.urandom)
    plain = io.BytesIO()
    for n, (offset, on, length) in enumerate(steps):
        where = (offset, os.SEEK_CUR if on else os.SEEK_SET)
        assert scratch.seek(*where) == plain.seek(*where)
        assert scratch.write(bytes([n + 1]) * length) == plain.write(bytes([n + 1]) * length)
        assert scratch.tell() == plain.tell()
    assert scratch.seek(0, os.SEEK_END) == plain.seek(0, os.SEEK_END)
    assert b"".join(scratch.content()) == plain.getvalue()
    assert scratch.digest() == hashlib.sha256(plain.getvalue()).digest()
    scratch.close()
