# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes are found by what they are, with what they were started with."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._clients import process

if not Path("/proc/self/stat").exists():
    pytest.skip("there is no /proc here", allow_module_level=True)

WAIT = "import sys; print('up', flush=True); sys.stdin.read()"
# Like a wrapper that does not exec: its command line bears the words of the command that it runs.
WRAP = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WAIT!r}, *sys.argv[1:]])"


@contextmanager
def started(code: str, *words: str, directory: Path | None = None, **env: str) -> t.Iterator[int]:
    """Run Python until the test is over; yield its number once it is up."""
    child = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=directory,
        env={**os.environ, **env},
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        yield child.pid
        assert child.stdin is not None
        child.stdin.close()


def test_every_word_must_be_there_whole() -> None:
    with started(WAIT, "/opt/bin/arq-7c1e", "app.queue.WorkerSettings-7c1e") as pid:
        assert [p.pid for p in process.find(["arq-7c1e", "app.queue.WorkerSettings-7c1e"])] == [pid]
        assert process.find(["arq-7c1e", "app.queue.OtherSettings"]) == []
        assert process.find(["rq-7c1e"]) == []
        assert process.find(["arq-7c1"]) == []
        several = "app.queue.OtherSettings|app.queue.WorkerSettings-7c1e"
        assert [p.pid for p in process.find(["arq-7c1e", several])] == [pid]
        assert process.find(["arq-7c1e", "app.queue.OtherSettings|app.queue.WorkerSettings"]) == []


def test_the_working_directory_tells_two_apart(tmp_path: Path) -> None:
    places = [tmp_path / "one", tmp_path / "two"]
    for place in places:
        place.mkdir()
    link = tmp_path / "link"
    link.symlink_to(places[1])
    with (
        started(WAIT, "word-51aa", directory=places[0]),
        started(WAIT, "word-51aa", directory=places[1]) as second,
    ):
        assert len(process.find(["word-51aa"])) == 2
        assert [p.pid for p in process.find(["word-51aa"], str(places[1]))] == [second]
        assert [p.pid for p in process.find(["word-51aa"], str(link))] == [second]


def test_a_wrapper_is_not_the_command_that_it_runs() -> None:
    with started(WRAP, "word-90fd") as wrapper:
        found = process.find(["word-90fd"])
        assert [p.parent for p in found] == [wrapper]


# It has run for three of the clock's ticks before it forks, so that /proc shows two times.
FORK = """
import os, sys, time
while time.process_time() < 3 / os.sysconf("SC_CLK_TCK"):
    pass
os.fork() or print("up", flush=True)
sys.stdin.read()
"""


def test_what_a_forked_worker_imported_is_its_masters() -> None:
    with started(FORK, "word-4d07") as master:
        (worker,) = process.find(["word-4d07"])
        assert worker.parent == master
        began = process.everything()[master].started
        assert began + timedelta(milliseconds=5) < worker.started
        assert abs(process.imported(worker) - began) < timedelta(milliseconds=5)


def test_what_a_wrapper_ran_imported_its_own() -> None:
    with started(WRAP, "word-4d08"):
        (worker,) = process.find(["word-4d08"])
        assert process.imported(worker) == worker.started


@pytest.mark.parametrize(
    ("argv", "stack", "forked"),
    [
        (("gunicorn: master [app]",), "7ffd10", True),  # both gave themselves a title
        (("gunicorn: master [app]",), "7ffd20", False),
        (("gunicorn: master [app]",), "0", False),
        (("gunicorn: worker [app]",), "0", True),
    ],
)
@pytest.mark.parametrize("own", ["7ffd10", "0"])
def test_a_fork_is_told_by_its_stack_or_its_words(
    monkeypatch: pytest.MonkeyPatch, own: str, argv: tuple[str, ...], stack: str, forked: bool
) -> None:
    early, late = (datetime(2026, 11, 24, hour, tzinfo=UTC) for hour in (1, 2))
    worker = process.Process(3, 2, ("gunicorn: worker [app]",), "/app", late, own)
    master = process.Process(2, 1, argv, "/app", early, stack)
    monkeypatch.setattr(process, "everything", lambda: {2: master, 3: worker})
    forked = forked and (own == stack or argv == worker.argv)
    assert process.imported(worker) == (early if forked else late)


def test_what_it_was_started_with(tmp_path: Path) -> None:
    before = datetime.now(UTC)
    with started(WAIT, "word-e2d0", directory=tmp_path, REDIS_URL="redis://:p=w@h", EMPTY=""):
        found = process.find(["word-e2d0"])[0]
        environment = process.environment(found.pid)
        assert environment["REDIS_URL"] == "redis://:p=w@h"
        assert environment["EMPTY"] == ""
        assert found.directory == str(tmp_path)
        assert abs((found.started - before).total_seconds()) < 5
    with pytest.raises(process.ProcessError, match=f"process {found.pid} cannot be read"):
        process.environment(found.pid)


def test_neither_this_process_nor_those_above_it_are_found() -> None:
    own = Path("/proc/self/cmdline").read_bytes().split(b"\0")[0].decode()
    assert os.getpid() not in [p.pid for p in process.find([Path(own).name])]


def test_a_process_of_someone_else_is_found_and_not_taken_for_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(process, "_directory", lambda _folder: "")
    with started(WAIT, "word-3b68") as pid:
        assert [p.pid for p in process.find(["word-3b68"], str(tmp_path))] == [pid]


def test_without_proc_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(process, "PROC", tmp_path)
    with pytest.raises(process.ProcessError, match="no /proc"):
        process.find(["python"])
