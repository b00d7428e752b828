# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Playwright prints, read out of the captured output of real runs."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import playwright
from tests.unit.captured import captured, step

SPEC = "tests/finance-withdrawals-smoke.spec.ts"


@pytest.mark.parametrize(
    ("case", "counts", "marks"),
    [
        ("all_passed", {"passed": 3}, ["passed"] * 3),
        ("passed_colour", {"passed": 1}, ["passed"]),
        ("passed_dot", {"passed": 1}, []),
        ("passed_json", {}, []),
        ("one_failed", {"failed": 1, "passed": 2}, ["failed", "passed", "passed"]),
        ("one_skipped", {"skipped": 1, "passed": 2}, ["passed", "skipped", "passed"]),
        ("flaky", {"flaky": 1, "passed": 2}, ["passed", "failed", "passed", "passed"]),
        ("failed_with_retries", {"failed": 2, "passed": 1}, [*["failed"] * 4, "passed"]),
        ("did_not_run", {"failed": 1, "did not run": 1}, ["failed", "skipped"]),
        ("failed_and_did_not_run", {"failed": 1, "did not run": 1, "error": 1}, ["failed"]),
        ("expected_failure", {"passed": 1}, ["failed"]),
        ("interrupted", {"did not run": 2}, []),
        ("pass_with_no_tests", {}, []),
        ("listed_only", {}, []),
        ("spec_missing", {}, []),
        ("not_installed", {}, []),
    ],
)
def test_the_counts_and_the_attempts(case: str, counts: dict[str, int], marks: list[str]) -> None:
    shown = captured("e2e", f"playwright/{case}")
    assert playwright.summary(shown) == counts
    assert [attempt.mark for attempt in playwright.attempts(shown)] == marks


@pytest.mark.parametrize(
    ("case", "files"),
    [
        ("all_passed", {SPEC}),
        ("all_specs", {SPEC, "tests/health.spec.ts"}),
        ("also_nested_copy", {SPEC, f"tests/nested/{SPEC}"}),
    ],
)
def test_the_files_whose_tests_ran(case: str, files: set[str]) -> None:
    assert {attempt.file for attempt in playwright.attempts(captured("e2e", f"playwright/{case}"))} == files


def test_a_title_has_neither_duration_nor_retry() -> None:
    attempts = playwright.attempts(captured("e2e", "playwright/failed_with_retries"))
    assert attempts[0].title == attempts[1].title
    assert "retry" not in attempts[1].title


def test_the_last_block_of_counts_is_the_summary() -> None:
    shown = step(
        "e2e", stdout="  9 passed (1s)\nwhat a test printed\n\n  1 failed\n    a test\n  2 passed (3s)\n"
    )
    assert playwright.summary(shown) == {"failed": 1, "passed": 2}


@pytest.mark.parametrize(
    ("case", "first", "inside"),
    [
        ("one_failed", f"  1) {SPEC}:29:5 › a pending", "toBeEnabled"),
        ("browser_missing", f"  1) {SPEC}:29:5", "executable doesn't exist"),
        ("late_error", f"  1) [chromium] › {SPEC}:2:", "Error: late"),
    ],
)
def test_the_block_of_the_first_failure(case: str, first: str, inside: str) -> None:
    block = playwright.failure(captured("e2e", f"playwright/{case}"))
    assert block.startswith(first)
    assert inside in block
    assert "\n  2) " not in block


def test_without_a_failure_there_is_no_block() -> None:
    assert playwright.failure(captured("e2e", "playwright/all_passed")) == ""


@pytest.mark.parametrize(
    ("case", "line"),
    [
        ("spec_missing", "Error: No tests found."),
        ("no_base_url", "Error: BASE_URL is not set: the tests need BASE_URL and API_TOKEN"),
        ("bad_setup", "Error: connect ECONNREFUSED 127.0.0.1:1"),
        ("syntax_error", f"SyntaxError: /app/e2e/{SPEC}: Missing semicolon. (2:6)"),
        ("no_script", 'error Command "test:e2e" not found.'),
        ("not_installed", "/bin/sh: 1: playwright: not found"),
        ("pass_with_no_tests", ""),
    ],
)
def test_why_no_test_ran(case: str, line: str) -> None:
    assert playwright.error(captured("e2e", f"playwright/{case}")) == line


@pytest.mark.parametrize(
    ("printed", "wanted", "same"),
    [
        ("tests/a.spec.ts", "tests/a.spec.ts", True),
        ("a.spec.ts", "tests/a.spec.ts", True),
        ("tests\\a.spec.ts", "./tests/a.spec.ts", True),
        ("nested/tests/a.spec.ts", "tests/a.spec.ts", False),
        ("a.spec.ts", "tests/aa.spec.ts", False),
    ],
)
def test_a_file_may_be_named_from_the_tests_root(printed: str, wanted: str, same: bool) -> None:
    assert playwright.is_same_file(printed, wanted) is same
