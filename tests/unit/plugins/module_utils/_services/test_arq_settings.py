# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the worker's settings are looked for, and what is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._services import arq_settings

SETTINGS = "jobs.queue.worker.WorkerSettings"


@pytest.fixture
def arq(tmp_path: Path) -> str:
    return script(tmp_path, f"#!{sys.executable}\nprint('never run')\n")


@pytest.fixture
def backend(tmp_path: Path) -> Path:
    package = tmp_path / "backend" / "jobs" / "queue"
    package.mkdir(parents=True)
    (package / "worker.py").write_text("raise SystemExit('never imported')\n", "utf-8")
    return tmp_path / "backend"


def script(directory: Path, text: str) -> str:
    path = directory / "arq"
    path.write_text(text, "utf-8")
    path.chmod(0o755)
    return str(path)


def test_found_and_not_imported(arq: str, backend: Path) -> None:
    assert arq_settings.look([arq, "--burst", SETTINGS], str(backend), 30)


@pytest.mark.parametrize("module", ["jobs.queue.other.W", "jobs.other.worker.W", "nothing_of_the_kind.W"])
def test_absent(arq: str, backend: Path, module: str) -> None:
    name = module.rpartition(".")[0]
    with pytest.raises(arq_settings.NotFoundError, match=f"no module {name} in {backend}"):
        arq_settings.look([arq, module], str(backend), 30)


def test_no_directory(arq: str, tmp_path: Path) -> None:
    with pytest.raises(arq_settings.NotFoundError, match="directory .*/none is not there"):
        arq_settings.look([arq, SETTINGS], str(tmp_path / "none"), 30)


@pytest.mark.parametrize(
    "text", ["raise RuntimeError('no DATABASE_URL')", "import not_there", "while True: pass"]
)
def test_the_packages_above_are_not_run(arq: str, backend: Path, text: str) -> None:
    for package in (backend / "jobs", backend / "jobs" / "queue"):
        (package / "__init__.py").write_text(text + "\n", "utf-8")
    assert arq_settings.look([arq, SETTINGS], str(backend), 30)
    with pytest.raises(arq_settings.NotFoundError):
        arq_settings.look([arq, "jobs.queue.other.W"], str(backend), 30)


def test_a_package_that_changes_its_path_is_not_refused(arq: str, backend: Path) -> None:
    (backend / "jobs" / "__init__.py").write_text("__path__ = ['/elsewhere']\n", "utf-8")
    assert arq_settings.look([arq, "jobs.other.worker.W"], str(backend), 30)


def test_a_module_is_no_package(arq: str, backend: Path) -> None:
    with pytest.raises(arq_settings.NotFoundError):
        arq_settings.look([arq, "jobs.queue.worker.inner.W"], str(backend), 30)


def test_the_workers_own_path(arq: str, backend: Path, tmp_path: Path) -> None:
    with pytest.raises(arq_settings.NotFoundError):
        arq_settings.look([arq, SETTINGS], str(tmp_path), 30)
    assert arq_settings.look([arq, SETTINGS], str(tmp_path), 30, pythonpath="/no/such:backend")


def test_a_look_that_never_ends_is_given_up(backend: Path, tmp_path: Path) -> None:
    python = tmp_path / "python3"
    python.write_text("#!/bin/sh\nwhile :; do :; done\n", "utf-8")
    python.chmod(0o755)
    assert not arq_settings.look([script(tmp_path, f"#!{python}\n"), SETTINGS], str(backend), 0.5)


@pytest.mark.parametrize(
    ("command", "module"),
    [
        (["arq", SETTINGS], "jobs.queue.worker"),
        (["/app/.venv/bin/arq", "-v", SETTINGS], "jobs.queue.worker"),
        (["arq", "--custom-log-dict", "app.log.CONFIG", SETTINGS], ""),
        (["dramatiq", SETTINGS], ""),
        (["arq", "WorkerSettings"], ""),
        (["arq", "not a.module"], ""),
        (["arq"], ""),
    ],
)
def test_settings_module(command: list[str], module: str) -> None:
    assert arq_settings.settings_module(command) == module


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("#!/opt/app/.venv/bin/python3.11\n", "/opt/app/.venv/bin/python3.11"),
        ("#!/opt/app/bin/python -I\n", "/opt/app/bin/python"),
        (
            "#!/bin/sh\n'''exec' \"/a/very/long/way/bin/python\" \"$0\" \"$@\"\n' '''\n",
            "/a/very/long/way/bin/python",
        ),
        ("#!/bin/sh\nexec java -jar arq.jar\n", ""),
        ("\x7fELF", ""),
        ("", ""),
    ],
)
def test_interpreter(tmp_path: Path, text: str, python: str) -> None:
    assert arq_settings.interpreter(script(tmp_path, text)) == python


def test_interpreter_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = script(tmp_path, "#!/usr/bin/env python3\n")
    python = tmp_path / "python3"
    python.write_text("", "utf-8")
    python.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert arq_settings.interpreter(program) == str(python)
    assert arq_settings.interpreter("no-such-program") == ""
