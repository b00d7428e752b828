# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults: each puts one thing wrong into a twin that is fresh, and nothing else."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import typing as t
from contextlib import contextmanager, suppress
from pathlib import Path

import redis

from tests.drills.twin import LOCKER, TICKET, Twin
from tests.killing import wait_for

MIGRATIONS = Path("migrations/versions")
TABLE_REVISION = "0006_mig_01b_reconciliation"
UNIQUE = MIGRATIONS / "0007_mig_01c_finding_unique.py"
BACKFILL = Path("scripts/backfill_wallet_balances.py")
SPEC = Path("tests/finance-withdrawals-smoke.spec.ts")
POLL_SECONDS = 0.02
OTHER_COMMIT = "b" * 40


def ci_red(twin: Twin) -> None:
    """A test of the backend's fails."""
    twin.ci_faults(fail_tests=True)


def ci_skipped_job(twin: Twin) -> None:
    """The job is skipped, which the run counts as success."""
    twin.ci_faults(skip_job=True)


def ci_matrix_red(twin: Twin) -> None:
    """A matrix makes two jobs of the required one, and the second fails."""
    twin.ci_faults(matrix="failure")


def ci_other_commit(twin: Twin) -> None:
    """The run is green, for another commit."""
    twin.ci_faults(other_commit=OTHER_COMMIT)


def ci_nothing_ran(twin: Twin) -> None:
    """The job is GREEN, and has neither steps nor a log."""
    twin.ci_faults(job_conclusion="success")


def ci_log_expired(twin: Twin) -> None:
    """GitHub has removed the log of the GREEN job."""
    twin.ci_faults(expired_logs=True)


def ci_no_job(twin: Twin) -> None:
    """The run ends before any job is made of its workflow."""
    twin.ci_faults(startup_failure=True)


def table_exists(twin: Twin) -> None:
    """Somebody has made the table by hand."""
    twin.sql("CREATE TABLE reconciliation_findings (id integer PRIMARY KEY)")


def table_exists_alike(twin: Twin) -> None:
    """The migrations have made the table before, and Alembic's own was put back since."""
    before = twin.text("SELECT version_num FROM alembic_version")
    twin.migrate(revision=TABLE_REVISION)
    twin.sql(f"UPDATE alembic_version SET version_num = '{before}'")


def another_alembic_ini(twin: Twin) -> None:
    """The database was migrated by a chain of another C(alembic.ini), in the directory above."""
    (twin.backend.parent / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n", "utf-8")
    twin.sql("UPDATE alembic_version SET version_num = '0009_of_another_chain'")


def two_heads(twin: Twin) -> None:
    """Two branches were merged without a merge revision."""
    text = (twin.backend / UNIQUE).read_text("utf-8")
    other = text.replace("0007_mig_01c_finding_unique", "0007_other_branch")
    (twin.backend / MIGRATIONS / "0007_other_branch.py").write_text(other, "utf-8")


def stamped(twin: Twin) -> None:
    """The head was stamped, and no migration ran."""
    twin.sql("UPDATE alembic_version SET version_num = '0007_mig_01c_finding_unique'")


def stamped_one_short(twin: Twin) -> None:
    """The table was made by hand, with what the last migration asks for; that one alone is left to run."""
    twin.sql(
        "CREATE TABLE reconciliation_findings (id serial PRIMARY KEY, provider varchar(40) NOT NULL, "
        "provider_event_id varchar(100), finding_type varchar(40) NOT NULL, run_id uuid, details jsonb)"
    )
    twin.sql("UPDATE alembic_version SET version_num = '0006_mig_01b_reconciliation'")


def other_table_by_hand(twin: Twin) -> None:
    """Somebody has made another table, which no migration makes."""
    twin.sql("CREATE TABLE notes (id integer PRIMARY KEY)")


def url_in_a_file(twin: Twin) -> None:
    """The project's env.py goes by an address of its own, whatever the environment says."""
    url = twin.database_urls("psp")["SYNC_DATABASE_URL"]
    twin.patch(twin.backend / "migrations" / "env.py", 'os.environ.get("SYNC_DATABASE_URL", "")', repr(url))


def index_not_constraint(twin: Twin) -> None:
    """The migration makes a unique index in place of the constraint."""
    file = twin.backend / UNIQUE
    twin.patch(file, "op.create_unique_constraint(", "op.create_index(unique=True, index_name=")
    twin.patch(file, '"reconciliation_findings",\n', 'table_name="reconciliation_findings",\n')
    twin.patch(file, '["provider", ', 'columns=["provider", ')


def wrong_columns(twin: Twin) -> None:
    """The constraint leaves out the finding's type."""
    twin.patch(twin.backend / UNIQUE, ', "finding_type"]', "]")


def lock_wait(twin: Twin) -> t.ContextManager[None]:
    """A forgotten transaction holds what a migration needs."""
    return twin.transaction("LOCK TABLE provider_events IN ACCESS EXCLUSIVE MODE")


def upgrade_swallows_its_error(twin: Twin) -> None:
    """A migration fails, and env.py goes on, in the words of one that went through."""
    twin.patch(twin.backend / UNIQUE, "    op.create_unique_constraint(", "    op.create_unique_constrain(")
    said = "print('INFO  Running upgrade 0006_mig_01b_reconciliation -> 0007_mig_01c_finding_unique')"
    caught = (
        "        try:\n"
        "            with context.begin_transaction():\n"
        "                context.run_migrations()\n"
        f"        except AttributeError:\n            {said}\n"
    )
    run = "        with context.begin_transaction():\n            context.run_migrations()\n\n\nif"
    twin.patch(twin.backend / "migrations" / "env.py", run, f"{caught}\n\nif")


def traceback_with_status_0(twin: Twin) -> None:
    """A migration prints the traceback of what it could not do, and the upgrade ends with 0."""
    failed = (
        "    try:\n        {}['key']\n    except KeyError:\n        __import__('traceback').print_exc()\n"
    )
    twin.patch(twin.backend / UNIQUE, "def upgrade() -> None:\n", f"def upgrade() -> None:\n{failed}")


def env_py_prints_a_word(twin: Twin) -> None:
    """The project's env.py prints a word, which looks like a revision."""
    twin.patch(
        twin.backend / "migrations" / "env.py", "    return url\n", "    print('ready')\n    return url\n"
    )


def alembic_elsewhere(twin: Twin) -> None:
    """The project migrates another database than its environment names, which is one step behind."""
    twin.migrate("psp_other")
    twin.migrate()
    twin.sql(f"UPDATE alembic_version SET version_num = '{TABLE_REVISION}'")
    own = "    url += '_other' * url.endswith('/psp')\n    return url\n"
    twin.patch(twin.backend / "migrations" / "env.py", "    return url\n", own)


def table_is_a_view(twin: Twin) -> None:
    """Somebody has put a view in the table's place."""
    twin.migrate()
    twin.sql("ALTER TABLE reconciliation_findings RENAME TO findings")
    twin.sql("CREATE VIEW reconciliation_findings AS SELECT * FROM findings")


def table_in_two_schemas(twin: Twin) -> None:
    """Another schema has a table of that name, too."""
    twin.sql("CREATE SCHEMA archive CREATE TABLE reconciliation_findings (id integer)")


def smoke_would_lose_rows(twin: Twin) -> None:
    """No fault of the release: the way down deletes rows that the constraint would not let in again."""
    gone = "    op.execute('DELETE FROM reconciliation_findings WHERE provider_event_id IS NULL')\n"
    twin.patch(twin.backend / UNIQUE, "def downgrade() -> None:\n", f"def downgrade() -> None:\n{gone}")


def killed_while_migrating(twin: Twin) -> None:
    """A closure was killed while a migration waited for a lock; on its host, the migrations went on."""
    lock = "LOCK TABLE provider_events IN ACCESS EXCLUSIVE MODE"
    command = "alembic upgrade head"
    twin.kill_closure("killed_while_migrating", {1}, lock=lock, waits="^CREATE INDEX", goes_on=command)
    head = UNIQUE.stem
    wait_for(lambda: twin.text("SELECT version_num FROM alembic_version") == head, "the migrations' end")


def killed_in_backfill(twin: Twin) -> None:
    """A closure was killed in the backfill's real run, which went on on its host."""
    lock = "LOCK TABLE wallets IN SHARE MODE"
    command = "backfill_wallet_balances --batch-size"
    twin.kill_closure(
        "killed_in_backfill", {1, 2}, lock=lock, waits="^UPDATE wallets SET balance=[0-9]", goes_on=command
    )
    left = "SELECT count(*) FROM wallets WHERE balance IS NULL"
    wait_for(lambda: twin.count(left) == 0, "the backfill's end")


def flag_in_file_only(twin: Twin) -> None:
    """The backend is started with another file than the one that the flags are set in."""
    own = twin.etc / "backend-own.env"
    shutil.copyfile(twin.state["backend_env_file"], own)
    own.chmod(0o600)
    twin.patch(Path(twin.state["supervisor_conf"]), twin.state["backend_env_file"], str(own))
    twin.supervisorctl("update", "backend")


def other_commit_deployed(twin: Twin) -> None:
    """Somebody deploys another commit after CI has tested the release's."""
    twin.set_env(Path(twin.state["backend_env_file"]), GIT_COMMIT="f" * 40)


def signature_not_enforced(twin: Twin) -> None:
    """The flag is on, and a webhook without a signature is let through."""
    required = "    require_signature(provider, body, x_signature)\n"
    let_through = "    if not x_signature:\n        return {'status': 'known'}\n"
    twin.patch(twin.backend / "app/api/webhooks.py", required, f"{let_through}{required}")


def backfill_silent(twin: Twin) -> None:
    """The backfill prints nothing: its summary goes to a logger that nobody configured."""
    file = twin.backend / BACKFILL
    twin.patch(file, "    print(\n", "    logger.info(\n")
    twin.patch(file, "    logging.basicConfig(", "    dict(")


def backfill_row_errors(twin: Twin) -> None:
    """One player's ledger is below zero; the backfill counts an error and ends with 0."""
    twin.sql(
        "WITH taken AS ("
        "  INSERT INTO ledger_transactions (kind, reference) VALUES ('adjustment', 'drill') RETURNING id"
        ") INSERT INTO ledger_entries (transaction_id, account, amount)"
        "  SELECT id, account, amount FROM taken,"
        "  (VALUES ('player:61', -100000000), ('house', 100000000)) AS entry(account, amount)"
    )


def backfill_dry_run_writes(twin: Twin) -> None:
    """The dry run writes."""
    twin.patch(twin.backend / BACKFILL, "    if not dry_run:\n", "    if not dry_run or True:\n")


def backfill_dry_run_changes_values(twin: Twin) -> None:
    """The dry run adds a cent to each balance, which no count shows."""
    skipped = "        summary.skipped += 1\n"
    twin.patch(twin.backend / BACKFILL, skipped, f"{skipped}        wallet.balance += dry_run\n")


def backfill_dry_run_rolls_back(twin: Twin) -> None:
    """The dry run does all that the real one does, and takes it back: a sound way to do it."""
    file = twin.backend / BACKFILL
    twin.patch(file, "    if not dry_run:\n", "    if wallet:\n")
    twin.patch(file, "session.commit()", "session.rollback() if dry_run else session.commit()")


def backfill_not_committed(twin: Twin) -> None:
    """The real run rolls back, and prints the summary of what it has not written."""
    twin.patch(twin.backend / BACKFILL, "session.commit()", "session.rollback()")


def backfill_writes_other_rows(twin: Twin) -> None:
    """The real run adds a cent to the balances that it says it has left as they are."""
    skipped = "        summary.skipped += 1\n"
    twin.patch(twin.backend / BACKFILL, skipped, f"{skipped}        wallet.balance += not dry_run\n")


def backfill_two_summaries(twin: Twin) -> None:
    """The backfill prints two summaries, and they contradict each other."""
    other = '    print("processed=1200 updated=7 skipped=1193 errors=0")\n'
    twin.patch(twin.backend / BACKFILL, "    print(\n", f"{other}    print(\n")


def backfill_fails_after_summary(twin: Twin) -> None:
    """The backfill reports that the last commit failed, after its summary and with status 0."""
    end = 'dry_run={str(arguments.dry_run).lower()}"\n    )\n'
    twin.patch(twin.backend / BACKFILL, end, f'{end}    print("last batch: commit failed")\n')


def backfill_real_run_fails(twin: Twin) -> None:
    """The real run breaks off after its summary; the dry run does not."""
    end = 'dry_run={str(arguments.dry_run).lower()}"\n    )\n'
    twin.patch(twin.backend / BACKFILL, end, f"{end}    assert arguments.dry_run\n")


def backfill_sees_nothing(twin: Twin) -> None:
    """The backfill looks at no wallet, and says so: nothing processed, nothing wrong."""
    twin.patch(twin.backend / BACKFILL, "    last = 0\n", "    last = 10**9\n")


def backfill_leaves_rows(twin: Twin) -> None:
    """Each run goes no further than a hundred rows."""
    given = "    if wallet.balance is not None:\n"
    left = "    if wallet.balance is not None or summary.updated == 100:\n"
    twin.patch(twin.backend / BACKFILL, given, left)


def backfill_writes_more_than_announced(twin: Twin) -> None:
    """The dry run goes no further than a hundred rows, and the real run does."""
    given = "    if wallet.balance is not None:\n"
    left = "    if wallet.balance is not None or dry_run and summary.updated == 100:\n"
    twin.patch(twin.backend / BACKFILL, given, left)


def e2e_fails(twin: Twin) -> None:
    """The Approve button of the page does nothing."""
    twin.patch(twin.backend / "app/admin/withdrawals.html", "/approve`", "/reject`")
    twin.supervisorctl("restart", "backend")


def e2e_all_skipped(twin: Twin) -> None:
    """All tests of the smoke are skipped, which ends with 0."""
    twin.patch(twin.e2e / SPEC, "\ntest(", "\ntest.skip(")


def e2e_flaky(twin: Twin) -> None:
    """A test fails at first and passes when it is tried again, which ends with 0."""
    twin.patch(twin.e2e / "playwright.config.ts", "retries: 0", "retries: 1")
    test = "test('a withdrawal is paid only once', async ({ request }) => {\n"
    twin.patch(twin.e2e / SPEC, test, f"{test}  expect(test.info().retry).toBe(1);\n")


def e2e_another_file_runs(twin: Twin) -> None:
    """The name of the spec is a pattern to the test runner, and an old one beside it matches, too."""
    shutil.copyfile(twin.e2e / "tests/health.spec.ts", twin.e2e / f"{SPEC}.old.spec.ts")


def spike_401(twin: Twin) -> None:
    """The provider signs with a key that the backend does not have."""
    twin.set_env(twin.etc / "provider.env", PROVIDER_SIGNATURE="broken")
    twin.supervisorctl("restart", "provider")


def no_traffic(twin: Twin) -> None:
    """The provider sends nothing."""
    twin.supervisorctl("stop", "provider")


def webhooks_fail(twin: Twin) -> None:
    """The backend fails on each webhook whose signature is right."""
    event = "    event = _event(body)\n"
    twin.patch(twin.backend / "app/api/webhooks.py", event, f"{event}    raise RuntimeError('no ledger')\n")


def log_emptied(twin: Twin) -> t.ContextManager[None]:
    """Somebody empties the access log after its mark."""
    return _once(_marked_anew("log_emptied"), lambda: os.truncate(twin.state["access_log"], 0))


def log_copied_and_truncated(twin: Twin) -> t.ContextManager[None]:
    """No fault: the access log is rotated after its mark, as C(copytruncate) does."""
    log = Path(twin.state["access_log"])

    def rotate() -> None:
        shutil.copyfile(log, log.with_name(f"{log.name}.1"))
        os.truncate(log, 0)

    return _once(_marked_anew("log_copied_and_truncated"), rotate)


def _marked_anew(drill: str) -> t.Callable[[], bool]:
    """Return what says whether a drill's closure has its mark, at the end of what it counts before."""

    def marks() -> set[Path]:
        return set((LOCKER / TICKET / drill).glob("attempts/*/package_2/*-webhook_baseline.json"))

    before = marks()
    return lambda: marks() > before


def none(twin: Twin) -> None:
    """Nothing: the fault is in the playbook's variables."""


def worker_down(twin: Twin) -> None:
    """The worker cannot be started: its module has no such settings."""
    twin.patch(
        twin.backend / "app/queue/reconciliation_worker.py", "class WorkerSettings:", "class Settings:"
    )


@contextmanager
def worker_killed_midway(twin: Twin) -> t.Iterator[None]:
    """The worker is killed while it carries the run out."""
    done = threading.Event()
    killer = threading.Thread(target=_kill_at_first_run, args=(twin, done))
    killer.start()
    try:
        yield
    finally:
        done.set()
        killer.join()


def _kill_at_first_run(twin: Twin, done: threading.Event) -> None:
    log = Path(twin.state["worker_log"])
    while not done.wait(POLL_SECONDS):
        if log.exists() and "→" in log.read_text("utf-8", "replace") and _a_run_is_running(twin):
            for pid in _processes("reconciliation_worker.WorkerSettings", twin.backend):
                os.kill(pid, signal.SIGKILL)
            return


def _a_run_is_running(twin: Twin) -> bool:
    return twin.count("SELECT count(*) FROM reconciliation_runs WHERE status = 'running'") > 0


def _processes(word: str, directory: Path) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if word.encode() in (entry / "cmdline").read_bytes() and (entry / "cwd").readlink() == directory:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def worker_other_database(twin: Twin) -> None:
    """The worker is given a database that has the tables, but not the runs."""
    twin.migrate("psp_other")


def worker_other_database_hidden(twin: Twin) -> None:
    """So it is, and the backend carries out by itself what it queues: both sides show the run's end."""
    worker_other_database(twin)
    twin.patch(
        twin.backend / "app/api/reconciliation.py",
        "        await _enqueue(queue, run.id)\n",
        "        await _enqueue(queue, run.id)\n"
        "        background.add_task(reconciliation.execute, sessions, run.id)\n",
    )


def no_pool(twin: Twin) -> None:
    """No fault: neither service keeps a connection to the database that it does not use."""
    file = twin.backend / "app/db.py"
    twin.patch(file, "    pool_size=10,\n", "    poolclass=NullPool,\n")
    twin.patch(
        file,
        "from fastapi import Depends\n",
        "from fastapi import Depends\nfrom sqlalchemy import NullPool\n",
    )


def worker_ignores_database_url(twin: Twin) -> None:
    """The worker's environment names the right database, and its settings take another one."""
    twin.migrate("psp_other")
    _in_the_worker(twin, "settings.py", "database_url=database_url,", "database_url + '_other'")


def worker_ignores_redis_database(twin: Twin) -> None:
    """The worker's environment names the right Redis, and its settings take another database of it."""
    given = "given = RedisSettings.from_dsn(url)"
    _in_the_worker(twin, "queue/connection.py", given, "replace(RedisSettings.from_dsn(url), database=1)")


@contextmanager
def worker_other_redis(twin: Twin) -> t.Iterator[None]:
    """The worker's environment names the right Redis, and its settings take another server."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    given = "given = RedisSettings.from_dsn(url)"
    _in_the_worker(twin, "queue/connection.py", given, f"replace(RedisSettings.from_dsn(url), port={port})")
    options = {"port": port, "bind": "127.0.0.1", "save": "''", "requirepass": twin.redis_password}
    settings = "".join(f"{name} {value}\n" for name, value in options.items())
    with subprocess.Popen(
        [twin.state["redis_server"], "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as other:
        assert other.stdin is not None
        other.stdin.write(settings.encode())
        other.stdin.close()
        try:
            yield
        finally:
            other.terminate()


def _in_the_worker(twin: Twin, name: str, assignment: str, value: str) -> None:
    """Have the worker alone, which runs the same code as the backend, take another value."""
    target, _equals, own = assignment.rstrip(",").partition("=")
    comma = "," if assignment.endswith(",") else ""
    chosen = f"{value} if __import__('sys').argv[0].endswith('arq') else {own.strip()}{comma}"
    twin.patch(twin.backend / "app" / name, assignment, f"{target}= {chosen}")


def worker_by_parts(twin: Twin) -> None:
    """The settings take the database in parts where no URL is given; there is another that has the tables."""
    twin.migrate("psp_other")
    parts = "postgresql+asyncpg://{POSTGRES_USER}:{POSTGRES_PASSWORD}@{POSTGRES_SERVER}/{POSTGRES_DB}"
    given = 'database_url = environment.get("DATABASE_URL", "")'
    twin.patch(twin.backend / "app/settings.py", given, f'{given} or "{parts}".format_map(environment)')


@contextmanager
def second_worker(twin: Twin) -> t.Iterator[None]:
    """Something else looks at the worker's queue, too, as arq does."""
    done = threading.Event()
    poller = threading.Thread(target=_poll_the_queue, args=(twin, done))
    poller.start()
    try:
        yield
    finally:
        done.set()
        poller.join()


def _poll_the_queue(twin: Twin, done: threading.Event) -> None:
    with redis.Redis(port=twin.state["redis_port"], password=twin.redis_password) as client:
        while not done.wait(POLL_SECONDS):
            with suppress(redis.RedisError):  # the closure brings it up
                client.zrangebyscore("arq:queue", "-inf", "+inf")


def in_process_fallback(twin: Twin) -> None:
    """The backend says queue, and carries the runs out by itself."""
    file = twin.backend / "app/queue/connection.py"
    twin.patch(file, 'if settings.recon_runner != "queue":', "if settings.recon_runner:")


def worker_logs_json(twin: Twin) -> None:
    """No fault: the worker writes its log as JSON lines."""
    _at_the_workers_start(
        twin,
        "import json, logging\n"
        "    class Lines(logging.Formatter):\n"
        "        def format(self, record):\n"
        "            said = {'event': record.getMessage(), 'logger': record.name}\n"
        "            return json.dumps(said)\n"
        "    logging.getLogger('arq').handlers[0].setFormatter(Lines())\n",
    )


def other_words(twin: Twin) -> None:
    """No fault: the API answers in an envelope and in other words, and the worker's stream is ASCII."""
    file = twin.backend / "app/api/reconciliation.py"
    twin.patch(file, '        "id": run.id,\n', '        "run_id": run.id,\n')
    words = "{'queued': 'PENDING', 'running': 'IN_PROGRESS', 'completed': 'SUCCEEDED', 'failed': 'ERROR'}"
    twin.patch(file, '"status": run.status,', f'"status": {words}[run.status],')
    twin.patch(file, "return _shown(run)", "return {'status': 'success', 'data': _shown(run)}")
    _at_the_workers_start(
        twin, "import sys\n    sys.stderr.reconfigure(encoding='ascii', errors='backslashreplace')\n"
    )


def job_speaks_for_the_worker(twin: Twin) -> None:
    """The worker's own log is off, and its job prints sentences with the marks that the worker uses."""
    _at_the_workers_start(twin, "import logging\n    logging.getLogger('arq').setLevel('ERROR')\n")
    said = '    print(f"reconcile took   0.10s {mark} 0badcafe:reconcile_run{rest}", flush=True)\n'
    begins = said.replace("{mark}", "→").replace("{rest}", "('{run_id}')")
    ends = said.replace("{mark}", "←").replace("{rest}", " ● 1")
    file = twin.backend / "app/queue/reconciliation_worker.py"
    twin.patch(file, "    return await reconciliation", f"{begins}{ends}    return await reconciliation")


def _at_the_workers_start(twin: Twin, code: str) -> None:
    """Have the worker run some code when it has started."""
    file = twin.backend / "app/queue/reconciliation_worker.py"
    hook = f"async def begin(ctx: dict[str, Any]) -> None:\n    {code}"
    twin.patch(file, "class WorkerSettings:\n", f"{hook}\n\nclass WorkerSettings:\n    on_startup = begin\n")


def job_fails(twin: Twin) -> None:
    """What the run reads is gone: it ends failed, and the job catches its own exception."""
    twin.sql("ALTER TABLE ledger_transactions RENAME TO ledger_transactions_gone")


def api_500(twin: Twin) -> None:
    """The API breaks at the POST."""
    twin.patch(
        twin.backend / "app/api/reconciliation.py",
        "    if wanted.provider not in settings.webhook_secrets:\n",
        '    raise RuntimeError("drill")\n    if wanted.provider not in settings.webhook_secrets:\n',
    )


def api_429(twin: Twin) -> None:
    """The API lets one request through: the POST, and no look at the run."""
    twin.set_env(Path(twin.state["backend_env_file"]), RATE_LIMIT_PER_MINUTE="1")
    # The next minute would let a look through.
    twin.patch(twin.backend / "app" / "rate_limit.py", "int(time.monotonic() // 60)", "0")


def run_ends_twice(twin: Twin) -> None:
    """The run ends completed, and its job breaks down after it."""
    _after_the_run(twin, 'raise RuntimeError("the report was not sent")')


def log_denies_the_failure(twin: Twin) -> None:
    """So it is, and the worker's log is made to show that the job has completed."""
    run_ends_twice(twin)
    _at_the_workers_start(
        twin,
        "import logging\n"
        "    def deny(record):\n"
        "        record.msg = str(record.msg).replace('! %s failed, %s: %s', '← %s ● %s %s')\n"
        "        record.exc_info = None\n"
        "        return True\n"
        "    logging.getLogger('arq.worker').addFilter(deny)\n",
    )


def no_record_kept(twin: Twin) -> None:
    """No fault: the worker keeps no results."""
    _worker_setting(twin, "keep_result = 0")


def other_serializer(twin: Twin) -> None:
    """No fault: queue and worker write what is neither a pickle nor JSON."""
    both = "lambda value: b'#' + __import__('pickle').dumps(value)"
    back = "lambda raw: __import__('pickle').loads(raw[1:])"
    _worker_setting(twin, f"job_serializer = {both}\n    job_deserializer = {back}")
    file = twin.backend / "app/queue/connection.py"
    pool = "conn_retries=1, conn_timeout=1)"
    twin.patch(file, pool, f"{pool}, job_serializer={both}, job_deserializer={back}")


def job_writes_the_workers_lines(twin: Twin) -> None:
    """The worker's own log is off, and its job prints lines that are exactly like the worker's."""
    job_speaks_for_the_worker(twin)
    twin.patch(twin.backend / "app/queue/reconciliation_worker.py", 'f"reconcile took   0.10s', 'f"  0.10s')


def worker_code_replaced(twin: Twin) -> t.ContextManager[None]:
    """The worker's code is deployed again while it runs, and nobody restarts it."""
    file = twin.backend / "app/queue/reconciliation_worker.py"
    # It comes up slowly, so that what is deployed before it is ready is no part of its start any more.
    _worker_setting(twin, "on_startup = lambda ctx: __import__('asyncio').sleep(15)")

    def deploy() -> None:
        copy = file.with_suffix(".new")
        shutil.copy2(file, copy)
        copy.replace(file)

    return _once(lambda: _worker_has_started(twin) and _age(Path(twin.state["worker_log"])) > 11, deploy)


def _age(file: Path) -> float:
    return time.time() - file.stat().st_mtime


def _worker_has_started(twin: Twin) -> bool:
    log = Path(twin.state["worker_log"])
    return log.exists() and "Starting worker" in log.read_text("utf-8", "replace")


def _after_the_run(twin: Twin, code: str) -> None:
    file = twin.backend / "app/queue/reconciliation_worker.py"
    carried = "return await reconciliation.execute(sessions, uuid.UUID(run_id))"
    twin.patch(file, carried, f"{carried.replace('return ', '')}\n    {code}")


def _worker_setting(twin: Twin, text: str) -> None:
    file = twin.backend / "app/queue/reconciliation_worker.py"
    twin.patch(file, "    job_timeout = 120\n", f"    job_timeout = 120\n    {text}\n")


@contextmanager
def _once(when: t.Callable[[], bool], act: t.Callable[[], None]) -> t.Iterator[None]:
    """Do something as soon as it is time, while the closure runs."""
    done = threading.Event()

    def wait() -> None:
        while not done.wait(POLL_SECONDS):
            with suppress(OSError):  # a process has gone
                if when():
                    act()
                    return

    waiter = threading.Thread(target=wait)
    waiter.start()
    try:
        yield
    finally:
        done.set()
        waiter.join()


def access_log_without_zone(twin: Twin) -> None:
    """The access log's times do not say their zone."""
    file = twin.backend / "app/access_log.py"
    twin.patch(file, "datetime.now(UTC), time.perf_counter()", "datetime.now(), time.perf_counter()")


def access_log_without_mark(twin: Twin) -> None:
    """No fault: the access log shows neither a query nor who asks."""
    agent = 'dict(scope["headers"]).get(b"user-agent", b"").decode("latin-1")'
    twin.patch(twin.backend / "app/access_log.py", agent, '"-"')


def counters_in_place_of_the_log(twin: Twin) -> None:
    """No fault: the backend's access log shows no status, and its Prometheus counters do."""
    file = twin.backend / "app/access_log.py"
    twin.patch(file, '        "status": status,\n', "")
    twin.patch(
        file,
        "        arrived, clock, status =",
        '        if scope["path"] == "/metrics":\n'
        '            await send({"type": "http.response.start", "status": 200, "headers": []})\n'
        '            await send({"type": "http.response.body", "body": "".join(_metrics()).encode()})\n'
        "            return\n"
        "        arrived, clock, status =",
    )
    counted = "    COUNTED[scope['method'], scope['path'], status] += 1\n"
    twin.patch(file, "    line: dict[str, Any] = {\n", f"{counted}    line: dict[str, Any] = {{\n")
    twin.patch(
        file,
        "class AccessLog:\n",
        "COUNTED = __import__('collections').Counter()\n"
        "BORN = time.time()\n\n\n"
        "def _metrics():\n"
        "    yield f'process_start_time_seconds {BORN}\\n'\n"
        "    for (method, path, status), value in COUNTED.items():\n"
        '        labels = f\'method="{method}",handler="{path}",status="{status}"\'\n'
        "        yield f'http_requests_total{{{labels}}} {value}\\n'\n\n\n"
        "class AccessLog:\n",
    )
    twin.supervisorctl("restart", "backend")
