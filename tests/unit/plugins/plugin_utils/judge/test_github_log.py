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


ERROR = "##[error]Process completed with exit code 1."
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


def told(text: str) -> tuple[str, str, str, int]:
    """Return the line that names the cause, and its block's first and last line and how many it has."""
    cause = github_log.first_cause(f"{GROUP}{text}\n##[error]Process completed with exit code 1.")
    assert cause is not None
    lines = cause.block.splitlines()
    return cause.line, lines[0], lines[-1], len(lines)


def amid(text: str) -> str:
    """Return a text among many lines."""
    before, behind = ("\n".join(f"{where} {n}" for n in range(1, 101)) for where in ("before", "behind"))
    return f"{before}\n{text}\n{behind}"


FAULT = "app/a.py:1:8: F401 `os` imported but unused"
TIMED_OUT = "The action 'Run tests' has timed out after 10 minutes."
COVERAGE = "FAIL Required test coverage of 80% not reached. Total coverage: 61.00%"
FAILURES = "=== FAILURES ===\n___ TestLedger.test_sum ___\n\n    def test_sum():\n>       assert 1 == 2"
SHORT = "=== short test summary info ==="
LAST = "=== 2 failed, 1 passed in 0.02s ==="
JEST = "  ● sums › adds\n\n    expect(received).toBe(expected)\n\n    Expected: 4"
FRAME = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>'
CALLER = f"{FRAME}\n    check()\nsubprocess.CalledProcessError: Command 'a' returned non-zero exit status 1."
UNHEALTHY = "##[group]Service container db failed."


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param(amid(FAULT), (FAULT, "before 81", "behind 32", 53), id="a line with what is around it"),
        pytest.param(
            "\n" * 60 + FAULT + "\n" * 60, (FAULT, FAULT, FAULT, 1), id="without the empty lines around it"
        ),
        pytest.param(
            amid(f"##[error]{TIMED_OUT}"),
            (TIMED_OUT, "before 68", "behind 8", 42),
            id="what was done before it was stopped",
        ),
        pytest.param(
            amid(f"{COVERAGE}\n##[endgroup]"),
            (COVERAGE, "before 93", "behind 7", 17),
            id="coverage, up to what the runner says next",
        ),
        pytest.param(f"{COVERAGE}\n1 passed", (COVERAGE, "##[group]Run tool", ERROR, 5), id="coverage alone"),
        pytest.param(
            f"{FAILURES}\nE       assert 1 == 2\n\na.py:3: AssertionError\n{SHORT}\n"
            f"FAILED a.py::test_other - x\nFAILED a.py::TestLedger::test_sum - assert 1 == 2\n{LAST}",
            ("FAILED a.py::TestLedger::test_sum - assert 1 == 2", "##[group]Run tool", ERROR, 15),
            id="the summary's line of the first failure, which is not its first line",
        ),
        pytest.param(
            f"{FAILURES}\nE       assert 1 == 2\n{SHORT}\n"
            f"FAILED a.py::TestLedger::test_sum - assert...\n{LAST}",
            ("FAILED a.py::TestLedger::test_sum - assert 1 == 2", "##[group]Run tool", ERROR, 12),
            id="a line that pytest cut off",
        ),
        pytest.param(
            f"{FAILURES}\nE       assert 1 == 2\n{SHORT}\nFAILED a.py::TestLedger::test_sum\n{LAST}",
            ("FAILED a.py::TestLedger::test_sum - assert 1 == 2", "##[group]Run tool", ERROR, 12),
            id="a line without the reason",
        ),
        pytest.param(
            f"{FAILURES}\n{SHORT}\nFAILED a.py::TestLedger::test_sum\n{LAST}",
            ("FAILED a.py::TestLedger::test_sum", "##[group]Run tool", ERROR, 11),
            id="no reason anywhere",
        ),
        pytest.param(
            f"{FAILURES}\nE       assert 1 == 2\n{SHORT}\n"
            f"FAILED b.py::test_b - x\nFAILED c.py::test_c\n{LAST}",
            ("FAILED b.py::test_b - x", "##[group]Run tool", ERROR, 13),
            id="a summary of others",
        ),
        pytest.param(
            f"{FAILURES}\nE       assert 1 == 2\n{LAST}",
            ("TestLedger.test_sum - assert 1 == 2", "##[group]Run tool", ERROR, 10),
            id="no summary",
        ),
        pytest.param(
            f"{FAILURES}\n{LAST}",
            ("TestLedger.test_sum", "##[group]Run tool", ERROR, 9),
            id="no more than that",
        ),
        pytest.param(
            f"{FAILURES}\nE       assert 1 == 2\n___ test_b ___\nE   boom\n"
            f"{SHORT}\nSKIPPED [1] c.py:1\n{LAST}",
            ("TestLedger.test_sum - assert 1 == 2", "##[group]Run tool", ERROR, 14),
            id="a summary that names no failure",
        ),
        pytest.param(
            f"{SHORT}\nSKIPPED [1] c.py:1\nFAILED a.py::test_a - x\nERROR b.py::test_b\n{LAST}\n{amid('')}",
            ("FAILED a.py::test_a - x", "##[group]Run tool", "before 8", 15),
            id="the summary alone",
        ),
        pytest.param(
            f"{SHORT}\nSKIPPED [1] c.py:1\n{COVERAGE}",
            (COVERAGE, "##[group]Run tool", ERROR, 6),
            id="a summary of what was skipped is no failure",
        ),
        pytest.param(
            "=== FAILURES ===\n___ test_a ___\n___ test_b ___\nE   boom",
            ("test_a", "##[group]Run tool", ERROR, 7),
            id="a failure of which nothing is shown",
        ),
        pytest.param(
            f"=== ERRORS ===\n___ ERROR at setup of test_b ___\nE   boom\n{SHORT}\n"
            f"ERROR a.py::test_a - x\nERROR a.py::test_b - boom\n{LAST}",
            ("ERROR a.py::test_b - boom", "##[group]Run tool", ERROR, 10),
            id="a test that could not be set up",
        ),
        pytest.param(
            f"=== ERRORS ===\n___ ERROR collecting b.py ___\nE   boom\n{SHORT}\n"
            f"ERROR a.py - x\nERROR b.py\n{LAST}",
            ("ERROR b.py - boom", "##[group]Run tool", ERROR, 10),
            id="a file that could not be collected",
        ),
        pytest.param(
            "=== no tests ran in 0.01s ===\n##[error]Process completed with exit code 5.",
            ("no test ran: no tests ran in 0.01s", "##[group]Run tool", ERROR, 5),
            id="no test",
        ),
        pytest.param(
            f"=== 3 deselected in 0.01s ===\n{FAULT}",
            (FAULT, "##[group]Run tool", ERROR, 5),
            id="no test, which is not why",
        ),
        pytest.param(
            f"{JEST}\n" + "x\n" * 100,
            ("● sums › adds - expect(received).toBe(expected)", "##[group]Run tool", "x", 90),
            id="long",
        ),
        pytest.param(
            f"{JEST}\n\nTest Suites: 1 failed\n{amid('')}",
            ("● sums › adds - expect(received).toBe(expected)", "##[group]Run tool", "before 7", 16),
            id="up to the suites",
        ),
        pytest.param(
            "  ● a\n    Error: x", ("● a - Error: x", "##[group]Run tool", ERROR, 5), id="its reason follows"
        ),
        pytest.param(
            "  ● a\n  ● b\n    Error: x", ("● a", "##[group]Run tool", ERROR, 6), id="the reason is another's"
        ),
        pytest.param("  ● sums › adds", ("● sums › adds", "##[group]Run tool", ERROR, 4), id="no reason"),
        pytest.param(
            f"{amid('')}\n{FRAME}\nValueError: no\nbye",
            ("ValueError: no", "behind 93", ERROR, 13),
            id="a traceback of code that is not there",
        ),
        pytest.param(
            f"{FRAME}\n    raise X\nX", ("X", "##[group]Run tool", ERROR, 7), id="without a message"
        ),
        pytest.param(
            f"{FRAME}\n    f(", ("f(", "##[group]Run tool", ERROR, 6), id="a traceback that breaks off"
        ),
        pytest.param(
            "Traceback (most recent call last):",
            (FRAME[:34], "##[group]Run tool", ERROR, 4),
            id="its first line",
        ),
        pytest.param(
            f"{FRAME}\n    a\nKeyError: 1\n{CALLER}",
            ("KeyError: 1", "##[group]Run tool", ERROR, 11),
            id="a caller's",
        ),
        pytest.param(CALLER, (CALLER.splitlines()[-1], "##[group]Run tool", ERROR, 7), id="a caller's alone"),
        pytest.param(
            f"{FRAME}\n    a\nKeyError: 1\n\n"
            "During handling of the above exception, another exception occurred:\n\n"
            f"{FRAME}\n    b\nValueError: 2",
            ("ValueError: 2", "##[group]Run tool", ERROR, 14),
            id="one that was raised from another",
        ),
        pytest.param(
            "During handling of the above exception, another exception occurred:\n\n"
            f"{FRAME}\n    b\nValueError: 2",
            ("ValueError: 2", "##[group]Run tool", ERROR, 9),
            id="one that was raised from another, which is not there",
        ),
        pytest.param(
            f"{FRAME}\n    a\nKeyError: 1\nanother exception occurred\n\n\n{CALLER}",
            ("KeyError: 1", "##[group]Run tool", ERROR, 14),
            id="one that only comes after another",
        ),
        pytest.param(
            f"{FRAME}\n    a\nKeyError: 1\n{FRAME}\n    b\nValueError: 2",
            ("ValueError: 2", "##[group]Run tool", ERROR, 11),
            id="of two the last",
        ),
        pytest.param(
            "npm error code E404\nnpm error 404 Not Found - GET x\n" + "npm error y\n" * 60,
            ("npm error 404 Not Found - GET x (E404)", "##[group]Run tool", "npm error y", 50),
            id="npm",
        ),
        pytest.param(
            "tool: error: no\nnpm error code ELIFECYCLE\nnpm error errno 1",
            ("tool: error: no", "##[group]Run tool", ERROR, 6),
            id="npm, of a script that failed",
        ),
        pytest.param(
            "npm error code E404", ("npm error code E404 (E404)", "##[group]Run tool", ERROR, 4), id="a code"
        ),
        pytest.param(
            "error Couldn't find a.json",
            ("error Couldn't find a.json", "##[group]Run tool", ERROR, 4),
            id="yarn",
        ),
        pytest.param("F401 x\n --> a.py:1:2", ("a.py:1:2: F401 x", "##[group]Run tool", ERROR, 5), id="ruff"),
        pytest.param("what\n --> a.py:1:2", ("--> a.py:1:2", "##[group]Run tool", ERROR, 5), id="not ruff"),
        pytest.param(
            "  3:7  error  yes", ("3:7 error yes", "##[group]Run tool", ERROR, 4), id="eslint without a file"
        ),
        pytest.param(
            f"{amid('tool: error: no')}",
            ("behind 100", "behind 62", ERROR, 40),
            id="a tool's error, long before the end",
        ),
        pytest.param(
            "tool: error: no\n" + "x\n" * 48,
            ("tool: error: no", "##[group]Run tool", "x", 35),
            id="just near",
        ),
        pytest.param("tool: error: no\n" + "x\n" * 49, ("x", "x", ERROR, 41), id="just too far"),
        pytest.param(
            "error: a\nfatal: b", ("error: a", "##[group]Run tool", ERROR, 5), id="of two the first"
        ),
        pytest.param(
            f"{UNHEALTHY}\nFATAL: no\n##[endgroup]\n{amid('')}",
            ("Service container db failed: FATAL: no", "##[group]Run tool", "before 8", 13),
            id="a container",
        ),
        pytest.param(
            f"{UNHEALTHY}\nbye\n##[endgroup]\nFATAL: another's",
            ("Service container db failed.", "##[group]Run tool", ERROR, 7),
            id="a container that says nothing",
        ),
        pytest.param(
            f"{UNHEALTHY}\nbye", ("Service container db failed.", "##[group]Run tool", ERROR, 5), id="no end"
        ),
        pytest.param(
            "#7 0.3 gcc: error: x\n#7 9.9 ERROR: y\nERROR: failed to solve: z",
            ("#7 0.3 gcc: error: x", "##[group]Run tool", ERROR, 6),
            id="an image",
        ),
        pytest.param(
            amid("#7 0.3 gcc: error: x\n#7 b\nERROR: failed to solve: z"),
            ("#7 0.3 gcc: error: x", "before 93", "behind 8", 19),
            id="an image, from its error on",
        ),
        pytest.param(
            amid("#7 DONE\nERROR: failed to solve: z"),
            ("ERROR: failed to solve: z", "before 69", "behind 8", 42),
            id="an image that says nothing, with what came before",
        ),
        pytest.param(
            "#7 DONE\nERROR: failed to solve: z\n#8 1.0 ERROR: later",
            ("ERROR: failed to solve: z", "##[group]Run tool", ERROR, 6),
            id="an image whose stages say nothing",
        ),
    ],
)
def test_what_names_the_cause_and_what_is_shown_with_it(text: str, want: tuple[str, str, str, int]) -> None:
    assert told(text) == want


def test_what_lies_between_the_failure_and_the_summary_is_left_out_and_counted() -> None:
    others = "\n".join(f"line {n}" for n in range(20))
    log = f"{FAILURES}\n___ test_b ___\n{others}\n{SHORT}\nFAILED a.py::TestLedger::test_sum - x\n{LAST}"
    cause = github_log.first_cause(log)
    assert cause is not None
    assert cause.block.splitlines() == [
        *FAILURES.splitlines(),
        "___ test_b ___",
        *(f"line {n}" for n in range(7)),
        "[… 13 lines, see the full log …]",
        SHORT,
        "FAILED a.py::TestLedger::test_sum - x",
        LAST,
    ]


@pytest.mark.parametrize(("count", "shown"), [(396, 400), (397, 401)])
def test_a_block_of_up_to_400_lines_is_whole(count: int, shown: int) -> None:
    log = "\n".join(["Traceback (most recent call last):", *[f"  line {n}" for n in range(count)], "X: no"])
    cause = github_log.first_cause(f"{GROUP}{log}")
    assert cause is not None
    lines = cause.block.splitlines()
    assert len(lines) == shown
    assert ("[… 1 lines, see the full log …]" in lines) is (count > 396)


TIMES = {"started_at": "2026-11-20T08:14:02Z", "completed_at": "2026-11-20T08:14:04Z"}


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({}, "Run b"),
        ({"started_at": "2026-11-20T08:14:03Z"}, "Run b"),
        ({"started_at": "2026-11-20T08:14:04Z"}, "Run a"),
        ({"completed_at": "2026-11-20T08:14:03Z"}, "Run b"),
        ({"completed_at": "2026-11-20T08:14:02Z"}, "Run a"),
        ({"started_at": None}, "Run a"),
        ({"completed_at": None}, "Run a"),
        ({"conclusion": "cancelled"}, "Run b"),
        ({"conclusion": "success"}, "Run a"),
    ],
)
def test_the_failed_step_is_found_by_its_times(changes: dict[str, Any], step: str) -> None:
    log = "".join(
        f"2026-11-20T08:14:0{second}Z ##[group]Run {name}\n2026-11-20T08:14:0{second}Z ##[error]{name}\n"
        for second, name in ((1, "a"), (3, "b"), (5, "c"))
    )
    cause = github_log.first_cause(log, [{"conclusion": "failure", **TIMES, **changes}])
    assert cause is not None
    assert cause.step == step


def test_a_step_began_with_its_first_line_that_has_a_time() -> None:
    log = "##[group]Run a\n2026-11-20T08:14:01Z x\n2026-11-20T08:14:03Z y"
    assert [section.began for section in github_log.sections(github_log.clean(log))] == [
        "2026-11-20T08:14:01Z"
    ]
    assert [section.began for section in github_log.sections(github_log.clean("x"))] == [""]


@pytest.mark.parametrize(
    ("log", "step", "line"),
    [
        ("##[group]Run a\n##[endgroup]\nbye\nPost job cleanup.\nbye, too", "Run a", "bye"),
        *(
            (f"##[group]Run a\n##[endgroup]\nbye\n{line}\nbye, too", "Run a", "bye")
            for line in ("Print service container logs: x", "Cleaning up orphan processes")
        ),
        ("##[group]Run a\nbye\n##[group]Run b\nbye, too\nPost job cleanup.\nx", "Run b", "bye, too"),
        ("Post job cleanup.\nbye, too", "Post job cleanup", "bye, too"),
        ("bye", "Set up job", "bye"),
        ("##[group]OS\nUbuntu\n##[endgroup]\n", "Set up job", "Ubuntu"),
        (
            "##[group]Run a\nshell: bash\n##[endgroup]\n",
            "Run a",
            "the step printed nothing before it ended: the log breaks off",
        ),
        (
            "##[group]Run a\n##[endgroup]\n##[error]Process completed with exit code 3.",
            "Run a",
            "the step printed nothing before it ended: Process completed with exit code 3.",
        ),
    ],
)
def test_what_was_said_last_where_nothing_is_recognised(log: str, step: str, line: str) -> None:
    cause = github_log.first_cause(log)
    assert cause is not None
    assert (cause.step, cause.line) == (step, line)


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
