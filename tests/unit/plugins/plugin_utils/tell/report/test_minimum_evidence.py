# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first page says where each item of the checklist's minimum evidence is, and which was not kept."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core import step_names
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import markdown, minimum_evidence
from tests.unit.captured import step
from tests.unit.reports import report

KNOWN = {one for one in vars(step_names).values() if isinstance(one, step_names.StepName)}


@pytest.mark.parametrize("package", range(4))
def test_the_steps_are_the_registry_s_and_of_one_item_each(package: int) -> None:
    names = [name for item in minimum_evidence.ITEMS[package] for name in item.steps]
    assert len(names) == len(set(names))
    assert set(names) <= KNOWN


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (
            ["alembic_heads", "alembic_current", "alembic_upgrade", "alembic_current"],
            "alembic current 1.2, 1.4; alembic history **not kept**; alembic upgrade head 1.3; the table's "
            "description **not kept**; its UNIQUE constraints **not kept**",
        ),
        (
            ["alembic_heads"],
            "alembic current **not kept**; alembic history **not kept**; alembic upgrade head **not kept**; "
            "the table's description **not kept**; its UNIQUE constraints **not kept**",
        ),
        ([], "**nothing was kept**"),
    ],
)
def test_each_item_leads_to_its_steps(kept: list[str], said: str) -> None:
    document = report(steps={1: [step(name) for name in kept]})
    assert f"\n- Package-1: {said}\n" in markdown.sections(document, tags=False)[0]
    linked = markdown.sections(document)[0]
    for number in range(2, len(kept) + 1):
        assert f"(#rc-20261124025203123-1-{number})" in linked


def test_what_is_short_is_seen_at_once_and_what_is_long_by_its_summary() -> None:
    steps = [
        step("alembic_current", stdout="x\n"),
        step("alembic_history", stdout="x\n" * 9),
        step("alembic_heads"),
    ]
    starts = [one.partition(" ")[0] for one in markdown.sections(report(steps={1: steps}))[4:7]]
    assert starts == ["###", "<details><summary>1.2", "<details><summary>1.3"]
