# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was written since a mark comes back whole, whatever rotation did in between."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._logs.file import File, end_of

OLD = b"an old line\n" * 100
FIRST = b"written before the rotation\n"
SECOND = b"written after it\n"


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def backdate(path: Path, seconds: int) -> None:
    moment = path.stat().st_mtime - seconds
    os.utime(path, (moment, moment))


def nothing(log: Path) -> None:
    return


def rename(log: Path) -> None:
    log.rename(log.with_name("worker.log.1"))
    backdate(log.with_name("worker.log.1"), 10)


def rename_and_compress(log: Path) -> None:
    with gzip.open(log.with_name("worker.log.1.gz"), "wb") as packed:
        packed.write(log.read_bytes())
    backdate(log.with_name("worker.log.1.gz"), 10)
    # The old file is held, so that the new one cannot get its inode.
    log.rename(log.with_name("held"))


def rename_while_it_is_compressed(log: Path) -> None:
    """Until it is all there, both are: the second has yet no end."""
    rename(log)
    append(log.with_name("worker.log.1.gz"), gzip.compress(log.with_name("worker.log.1").read_bytes())[:-20])


def copy_and_truncate(log: Path) -> None:
    shutil.copyfile(log, log.with_name("worker.log.1"))
    backdate(log.with_name("worker.log.1"), 10)
    os.truncate(log, 0)


def copy_and_truncate_then_grow_beyond_the_mark(log: Path) -> None:
    copy_and_truncate(log)
    append(log, b"much is written here: " + b"x" * len(OLD) + b"\n")


def rename_twice(log: Path) -> None:
    rename(log)
    append(log, b"in between\n")
    log.with_name("worker.log.1").rename(log.with_name("worker.log.2"))
    log.rename(log.with_name("worker.log.1"))
    backdate(log.with_name("worker.log.1"), 5)


def rotate_and_reuse_an_inode(log: Path) -> None:
    """Do as logrotate with delaycompress: a file system gives the new log what it just freed."""
    before = log.with_name("worker.log.9")
    with gzip.open(log.with_name("worker.log.10.gz"), "wb") as packed:
        packed.write(before.read_bytes())
    shutil.copystat(before, log.with_name("worker.log.10.gz"))
    rename(log)
    os.truncate(before, 0)
    before.rename(log)


@pytest.mark.parametrize(
    ("rotate", "between"),
    [
        (nothing, b""),
        (rename, b""),
        (rename_and_compress, b""),
        (rename_while_it_is_compressed, b""),
        (rotate_and_reuse_an_inode, b""),
        (copy_and_truncate, b""),
        (
            copy_and_truncate_then_grow_beyond_the_mark,
            b"much is written here: " + b"x" * len(OLD) + b"\n",
        ),
        (rename_twice, b"in between\n"),
    ],
)
@pytest.mark.parametrize("old", [OLD, b""])
def test_nothing_is_lost(tmp_path: Path, rotate: Callable[[Path], None], between: bytes, old: bytes) -> None:
    log = tmp_path / "worker.log"
    log.write_bytes(old)
    (tmp_path / "worker.log.9").write_bytes(b"rotated long before the mark\n")
    backdate(log, 60)
    backdate(log.with_name("worker.log.9"), 100)
    mark = json.loads(json.dumps(File(str(log)).mark()))
    append(log, FIRST)
    rotate(log)
    append(log, SECOND)
    assert File(str(log)).read_since(mark).data == FIRST + between + SECOND


def test_what_was_compressed_without_a_new_line_is_not_lost(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_bytes(OLD)
    mark = File(str(log)).mark()
    with gzip.open(log.with_name("worker.log.1.gz"), "wb") as packed:
        packed.write(OLD)
    # Not all that compress keep more of the time than its seconds.
    second = int(log.stat().st_mtime)
    os.utime(log.with_name("worker.log.1.gz"), (second, second))
    log.rename(log.with_name("held"))
    append(log, SECOND)
    reading = File(str(log)).read_since(mark)
    assert (reading.data, reading.gap) == (SECOND, False)


def test_a_log_that_is_not_there_yet(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    mark = File(str(log)).mark()
    assert File(str(log)).read_since(mark).data == b""
    append(log, SECOND)
    reading = File(str(log)).read_since(mark)
    assert reading.data == SECOND
    assert "did not exist" in reading.note


def test_what_is_gone_is_said(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_bytes(OLD)
    mark = File(str(log)).mark()
    log.rename(tmp_path / "elsewhere")
    append(log, SECOND)
    reading = File(str(log)).read_since(mark)
    assert reading.data == SECOND
    assert "are lost" in reading.note


def test_a_large_log_costs_what_was_written_since(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    with log.open("wb") as file:
        file.truncate(10 * 1024**3)
    mark = File(str(log)).mark()
    append(log, SECOND)
    reading = File(str(log)).read_since(mark)
    assert reading.data == SECOND
    assert reading.note == f"from byte {10 * 1024**3} on"


def test_what_a_window_of_2_gb_leaves_out_is_said_and_is_a_gap(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    append(log, FIRST)
    mark = File(str(log)).mark()
    append(log, SECOND)
    with log.open("r+b") as file:
        file.truncate(2 * 1024**3)
    append(log, b"\n" + FIRST)
    reading = File(str(log)).read_since(mark)
    assert len(reading.data) < 16 * 1024**2
    assert reading.data.startswith(SECOND)
    assert reading.data.endswith(FIRST)
    assert "bytes of it are left out" in reading.note
    assert reading.gap


@pytest.mark.parametrize(
    ("wanted", "length"),
    [(b"needle", 64 * 1024 * 4), (b"nowhere", 600_006), (b"near", 64 * 1024)],
)
def test_the_end_of_a_file(tmp_path: Path, wanted: bytes, length: int) -> None:
    log = tmp_path / "worker.log"
    log.write_bytes(b"first:" + b"." * 399_994 + b"needle" + b"." * 199_990 + b"near" + b"." * 6)
    found = end_of(log, lambda data: wanted in data, 1024 * 1024)
    assert len(found) == length
    assert log.read_bytes().endswith(found)


def test_the_end_of_a_file_has_a_limit(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_bytes(b"." * 2_000_000)
    found = end_of(log, lambda data: False, 300_000)
    assert 300_000 <= len(found) < 2_000_000


@pytest.mark.parametrize(
    "rotated", ["worker.log.1", "worker.log-20261123", "worker.log.2.gz", "worker.log-20261123.gz"]
)
def test_what_was_rotated_is_looked_at_too(tmp_path: Path, rotated: str) -> None:
    log, older = tmp_path / "worker.log", tmp_path / rotated
    log.write_bytes(SECOND)
    with gzip.open(older, "wb") if rotated.endswith(".gz") else older.open("wb") as file:
        file.write(FIRST)
    os.utime(older, (1_795_500_000, 1_795_500_000))
    began = datetime.fromtimestamp(1_795_499_999, UTC)
    assert list(File(str(log)).around(began, lambda data: False, 20)) == [SECOND, FIRST]
    assert list(File(str(log)).around(None, lambda data: False, 20)) == [SECOND, FIRST]
    later = datetime.fromtimestamp(1_795_500_001, UTC)
    assert list(File(str(log)).around(later, lambda data: False, 20)) == [SECOND]


def test_the_newest_of_what_was_rotated_comes_first(tmp_path: Path) -> None:
    for number, name in enumerate(["worker.log.3", "worker.log.2", "worker.log.1", "worker.log"]):
        (tmp_path / name).write_text(name, "utf-8")
        os.utime(tmp_path / name, (1_795_500_000 + number, 1_795_500_000 + number))
    found = File(str(tmp_path / "worker.log")).around(None, lambda data: False, 20)
    assert [data.decode() for data in found] == ["worker.log", "worker.log.1", "worker.log.2", "worker.log.3"]
