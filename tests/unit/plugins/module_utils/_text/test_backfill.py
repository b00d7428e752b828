# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A backfill's summary is read back in every way it is printed."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import backfill
from tests.unit.captured import captured, step

TWO_LINES = """backfill done
processed: 1200
updated: 340, skipped: 860
errors: 0
bye
updated: 7
"""
TOTALS_GROW = """INFO processed=1000 updated=288 skipped=712 errors=0
INFO processed=1200 updated=340 skipped=860 errors=0
"""


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("processed=1200 updated=340 skipped=860 errors=0", (1200, 340, 860, 0)),
        ("scanned=9 created=4 skipped_exists=2 updated_forced=3 errors=0", (9, 7, 2, 0)),
        ('{"processed": 1200, "updated": 340, "skipped": 860, "errors": 3}', (1200, 340, 860, 3)),
        ("Backfill: {'scanned': 5, 'created': 5, 'skipped_exists': 0}", (5, 5, 0, None)),
        (TWO_LINES, (1200, 340, 860, 0)),
        (TOTALS_GROW, (1200, 340, 860, 0)),
        ("processed=12 skipped=12", (12, None, 12, None)),
        ("processed=12 updated=12 failed=2", (12, 12, None, 2)),
        ("processed=12 updated=10 failures=1 errors=1", (12, 10, None, 2)),
        ("processed=12 updated=10 skipped=2 error_count=2", (12, 10, 2, 2)),
        ('{"processed": 12, "updated": 10, "skipped": 2, "failedRows": 2}', (12, 10, 2, 2)),
        ("Processed: 12, updated: 10, skipped: 2, number of errors: 2", (12, 10, 2, 2)),
        ("processed=12 updated=12 rows_failed=1 exceptions=1", (12, 12, None, 2)),
        ("processed=12 updated=12 max_errors=5 error_limit=5 fail_fast=1", (12, 12, None, None)),
        ("processed=12 updated=12 errors_before=5 failed_at=7", (12, 12, None, None)),
        ("Processed: 1,200, Updated: 340, Skipped: 860.", (1200, 340, 860, None)),
        ("processed=1200,updated=340,skipped=860", (1200, 340, 860, None)),
        ("processed=12 updated=12\nUpdated: 2026-11-29", (12, 12, None, None)),
        ("processed=12 updated=12\nskipped: 10:30", (12, 12, None, None)),
        ("2026-11-24 10:00:00 INFO processed=3 updated=1 skipped=1 errors=1", (3, 1, 1, 1)),
        ("Done: processed=10, updated=3, skipped=7.", (10, 3, 7, None)),
        ("processed: 1,234,567; updated: 1,200; skipped: 1,233,367", (1234567, 1200, 1233367, None)),
        ('{"processed":1,"updated":1,"skipped":0,"errors":0}', (1, 1, 0, 0)),
        ("processed=100,updated=100,skipped=0", (100, 100, 0, None)),
    ],
)
def test_a_summary(text: str, counts: tuple[int | None, ...]) -> None:
    for found in (
        backfill.summary(step("run", stdout=text)),
        backfill.summary(step("run", stderr=text, stdout="working …\n")),
    ):
        assert found is not None
        assert (found.total, found.changed, found.skipped, found.errors) == counts


@pytest.mark.parametrize(
    "text",
    ["", "1000 wallets seen, 288 to fill", "updated=3", "processed=many", "unprocessed=3", "processed=1.5"],
)
def test_no_summary(text: str) -> None:
    assert backfill.summary(step("run", stdout=text)) is None


@pytest.mark.parametrize(
    ("line", "speaks"),
    [
        ("CRITICAL: lost the connection while the last batch was written", True),
        ("FATAL: terminating connection due to administrator command", True),
        ("could not write 3 wallets", True),
        ("the last batch timed out", True),
        ("permission denied for table wallets", True),
        ("failed rows: 0, 5", True),
        ("error in row: 0", True),
        ("10 rows failed", True),
        ("0 errors, no failures", False),
        ("Failed rows: 0", False),
        ("bye, with errors: 0.", False),
        ("bye, with errors: 0, 12 rows seen", False),
        ("error count: 0, exceptions: none", False),
        ("0 rows failed", False),
        ("bye", False),
    ],
)
def test_what_follows_the_summary(line: str, speaks: bool) -> None:
    run = step("run", stdout=f"processed=12 updated=5 skipped=7 errors=0\n{line}\n")
    assert backfill.failure(run) == (line if speaks else "")


@pytest.mark.parametrize(
    ("errors", "speaks"),
    [
        ('["row 7: out of range"]', True),
        ('{"IntegrityError": 2}', True),
        ("[]", False),
        ('{"IntegrityError": 0}', False),
        ("null", False),
    ],
)
def test_a_summary_that_lists_its_errors(errors: str, speaks: bool) -> None:
    text = f'{{"processed": 12, "updated": 5, "skipped": 7, "errors": {errors}}}'
    assert backfill.failure(step("run", stdout=f"{text}\n")) == (text if speaks else "")


def test_standard_output_comes_first() -> None:
    found = backfill.summary(step("run", stdout="processed=1 updated=1", stderr="processed=2 updated=2"))
    assert found is not None
    assert found.text == "processed=1 updated=1"


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("without_pythonpath", "ModuleNotFoundError: No module named 'app'"),
        ("no_server", 'server at "127.0.0.1", port 1 failed: Connection refused'),
        ("dry_run_silent", "it printed nothing"),
    ],
)
def test_the_line_that_names_the_cause(file: str, line: str) -> None:
    assert backfill.error(captured("run", f"backfill/{file}")).endswith(line)


@pytest.mark.parametrize(
    ("more", "well"),
    [
        ({"stdout": "processed=1 updated=1"}, True),
        ({"stdout": "nothing that it can be told by"}, True),
        ({"exit_status": 1}, False),
        ({"stdout": "processed=1 errors=1"}, False),
        ({"stderr": "WARNING cannot execute UPDATE in a read-only transaction"}, False),
        ({"stderr": "FATAL:  unsupported startup parameter: options"}, False),
    ],
)
def test_whether_a_guarded_run_ended_well(more: dict[str, t.Any], well: bool) -> None:
    assert backfill.ended_well(step("run", **more)) is well


@pytest.mark.parametrize(
    ("stdout", "stderr", "contradicted"),
    [
        (TWO_LINES, "", ""),
        (TOTALS_GROW, "", ""),
        ("processed=5 updated=5", "processed=5 skipped=0", ""),
        ("processed=5 updated=3", "processed=9 updated=3", "processed=9 updated=3"),
        ("processed=9 updated=3\nwallets done\nprocessed=4 updated=1", "", "processed=9 updated=3"),
    ],
)
def test_every_summary_counts(stdout: str, stderr: str, contradicted: str) -> None:
    assert backfill.contradiction(step("run", stdout=stdout, stderr=stderr)) == contradicted
