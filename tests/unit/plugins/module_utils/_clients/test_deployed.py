# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The newest source file of a process that really runs, whatever else is beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import typing as t
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._clients import deployed, process


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    return tmp_path


@contextmanager
def copying(*argv: str, cwd: Path, **options: t.Any) -> t.Iterator[int]:
    """Run C(cat) until the test is over; yield its number once it is up.

    When it has just been executed, C(/proc) does not have its environment yet.
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, cwd=cwd, stdin=pipe, stdout=pipe, **options) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(b"up\n")
        child.stdin.flush()
        assert child.stdout.readline() == b"up\n"
        try:
            yield child.pid
        finally:
            child.stdin.close()


@pytest.fixture
def running(folder: Path) -> t.Iterator[process.Process]:
    with copying("cat", "-", cwd=folder) as pid:
        yield process.Process(pid, os.getpid(), ("cat", "-"), str(folder), datetime.now(UTC))


def put(file: Path) -> None:
    """Put a file in its place whose content is of long ago."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("", "utf-8")
    os.utime(file, (0, 0))


def test_the_newest_source_file_counts_from_when_it_was_put_there(
    folder: Path, running: process.Process
) -> None:
    old, new = folder / "app" / "old.py", folder / "app" / "new.py"
    put(old)
    os.utime(old, (0, 2**32))
    put(new)
    while new.stat().st_ctime <= old.stat().st_ctime:  # until the file system's clock has gone on
        put(new)
    found = deployed.code_of(running)
    assert found.file == str(new)
    assert found.changed.startswith(f"{datetime.now(UTC):%Y-%m-%dT}")


@pytest.mark.parametrize(
    "name",
    [
        "app/app.log",
        "data.sqlite",
        "uploads/a.csv",
        "app/__pycache__/main.cpython-311.pyc",
        "node_modules/a/b.py",
        ".git/hooks/hook.py",
        ".venv/lib/a.py",
        "lib/python3.11/site-packages/a.py",
        "own/bin/a.py",
    ],
)
def test_what_is_no_code_of_the_application_does_not_count(
    folder: Path, running: process.Process, name: str
) -> None:
    put(folder / "app" / "main.py")
    put(folder / "own" / "pyvenv.cfg")
    put(folder / name)
    assert deployed.code_of(running).file == str(folder / "app" / "main.py")


@pytest.mark.parametrize("absolute", [True, False])
@pytest.mark.parametrize("target", ["releases/2", "current", "releases/2/a.py"])
def test_code_below_a_link_counts_from_when_the_link_was_made(
    tmp_path: Path, folder: Path, running: process.Process, target: str, absolute: bool
) -> None:
    above = folder.parent / f"{folder.name}-releases"
    put(above / "releases/1/a.py")
    put(above / "releases/2/a.py")
    (above / "releases/2/all").symlink_to("..")  # a loop
    (above / "current").symlink_to("releases/2")
    main = folder / "main.py"
    link = folder / ("a.py" if target.endswith(".py") else "linked")
    place = above / target if absolute else Path("..", above.name, target)
    put(main)
    link.symlink_to(place)
    while link.lstat().st_ctime <= main.stat().st_ctime:  # until the file system's clock has gone on
        link.unlink()
        link.symlink_to(place)
    assert deployed.code_of(running).file == str(link)
    newer = above / "releases/2/a.py"
    while newer.stat().st_ctime <= link.lstat().st_ctime:
        put(newer)
    assert deployed.code_of(running).file in (str(link), str(link / "a.py"))
    assert deployed.code_of(running).changed >= deployed.rfc3339(
        datetime.fromtimestamp(newer.stat().st_ctime, UTC)
    )


def test_a_link_to_no_code_is_none(folder: Path, running: process.Process) -> None:
    put(folder / "main.py")
    put(folder.parent / f"{folder.name}-uploads/a.csv")
    (folder / "uploads").symlink_to(folder.parent / f"{folder.name}-uploads")
    (folder / "gone").symlink_to("nowhere")
    assert deployed.code_of(running).file == str(folder / "main.py")


def test_an_installed_application_counts_by_what_was_installed_last(
    folder: Path, running: process.Process
) -> None:
    put(folder / "venv/lib/python3.11/site-packages/app-1.dist-info/METADATA")
    argv = (str(folder / "venv/bin/python"), str(folder / "venv/bin/arq"))
    found = deployed.code_of(process.Process(running.pid, 1, argv, str(folder), running.started))
    assert found.file == "app-1.dist-info"


def test_an_interpreter_that_path_finds_counts_by_where_it_is(tmp_path: Path) -> None:
    put(tmp_path / "venv/lib/python3.11/site-packages/app-1.dist-info/METADATA")
    (tmp_path / "venv/bin").mkdir()
    (tmp_path / "venv/bin/python").symlink_to("/nowhere/python")
    (tmp_path / "empty").mkdir()
    (tmp_path / "real/bin").mkdir(parents=True)
    program = shutil.copy(str(shutil.which("cat")), tmp_path / "real/bin/python3")  # nothing is beside it
    path = f"{tmp_path}:{tmp_path}/venv/bin"
    with copying("python", "-", cwd=tmp_path / "empty", executable=program, env={"PATH": path}) as pid:
        one = process.Process(pid, 1, ("python", "-m", "app"), f"{tmp_path}/empty", datetime.now(UTC))
        assert deployed.code_of(one).file == "app-1.dist-info"


def test_one_that_path_does_not_find_counts_by_its_program(
    monkeypatch: pytest.MonkeyPatch, folder: Path, running: process.Process
) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(deployed, "_installed", asked.append)
    assert deployed.code_of(running).unseen
    program = Path(f"/proc/{running.pid}/exe").readlink()
    root = Path(f"/proc/{running.pid}/root")
    assert root / program.parent.parent.relative_to("/") in asked


def test_without_any_it_says_so(folder: Path, running: process.Process) -> None:
    assert deployed.code_of(running).unseen == (
        f"there is no source file below {folder}, the directory of process {running.pid}"
    )


def test_a_process_that_has_gone() -> None:
    gone = process.Process(2**22 + 1, 1, (sys.executable,), "/app", datetime.now(UTC))
    assert deployed.code_of(gone).unseen.endswith("cannot be seen: No such file or directory")
