# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a backfill's runs say against what is in the rows, from both sides."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import FAILED, SQL, Step
from ansible_collections.psp.rc_closure.plugins.module_utils._text import (
    earlier_attempts,
    psql_text,
    row_content,
)
from ansible_collections.psp.rc_closure.plugins.module_utils._text.earlier_attempts import Attempt, Intent
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge import backfill_runs
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import (
    MET,
    NOT_MET,
    NOT_PROVEN,
    Finding,
    MissingStepError,
    not_proven,
)
from tests.unit.captured import NOW, evidence, step

DRY = "processed=1200 updated=340 skipped=860 errors=0 dry_run=true\n"
DONE = "processed=1200 updated=0 skipped=1200 errors=0\n"
HEAD = ("relation", "rows", "digest", "changed", "of_run", "snapshot")


def _look(
    changed: int | None = 0, of_run: int | None = 0, digest: str = "d0ca", rows: int = 1200, second: int = 0
) -> Step:
    table = psql_text.table(HEAD, [["wallets", rows, digest, changed, of_run, "9:9:"]])
    return step("look", kind=SQL, stdout=table, started=f"2026-11-24T02:52:{second:02}.000Z")


def _seen(own: int = 1, transactions: int = 0, others: int = 0, *, read_only: bool = False) -> Step:
    seen = row_content.Sessions(own, read_only, transactions, others)
    return step("sessions", kind=SQL, stdout=row_content.sessions_table(seen))


def _rows(with_balance: int = 860, wallets: int = 1200) -> Step:
    return step(
        "rows", kind=SQL, stdout=psql_text.table(["wallets", "with_balance"], [[wallets, with_balance]])
    )


def _row_of(*values: str) -> Step:
    return step("rows", kind=SQL, stdout=psql_text.table(["wallets", "with_balance"], [[*values]]))


def _said(stdout: str = DRY, stderr: str = "") -> Step:
    return step("run", stdout=stdout, stderr=stderr)


THREE = step(
    "rows", kind=SQL, stdout=psql_text.table(["wallets", "with_balance", "closed"], [[1200, 1200, 7]])
)
GOOD: dict[str, Step | None] = {
    "rows_before": _rows(),
    "content_before": _look(None, None),
    "dry_run": _said(),
    "dry_run_sessions": _seen(read_only=True),
    "rows_after_dry_run": _rows(),
    "content_after_dry_run": _look(second=2),
    "real_run": _said(),
    "real_run_sessions": _seen(transactions=2),
    "rows_after": _rows(1200),
    "content_after": _look(340, 340, "9bd6", second=4),
    "second_dry_run": _said(DONE),
}
NOT_GUARDED = _seen(own=0, read_only=True)
NOTHING_TO_DO = {
    "dry_run": _said(DONE),
    "real_run": _said(DONE),
    "rows_before": _rows(1200),
    "rows_after_dry_run": _rows(1200),
}


def _find(rule: t.Callable[..., Finding], *more: Step, **other: Step | None) -> Finding:
    steps = {**GOOD, **other}
    named = [
        None if taken is None else Step.from_dict({**taken.as_dict(), "name": f"backfill_{name}"})
        for name, taken in steps.items()
    ]
    try:
        return rule(evidence(2, [*named, *more]), {})
    except MissingStepError as exc:
        return not_proven(str(exc))


REPEATED = {
    "dry_run_sessions": NOT_GUARDED,
    "content_after_dry_run": _look(3, 0, "aaaa"),
    "repeated_dry_run": _said(),
    "content_repeated": _look(0, 0, "aaaa"),
}

DRY_CASES: list[tuple[str, dict[str, Step | None], str, str]] = [
    (
        "it could only read, and nobody else wrote",
        {},
        MET,
        "its 1 session could only read; wallets=1200 with_balance=860 after it, and the content of wallets "
        "(1200 rows) is the same",
    ),
    (
        "it could only read, and others wrote",
        {"content_after_dry_run": _look(4, 0, "aaaa")},
        MET,
        "4 rows of wallets (1200 rows) changed, by other traffic",
    ),
    (
        "it could only read, and a wallet was made meanwhile",
        {"content_after_dry_run": _look(1, 0, "aaaa", 1201), "rows_after_dry_run": _rows(861, 1201)},
        MET,
        "wallets=1201 with_balance=861 after it, 1 row of wallets (1201 rows) changed, by other traffic",
    ),
    (
        "a session of its own that took no options over wrote what it announced",
        {"content_after_dry_run": _look(340, 0, "aaaa"), "rows_after_dry_run": _rows(1200)},
        NOT_PROVEN,
        "its 1 session could only read, but the database went from wallets=1200 with_balance=860 to "
        "wallets=1200 with_balance=1200, by the rows that it announced",
    ),
    (
        "it did not end",
        {"dry_run": step("run", outcome=FAILED, reason="it hit its limit"), "dry_run_sessions": NOT_GUARDED},
        NOT_PROVEN,
        "run: it hit its limit",
    ),
    (
        "it could only read and announced nothing, and nobody else wrote",
        {"dry_run": _said(DONE)},
        MET,
        "its 1 session could only read; wallets=1200 with_balance=860 after it",
    ),
    (
        "it could only read, and the content is not to be had",
        {"content_after_dry_run": step("look", outcome=FAILED, reason="content not compared")},
        MET,
        "after it, content not compared",
    ),
    (
        "it could only read, and nobody looked at the content after it",
        {"content_after_dry_run": None},
        MET,
        "after it, content not compared",
    ),
    (
        "nobody saw its sessions, and the content is the same",
        {"dry_run_sessions": NOT_GUARDED},
        MET,
        "before it and after it, and the content of wallets (1200 rows) is the same",
    ),
    (
        "nobody saw its sessions, and the content could not be read, but nothing was written",
        {
            "dry_run_sessions": None,
            "content_before": _look(None, None, ""),
            "content_after_dry_run": _look(0, 0, ""),
        },
        MET,
        "content not compared, but no row changed of wallets (1200 rows)",
    ),
    (
        "the content changed, but not in a second look",
        REPEATED,
        MET,
        "3 rows of wallets (1200 rows) changed while the dry run ran, and none while it was repeated, with "
        "the same summary (not excluded: that it wrote at first what it need not write again)",
    ),
    (
        "the content changed in both looks",
        {**REPEATED, "content_repeated": _look(2, 0, "bbbb")},
        NOT_PROVEN,
        "and 2 rows of wallets (1200 rows) changed while it was repeated, by other traffic or by itself, "
        "which cannot be told apart",
    ),
    (
        "the content changed, and repeated it finds less to do",
        {**REPEATED, "repeated_dry_run": _said(DONE)},
        NOT_PROVEN,
        "repeated, it says processed=1200 updated=0 skipped=1200 errors=0 in place of processed=1200 ",
    ),
    (
        "repeated, it was seen to write",
        {**REPEATED, "content_repeated": _look(2, 2, "bbbb")},
        NOT_MET,
        "repeated, the dry run wrote 2 rows of wallets",
    ),
    (
        "the content changed, and nobody looked again",
        {**REPEATED, "content_repeated": None},
        NOT_PROVEN,
        "no step backfill_content_repeated was kept",
    ),
    (
        "values changed and no count, in its own transactions",
        {"dry_run_sessions": _seen(transactions=1), "content_after_dry_run": _look(861, 860, "aaaa")},
        NOT_MET,
        "the dry run wrote: 860 rows of wallets (1200 rows) by transactions of its own",
    ),
    (
        "it writes and rolls back, and others wrote",
        {"dry_run_sessions": _seen(transactions=2), "content_after_dry_run": _look(4, 0, "aaaa")},
        MET,
        "4 rows of wallets (1200 rows) changed while it ran, none of them by the 2 transactions in which it "
        "was seen to write (not excluded: one too short to be seen)",
    ),
    (
        "its sessions were seen, and none of their transactions",
        {"dry_run_sessions": _seen(), "content_after_dry_run": _look(4, 0, "aaaa")},
        NOT_PROVEN,
        "no step backfill_content_repeated was kept",
    ),
    (
        "rows were deleted, which leaves no transaction",
        {"dry_run_sessions": NOT_GUARDED, "content_after_dry_run": _look(0, 0, "", 1199)},
        NOT_PROVEN,
        "no step backfill_content_repeated was kept",
    ),
    (
        "nothing shows the content",
        {"dry_run_sessions": NOT_GUARDED, "content_before": step("look", kind=SQL, stdout="")},
        NOT_PROVEN,
        "it shows no content",
    ),
    (
        "a count changed",
        {"dry_run_sessions": NOT_GUARDED, "rows_after_dry_run": _rows(900)},
        NOT_MET,
        "the dry run wrote: wallets=1200 with_balance=860 before it, wallets=1200 with_balance=900 after it",
    ),
]
REAL_CASES: list[tuple[str, dict[str, Step | None], str, str]] = [
    (
        "no other row changed",
        {},
        MET,
        "by the 340 rows that it wrote; no other row of wallets (1200 rows) changed",
    ),
    (
        "others wrote, too",
        {"content_after": _look(348, 340, "9bd6", second=4)},
        MET,
        "in its own transactions, and 8 rows by other traffic",
    ),
    (
        "others wrote, over one of its rows, too",
        {
            "content_after_dry_run": _look(4, 0, "aaaa", second=2),
            "content_after": _look(348, 339, "9bd6", second=4),
        },
        MET,
        "8 rows of wallets (1200 rows) more changed, as by other traffic before (not excluded: that it ",
    ),
    (
        "nobody saw its transactions, and more changed than others write",
        {
            "content_after_dry_run": _look(4, 0, "aaaa", second=2),
            "content_after": _look(1200, 0, "9bd6", second=4),
        },
        NOT_PROVEN,
        "but 860 rows of wallets (1200 rows) more changed, by itself or by other traffic",
    ),
    (
        "as many more as others may have written: thrice their rate, and five",
        {
            "content_after_dry_run": _look(4, 0, "aaaa", second=2),
            "content_after": _look(357, 339, "9bd6", second=4),
        },
        MET,
        "17 rows of wallets (1200 rows) more changed, as by other traffic before",
    ),
    (
        "of what changed before, what the dry run wrote was no other traffic",
        {
            "content_after_dry_run": _look(4, 2, "aaaa", second=2),
            "content_after": _look(352, 339, "9bd6", second=4),
        },
        NOT_PROVEN,
        "but 12 rows of wallets (1200 rows) more changed",
    ),
    (
        "one more than that",
        {
            "content_after_dry_run": _look(4, 0, "aaaa", second=2),
            "content_after": _look(358, 339, "9bd6", second=4),
        },
        NOT_PROVEN,
        "but 18 rows of wallets (1200 rows) more changed",
    ),
    (
        "more changed, and no other traffic is known",
        {"content_after": _look(341, 339, "9bd6", second=4)},
        NOT_PROVEN,
        "but 1 row of wallets (1200 rows) more changed",
    ),
    (
        "it wrote other rows than it says",
        {"content_after": _look(1200, 1200, "9bd6", second=4)},
        NOT_MET,
        "it says that it wrote 340 rows, and its transactions wrote 1200 of wallets (1200 rows)",
    ),
    (
        "it rolled back",
        {"rows_after": _rows(), "content_after": _look(second=4)},
        NOT_MET,
        "and the database went from wallets=1200 with_balance=860 to wallets=1200 with_balance=860",
    ),
    (
        "as many rows were made by others as it says that it wrote",
        {"rows_after": _rows(860, 1540), "content_after": _look(340, 0, "9bd6", 1540, 4)},
        NOT_MET,
        "and the database went from wallets=1200 with_balance=860 to wallets=1540 with_balance=860",
    ),
    (
        "the count moved, and no row was written",
        {"content_after": _look(2, 0, "9bd6", second=4)},
        NOT_MET,
        "it says that it wrote 340 rows, and 2 rows of wallets (1200 rows) changed",
    ),
    (
        "nobody looked before it",
        {"content_after": _look(None, None, "9bd6")},
        NOT_PROVEN,
        "how many rows changed is not known",
    ),
    (
        "nothing was left to do",
        {**NOTHING_TO_DO, "content_after": _look(second=4)},
        MET,
        "nothing was left to write: wallets=1200 with_balance=1200; no other row",
    ),
    (
        "nothing was left to do, and others wrote",
        {**NOTHING_TO_DO, "real_run_sessions": _seen(), "content_after": _look(3, 0, "9bd6", second=4)},
        MET,
        "none of its sessions was seen to write, and 3 rows by other traffic",
    ),
    (
        "it says that nothing was left to do, and wrote",
        {**NOTHING_TO_DO, "content_after": _look(3, 3, "9bd6", second=4)},
        NOT_MET,
        "it says that it wrote 0 rows, and its transactions wrote 3",
    ),
    (
        "it was repeated, and others wrote before that",
        {"rows_after_dry_run": _rows(850), "rows_repeated": _rows()},
        MET,
        "the database went from wallets=1200 with_balance=860 to wallets=1200 with_balance=1200",
    ),
    (
        "nothing was left to do, by counts that are none",
        {
            **NOTHING_TO_DO,
            "rows_after_dry_run": _row_of("1200", "all"),
            "rows_after": _row_of("1200", "all"),
        },
        NOT_PROVEN,
        "went from wallets=1200 with_balance=all to wallets=1200 with_balance=all, which does not show that",
    ),
    (
        "nothing was left to do, by the first two of three counts",
        {
            **NOTHING_TO_DO,
            "rows_after_dry_run": THREE,
            "rows_after": THREE,
            "content_after": _look(second=4),
        },
        MET,
        "nothing was left to write: wallets=1200 with_balance=1200 closed=7; no other row",
    ),
    (
        "there are no rows",
        {**NOTHING_TO_DO, "rows_after_dry_run": _rows(0, 0), "rows_after": _rows(0, 0)},
        NOT_PROVEN,
        "which does not show that all is done",
    ),
]
OUTPUT_CASES: list[tuple[str, Step, str, str]] = [
    (
        "two summaries on one stream",
        _said("processed=1200 updated=0 skipped=1200\nprocessed=1200 updated=340 skipped=860\n"),
        NOT_PROVEN,
        "two summaries contradict each other: processed=1200 updated=340 skipped=860, and processed=1200 ",
    ),
    (
        "one on each stream",
        _said(DRY, "INFO processed=1200 updated=1200 skipped=0\n"),
        NOT_PROVEN,
        "and processed=1200 updated=1200 skipped=0",
    ),
    ("the same on each stream", _said(DRY, f"INFO {DRY}"), MET, "processed=1200 updated=340"),
    (
        "batches on the other stream",
        _said(
            DRY, "batch processed=1000 updated=288 skipped=712\nbatch processed=200 updated=52 skipped=148\n"
        ),
        MET,
        "processed=1200 updated=340",
    ),
    (
        "words after it",
        _said(f"{DRY}commit failed, rolled back\n"),
        NOT_PROVEN,
        "it says: commit failed, rolled back",
    ),
    ("an error on the other stream", _said(DRY, "ERROR could not commit\n"), NOT_PROVEN, "could not commit"),
    (
        "a warning on the other stream",
        _said(DRY, "RemovedIn3Warning: will raise an error\n"),
        MET,
        "updated=340",
    ),
    ("good words after it", _said(f"{DRY}done: 0 errors, failed=0, no exceptions\n"), MET, "updated=340"),
    (
        "SQL that is echoed",
        _said(f"{DRY}2026-11-24 03:25:06,860 INFO sqlalchemy.engine.Engine ROLLBACK\n"),
        MET,
        "updated=340",
    ),
    ("words before it", _said(f"retry after a failed connection\n{DRY}"), MET, "updated=340"),
]


def _ids(cases: t.Sequence[t.Sequence[t.Any]]) -> list[str]:
    return [case[0] for case in cases]


@pytest.mark.parametrize(("other", "result", "reason"), [c[1:] for c in DRY_CASES], ids=_ids(DRY_CASES))
def test_whether_the_dry_run_is_dry(other: dict[str, Step | None], result: str, reason: str) -> None:
    found = _find(backfill_runs.dry_run_is_dry, **other)
    assert reason in found.reason
    assert found.result == result


@pytest.mark.parametrize(("other", "result", "reason"), [c[1:] for c in REAL_CASES], ids=_ids(REAL_CASES))
def test_whether_the_database_shows_it(other: dict[str, Step | None], result: str, reason: str) -> None:
    found = _find(backfill_runs.real_run_in_database, **other)
    assert reason in found.reason
    assert found.result == result


@pytest.mark.parametrize(("said", "result", "reason"), [c[1:] for c in OUTPUT_CASES], ids=_ids(OUTPUT_CASES))
def test_what_a_run_says_beside_its_summary(said: Step, result: str, reason: str) -> None:
    found = _find(backfill_runs.real_run_ok, real_run=said)
    assert reason in found.reason
    assert found.result == result


def test_what_an_earlier_attempt_had_begun_counts_where_this_one_wrote_nothing() -> None:
    begun = Intent(2, "backfill_evidence_intent", "backfill", "backend", NOW, None)
    text = earlier_attempts.render([Attempt("20261124T010000.000000Z", {}, (begun,), {})])
    earlier = step("earlier_attempts", stdout=text)
    wrote = _find(backfill_runs.real_run_in_database, earlier)
    idle = {**NOTHING_TO_DO, "content_after": _look(second=4)}
    nothing = _find(backfill_runs.real_run_in_database, earlier, **idle)
    assert (wrote.result, nothing.result) == (MET, NOT_PROVEN)
    assert "and its outcome was not kept" in wrote.reason
    assert nothing.reason.endswith("its outcome was not kept: look into what it did, and begin a new attempt")


def test_content_that_was_not_compared_is_not_said_to_be_the_same() -> None:
    looks = {"content_before": _look(None, None, ""), "content_after_dry_run": _look(0, 0, "")}
    found = _find(backfill_runs.dry_run_is_dry, dry_run_sessions=None, **looks)
    assert found.reason.endswith("content not compared, but no row changed of wallets (1200 rows)")


def test_a_dry_run_may_roll_back() -> None:
    said = _said(f"{DRY}dry run: rolled back\n")
    assert _find(backfill_runs.dry_run_ok, dry_run=said).result == MET
    assert _find(backfill_runs.real_run_ok, real_run=said).result == NOT_PROVEN
