# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first real cause is found in what the tools really print, wrapped as GitHub keeps it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge import github_log

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "github_log"
# Of each: the line that names the cause, the first and the last line of its block, and how many it has.
BLOCKS = json.loads((FIXTURES / "blocks.json").read_text("utf-8"))
PYTEST = "Run python -m pytest tests"

# fixture, in the line, step, in the block
TABLE = [
    (
        "action_failed",
        "version '3.99' with architecture",
        "Run actions/setup-python@v5",
        "list of all",
    ),
    (
        "alembic_duplicate_table",
        '(psycopg2.errors.DuplicateTable) relation "reconciliation_findings" already exists',
        "Run alembic upgrade head",
        "psycopg2.errors.DuplicateTable: relation",
    ),
    (
        "alembic_two_heads",
        "Multiple head revisions are present",
        "Run alembic upgrade head",
        "FAILED: ",
    ),
    (
        "c_compiler_error",
        "ext.c:2:10: fatal error: libpq-fe.h: No such file or directory",
        "Run pip install --no-binary :all: psycopg2",
        "compilation terminated.",
    ),
    ("coverage_too_low", "FAIL Required test coverage of 80%", f"{PYTEST} --cov=app", "48 passed"),
    ("disk_full", "No space left on device", PYTEST, "pwrite failed"),
    (
        "docker_build",
        "#9 4.812 ERROR: Could not find a version that satisfies the requirement psp-ledger==4.2",
        "Run docker build -t backend .",
        "failed to solve",
    ),
    (
        "eslint_error",
        "ui/src/sum.js:2:9 error 'unused' is assigned a value but never used no-unused-vars",
        "Run npm run lint",
        "1 problem (1 error, 0 warnings)",
    ),
    (
        "exit_137_without_a_word",
        "exit code 137: the process was killed",
        PYTEST,
        "test_recon.py",
    ),
    (
        "jest_failure",
        "ledger sum › adds debit and credit - expect(received).toBe(expected)",
        "Run npm test",
        "Received: 10",
    ),
    (
        "killed_by_the_kernel",
        "Killed                  python -m pytest",
        PYTEST,
        "collected 212",
    ),
    (
        "linker_error",
        "/usr/bin/ld: cannot find -lpqx: No such file or directory",
        "Run gcc -o main main.c -lpqx",
        "ld returned 1 exit status",
    ),
    (
        "mypy_error",
        "app/ledger.py:2: error: Incompatible return",
        "Run mypy app",
        "Found 1 error",
    ),
    (
        "node_heap_out_of_memory",
        "JavaScript heap out of memory",
        "Run npm run bundle",
        "<--- JS stacktrace --->",
    ),
    (
        "npm_lock_out_of_sync",
        "npm error `npm ci` can only install packages when your package.json and package-lock.json",
        "Run npm ci",
        "Missing: left-pad@1.3.0 from lock file",
    ),
    (
        "pip_no_matching_version",
        "ERROR: Could not find a version that satisfies the requirement psp-ledger==4.2",
        "Run pip install -r requirements.txt",
        "No matching distribution found",
    ),
    (
        "playwright_failure",
        "approves a withdrawal - Error: expect(locator).toHaveText(expected) failed",
        "Run yarn test:e2e",
        'Received: "pending"',
    ),
    (
        "psql_connection_refused",
        'psql: error: connection to server at "127.0.0.1", port 5999 failed: Connection refused',
        "Run psql -h localhost -f schema.sql",
        "Is the server running on that host",
    ),
    (
        "pytest_assertion",
        "FAILED tests/test_ledger.py::test_entries_balance - AssertionError: ledger entry is not balanced",
        f"Postgres tests ({PYTEST})",
        "entry: {'debit': 100, 'credit': 90}",
    ),
    (
        "pytest_collection_error",
        "ERROR tests/test_import.py - ModuleNotFoundError: No module named 'app'",
        PYTEST,
        "from app.ledger.postings import Posting",
    ),
    (
        "pytest_conftest_import",
        "conftest.py'. - ModuleNotFoundError: No module named 'app'",
        PYTEST,
        "from app.settings import Settings",
    ),
    (
        "pytest_fixture_error",
        "ERROR tests/test_db.py::test_one - psycopg2.OperationalError: connection to server",
        f"{PYTEST} -q",
        "ERROR at setup of test_one",
    ),
    ("pytest_nothing_selected", "no test ran: 4 deselected", f"{PYTEST} -k psp03d", "0 selected"),
    (
        "python_called_process",
        "RuntimeError: the rates cannot be loaded",
        "Run python scripts/ci.py",
        "FileNotFoundError: [Errno 2]",
    ),
    (
        "python_chained_traceback",
        "RuntimeError: the rates cannot be loaded",
        "Run python scripts/load_rates.py",
        "direct cause of the following",
    ),
    (
        "ruff_error",
        "backend/ledger.py:1:8: F401 [*] `os` imported but unused",
        "Run ruff check backend",
        "help: Remove unused import: `os`",
    ),
    (
        "runner_shut_down",
        "The runner has received a shutdown signal",
        PYTEST,
        "test_ledger.py ......",
    ),
    ("segmentation_fault", "Fatal Python error: Segmentation fault", PYTEST, "line 3 in test_seg"),
    (
        "service_container_unhealthy",
        "postgres failed: Error: Database is uninitialized and superuser password is not specified.",
        "Initialize containers",
        "You must specify POSTGRES_PASSWORD",
    ),
    (
        "silent_step",
        "printed nothing before it ended",
        "Run test -f build/schema.sql",
        "test -f build",
    ),
    ("step_timed_out", "'Run tests' has timed out after 10 minutes", PYTEST, "test_locks.py ."),
    (
        "typescript_error",
        "wallet.ts(1,14): error TS2322: Type 'string' is not assignable to type 'number'.",
        "Run npm run build",
        "tsc --noEmit",
    ),
    ("unknown_tool", "waiting for postgres", "Run ./scripts/wait_for_it.sh", "exit code 3"),
]


def read(name: str) -> tuple[str, list[dict[str, Any]]]:
    """Return a fixture and its job's steps, where there are any."""
    steps = FIXTURES / f"{name}.steps.json"
    log = (FIXTURES / f"{name}.log").read_bytes().decode()
    return log, json.loads(steps.read_text()) if steps.exists() else []


@pytest.mark.parametrize(("name", "line", "step", "block"), TABLE, ids=[row[0] for row in TABLE])
def test_the_named_cause(name: str, line: str, step: str, block: str) -> None:
    log, steps = read(name)
    cause = github_log.first_cause(log, steps)
    assert cause is not None
    assert cause.step == step
    assert line in cause.line
    assert block in cause.block


def test_every_fixture_is_in_the_table() -> None:
    known = {row[0] for row in TABLE} | {"an_earlier_step_may_fail", "green"}
    assert {path.stem for path in FIXTURES.glob("*.log")} == known


@pytest.mark.parametrize("name", [row[0] for row in TABLE])
def test_a_block_is_readable_and_says_more_than_the_exit_code(name: str) -> None:
    cause = github_log.first_cause(*read(name))
    assert cause is not None
    assert not any(mark in cause.block for mark in ("\x1b", "\ufeff", "\r", "2026-11-20T"))
    lines = [line for line in cause.block.splitlines() if line.strip() and "Process completed" not in line]
    assert len(lines) >= 2


@pytest.mark.parametrize("name", [row[0] for row in TABLE])
def test_a_block_begins_and_ends_where_the_tool_s_message_does(name: str) -> None:
    cause = github_log.first_cause(*read(name))
    assert cause is not None
    lines = cause.block.splitlines()
    assert [cause.line, lines[0], lines[-1], len(lines)] == BLOCKS[name]


def test_a_traceback_is_whole() -> None:
    log, _steps = read("alembic_duplicate_table")
    cause = github_log.first_cause(log)
    assert cause is not None
    assert cause.block.count("Traceback (most recent call last)") == 2
    assert "PRIMARY KEY (id)" in cause.block
    assert "(Background on this error at:" in cause.block


def test_the_first_failure_is_told_whole_and_the_others_by_name() -> None:
    log, steps = read("pytest_assertion")
    cause = github_log.first_cause(log, steps)
    assert cause is not None
    block = cause.block
    assert "E       assert 100 == 90" in block
    assert "FAILED tests/test_ledger.py::test_refund - ValueError: negative amount: -5" in block
    assert "2 failed, 2 passed" in block


def test_a_step_that_may_fail_is_told_from_the_one_that_failed_the_job() -> None:
    log, steps = read("an_earlier_step_may_fail")
    told, guessed = github_log.first_cause(log, steps), github_log.first_cause(log)
    assert told is not None
    assert guessed is not None
    assert told.step == f"Postgres tests ({PYTEST})"
    assert guessed.step == "Run ruff check ."


GROUP = "##[group]Run tool\n##[endgroup]\n"
PULL = """##[group]Checking docker version
##[endgroup]
##[group]Starting postgres service container
##[command]/usr/bin/docker pull postgres:155
Error response from daemon: manifest for postgres:155 not found: manifest unknown
##[warning]Docker pull failed with exit code 1, back off 4.2 seconds before retry.
##[error]Docker pull failed with exit code 1
"""
ESLINT = "src/a.js\n  1:1  warning  no\n\nsrc/b.js\n  3:7  warning  no\n  4:7  error  yes  rule"
GROUPED = """  + Exception Group Traceback (most recent call last):
  |   File "x.py", line 3, in <module>
  |     raise ExceptionGroup("eg", [ValueError(1)])
  | ExceptionGroup: eg (1 sub-exception)
  +-+---------------- 1 ----------------
    | ValueError: 1
    +------------------------------------"""


@pytest.mark.parametrize(
    ("log", "line"),
    [
        (PULL, "Error response from daemon: manifest for postgres:155 not found: manifest unknown"),
        (
            GROUP + "main.c:(.text+0x5): undefined reference to `PQlibVersion'",
            "main.c:(.text+0x5)",
        ),
        (
            GROUP + "app/a.py:1:8: F401 `os` imported but unused\nFound 1 error.",
            "app/a.py:1:8: F401",
        ),
        (GROUP + ESLINT, "src/b.js:4:7 error yes rule"),
        (GROUP + GROUPED, "ExceptionGroup: eg (1 sub-exception)"),
        (
            GROUP + "  ● Console\n\n    console.log\n\n  ● sums\n\n    Expected: 4",
            "● sums - Expected: 4",
        ),
    ],
)
def test_what_else_tools_say(log: str, line: str) -> None:
    cause = github_log.first_cause(f"{log}\n##[error]Process completed with exit code 1.")
    assert cause is not None
    assert cause.line.startswith(line)


def test_an_empty_log_has_no_cause() -> None:
    assert github_log.first_cause("\ufeff\n") is None
    assert github_log.first_cause("") is None


def test_a_log_that_breaks_off_ends_with_what_was_said_last() -> None:
    log = "2026-11-20T08:14:02.1234567Z ##[group]Run make test\n" + (
        "2026-11-20T08:14:02.1234567Z ##[endgroup]\n2026-11-20T08:14:03.1234567Z compiling"
    )
    cause = github_log.first_cause(log)
    assert cause is not None
    assert (cause.line, cause.step) == ("compiling", "Run make test")


def test_a_huge_block_is_shortened_in_its_middle_and_says_so() -> None:
    frames = "\n".join(f'  File "a.py", line {number}, in f' for number in range(3000))
    head = "##[group]Run python a.py\n##[endgroup]\nTraceback (most recent call last):"
    log = f"{head}\n{frames}\nRecursionError: deep"
    cause = github_log.first_cause(log)
    assert cause is not None
    assert cause.line == "RecursionError: deep"
    assert cause.block.endswith("RecursionError: deep")
    assert "see the full log" in cause.block
    assert len(cause.block.splitlines()) < 500


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\ufeff2026-11-20T08:14:02.1234567Z hello\r", "hello"),
        ("2026-11-20T08:14:02Z \x1b[36;1mmake test\x1b[0m", "make test"),
        ("2026-11-20T08:14:02.1Z", ""),
        ("no stamp, \x1b]8;;https://x\x07link\x1b]8;;\x07", "no stamp, link"),
        (
            "2026-11-20T08:14:02.1234567Z 2026-11-20 08:14:02 its own stamp",
            "2026-11-20 08:14:02 its own stamp",
        ),
    ],
)
def test_lines_are_cleaned(text: str, line: str) -> None:
    assert [found.text for found in github_log.clean(text + "\nend")][0] == line


def test_the_log_is_told_apart_by_its_steps() -> None:
    names = [section.name for section in github_log.sections(github_log.clean(read("green")[0]))]
    assert names == [
        "Set up job",
        "Initialize containers",
        "Run actions/checkout@v4",
        "Run pip install -r requirements.txt",
        PYTEST,
        "Post job cleanup",
        "Complete job",
    ]
