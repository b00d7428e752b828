# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The question that a table which exists already puts, with the facts to decide it by."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils.evidence import Step
from ansible_collections.psp.rc_closure.plugins.plugin_utils.report import markdown, reset_or_stamp
from tests.unit.captured import captured
from tests.unit.reports import report

UPGRADE = captured("alembic_upgrade", "alembic/upgrade_duplicate_table.stdout")
CURRENT = captured("alembic_current_after", "alembic/current_after_duplicate_table.stdout")
PREVIEW = captured("alembic_upgrade_preview", "alembic/upgrade_sql_preview.stdout")
BEFORE, HEAD = "0006_mig_01b_reconciliation", "0007_mig_01c_finding_unique"


def described(name: str, **more: t.Any) -> Step:
    return captured("describe_table", f"psql/describe_table_{name}.stdout", **more)


def package(*steps: Step) -> dict[str, t.Any]:
    found: dict[str, t.Any] = report(1, steps={1: steps})["packages"]["package_1"]
    return found


def said(*steps: Step) -> str:
    asked = reset_or_stamp.question(package(*steps))
    assert asked
    return "\n".join([*reset_or_stamp.sentences(asked), reset_or_stamp.comparison(asked)])


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (captured("alembic_upgrade", "alembic/upgrade_head.stdout"), described("head")),
        (captured("alembic_upgrade", "alembic/upgrade_lock_timeout.stdout"), described("head")),
    ],
    ids=["nothing was collected", "it went through", "it failed for another reason"],
)
def test_nothing_is_asked_where_nothing_stands_in_the_way(steps: tuple[Step, ...]) -> None:
    assert reset_or_stamp.question(package(*steps)) is None


@pytest.mark.parametrize(
    ("exists", "agreement"),
    [
        ("without_constraint", f"agrees with what the migrations make at {BEFORE}."),
        ("head", f"agrees with what the migrations make at {HEAD}."),
        (
            "wrong_columns",
            f"agrees with what the migrations make at no revision; the nearest is {BEFORE}, with 1 diff",
        ),
    ],
)
def test_the_revision_at_which_they_agree_is_named(exists: str, agreement: str) -> None:
    text = said(UPGRADE, CURRENT, PREVIEW, described(exists))
    assert f"reconciliation_findings as it exists {agreement}" in text
    assert (
        "The upgrade was stopped by 0005_mig_01a_event_window -> 0006_mig_01b_reconciliation: "
        'psycopg2.errors.DuplicateTable: relation "reconciliation_findings" already exists.'
    ) in text
    assert "The database is at 0004_provider_events." in text


def test_the_differences_are_named_revision_by_revision() -> None:
    text = said(UPGRADE, CURRENT, PREVIEW, described("without_constraint"))
    assert f"reconciliation_findings against the migrations up to {BEFORE}:\n  no difference" in text
    assert (
        f"up to {HEAD}:\n  uq_recon_findings_provider_event_type: does not exist, the migrations make" in text
    )


def test_without_the_migrations_sql_the_existing_table_is_shown() -> None:
    text = said(UPGRADE, CURRENT, described("head"))
    assert "The evidence does not show what the migrations make of reconciliation_findings" in text
    assert "  column provider_event_id: character varying(100)" in text
    assert "  uq_recon_findings_provider_event_type: UNIQUE CONSTRAINT" in text


def test_without_the_table_that_is_said() -> None:
    text = said(UPGRADE, described("missing"))
    assert "The evidence does not show reconciliation_findings as it exists" in text
    assert "The database is at no revision." in text


def test_a_description_that_shows_no_foreign_keys_is_held_against_none() -> None:
    shown = described(
        "head", command="\\d reconciliation_findings  -- rendered from the catalog, psql being absent"
    )
    bare = Step.from_dict({**shown.as_dict(), "stdout": shown.stdout.partition("Foreign-key")[0]})
    assert f"agrees with what the migrations make at {HEAD}." in said(UPGRADE, CURRENT, PREVIEW, bare)


def test_the_report_puts_the_question_after_the_package_s_verdict() -> None:
    document = report(1, steps={1: [UPGRADE, CURRENT, PREVIEW, described("head")]})
    sections = markdown.sections(document)
    place = next(n for n, section in enumerate(sections) if section.startswith("### Reset or stamp?"))
    assert sections[place - 1].startswith("## Package-1, ")
    assert sections[place + 1].startswith("### 1.1 ")
    assert "Neither is a PASS by itself" in sections[place]
