# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A unit's journal is read from a cursor on, as journalctl gives it; one that may not be seen is said."""

from __future__ import annotations

import json
import os
import typing as t
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core import streams
from ansible_collections.psp.rc_closure.plugins.module_utils._logs.journal import Journal

EPOCH_MICROSECONDS = 1795502901638432


def entry(number: int, message: object, **more: object) -> str:
    return json.dumps(
        {
            "__CURSOR": f"s=28;i={number}",
            "__REALTIME_TIMESTAMP": str(EPOCH_MICROSECONDS + number),
            "_HOSTNAME": "vm",
            "SYSLOG_IDENTIFIER": "arq",
            "_PID": "7",
            "MESSAGE": message,
            **more,
        }
    )


@pytest.fixture
def journalctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., Path]:
    """Put a journalctl on PATH that prints what it is given; returns the file with its arguments."""

    def made(out: str, err: str = "", status: int = 0) -> Path:
        for name, text in (("out", out), ("err", err)):
            (tmp_path / name).write_text(text, "utf-8")
        program = tmp_path / "journalctl"
        program.write_text(
            f'#!/bin/sh\nprintf "%s\\n" "$@" >{tmp_path}/argv\ncat {tmp_path}/out\n'
            f"cat {tmp_path}/err >&2\nexit {status}\n",
            "utf-8",
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        return tmp_path / "argv"

    return made


def test_the_mark_is_the_whole_journals_cursor(journalctl: t.Callable[..., Path]) -> None:
    argv = journalctl("-- No entries --\n-- cursor: s=28;i=3\n")
    mark = json.loads(json.dumps(Journal("psp-worker").mark()))
    assert mark["cursor"] == "s=28;i=3"
    assert "_SYSTEMD_UNIT" not in argv.read_text("utf-8")


def test_the_cursors_own_entry_is_left_out_and_the_next_is_not(journalctl: t.Callable[..., Path]) -> None:
    argv = journalctl("\n".join([entry(3, "before"), entry(4, "after"), entry(5, [104, 105, 255])]) + "\n")
    reading = Journal("psp-worker").read_since({"cursor": "s=28;i=3", "time": "2026-11-24T00:00:00.000Z"})
    assert reading.data.decode() == (
        "2026-11-24T06:48:21.638436Z vm arq[7]: after\n2026-11-24T06:48:21.638437Z vm arq[7]: hi\\xff\n"
    )
    assert reading.note == "from the journal's cursor s=28;i=3 on"
    assert {"--cursor=s=28;i=3", "_SYSTEMD_UNIT=psp-worker.service"} <= set(argv.read_text("utf-8").split())


def test_without_a_cursor_the_time_is_taken(journalctl: t.Callable[..., Path]) -> None:
    argv = journalctl("-- No entries --\n")
    reading = Journal("a.service").read_since({"time": "2026-11-24T00:00:00.000Z", "inode": None})
    assert reading.data == b""
    assert {"--since=@1795478400.000000", "_SYSTEMD_UNIT=a.service"} <= set(argv.read_text("utf-8").split())


def test_json_has_a_time_of_its_own(journalctl: t.Callable[..., Path]) -> None:
    journalctl(entry(1, '{"status": 401}') + "\n" + entry(2, "two\nlines") + "\n" + entry(3, None) + "\n")
    assert Journal("a").tail(3).decode().splitlines() == [
        '{"status": 401}',
        "2026-11-24T06:48:21.638434Z vm arq[7]: two",
        "lines",
        "2026-11-24T06:48:21.638435Z vm arq[7]: ",
    ]


def test_before_gives_whole_lines_of_so_many_bytes(journalctl: t.Callable[..., Path]) -> None:
    argv = journalctl("".join(entry(number, "x" * 90) + "\n" for number in range(10)))
    mark = {"cursor": "s=28;i=9", "time": "2026-11-24T06:50:00.000Z"}
    found = Journal("a").before(mark, datetime(2026, 11, 24, 6, 40, tzinfo=UTC), 500).decode()
    assert len(found) <= 500
    assert [line[:4] for line in found.splitlines()] == ["2026"] * 3
    assert "--lines=5" in argv.read_text("utf-8")


@pytest.mark.parametrize(
    ("out", "err", "status", "told"),
    [
        ("", "Failed to seek to cursor: Invalid argument\n", 1, "Failed to seek to cursor"),
        (
            "",
            "No journal files were opened due to insufficient permissions.\n",
            1,
            "insufficient permissions",
        ),
        (
            entry(1, "own") + "\n",
            "Hint: You are currently not seeing messages from other users and the system.\n",
            0,
            "this user cannot read all of the journal",
        ),
    ],
)
def test_what_cannot_be_seen_is_said(
    journalctl: t.Callable[..., Path], out: str, err: str, status: int, told: str
) -> None:
    journalctl(out, err, status)
    with pytest.raises(OSError, match=told):
        Journal("a").read_since({"cursor": "s=1", "time": "2026-11-24T00:00:00.000Z"})


def test_an_empty_journal_has_no_mark(journalctl: t.Callable[..., Path]) -> None:
    journalctl("-- No entries --\n")
    with pytest.raises(OSError, match="empty"):
        Journal("a").mark()


def test_a_journal_that_prints_too_much_is_not_read_in_part(
    journalctl: t.Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = "".join(f"{entry(number, 'a line')}\n" for number in range(100))
    journalctl(out)
    monkeypatch.setattr(streams, "HELD", len(out))
    assert Journal("arq").tail(100).count(b"\n") == 100
    monkeypatch.setattr(streams, "HELD", 4000)
    with pytest.raises(
        OSError, match=r"^.*journalctl printed so much that \d{4,5} bytes of it were cut"
    ) as caught:
        Journal("arq").tail(100)
    left = int(str(caught.value).partition("that ")[2].split(" ")[0])
    assert len(out) - 4000 <= left < len(out)
