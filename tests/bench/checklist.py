# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checklist by hand: every command in the checklist's order, for a script and for a naive playbook.

They are what the closure runs, with the stand-up of Redis, the worker and the backend written out.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from pathlib import Path

TABLE = "reconciliation_findings"
WORKFLOW = "backend-psp03d-postgres.yml"
FLAGS = (
    "LEDGER_SHADOW_WRITE",
    "LEDGER_BALANCE_MISMATCH_LOG",
    "WEBHOOK_SIGNATURE_ENFORCED",
    "LEDGER_ENFORCE_BALANCE",
)
CONSTRAINTS = (
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
    f"WHERE conrelid = '{TABLE}'::regclass AND contype = 'u'"
)
INDEXES = (
    "SELECT indexrelid::regclass, indisvalid, indimmediate, pg_get_indexdef(indexrelid) FROM pg_index "
    f"WHERE indrelid = '{TABLE}'::regclass AND indisunique"
)
ROWS = "SELECT count(*) AS wallets, count(balance) AS with_balance FROM wallets"
BACKFILL = "python -m backend.scripts.backfill_wallet_balances"
WEBHOOKS = "/api/v1/payments/webhook/"
PING = (
    "import socket, sys; "
    "redis = socket.create_connection(('127.0.0.1', {port}), 5); "
    "redis.sendall(b'AUTH %s\\r\\nPING\\r\\nINFO server\\r\\nCONFIG GET maxmemory-policy\\r\\nQUIT\\r\\n' "
    "% open('{password_file}', 'rb').read().strip()); "
    "answer = redis.makefile().read(); print(answer); sys.exit('+PONG' not in answer)"
)


@dataclass(frozen=True)
class Command:
    """A step of the shell's.

    Attributes:
        title: what it is called.
        text: the shell's commands; C($name) is a value that a request before kept.
        directory: where it runs.
        until: whether it is repeated until it succeeds.
    """

    title: str
    text: str
    directory: str = "/"
    until: bool = False


@dataclass(frozen=True)
class Request:
    """A step of HTTP's.

    Attributes:
        title: what it is called.
        url: C($name) in it is a value that a request before kept.
        method: GET or POST.
        token: a file that holds the bearer token.
        body: sent as JSON.
        status: the answer's status that is success.
        keep: a name, and the path to the answer's value that is kept under it.
        until: the answer's C(status) that ends its repetition.
    """

    title: str
    url: str
    method: str = "GET"
    token: str = ""
    body: t.Mapping[str, t.Any] | None = None
    status: int = 200
    keep: tuple[str, str] = ("", "")
    until: str = ""


Step = Command | Request


@dataclass(frozen=True)
class Checklist:
    """The steps on one twin.

    Attributes:
        state: what C(.twin/state.json) says.
        api_token: a file that holds the backend's token.
        psql_env: a file that holds psql's C(PG…) variables.
    """

    state: t.Mapping[str, t.Any]
    api_token: str
    psql_env: str

    def steps(self) -> list[Step]:
        """Return all of them, in order."""
        return [*self._package_0(), *self._package_1(), *self._package_2(), *self._package_3()]

    def _package_0(self) -> list[Step]:
        actions = f"{self.state['ci_url']}/repos/{self.state['ci_repository']}/actions"
        token = str(self.state["ci_token_file"])
        return [
            Request(
                "Dispatch the CI run",
                f"{actions}/workflows/{WORKFLOW}/dispatches",
                "POST",
                token,
                {"ref": "main", "return_run_details": True},
                keep=("ci_run", "workflow_run_id"),
            ),
            Request("Wait for the CI run", f"{actions}/runs/$ci_run", token=token, until="completed"),
            Request(
                "Jobs of the CI run",
                f"{actions}/runs/$ci_run/jobs",
                token=token,
                keep=("ci_job", "jobs.1.id"),
            ),
            Request("Log of the CI job", f"{actions}/jobs/$ci_job/logs", token=token),
        ]

    def _package_1(self) -> list[Step]:
        commands = (
            "current",
            "heads",
            "history",
            "upgrade head",
            "check",
            "current",
            "downgrade 0007_mig_01c_finding_unique:0006_mig_01b_reconciliation --sql",
            "upgrade 0006_mig_01b_reconciliation:0007_mig_01c_finding_unique --sql",
            "downgrade -1",
            "current",
            "upgrade head",
            "current",
        )
        return [
            *(self._backend(f"alembic {words}", f"alembic {words}") for words in commands),
            self._psql("The table", f"\\d {TABLE}"),
            self._psql("UNIQUE constraints", CONSTRAINTS),
            self._psql("UNIQUE indexes", INDEXES),
        ]

    def _package_2(self) -> list[Step]:
        flags = f"sed -i -E 's/^({'|'.join(FLAGS)})=.*/\\1=True/' {self.state['backend_env_file']}"
        backend = self.state["backend_url"]
        return [
            self._webhooks("Webhooks before"),
            Command("Set the flags", flags),
            *self._restart_backend(),
            Request("Flags", f"{backend}/api/v1/flags", token=self.api_token),
            self._psql("Rows before", ROWS),
            self._backfill("Backfill, dry run", " --dry-run"),
            self._psql("Rows after the dry run", ROWS),
            self._backfill("Backfill, real run", ""),
            self._psql("Rows after the real run", ROWS),
            self._backfill("Backfill, dry run again", " --dry-run"),
            Command(
                "E2E smoke",
                f"set -a; . {self.state['e2e_env_file']}; PATH=$PWD/node_modules/.bin:$PATH\n"
                "yarn test:e2e -- tests/finance-withdrawals-smoke.spec.ts",
                self.state["e2e_directory"],
            ),
            self._webhooks("Webhooks since"),
            Command("Webhooks answered 401", f"grep WEBHOOK_SIGNATURE_INVALID {self._access_log} || true"),
            Request(
                "A webhook without a signature", f"{backend}{WEBHOOKS}acmepay", "POST", body={}, status=401
            ),
            Command(
                "That webhook in the log", f"grep WEBHOOK_SIGNATURE_INVALID {self._access_log}", until=True
            ),
        ]

    def _package_3(self) -> list[Step]:
        runs = f"{self.state['backend_url']}/api/v1/reconciliation/runs"
        log = self.state["worker_log"]
        find_job = f'job=$(sed -n "s/.*→ \\([^:]*\\):.*$run.*/\\1/p" {log})'
        return [
            *self._redis(),
            *self._worker(),
            Command("The backend's environment", self._queue_environment()),
            *self._restart_backend(),
            self._environment_of("backend"),
            self._ping("Redis's health"),
            Command("The worker's first lines", f"head -n 20 {log}"),
            self._environment_of("worker"),
            Request(
                "POST of a run",
                runs,
                "POST",
                self.api_token,
                {"provider": "acmepay"},
                status=202,
                keep=("run", "id"),
            ),
            Request("GET of the run", f"{runs}/$run", token=self.api_token, until="completed"),
            Command("The run in the worker's log", f'{find_job}; grep "← $job" {log}', until=True),
            Command("The worker's lines of the run", f'{find_job}; grep "$job" {log}'),
        ]

    def _redis(self) -> list[Step]:
        home = f"{Path(self.state['log_dir']).parent}/data/redis"
        server, log = self.state["redis_server"], f"{self.state['log_dir']}/redis.log"
        return [
            Command(
                "Configure Redis",
                f"umask 077; mkdir -p {home}; cat >{home}/redis.conf <<END\n"
                f"bind 127.0.0.1\nport {self.state['redis_port']}\ndir {home}\nappendonly yes\n"
                f"maxmemory-policy noeviction\nrequirepass $(cat {self.state['redis_password_file']})\nEND",
            ),
            self._program("redis", f"{server} {home}/redis.conf", home, log),
            self._control("update redis"),
            self._ping("Wait for Redis", until=True),
        ]

    def _worker(self) -> list[Step]:
        copied = "^(DATABASE_URL|SYNC_DATABASE_URL|API_TOKEN)="
        environment, log = self.state["worker_env_file"], self.state["worker_log"]
        arq = f"{self.state['bin']}/arq app.queue.reconciliation_worker.WorkerSettings"
        dotenv = f"{self.state['bin']}/dotenv -f {environment} run -- {arq}"
        return [
            Command(
                "The worker's environment",
                f"umask 077; grep -E '{copied}' {self.state['backend_env_file']} >{environment}\n"
                f"echo ENV=staging >>{environment}\n{self._redis_url()} >>{environment}",
            ),
            self._program("worker", dotenv, self.state["directory"], log),
            self._control("update worker"),
            Command("Wait for the worker", f"grep redis_version {log}", until=True),
        ]

    def _queue_environment(self) -> str:
        file = self.state["backend_env_file"]
        return f"sed -i s/^RECON_RUNNER=.*/RECON_RUNNER=queue/ {file}\n{self._redis_url()} >>{file}"

    def _redis_url(self) -> str:
        password = f'"$(cat {self.state["redis_password_file"]})"'
        return f"printf 'REDIS_URL=redis://:%s@127.0.0.1:{self.state['redis_port']}/0\\n' {password}"

    def _restart_backend(self) -> list[Step]:
        ready = f"{self.state['backend_url']}/ready"
        return [
            self._control("restart backend"),
            Request("Wait for the backend", ready, until="ready"),
        ]

    def _program(self, name: str, command: str, directory: str, log: str) -> Command:
        return Command(
            f"Describe {name} to supervisor",
            f"cat >{self.state['supervisor_include_dir']}/{name}.conf <<END\n[program:{name}]\n"
            f"command={command}\ndirectory={directory}\nredirect_stderr=true\nstdout_logfile={log}\nEND",
        )

    def _control(self, words: str) -> Command:
        return Command(f"supervisorctl {words}", f"supervisorctl -c {self.state['supervisor_conf']} {words}")

    def _environment_of(self, program: str) -> Command:
        pid = f"$(supervisorctl -c {self.state['supervisor_conf']} pid {program})"
        shown = "grep -E '^(ENV|RECON_RUNNER)='"
        return Command(f"Environment of the {program}", f"tr '\\0' '\\n' </proc/{pid}/environ | {shown}")

    def _ping(self, title: str, *, until: bool = False) -> Command:
        port, password_file = self.state["redis_port"], self.state["redis_password_file"]
        code = PING.format(port=port, password_file=password_file)
        return Command(title, f'python -I -S -c "{code}"', until=until)

    def _backend(self, title: str, text: str, directory: str = "") -> Command:
        environment = f"set -a; . {self.state['backend_env_file']}"
        return Command(title, f"{environment}\n{text}", directory or self.state["directory"])

    def _backfill(self, title: str, option: str) -> Command:
        text = f"PYTHONPATH={self.state['directory']} {BACKFILL}{option} --batch-size 1000"
        return self._backend(title, text, self.state["app"])

    def _psql(self, title: str, sql: str) -> Command:
        return Command(
            title, f'set -a; . {self.psql_env}\n{self.state["psql"]} --no-psqlrc --command "{sql}"'
        )

    def _webhooks(self, title: str) -> Command:
        webhook = WEBHOOKS.replace("/", "\\/")
        counted = f"/{webhook}/ {{ all++ }} /WEBHOOK_SIGNATURE_INVALID/ {{ refused++ }}"
        return Command(title, f"awk '{counted} END {{ print all + 0, refused + 0 }}' {self._access_log}")

    @property
    def _access_log(self) -> str:
        return str(self.state["access_log"])
