# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people get wrong is refused before anything is touched, by a sentence that names it and what to do."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import tempfile
import threading
import typing as t
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.integration import site

# Of the processor, so that a busy machine does not count.
LIMIT_SECONDS = 15
AT_ONCE = os.cpu_count() or 2


@dataclass(frozen=True)
class Wrong:
    """A run of a playbook, and the sentence that it must end with."""

    told: str
    arguments: tuple[str, ...] = ()
    extra: t.Mapping[str, t.Any] | None = None
    playbook: str = "rc_closure"
    inventory: str | None = ""  # a path, the text of a file's, or None for no inventory
    group_vars: str = ""


def given(told: str, **extra: t.Any) -> Wrong:
    """Return a wrong value of a variable."""
    name = next(iter(extra))
    package = (
        name[:9] if name.startswith("package_") else "package_0" if name.startswith("rc_") else "package_3"
    )
    return Wrong(told, (f"--tags={package}",), extra)


def called(told: str, *arguments: str, playbook: str = "rc_closure") -> Wrong:
    """Return a wrong argument."""
    return Wrong(told, arguments, playbook=playbook)


def hosts(told: str, **groups: str) -> Wrong:
    """Return an inventory of groups with a host each."""
    text = "\n".join(f"[{group}]\n{host}" for group, host in groups.items())
    return Wrong(told, inventory=f"{text}\n[rc_closure:children]\n{os.linesep.join(groups)}\n")


# What every user can get at: pytest's own directories are closed.
OPEN = Path(tempfile.gettempdir()) / f"rc_closure_open_{os.getpid()}"


class Refuses(BaseHTTPRequestHandler):
    """A Jira whose issue may be read and not commented on, and a backend that takes no token."""

    answers: t.ClassVar[dict[str, t.Any]] = {
        "/rest/api/2/serverInfo": {"deploymentType": "Server"},
        "/rest/api/2/issue/PSP-1": {"key": "PSP-1", "fields": {"status": {"name": "To Do"}, "labels": []}},
        "/rest/api/2/mypermissions": {"permissions": {"ADD_COMMENTS": {"havePermission": False}}},
    }

    def do_GET(self) -> None:
        known = self.answers.get(self.path.partition("?")[0])
        self.send_response(200 if known else 401)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(known or {"detail": "Unauthorized"}).encode())

    def log_message(self, *_what: t.Any) -> None:
        """Stay silent."""


SERVER = ThreadingHTTPServer(("127.0.0.1", 0), Refuses)
URL = f"http://127.0.0.1:{SERVER.server_port}"
OWNER = pwd.getpwuid(os.geteuid()).pw_name
GROUPS = {"rc_ci": "ci", "rc_backend": "backend", "rc_worker": "worker", "rc_redis": "redis"}
NO_WORKER = {name: host for name, host in GROUPS.items() if name != "rc_worker"}
NOT_OURS = "is not a variable of this collection: did you mean"

WRONG = [
    # How it is called.
    Wrong("no inventory is given: name one with -i", inventory=None),
    Wrong("/no/such/inventory does not exist: mend the path", inventory="/no/such/inventory"),
    Wrong("no host could be read from", inventory="rc_closure: [what: is: this"),
    hosts("the inventory has no group rc_worker: is it rc_wokrer?", **NO_WORKER, rc_wokrer="worker"),
    hosts("the inventory has no group rc_worker; the inventory's groups are", **NO_WORKER, x="y"),
    Wrong("the inventory has no group rc_closure", inventory="[staging]\nbackend\n"),
    Wrong(
        "worker of rc_worker is not in rc_closure: make rc_worker one of its children",
        inventory="".join(f"[{group}]\n{host}\n" for group, host in GROUPS.items())
        + "[rc_closure]\nci\nbackend\nredis\n",
    ),
    called("there is no tag packge_1: did you mean package_1? The tags are package_0,", "--tags=packge_1"),
    called("there is no tag migration. The tags are package_0, package_1", "--skip-tags=migration"),
    called("--skip-tags always leaves out the checks", "--skip-tags=always"),
    called("leave nothing to do. The tags are", "--skip-tags=package_0,package_1,package_2,package_3"),
    called("--limit worker leaves out ci, backend, redis", "--limit=worker"),
    called("--limit worker leaves out backend, which package_1", "--limit=worker", "--tags=package_1"),
    called("--limit leaves us with no hosts to target", "--limit=no-such-host"),
    called("--start-at-task leaves out the checks", "--start-at-task=Hold the gate"),
    called("this playbook has no tags: leave out --tags", "--tags=package_1", playbook="verify"),
    called("this playbook has no tags: leave out --tags", "--tags=package_3", playbook="queue_enablement"),
    called("--limit ci leaves out localhost", "--limit=ci", playbook="verify"),
    called("Unable to retrieve file contents", "--extra-vars=@release.yml"),
    # Names.
    given(
        f"package_1_migration_directry {NOT_OURS} package_1_migration_directory?",
        package_1_migration_directry="/x",
    ),
    given(f"rc_closure_tikcet {NOT_OURS} rc_closure_ticket?", rc_closure_tikcet="PSP-1"),
    Wrong(
        f"arq_worker_comand {NOT_OURS} arq_worker_command?; redis_pasword {NOT_OURS} redis_password?",
        group_vars="redis_pasword: x\narq_worker_comand: [arq]\n",
    ),
    # What identifies the release.
    given("rc_closure_ticket is missing: a ticket's key such as PSP-1234 is required", rc_closure_ticket=""),
    given("rc_closure_ticket 'PSP 1' is not a ticket's key", rc_closure_ticket="PSP 1"),
    given("rc_closure_release 'rc/3' is not a name of letters", rc_closure_release="rc/3"),
    given("rc_closure_commit '0123abc' is not a full git commit", rc_closure_commit="0123abc"),
    given("rc_closure_commit is missing: a full git commit", rc_closure_commit=None),
    given("rc_closure_decision must be one of: , reset, stamp, got: keep", rc_closure_decision="keep"),
    given("rc_closure_decision_by", rc_closure_decision="stamp", rc_closure_decision_reason="so"),
    given("rc_closure_ticket_provider must be one of: file, github, jira", rc_closure_ticket_provider="Jira"),
    given("rc_closure_ticket_repository", rc_closure_ticket_provider="github"),
    given("rc_closure_ticket_close", rc_closure_ticket_close="perhaps"),
    # Package-0.
    given(
        "package_0_ci_repository 'https://github.com/psp/backend' is not a repository as owner/name",
        package_0_ci_repository="https://github.com/psp/backend",
    ),
    given("package_0_ci_url 'ci.example' is not a valid http or https URL", package_0_ci_url="ci.example"),
    given("package_0_ci_mode must be one of: dispatch, find, got: search", package_0_ci_mode="search"),
    given("package_0_ci_limit", package_0_ci_limit="an hour"),
    # Package-1.
    given(
        "package_1_migration_table 'x; drop table y' is not a table's name",
        package_1_migration_table="x; drop table y",
    ),
    given("package_1_migration_columns", package_1_migration_columns="provider finding_type"),
    given(
        "package_1_migration_downgrade_smoke must be one of: safe, always, never",
        package_1_migration_downgrade_smoke="yes",
    ),
    # Package-2.
    given(
        "package_2_rollout_webhook_probe_path is missing: an absolute path is required",
        package_2_rollout_webhook_probe_path="",
    ),
    given("package_2_rollout_access_log", package_2_rollout_access_log={}),
    given(
        "package_2_rollout_access_log {'file': 'access.log'} is not one of",
        package_2_rollout_access_log={"file": "access.log"},
    ),
    given("package_2_rollout_webhook_minimum", package_2_rollout_webhook_minimum="many"),
    given("package_2_rollout_flags", package_2_rollout_flags=[{"name": "ledger"}]),
    given("package_2_rollout_e2e_argv", package_2_rollout_e2e_argv=[]),
    # Package-3 and the staging.
    given(
        "staging_backend_url 'backend:8000' is not a valid http or https URL",
        staging_backend_url="backend:8000",
    ),
    given("staging_backend_url is missing: a valid http or https URL is required", staging_backend_url=""),
    given(
        "staging_redis_url is not redis://user:password@host:port/0", staging_redis_url="redis://:a/b@redis/0"
    ),
    given(
        "staging_redis_url is not redis://user:password@host:port/0", staging_redis_url="http://redis:6379"
    ),
    given(
        "package_3_queue_api: request.path 'runs' is not an absolute path",
        package_3_queue_api={"request": {"path": "runs"}},
    ),
    given(
        "package_3_queue_api has no path: it takes answer, id, queued",
        package_3_queue_api={"path": "/runs"},
    ),
    given(
        "package_3_queue_api: answer.path does not contain {id}",
        package_3_queue_api={"answer": {"path": "/runs/latest"}},
    ),
    given(
        "package_3_queue_left_out has no worker_log: it takes backend_runner",
        package_3_queue_left_out={"worker_log": "it has none"},
    ),
    given(
        "staging_redis_url: arq does not decode the % of its user or password",
        staging_redis_url="redis://:a%2Fb-0123456@redis:6379/0",
    ),
    given("staging_variables: database has no host", staging_variables={"database": {"name": "DB_NAME"}}),
    given(
        "staging_token: file and login are given: give one",
        staging_token={"file": "/etc/psp/token", "login": {"url": "http://backend:8000/login"}},
    ),
    given(
        "staging_token: login.url '/login' is not a valid http or https URL",
        staging_token={"login": {"url": "/login"}},
    ),
    given("staging_worker_log", staging_worker_log="/var/log/psp/worker.log"),
    given("redis_port", redis_port="redis"),
    given("redis_password is missing: one from the vault is required", redis_password=""),
    given(
        "redis_maxmemory '512 MB' is not a size as Redis writes it, such as 512mb", redis_maxmemory="512 MB"
    ),
    given(
        "redis_runtime must be one of: systemd, docker, supervisor, none, got: podman", redis_runtime="podman"
    ),
    given("arq_worker_command", arq_worker_command=""),
    given("arq_worker_env is a text and not a dictionary: give it in a file", arq_worker_env="ENV=staging"),
    given("vault_redis_password", staging_redis_url="redis://:{{ vault_redis_password }}@redis:6379/0"),
    given("/no/python", ansible_python_interpreter="/no/python"),
    # What is not there.
    given(
        "package_1_migration_directory /no/such does not exist on backend",
        package_1_migration_directory="/no/such",
    ),
    given(
        "alembik of package_1_migration_alembic is not found on backend: install it, or add its directory",
        package_1_migration_alembic=["alembik"],
    ),
    given(
        "app/backend/migrations/none does not exist on backend",
        package_1_migration_directory="migrations/none",
    ),
    given(
        "app/backend/.env does not exist on backend",
        package_1_migration_limit=600,
        staging_backend_env_file=".env",
    ),
    given("sets none of PG_URL", package_1_migration_limit=600, staging_variables={"database": ["PG_URL"]}),
    given(
        "package_2_rollout_e2e_directory /etc/passwd is not a directory on backend",
        package_2_rollout_e2e_directory="/etc/passwd",
    ),
    given(
        "pnpm of package_2_rollout_e2e_argv is not found on backend: install it, or add its directory to "
        "package_2_rollout_e2e_path",
        package_2_rollout_e2e_argv=["pnpm", "test"],
    ),
    given(
        "package_2_rollout_e2e_env_file /no/such.env does not exist on backend",
        package_2_rollout_e2e_env_file="/no/such.env",
    ),
    given(
        f"package_2_rollout_e2e_env_file {OPEN}/e2e.env (mode 0644, owner {OWNER}) holds secrets that every "
        f"user of backend can read: chmod o-rwx {OPEN}/e2e.env",
        package_2_rollout_e2e_env_file=f"{OPEN}/e2e.env",
    ),
    given(
        "yarn of package_2_rollout_e2e_argv on backend is version 4.9.1, which hands -- on, so that all "
        "specs run: install yarn 1",
        package_2_rollout_e2e_path=[str(OPEN)],
    ),
    given(
        f"{OPEN}/alembic of package_1_migration_alembic is not found on backend: install it",
        package_1_migration_alembic=[f"{OPEN}/alembic"],
    ),
    given(
        "package_2_rollout_access_log /no/such/access.log does not exist on backend: name the file",
        package_2_rollout_access_log={"file": "/no/such/access.log"},
    ),
    given(
        "package_2_rollout_access_log /etc is a directory on backend: name the file",
        package_2_rollout_access_log={"file": "/etc"},
    ),
    given("staging_worker_log /etc is a directory on worker", staging_worker_log={"file": "/etc"}),
    given(
        f"GET {URL}/api/v1/reconciliation/runs/00000000-0000-0000-0000-000000000000 is answered 401: the "
        "token is missing or not valid",
        package_2_rollout_e2e_argv=["sh"],
        staging_backend_url=URL,
        staging_token={"value": "not-the-token"},
    ),
    given(
        f"staging_worker_env_file {OPEN}/coded.env on worker, REDIS_URL: arq does not decode the %",
        staging_worker_env_file=f"{OPEN}/coded.env",
        staging_redis_url="",
    ),
    given(
        "PSP-1 can be read and not written to: the token requires Add Comments on PSP-1",
        rc_closure_ticket_provider="jira",
        rc_closure_ticket_url=URL,
        rc_closure_ticket_issue="PSP-1",
        rc_closure_ticket_token="a-personal-access-token",
    ),
    given("the token_file /no/token cannot be read: No such file", package_0_ci_token_file="/no/token"),
    given("127.0.0.1:1 refused the connection", package_0_ci_url="http://127.0.0.1:1"),
    given("rc_closure_preflight 'lax' is not one of strict, collect", rc_closure_preflight="lax"),
    # All hosts' problems, in one table, each once with its hosts.
    Wrong(
        "backend, worker staging_backend_url 'x' is not a valid http or https URL",
        extra={"staging_backend_url": "x", "redis_port": 0},
    ),
]


def names() -> t.Iterator[str]:
    """Yield a name for each case, all different."""
    for number, wrong in enumerate(WRONG):
        yield f"{number}-{wrong.told[:50]}"


def attempt(case: Wrong, folder: Path) -> tuple[site.Run, list[Path]]:
    """Return the run, and what it left of evidence."""
    folder.mkdir()
    place = site.make(folder)
    inventory = place.inventory
    if case.inventory and not case.inventory.startswith("/"):
        inventory = folder / "hosts"
        inventory.write_text(case.inventory, "utf-8")
    if case.group_vars:
        (inventory / "group_vars" / "rc_worker.yml").open("a").write(case.group_vars)
    source = case.inventory if (case.inventory or "").startswith("/") else str(inventory)
    given = [] if case.inventory is None else [f"--inventory={source}"]
    run = place.run(case.playbook, *given, *case.arguments, extra=case.extra)
    return run, list(folder.glob("evidence/*"))


def make_open() -> None:
    """Make the folder that every user can enter: a secret, another yarn, and a moved virtual environment."""
    OPEN.mkdir(mode=0o755)
    programs = {"yarn": "#!/bin/sh\necho 4.9.1\n", "alembic": "#!/no/such/venv/bin/python\n"}
    files = {"e2e.env": "E2E_PASSWORD=correct-horse\n", "coded.env": "REDIS_URL=redis://:a%2Fb@redis/0\n"}
    for name, text in {**files, **programs}.items():
        (OPEN / name).write_text(text, "utf-8")
        (OPEN / name).chmod(0o755 if name in programs else 0o644)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[list[Future[t.Any]]]:
    """Run all of them side by side."""
    folder = tmp_path_factory.mktemp("wrong")
    make_open()
    threading.Thread(target=SERVER.serve_forever, daemon=True).start()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield [pool.submit(attempt, case, folder / str(number)) for number, case in enumerate(WRONG)]
    shutil.rmtree(OPEN)
    SERVER.shutdown()
    SERVER.server_close()


@pytest.mark.parametrize("number", range(len(WRONG)), ids=list(names()))
def test_it_is_refused_before_anything_is_touched(runs: list[Future[t.Any]], number: int) -> None:
    run, evidence = runs[number].result()
    assert run.status != 0
    assert WRONG[number].told in " ".join(run.output.split()), run.output[-3000:]
    assert "TASK [Open an attempt" not in run.output
    assert evidence == []
    assert run.seconds <= LIMIT_SECONDS


def test_an_ansible_core_that_is_too_old(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    told = "import ansible.release\nansible.release.__version__ = '2.18.9'\n"
    (tmp_path / "old" / "sitecustomize.py").write_text(told, "utf-8")
    run = site.make(tmp_path / "site").run("rc_closure", PYTHONPATH=str(tmp_path / "old"))
    assert run.status != 0
    assert "ansible-core 2.18.9 is not supported: install 2.19 or later" in run.output


# As -e name=value, a survey and a null make them.
AS_GIVEN = {
    "package_1_migration_directory": ".",
    "package_1_migration_limit": "600",
    "package_2_rollout_webhook_minimum": "30",
    "package_3_queue_require_completed": "yes",
    "rc_closure_locker": "~/evidence",
    "rc_closure_ticket_close": "false",
    "rc_closure_ticket_url": None,
    "redis_port": "6399",
    "staging_ca_file": None,
    "staging_token": "",
    "staging_variables": None,
}


def test_values_are_taken_as_people_give_them(tmp_path: Path) -> None:
    place = site.make(tmp_path)
    run = place.run("preflight", f"--inventory={place.inventory}", extra=AS_GIVEN)
    # Nothing runs there, so that there are problems, and none of them is a variable's.
    _before, _task, table = run.output.partition("what is wrong, and what to do\n")
    assert "refused the connection" in table
    assert [name for name in AS_GIVEN if name in table] == [], table
