# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A collector on a host whose Python lacks the library runs under another one that has it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
import venv
from pathlib import Path

import pytest

from tests.unit.redis_server import Server, serve

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Server]:
    with serve(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an interpreter without any library."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False, symlinks=True)
    return folder / "bin" / "python"


def ask(server: Server, bare: Path, **options: t.Any) -> dict[str, t.Any]:
    """Return what the module gives where Ansible uses the bare interpreter."""
    arguments = json.dumps({"url": f"redis://127.0.0.1:{server.port}/0", **options})
    argv = [str(BIN / "ansible"), "localhost", "--module-name", "psp.rc_closure.redis_evidence"]
    argv += ["--args", arguments, "--extra-vars", f"ansible_python_interpreter={bare}"]
    env = {
        **os.environ,
        "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1",
        "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
    }
    done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
    result: dict[str, t.Any] = json.loads(done.stdout)["plays"][0]["tasks"][0]["hosts"]["localhost"]
    return result


@pytest.mark.parametrize("options", [{"python": sys.executable}, {"path": ["/no/bin", str(BIN)]}])
def test_it_runs_where_the_library_is(server: Server, bare: Path, options: dict[str, t.Any]) -> None:
    result = ask(server, bare, **options)
    assert result["pong"] is True
    assert [step["name"] for step in result["steps"]] == ["redis_ping", "redis_info", "redis_config"]


def test_without_one_it_says_what_to_install(server: Server, bare: Path) -> None:
    result = ask(server, bare, path=[str(bare.parent)])
    assert result["failed"]
    assert "has the library redis" in result["msg"]
    assert "python3-redis" in result["msg"]
