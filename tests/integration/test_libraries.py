# Copyright: (c) 2026, the psp.rc_closure contributors
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
    assert result["steps"][0]["command"] == f"PING  (redis://127.0.0.1:{server.port}/0)"
    assert [step["name"] for step in result["steps"]] == [
        "redis_ping",
        "redis_info",
        "redis_config",
        "redis_clients",
    ]


def test_without_one_it_says_what_to_install(server: Server, bare: Path) -> None:
    result = ask(server, bare, path=[str(bare.parent)])
    assert result["failed"]
    assert "has the library redis" in result["msg"]
    assert "python3-redis" in result["msg"]


PLAYBOOK = """
- hosts: worker
  gather_facts: false
  tasks:
    - ansible.builtin.import_role: {name: psp.rc_closure.package_3_queue, tasks_from: preflight}
    - psp.rc_closure.closure_attempt:
        {ticket: T-1, release: rc, commit: "{{ 'a' * 40 }}", environment: staging, locker: "{{ locker }}"}
    - ansible.builtin.import_role: {name: psp.rc_closure.package_3_queue, tasks_from: health}
"""


def health(server: Server, bare: Path, folder: Path, **variables: t.Any) -> subprocess.CompletedProcess[str]:
    """Collect Redis's health for a worker whose host has no library; another host, C(engine), has them."""
    (folder / "play.yml").write_text(PLAYBOOK, "utf-8")
    (folder / "engine.env").write_text(f"REDIS_URL=redis://127.0.0.1:{server.port}/0\n", "utf-8")
    (folder / "worker.env").touch()
    hosts = {"worker": {"ansible_python_interpreter": str(bare)}, "engine": {}}
    common = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "locker": str(folder / "locker"),
        "staging_path": [str(bare.parent)],
        "staging_backend_url": "http://backend:8000",
        "staging_worker_env_file": str(folder / "worker.env"),
        "staging_worker_log": {"file": str(folder / "worker.log")},
        **variables,
    }
    (folder / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts, "vars": common}}), "utf-8")
    argv = [str(BIN / "ansible-playbook"), str(folder / "play.yml"), f"--inventory={folder / 'hosts.json'}"]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_another_host_carries_the_requests_out(server: Server, bare: Path, tmp_path: Path) -> None:
    env_file = str(tmp_path / "engine.env")
    done = health(server, bare, tmp_path, staging_request_host="engine", staging_request_env_file=env_file)
    assert done.returncode == 0, done.stdout
    (folder,) = (tmp_path / "locker").glob("T-1/rc/attempts/*/package_3")
    steps = {
        step["name"]: step
        for step in (json.loads(file.read_text("utf-8")) for file in folder.glob("0*.json"))
    }
    assert steps["redis_ping"]["outcome"] == "ended"
    assert steps["redis_ping"]["host"].startswith("engine ")
    assert steps["worker_environment"]["host"].startswith("worker ")


def test_without_another_host_the_preflight_names_the_ways(
    server: Server, bare: Path, tmp_path: Path
) -> None:
    done = health(server, bare, tmp_path)
    assert done.returncode != 0
    told = " ".join(done.stdout.split())
    assert "has the library redis and requests" in told
    assert "or a host that has it as staging_request_host" in told
    assert not (tmp_path / "locker").exists()
