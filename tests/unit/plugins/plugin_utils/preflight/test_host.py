# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host has, asked by a real shell, and what is said of one that does not serve."""

from __future__ import annotations

import os
import platform
import pwd
import socket
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import host
from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight.host import Answer

NEEDS = ["redis", "requests"]
BARE = Answer((3, 11), frozenset())
FULL = Answer((3, 9), frozenset(NEEDS))
OLD = Answer((3, 6), frozenset(NEEDS))


def ask(interpreters: list[str], needs: list[str], **look: t.Any) -> dict[str, Answer] | None:
    asked = host.command(
        interpreters, needs, look.get("files", {}), look.get("ports", []), look.get("programs", [])
    )
    done = subprocess.run(["/bin/sh", "-c", asked], capture_output=True, text=True, timeout=30, check=True)
    return host.read(done.stdout)


def test_a_shell_asks_the_interpreters_that_are_there() -> None:
    has = frozenset({"json", "requests"})
    found = ask(["/no/such python", sys.executable], ["json", "no_such_library", "requests"])
    assert {path: (one.version, one.has) for path, one in found.items()} == {
        sys.executable: (sys.version_info[:2], has)
    }


def test_the_first_that_has_all_is_the_last_that_is_asked() -> None:
    assert set(ask([sys.executable, "python3"], ["json"]) or {}) == {sys.executable}
    assert set(ask([sys.executable, "python3"], ["no_such_library"]) or {}) == {sys.executable, "python3"}


def test_files_are_looked_at_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "redis.conf").write_text("# ours\nport 6379\nrequirepass secret\n", "utf-8")
    (tmp_path / "mask").symlink_to("/dev/null")
    file, folder, mask, none = (
        str(tmp_path / "redis.conf"),
        str(tmp_path),
        str(tmp_path / "mask"),
        str(tmp_path / "none"),
    )
    look = {file: ["^port 6379$", "^port 637$"], folder: [], mask: [], none: ["x"]}
    files = (ask([sys.executable], [], files=look) or {})[sys.executable].files
    empty = {"exists": True, "link": "", "directory": False, "entries": [], "matches": [], "error": ""}
    told = {path: {name: found[name] for name in empty} for path, found in files.items()}
    assert told == {
        file: {**empty, "matches": ["^port 6379$"]},
        folder: {**empty, "directory": True, "entries": ["mask", "redis.conf"]},
        mask: {**empty, "link": "/dev/null"},
        none: {**empty, "exists": False},
    }


@pytest.mark.parametrize(("inside", "may"), [(0o755, 4), (0o700, 0)], ids=["open", "in a closed directory"])
def test_whose_a_file_is_and_what_everybody_may_do_with_it(inside: int, may: int) -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own are in a closed directory
        folder, file = Path(name), Path(name, "backend.env")
        file.write_text("A=1\n", "utf-8")
        file.chmod(0o604)
        folder.chmod(inside)
        found = (ask([sys.executable], [], files={str(file): []}) or {})[sys.executable].files[str(file)]
    own = pwd.getpwuid(os.geteuid()).pw_name
    assert found["mode"] == "0604"
    assert (found["owner"], found["everybody"], found["denied"]) == (own, may, "")


def as_another(command: str) -> str:
    """Run a command as a user without rights; only root can."""
    options = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    done = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, cwd="/", check=True, **options
    )
    return done.stdout


@pytest.mark.parametrize("below", ["", "/backend.env"])
def test_a_directory_that_the_user_may_not_enter(below: str) -> None:
    user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    with tempfile.TemporaryDirectory() as name:
        Path(name, "backend.env").touch()
        Path(name).chmod(0o444)  # it may be listed
        found = host.read(as_another(host.command(["/usr/bin/python3"], [], {name + below: []}, [])))
        Path(name).chmod(0o700)
    about = (found or {})["/usr/bin/python3"].files[name + below]
    assert "Permission denied" in about["error"]
    assert about["denied"] == user


def test_a_port_is_taken_where_something_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        ports = [server.getsockname(), free.getsockname()]
        answer = (ask([sys.executable], [], ports=ports) or {})[sys.executable]
    assert answer.taken == [f"127.0.0.1:{ports[0][1]}"]


@pytest.mark.parametrize("answer", ["", "Error response from daemon: No such container: psp-backend"])
def test_where_there_is_no_shell_nothing_is_found(answer: str) -> None:
    assert host.read(answer) is None


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({"python3": FULL}, ""),
        ({"python3": BARE, "/venv/python3": FULL}, ""),
        ({"python3": FULL, "/venv/python3": FULL}, ""),
        ({}, "worker has no usable Python at python3: Python 3.9 or later is required"),
        ({"python3": OLD}, "python3 on worker is Python 3.6: Python 3.9 or later is required"),
        ({"python3": BARE}, "no Python on worker has the library redis and requests (asked: python3, /venv/"),
        ({"python3": BARE, "/venv/python3": OLD}, "no Python on worker has the library redis and requests"),
    ],
)
def test_what_a_host_lacks(found: dict[str, Answer], told: str) -> None:
    said = host.problem("worker", ["python3", "/venv/python3"], NEEDS, found)
    assert said.startswith(told)
    assert bool(said) == bool(told)


def found(*, exists: bool = True, matches: tuple[str, ...] = ()) -> dict[str, dict[str, t.Any]]:
    return {"/etc/x.conf": {"exists": exists, "matches": list(matches)}}


@pytest.mark.parametrize(
    ("files", "is_another"),
    [
        (found(), True),
        (found(matches=("^# Made by",)), False),
        (found(exists=False), False),
        ({}, False),
    ],
    ids=["another's", "its own", "none there", "the host is away"],
)
def test_a_file_that_this_collection_did_not_make(
    files: dict[str, dict[str, t.Any]], is_another: bool
) -> None:
    told = ["/etc/x.conf is there and was not made by this role: remove it"]
    assert host.another(files, {"/etc/x.conf": "remove it"}) == (told if is_another else [])


def test_a_look_tells_what_is_there_or_why_the_host_cannot_be_used() -> None:
    def shell(command: str) -> tuple[int, str, str]:
        done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    nothing = {"files": {}, "taken": [], "programs": {}, "versions": {}}
    before = time.time()
    found = host.look(shell, "here", [sys.executable], needs=["json"])
    began, ended = found.pop("clock")
    assert before <= began <= ended <= time.time()
    named = Path("/etc/os-release").exists()
    system = platform.freedesktop_os_release()["PRETTY_NAME"] if named else f"{os.uname()[0]} {os.uname()[2]}"
    assert found.pop("os") == system
    assert found == {"reached": True, "python": sys.executable, **nothing}
    assert host.look(lambda command: (None, "", "no\nroute"), "away", ["python3"]) == {
        "reached": False,
        "msg": "away cannot be reached: no route",
        "python": "",
        **nothing,
    }
    lacking = host.look(shell, "here", [sys.executable], needs=["no_such_library"])
    assert lacking["reached"]
    assert "no_such_library" in lacking["msg"]


def test_programs_are_looked_for_where_they_would_be_run(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("bin/alembic", "run.sh"):
        (tmp_path / name).write_text("", "utf-8")
    (tmp_path / "bin" / "alembic").chmod(0o755)
    (tmp_path / "bin" / "moved").write_text("#!/no/such/venv/bin/python\n", "utf-8")
    (tmp_path / "bin" / "moved").chmod(0o755)
    asked = [
        ["sh", "/", [], []],
        ["alembic", "/", [str(tmp_path / "bin")], []],
        ["bin/alembic", str(tmp_path), [], []],
        ["./run.sh", str(tmp_path), [], []],  # not executable
        ["no-such-program", "/", [str(tmp_path)], []],
        ["bin/moved", str(tmp_path), [], []],  # with a virtual environment that was moved
        ["bin", str(tmp_path), [], []],  # a directory
    ]
    found = (ask([sys.executable], [], programs=asked) or {})[sys.executable].programs
    assert [name for name, runs in found.items() if runs] == ["sh", "alembic", "bin/alembic"]
    assert len(found) == len(asked)


def test_a_program_tells_its_version_where_it_is_asked(tmp_path: Path) -> None:
    for name, text in (("yarn", "echo 4.9.1\npwd >&2\n"), ("broken", "exit 3\n")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}", "utf-8")
        (tmp_path / name).chmod(0o755)
    here = [str(tmp_path)]
    asked = [[name, "/", here, ["--version"]] for name in ("yarn", "broken")] + [["sh", "/", here, []]]
    found = (ask([sys.executable], [], programs=asked) or {})[sys.executable]
    assert found.versions == {"yarn": "4.9.1", "broken": ""}
    assert all(found.programs.values())
