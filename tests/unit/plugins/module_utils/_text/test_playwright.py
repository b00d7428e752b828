# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playwright's JSON report, as real runs wrote it."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import playwright
from tests.unit.captured import FIXTURES, captured, step

SPEC = "finance-withdrawals-smoke.spec.ts"


def _read(case: str) -> playwright.Report:
    return playwright.read((FIXTURES / "playwright" / f"{case}.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("case", "counts"),
    [
        ("all_passed", {"passed": 3}),
        ("all_skipped", {"skipped": 3}),
        ("all_specs", {"passed": 6}),
        ("bad_setup", {"failed": 1, "did not run": 2}),
        ("described", {"passed": 3}),
        ("did_not_run", {"passed": 1, "failed": 1, "did not run": 1}),
        ("expected_failure", {"passed": 2, "failed as marked": 1}),
        ("failed_with_retries", {"passed": 2, "failed": 1}),
        ("fixme", {"passed": 2, "skipped": 1}),
        ("flaky", {"passed": 2, "flaky": 1}),
        ("interrupted", {"passed": 1, "did not run": 2}),
        ("listed_only", {"did not run": 3}),
        ("one_failed", {"passed": 2, "failed": 1}),
        ("one_skipped", {"passed": 2, "skipped": 1}),
        ("pass_with_no_tests", {}),
        ("setup_project", {"passed": 4}),
    ],
)
def test_what_became_of_each_test(case: str, counts: dict[str, int]) -> None:
    assert _read(case).counts == counts


def test_a_report_in_full() -> None:
    report = _read("described")
    assert report.started.startswith("2026-11-25T")
    assert [test.title for test in report.tests] == [
        "a player asks for a withdrawal",
        "finance approves it",
        "ledger › shows it",
    ]
    assert {(test.file, test.project, test.error) for test in report.tests} == {(SPEC, "", "")}
    assert (report.errors, report.shard) == ((), "")


def test_a_failed_test_has_its_error_without_colours() -> None:
    error = _read("one_failed").tests[1].error
    assert error.startswith("Error: expect(received).toBe(expected)")
    assert "> 3 | test('finance approves it'" in error
    assert "\x1b" not in error


def test_what_went_wrong_outside_the_tests() -> None:
    assert _read("late_error").errors[0].startswith("Error: the data could not be removed")


@pytest.mark.parametrize(("case", "shard"), [("half", "1 of 2"), ("shard", "")])
def test_a_part_of_the_tests(case: str, shard: str) -> None:
    assert _read(case).shard == shard


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"suites": [], "stats": {}}', '{"config": null}', "3 passed"]
)
def test_what_is_no_report(text: str) -> None:
    with pytest.raises(ValueError, match="it is not a report of Playwright"):
        playwright.read(text)


@pytest.mark.parametrize(
    ("case", "line"),
    [
        ("no_base_url", "Error: BASE_URL is not set: the tests need BASE_URL and API_TOKEN"),
        ("no_script", 'error Command "test:e2e" not found.'),
        ("not_installed", "/bin/sh: 1: playwright: not found"),
        ("spec_missing", "Error: No tests found."),
    ],
)
def test_why_there_is_no_report(case: str, line: str) -> None:
    assert playwright.why_none(captured("e2e", f"playwright/{case}")) == line


def test_a_command_that_says_nothing() -> None:
    assert playwright.why_none(step("e2e", stdout="yarn run v1.22.22\n$ playwright test\n")) == ""


@pytest.mark.parametrize(
    ("printed", "wanted", "same"),
    [
        (SPEC, f"tests/{SPEC}", True),
        (f"tests/{SPEC}", f"./tests/{SPEC}", True),
        (f"tests\\{SPEC}", f"tests/{SPEC}", True),
        (f"copy/{SPEC}", f"tests/{SPEC}", False),
        (f"more-{SPEC}", f"tests/{SPEC}", False),
    ],
)
def test_the_wanted_file(printed: str, wanted: str, *, same: bool) -> None:
    assert playwright.is_same_file(printed, wanted) is same
