# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles that stand the queue up, and what is collected of it, on a real supervisor, Valkey and arq.

The password holds what a URL, a shell, supervisor and Redis's configuration each have a meaning for.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import typing as t
from pathlib import Path
from urllib.parse import quote

import pytest
import redis

from ansible_collections.psp.rc_closure.plugins.module_utils._clients import process
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import FAILED, Step
from ansible_collections.psp.rc_closure.plugins.module_utils._text import environment_report
from ansible_collections.psp.rc_closure.plugins.modules import (
    redis_evidence,
    service_process,
)
from tests.integration.queue_site import (
    BIN,
    DATABASE_URL,
    OTHER_PASSWORD,
    PASSWORD,
    WORKER,
    Site,
    changes,
    free_port,
    running_site,
)
from tests.killing import wait_for
from tests.unit.collecting import collector

PROGRAMS = {"redis": "redis", "arq_worker": "worker", "backend_env": "backend"}
# Stand for what a test's site has.
HOME, BACKEND = "the site's directory", "the backend's port"
SAME_WORKER = {"arq_worker_command": [str(BIN / "arq"), "queue_app.WorkerSettings"]}


@pytest.fixture(scope="module")
def site() -> t.Iterator[Site]:
    with running_site() as made:
        yield made


@pytest.fixture(scope="module")
def checked(site: Site) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """A run in check mode on a host that has nothing yet, and the files there after it."""
    done = site.play("--check", "--diff")
    return done, sorted(path.name for path in site.home.iterdir())


@pytest.fixture(scope="module")
def first(
    site: Site, checked: tuple[subprocess.CompletedProcess[str], list[str]]
) -> subprocess.CompletedProcess[str]:
    """The run that sets everything up, as talkative as it can be."""
    done = site.play("-vvvv", "--diff")
    assert done.returncode == 0, done.stdout[-4000:]
    return done


def test_check_mode_says_what_it_would_do_and_does_none_of_it(
    checked: tuple[subprocess.CompletedProcess[str], list[str]],
) -> None:
    done, files = checked
    assert changes(done) > 0
    assert "+[program:worker]" in done.stdout
    assert "redis" not in files
    assert "worker.env" not in files


def test_no_secret_is_shown_and_none_can_be_read_by_others(
    site: Site, first: subprocess.CompletedProcess[str]
) -> None:
    output = first.stdout + first.stderr
    for secret in (PASSWORD, quote(PASSWORD, safe=""), "db%2Fsecret", "db/secret"):
        assert secret not in output
    assert "REDIS_URL=[masked:REDIS_URL] (new)" in output
    assert {p.stat().st_mode & 0o777 for p in (site.worker_env, site.home / "redis" / "redis.conf")} == {
        0o600
    }
    assert site.backend_env.stat().st_mode & 0o777 == 0o640
    held = [path for path in (site.home / "conf.d").iterdir() if "ss/w" in path.read_text("utf-8")]
    assert held == []
    assert PASSWORD not in (site.home / "redis" / "redis.conf").read_text("utf-8")


def test_a_second_run_changes_nothing_and_restarts_nothing(
    site: Site, first: subprocess.CompletedProcess[str]
) -> None:
    before = [site.pid(program) for program in ("redis", "worker", "backend")]
    assert changes(site.play()) == 0
    assert [site.pid(program) for program in ("redis", "worker", "backend")] == before


def test_redis_wants_its_password_and_keeps_its_jobs(
    site: Site, first: subprocess.CompletedProcess[str]
) -> None:
    with redis.Redis.from_url(site.redis_url, decode_responses=True) as client:
        assert client.ping()
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}
    for refused in ("", ":wrong@"):
        client = redis.Redis.from_url(f"redis://{refused}127.0.0.1:{site.redis_port}")
        with client, pytest.raises(redis.AuthenticationError):
            client.ping()


def took(made_by: t.Callable[..., t.Any], spec: t.Any, **options: t.Any) -> dict[str, Step]:
    made = collector(spec, **options)
    made_by(made)
    return {step.name: step for step in made.steps}


def test_redis_is_asked_with_the_workers_url(site: Site, first: subprocess.CompletedProcess[str]) -> None:
    steps = took(redis_evidence.collect, redis_evidence.ARGUMENT_SPEC, env_file=str(site.worker_env))
    assert steps["redis_ping"].stdout == "PONG\n"
    assert "maxmemory_policy:noeviction\n" in steps["redis_info"].stdout
    lines = steps["redis_config"].stdout.splitlines()
    assert (lines[:3], lines[-1]) == (["maxmemory-policy", "noeviction", "save"], "default")
    assert all(step.ok and ".password]@127.0.0.1" in step.command for step in steps.values())


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("redis://127.0.0.1:{port}/0", "AuthenticationError: Authentication required."),
        ("redis://:wrong-password@127.0.0.1:{port}/0", "AuthenticationError"),
        ("redis://127.0.0.1:{free}/0", "Connection refused"),
        ("http://127.0.0.1/", "Redis URL must specify"),
    ],
)
def test_a_redis_that_is_not_well_is_evidence(
    site: Site, first: subprocess.CompletedProcess[str], tmp_path: Path, url: str, told: str
) -> None:
    env_file = tmp_path / "worker.env"
    env_file.write_text(f"REDIS_URL={url.format(port=site.redis_port, free=free_port())}\n", "utf-8")
    ping = took(redis_evidence.collect, redis_evidence.ARGUMENT_SPEC, env_file=str(env_file))["redis_ping"]
    assert not ping.ok
    assert told in ping.stderr + ping.reason
    assert "PONG" not in ping.stdout
    assert "wrong-password" not in str(ping)


def start_log(site: Site, **options: t.Any) -> Step:
    given = {
        "log": {"file": str(site.log("worker"))},
        "process": WORKER,
        "directory": str(site.home),
        **options,
    }
    return took(service_process.collect, service_process.ARGUMENT_SPEC, **given)["worker_start_log"]


def test_the_workers_start_log(site: Site, first: subprocess.CompletedProcess[str]) -> None:
    lines = start_log(site).stdout.splitlines()
    assert "Starting worker for 1 functions: reconcile_run" in lines[0]
    assert "redis_version=" in lines[1]
    assert len(start_log(site, lines=1).stdout.splitlines()) == 1


def test_an_older_log_is_not_the_running_workers(
    site: Site, first: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    old = tmp_path / "worker.log"
    shutil.copyfile(site.log("worker"), old)
    os.utime(old, (0, 0))
    found = start_log(site, log={"file": str(old)})
    assert found.outcome == FAILED
    assert "before the running worker started" in found.reason
    assert "redis_version=" in found.stdout
    assert "there is no process" in start_log(site, process=["arq", "no_such.WorkerSettings"]).reason
    assert "cannot be read" in start_log(site, log={"file": "/no/such/worker.log"}).reason


def test_backend_and_worker_were_started_with_the_same(
    site: Site, first: subprocess.CompletedProcess[str]
) -> None:
    def running(words: list[str]) -> environment_report.Running:
        options = {"process": words, "directory": str(site.home), "show": ["ENV", "RECON_RUNNER"]}
        more = {"digest": ["REDIS_URL", "DATABASE_URL"], "digest_key": "0" * 64}
        steps = took(service_process.collect, service_process.ARGUMENT_SPEC, **options, **more)
        assert "redis://" not in steps["process_environment"].stdout
        (found,) = environment_report.parse(steps["process_environment"].stdout)
        return found

    worker, backend = running(WORKER), running(["python", "backend.py"])
    assert str(worker.pid) == site.pid("worker")
    assert worker.shown == {"ENV": "staging", "RECON_RUNNER": None}
    assert backend.shown["RECON_RUNNER"] == "queue"
    assert worker.digests == backend.digests
    assert all(digest.given and digest.value for digest in worker.digests.values())


def test_a_worker_that_was_killed_comes_back(site: Site, first: subprocess.CompletedProcess[str]) -> None:
    (before,) = process.find(WORKER, str(site.home))
    os.kill(before.pid, signal.SIGKILL)
    wait_for(lambda: site.pid("worker") not in ("0", str(before.pid)), "a new worker")
    assert changes(site.play(roles=["arq_worker"])) == 0


def test_a_file_that_was_edited_behind_a_running_worker_is_made_true(
    site: Site, first: subprocess.CompletedProcess[str]
) -> None:
    """As if the last run had broken off between writing the file and the restart."""
    site.worker_env.write_text(site.worker_env.read_text("utf-8") + "LATER=1\n", "utf-8")
    before = site.pid("worker")
    done = site.play(roles=["arq_worker"], arq_worker_env={"ENV": "staging", "LATER": "1"})
    assert changes(done) == 1
    assert site.pid("worker") != before


def test_a_variable_that_is_no_longer_given_is_taken_out_of_file_and_process(
    site: Site, first: subprocess.CompletedProcess[str]
) -> None:
    assert changes(site.play(roles=["arq_worker"], arq_worker_env={"ENV": "staging", "GONE": "1"})) > 0
    (worker,) = process.find(WORKER, str(site.home))
    assert process.environment(worker.pid)["GONE"] == "1"
    assert changes(site.play(roles=["arq_worker"])) > 0
    assert "GONE=" not in site.worker_env.read_text("utf-8")
    (worker,) = process.find(WORKER, str(site.home))
    assert "GONE" not in process.environment(worker.pid)
    assert changes(site.play(roles=["arq_worker"])) == 0


def test_another_password_loses_nothing(site: Site, first: subprocess.CompletedProcess[str]) -> None:
    with redis.Redis.from_url(site.redis_url) as client:
        client.set("kept", "yes")
    site.password = OTHER_PASSWORD
    assert changes(site.play()) > 0
    with redis.Redis.from_url(site.redis_url) as client:
        assert client.get("kept") == b"yes"
    (worker,) = process.find(WORKER, str(site.home))
    assert process.environment(worker.pid)["REDIS_URL"] == site.redis_url
    backend = site.backend_env.read_text("utf-8")
    assert backend.startswith(f"# the backend's\nDATABASE_URL={DATABASE_URL}\n")


@pytest.mark.parametrize(
    ("role", "variables", "told"),
    [
        (
            "redis",
            {"redis_port": BACKEND},
            "is taken by another program: stop it",
        ),
        ("redis", {"redis_directory": HOME}, "that this role did not make (backend.env"),
        ("redis", {"redis_supervisor": {"name": "hand"}}, "hand.conf is there and was not made by this role"),
        ("redis", {"redis_runtime": "podman"}, "must be one of: systemd, docker, supervisor, none"),
        ("redis", {"redis_password": ""}, "redis_password is missing"),
        ("arq_worker", {"arq_worker_env_from_names": ["NO_SUCH"]}, "NO_SUCH cannot be copied"),
        ("arq_worker", {"staging_variables": {}}, "arq does not decode the % of its user or password"),
        (
            "arq_worker",
            {
                "staging_worker_process": ["arq", "no_such.Settings"],
                "arq_worker_ready_limit": 1,
                **SAME_WORKER,
            },
            "worker is not healthy after 1 s: the worker does not run",
        ),
        ("backend_env", {"backend_env_supervisor": {"name": "no-such"}}, "no such process"),
        (
            "backend_env",
            {"backend_env_ready_url": "http://127.0.0.1:1/ready", "backend_env_ready_limit": 1},
            "http://127.0.0.1:1/ready does not answer",
        ),
    ],
)
def test_what_is_wrong_is_said(
    site: Site,
    first: subprocess.CompletedProcess[str],
    role: str,
    variables: dict[str, t.Any],
    told: str,
) -> None:
    given = site.variables()
    (site.home / "conf.d" / "hand.conf").write_text("; by hand\n", "utf-8")
    places = {HOME: str(site.home), BACKEND: site.backend_port}
    known = {name: places.get(str(value), value) for name, value in variables.items()}
    for name in ("redis_supervisor", "backend_env_supervisor"):
        if name in known:
            known[name] = {**given[name], **known[name]}
    before = site.pid(PROGRAMS[role])
    done = site.play(roles=[role], **known)
    assert done.returncode != 0
    assert told in " ".join((done.stdout + done.stderr).split())
    assert site.pid(PROGRAMS[role]) == before
