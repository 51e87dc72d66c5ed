"""The format of segments: what is written comes back, and what was touched is named and never decoded."""

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from segments import HEADER, KEY, TRACK, chunk, numbers, packet, pieces, write

from media.core.recording import Entry
from media.recordings import reading
from media.recordings.reading import DamagedError, Fault, Verdict
from media.recordings.sealing import CHUNK_HEAD, NotASegmentError, unpack_header
from media.recordings.segment import Segment

OTHER = bytes(32)


def entries(path: Path, key: bytes = KEY) -> tuple[list[Entry], Verdict]:
    verdict = Verdict()
    return list(reading.read(path, key, verdict)), verdict


def faults(verdict: Verdict) -> list[tuple[Fault, int]]:
    return [(damage.fault, damage.chunk) for damage in verdict.damages]


def test_a_segment_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = write(tmp_path)
    said, verdict = entries(path)
    assert said == [TRACK, *map(packet, range(1, 6))]
    assert (verdict.header, verdict.chunks, verdict.ended, verdict.damages) == (HEADER, 6, True, [])
    assert list(reading.read(path, KEY)) == said
    assert reading.header(path) == HEADER
    assert reading.verify(path, KEY) == verdict


def test_the_last_chunk_may_hold_entries(tmp_path: Path) -> None:
    segment = Segment(tmp_path, HEADER, KEY)
    segment.add(chunk(1), last=True)
    segment.flush()
    segment.close()
    said, verdict = entries(segment.path)
    assert (numbers(said), verdict.ended) == ([1], True)


def test_only_its_owner_may_look_at_it(tmp_path: Path) -> None:
    former = os.umask(0)
    try:
        path = write(tmp_path / "recordings")
    finally:
        os.umask(former)
    assert path == tmp_path / "recordings" / HEADER.recording / f"{HEADER.segment}.vvr"
    assert path.stat().st_mode & 0o777 == 0o600
    for folder in (path.parent, path.parent.parent):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_it_never_writes_into_a_file_that_is_there(tmp_path: Path) -> None:
    path = write(tmp_path)
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        write(tmp_path)
    assert path.read_bytes() == before


def test_neither_key_nor_content_is_in_the_file(tmp_path: Path) -> None:
    data = write(tmp_path).read_bytes()
    assert KEY not in data
    assert b"sound" not in data
    assert b"member" not in data


def test_two_segments_of_the_same_words_have_nothing_in_common(tmp_path: Path) -> None:
    one = pieces(write(tmp_path, header=HEADER))
    two = pieces(write(tmp_path, header=replace(HEADER, segment="00000000000001-bb")))
    for mine, theirs in zip(one[1:], two[1:], strict=True):
        assert mine[: CHUNK_HEAD.size] == theirs[: CHUNK_HEAD.size]
        assert mine[CHUNK_HEAD.size :][:16] != theirs[CHUNK_HEAD.size :][:16]


def test_a_segment_that_ends_anywhere_is_read_up_to_its_last_whole_chunk(tmp_path: Path) -> None:
    path = write(tmp_path, 3)
    data, whole = path.read_bytes(), pieces(path)
    ends = [sum(map(len, whole[: index + 1])) for index in range(len(whole))]
    for size in range(len(data)):
        path.write_bytes(data[:size])
        said, verdict = entries(path)
        assert numbers(said) == list(range(1, sum(end <= size for end in ends[1:4]) + 1))
        assert (verdict.ended, verdict.damages) == (False, [])


def test_a_tail_of_zeros_is_where_a_crash_cut(tmp_path: Path) -> None:
    path = write(tmp_path, 3, ended=False)
    path.write_bytes(path.read_bytes() + bytes(4096))
    said, verdict = entries(path)
    assert (numbers(said), verdict.ended, verdict.damages) == ([1, 2, 3], False, [])


def moved(*order: int) -> Callable[[list[bytes]], list[bytes]]:
    return lambda found: [found[index] for index in order]


def flipped(index: int, at: int, change: int = 0x40) -> Callable[[list[bytes]], list[bytes]]:
    def spoil(found: list[bytes]) -> list[bytes]:
        spoilt = bytearray(found[index])
        spoilt[at] ^= change
        return [*found[:index], bytes(spoilt), *found[index + 1 :]]

    return spoil


@pytest.mark.parametrize(
    ("change", "named", "read", "ended"),
    [
        (flipped(3, 20), [(Fault.CHANGED, 3)], [1, 2, 4, 5], True),
        (flipped(3, -1), [(Fault.CHANGED, 3)], [1, 2, 4, 5], True),
        (flipped(3, 0), [(Fault.CHANGED, 3 | 0x40 << 56)], [1, 2, 4, 5], True),
        (flipped(3, 8), [(Fault.CHANGED, 3)], [1, 2, 4, 5], True),
        (flipped(3, 8, 3), [(Fault.CHANGED, 3)], [1, 2, 4, 5], True),
        (flipped(6, 8, 3), [(Fault.CHANGED, 6)], [1, 2, 3, 4, 5], False),
        (flipped(3, 11), [(Fault.CHANGED, 3)], [1, 2, 4, 5], True),
        (flipped(3, 12), [(Fault.CHANGED, 3)], [1, 2, 4, 5], True),
        (flipped(5, 11), [(Fault.CHANGED, 5)], [1, 2, 3, 4], True),
        (flipped(6, 20), [(Fault.CHANGED, 6)], [1, 2, 3, 4, 5], False),
        (moved(0, 1, 3, 4, 5, 6), [(Fault.MISSING, 3)], [1, 3, 4, 5], True),
        (moved(0, 1, 2, 3, 4, 6), [(Fault.MISSING, 6)], [1, 2, 3, 4], True),
        (moved(0, 1, 3, 2, 4, 5, 6), [(Fault.MISSING, 3), (Fault.OUT_OF_PLACE, 2)], [1, 3, 4, 5], True),
        (moved(0, 1, 2, 2, 3, 4, 5, 6), [(Fault.OUT_OF_PLACE, 2)], [1, 2, 3, 4, 5], True),
        (moved(0, 1, 2, 3, 4, 5, 6, 1), [(Fault.AFTER_THE_END, 0)], [1, 2, 3, 4, 5], True),
        (lambda found: [*found, b"more"], [(Fault.AFTER_THE_END, 0)], [1, 2, 3, 4, 5], True),
        (
            lambda found: flipped(4, 30)(flipped(3, 30)(found)),
            [(Fault.CHANGED, 3), (Fault.CHANGED, 4)],
            [1, 2, 5],
            True,
        ),
        (
            lambda found: [*found[:3], b"\xff" * 500, *found[3:]],
            [(Fault.CHANGED, 2**64 - 1)],
            [1, 2, 3, 4, 5],
            True,
        ),
        (lambda found: [*found[:3], b"\xff" * 500], [(Fault.NO_CHUNK, 0)], [1, 2], False),
    ],
    ids=[
        "content", "tag", "number", "kind", "one made the last", "the last made another",
        "length, longer", "length, shorter", "length, to the end",
        "the end", "one cut out", "the last one cut out", "two swapped", "one repeated",
        "one repeated after the end", "something after the end", "two in a row",
        "something between", "nothing known behind",
    ],
)  # fmt: skip
def test_damage_is_named_and_costs_that_chunk_alone(
    tmp_path: Path,
    change: Callable[[list[bytes]], list[bytes]],
    named: list[tuple[Fault, int]],
    read: list[int],
    ended: bool,
) -> None:
    path = write(tmp_path)
    path.write_bytes(b"".join(change(pieces(path))))
    said, verdict = entries(path)
    assert (numbers(said), faults(verdict), verdict.ended) == (read, named, ended)


def test_a_chunk_of_another_segment_is_named_and_not_decoded(tmp_path: Path) -> None:
    path = write(tmp_path)
    theirs = pieces(write(tmp_path, header=replace(HEADER, segment="00000000000002-bb")))
    ours = pieces(path)
    path.write_bytes(b"".join([*ours[:3], theirs[3], *ours[4:]]))
    said, verdict = entries(path)
    assert (numbers(said), faults(verdict)) == ([1, 2, 4, 5], [(Fault.CHANGED, 3)])
    path.write_bytes(b"".join([*ours[:3], theirs[3], *ours[3:]]))
    said, verdict = entries(path)
    assert (numbers(said), faults(verdict)) == ([1, 2, 3, 4, 5], [(Fault.CHANGED, 3)])


def test_another_key_or_header_opens_nothing(tmp_path: Path) -> None:
    path = write(tmp_path)
    said, verdict = entries(path, OTHER)
    assert (said, faults(verdict)) == ([], [(Fault.WRONG_KEY, 0)])
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"rec-1"', b'"rec-2"'))
    said, verdict = entries(path)
    assert (said, faults(verdict)) == ([], [(Fault.WRONG_KEY, 0)])


@pytest.mark.parametrize(
    "data",
    [
        b"VVR2" + bytes(100),
        b"\x1aE\xdf\xa3webm",
        b"VVR1\xff\xff\xff\xff" + bytes(100),
        b"VVR1\x00\x00\x00\x02{}",
        b"VVR1\x00\x00\x00\x02[]",
        b"VVR1\x00\x00\x08\x00" + b"[" * 2048,
        b'VVR1\x00\x00\x00\x0d{"version":1}',
        b'VVR1\x00\x00\x00\x0d{"version":2}',
        b'VVR1\x00\x00\x00\x4f{"version":1,"recording":"a","segment":"b","wrapped":"AAAA","started":1,"more":1}',
        b'VVR1\x00\x00\x00\x49{"version":1,"recording":"a","segment":"b","wrapped":"AAAA","started":true}',
        b'VVR1\x00\x00\x00\x47{"version":1, "recording":"a","segment":"b","wrapped":"AAAA","started":1}',
        b'VVR1\x00\x00\x00\x46{"version":1,"recording":"a","segment":"b","wrapped":"?AAA","started":1}',
    ],
)
def test_what_is_no_segment_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file.vvr"
    path.write_bytes(data)
    assert faults(reading.verify(path, KEY)) == [(Fault.NO_SEGMENT, 0)]
    with pytest.raises(NotASegmentError):
        reading.header(path)


def test_without_a_verdict_the_first_damage_ends_the_reading(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_bytes(b"".join(flipped(3, 20)(pieces(path))))
    said = []
    with pytest.raises(DamagedError) as caught:
        said.extend(reading.read(path, KEY))
    assert (caught.value.damage.fault, caught.value.damage.chunk) == (Fault.CHANGED, 3)
    assert str(tmp_path) not in str(caught.value)


def test_an_authentic_chunk_that_holds_no_entries_is_named(tmp_path: Path) -> None:
    segment = Segment(tmp_path, HEADER, KEY)
    segment.add(chunk(1) + b"\xff")
    segment.add(chunk(2), last=True)
    segment.flush()
    segment.close()
    said, verdict = entries(segment.path)
    assert (numbers(said), faults(verdict)) == ([2], [(Fault.MALFORMED, 1)])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    edits=st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 255)), max_size=4),
    cut=st.integers(0, 2000),
    put=st.binary(max_size=40),
)
def test_whatever_is_done_to_a_file_only_its_own_entries_are_read(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[int, int]], cut: int, put: bytes
) -> None:
    path = write(tmp_path_factory.mktemp("segment"))
    data = bytearray(path.read_bytes())
    for at, change in edits:
        data[at % len(data)] ^= change
    cut %= len(data)
    path.write_bytes(bytes(data[:cut]) + put + bytes(data[cut:]))
    said, verdict = entries(path)
    found = numbers(said)
    assert [entry for entry in said if entry != TRACK] == list(map(packet, found))
    assert found == sorted(set(found))
    if found != [1, 2, 3, 4, 5] and verdict.ended:
        assert verdict.damages


def test_any_header_is_read_or_refused() -> None:
    head = HEADER.pack()
    for size in range(len(head)):
        with pytest.raises(NotASegmentError) as caught:
            unpack_header(head[:size])
        assert caught.value.cut


class FullDisk:
    """os.pwrite on a disk with so many bytes left; it may break off in the middle, as a real one does."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.pwrite = os.pwrite

    def __call__(self, fd: int, data: bytes, offset: int) -> int:
        if self.left <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        done = self.pwrite(fd, data[: self.left], offset)
        self.left -= done
        return done


@pytest.mark.parametrize("left", [0, 1, 100, 200, 260, 320])
def test_what_the_disk_refused_is_written_later_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    disk = FullDisk(left)
    monkeypatch.setattr(os, "pwrite", disk)
    segment = Segment(tmp_path, HEADER, KEY)
    segment.add(chunk(1))
    segment.add(chunk(2))
    with pytest.raises(OSError, match="space"):
        segment.flush()
    said, verdict = entries(segment.path)
    assert numbers(said) in ([], [1])
    assert verdict.damages == []
    torn = segment.path.read_bytes()
    disk.left = 1 << 20
    segment.flush()
    segment.add(b"", last=True)
    segment.flush()
    segment.close()
    assert segment.path.read_bytes()[: len(torn)] == torn
    said, verdict = entries(segment.path)
    assert (numbers(said), verdict.ended, verdict.damages) == ([1, 2], True, [])


def test_a_folder_that_cannot_be_made_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("in the way")
    segment = Segment(tmp_path / "recordings", HEADER, KEY)
    segment.add(chunk(1), last=True)
    with pytest.raises(OSError):  # noqa: PT011 - which one is the file system's business
        segment.flush()
    (tmp_path / "recordings").unlink()
    segment.flush()
    segment.close()
    assert numbers(entries(segment.path)[0]) == [1]


def test_every_chunk_is_on_the_disk_before_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced, fdatasync = [], os.fdatasync

    def look(fd: int) -> None:
        fdatasync(fd)
        synced.append(os.fstat(fd).st_size)

    monkeypatch.setattr(os, "fdatasync", look)
    whole = pieces(write(tmp_path, 3))
    assert synced == [sum(map(len, whole[: index + 1])) for index in range(len(whole))]


def test_a_long_run_of_spoilt_chunks_costs_those_alone(tmp_path: Path) -> None:
    path = write(tmp_path, 200)
    found = pieces(path)
    for index in range(20, 180):
        found = flipped(index, index % len(found[index]))(found)
    path.write_bytes(b"".join(found))
    said, verdict = entries(path)
    assert numbers(said) == [*range(1, 20), *range(180, 201)]
    assert verdict.ended
    assert {damage.fault for damage in verdict.damages} == {Fault.CHANGED, Fault.MISSING}


def test_segments_are_listed_as_they_began(tmp_path: Path) -> None:
    later = write(tmp_path, header=replace(HEADER, segment="00000000000010-00"))
    first = write(tmp_path, header=replace(HEADER, segment="00000000000009-ff"))
    assert reading.segments(later.parent) == [first, later]
