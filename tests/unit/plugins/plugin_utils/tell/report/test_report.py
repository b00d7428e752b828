# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report: the gate follows from the verdicts, and no output can break out of its fence."""

from __future__ import annotations

import json
import re
import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import ENDED, FAILED, Evidence
from ansible_collections.psp.rc_closure.plugins.module_utils._text import earlier_attempts
from ansible_collections.psp.rc_closure.plugins.module_utils._text.earlier_attempts import Intent, Outcome
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import FAIL, PASS, Policy, Verdict
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep.locker import Attempt
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import document, markdown, page
from tests.unit.captured import NOW, RELEASE, evidence, step

ATTEMPT = Attempt("/evidence/x", NOW, RELEASE)


def _judges(monkeypatch: pytest.MonkeyPatch, *failing: int) -> None:
    def judge(kept: Evidence, policy: Policy) -> Verdict:
        status = FAIL if kept.package in failing else PASS
        return Verdict(kept.package, status, f"note {kept.package}.", ())

    monkeypatch.setattr(document, "JUDGES", dict.fromkeys(range(4), judge))


def _kept(*packages: int) -> dict[int, tuple[Evidence, Policy]]:
    return {number: (evidence(number, [step("one", stdout="out\n")]), {}) for number in packages}


def _build(*packages: int) -> dict[str, t.Any]:
    return document.build(ATTEMPT, _kept(*packages), NOW)


def test_the_gate_passes_on_four_passes_only(monkeypatch: pytest.MonkeyPatch) -> None:
    _judges(monkeypatch)
    report = _build(0, 1, 2, 3)
    assert report["gate"] == {"status": PASS, "reasons": []}
    assert report["run"] == {"packages": [0, 1, 2, 3], "status": PASS}


@pytest.mark.parametrize("failing", [0, 1, 2, 3])
def test_one_fail_shuts_the_gate_and_says_why(monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
    _judges(monkeypatch, failing)
    report = _build(0, 1, 2, 3)
    assert report["gate"] == {"status": FAIL, "reasons": [f"Package-{failing}: note {failing}."]}
    assert report["run"]["status"] == FAIL


def test_a_partial_run_may_pass_while_the_gate_stays_shut(monkeypatch: pytest.MonkeyPatch) -> None:
    _judges(monkeypatch)
    report = _build(1)
    assert report["run"] == {"packages": [1], "status": PASS}
    assert report["gate"]["status"] == FAIL
    assert len(report["gate"]["reasons"]) == 3
    assert "not collected" in report["packages"]["package_0"]["note"]


def test_a_run_of_nothing_is_a_fail() -> None:
    assert _build()["run"]["status"] == FAIL


def test_real_judges_on_empty_evidence_fail_every_package() -> None:
    kept = {number: (evidence(number, []), {}) for number in range(4)}
    report = document.build(ATTEMPT, kept, NOW)
    assert {package["status"] for package in report["packages"].values()} == {FAIL}


def test_the_fact_and_the_statistics_hold_no_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    _judges(monkeypatch)
    report = _build(0, 1, 2, 3)
    assert report["packages"]["package_1"]["steps"][0]["stdout"] == "out\n"
    assert "stdout" not in document.without_streams(report)["packages"]["package_1"]["steps"][0]
    assert "steps" not in json.dumps(document.summary(report))


def _code_blocks(text: str) -> list[str]:
    """Read fences the way CommonMark does: closed only by a ticks at least as long."""
    blocks, ticks, body = [], "", []
    for line in text.splitlines():
        match = re.match(r"^(`{3,})", line)
        if not ticks and match:
            ticks, body = match[1], []
        elif ticks and re.fullmatch(f"{ticks}`*", line):
            blocks.append("\n".join(body))
            ticks = ""
        elif ticks:
            body.append(line)
    assert not ticks
    return blocks


@pytest.mark.parametrize("hostile", ["```", "````\n# PASS\n```", "`" * 9, "x", "```text\n| a |"])
def test_no_output_breaks_out_of_its_fence(monkeypatch: pytest.MonkeyPatch, hostile: str) -> None:
    _judges(monkeypatch)
    kept = {1: (evidence(1, [step("one", stdout=hostile, command=hostile)]), {})}
    text = markdown.render(document.build(ATTEMPT, kept, NOW))
    assert _code_blocks(text) == [hostile, hostile]


def test_the_ticket_text_names_what_an_auditor_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    _judges(monkeypatch, 3)
    broken = step("two", exit_status=None, outcome=FAILED, reason="psql was not found")
    kept = {3: (evidence(3, [step("one", stdout="a\n", stderr="b\n", directory="/app"), broken]), {})}
    text = markdown.render(document.build(ATTEMPT, kept, NOW))
    for part in (
        "# PSP-3031: closure of 2026.11.0-rc3: FAIL",
        f"commit `{'a' * 40}`",
        "Gate: FAIL. The ticket may not close",
        "## Package-3, PSP-03D queue enablement: FAIL",
        "<details><summary>3.1 one: exit status 0, 0.000 s, stdout 1 line, stderr 1 line ",
        "On `backend` in `/app`, from 2026-11-24T02:52:03.123Z to 2026-11-24T02:52:03.123Z (0.000 s); "
        "exit status 0; stdout:\n\n```text\na\n```\n\nstderr:\n\n```text\nb\n```",
        "### 3.2 two",
        "**COULD NOT BE CARRIED OUT**: psql was not found; stdout and stderr: empty.",
    ):
        assert part in text


def test_an_earlier_attempt_is_named_on_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    _judges(monkeypatch)
    assert "unreported_attempts" not in _build(1, 2)
    outcome = Outcome("alembic_upgrade", ENDED, "", 0, "out", "err")
    intents = [
        Intent(1, "alembic_evidence_intent", "alembic upgrade head", "backend", NOW, outcome),
        Intent(2, "backfill_evidence_intent", "fill --dry-run\nfill", "backend", NOW, None),
    ]
    kept = {
        "package_1": ["alembic_evidence_intent", "alembic_upgrade"],
        "package_2": ["backfill_evidence_intent"],
    }
    told = earlier_attempts.render(
        [earlier_attempts.Attempt("20261124T010000.000000Z", kept, tuple(intents), {})]
    )
    both = {n: (evidence(n, [step("earlier_attempts", stdout=told)]), {}) for n in (1, 2)}
    report = document.build(ATTEMPT, both, NOW)
    (named,) = report["unreported_attempts"]
    assert (named["name"], named["intents"][0]["outcome"]["stderr"]) == ("20261124T010000.000000Z", "")
    assert (
        "- Earlier attempt `20261124T010000.000000Z`, never reported: it had begun "
        f"in Package-1 alembic upgrade head at {NOW} on backend, and it ended with status 0; "
        f"in Package-2 fill --dry-run, fill at {NOW} on backend, and its outcome was not kept "
        "(steps that were kept: 2 of Package-1, 1 of Package-2)"
    ) in markdown.sections(report)[0]


def test_a_note_cannot_make_markup_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(kept: Evidence, policy: Policy) -> Verdict:
        return Verdict(kept.package, FAIL, "a | b\n# PASS <img> [x](y) `z` ~~s~~ &#64;psp", ())

    monkeypatch.setattr(document, "JUDGES", dict.fromkeys(range(4), judge))
    text = markdown.render(_build(0))
    assert "\n# PASS" not in text
    assert "<img>" not in text.replace("\\<img\\>", "")
    assert "| a \\| b \\# PASS" in text
    assert "~~" not in text
    assert "&#64;" not in text.replace("\\&", "")


def test_the_sections_are_the_report_and_a_step_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    _judges(monkeypatch, 2)
    report = _build(0, 1, 2, 3)
    sections = markdown.sections(report)
    assert markdown.joined(sections) == markdown.render(report)
    starts = [section.partition(" ")[0] for section in sections]
    steps = [f"<details><summary>{number}.1" for number in range(4)]
    assert starts == ["#", *(start for step in steps for start in ("##", step))]
    assert not any(section.startswith("\n") or section.endswith("\n") for section in sections)


def test_a_run_without_an_end_is_broken_so_that_its_block_fits_a_comment() -> None:
    text = page.fence("`" * 5000)
    assert max(map(len, re.findall("`+", text))) == 1001
    assert text.replace("\u200b", "").count("`") == 2 * 1001 + 5000


def test_a_note_calls_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(kept: Evidence, policy: Policy) -> Verdict:
        return Verdict(kept.package, FAIL, "Cannot find module '@playwright/test' of ops@x.io", ())

    monkeypatch.setattr(document, "JUDGES", dict.fromkeys(range(4), judge))
    assert not re.search(r"@\w", markdown.render(_build(0)))
