# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the assurance case, held against the rules, what is not excluded, and the drills."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge import (
    package_0,
    package_1,
    package_2,
    package_3,
)
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.not_excluded import NOT_EXCLUDED
from tests.drills.catalog import DRILLS

PAGE = Path(__file__).parents[2] / "docs" / "assurance-case.md"
OPEN = "not excluded: "
RULES = [rule.id for module in (package_0, package_1, package_2, package_3) for rule in module.RULES]


class Row(t.NamedTuple):
    """A defeater of a rule, and what excludes it."""

    rule: str
    defeater: str
    excluded: str
    drills: tuple[str, ...]
    tests: tuple[str, ...]  # functions, or words of their rows


def rows(text: str) -> list[Row]:
    """Return the rows of the page's tables."""
    cells = [re.split(r" *\| *", line.strip("|").strip()) for line in text.splitlines() if line[:3] == "| `"]
    return [Row(one[0].strip("`"), one[1], one[2], *map(_between(one[3]), "`*")) for one in cells]


def _between(cell: str) -> t.Callable[[str], tuple[str, ...]]:
    return lambda mark: tuple(re.findall(rf"[{mark}]([^{mark}]+)[{mark}]", cell))


ROWS = rows(PAGE.read_text("utf-8"))


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_its_row(rule: str) -> None:
    assert [row for row in ROWS if row.rule == rule and not row.excluded.startswith(OPEN)]


def test_no_row_is_of_a_rule_that_is_gone() -> None:
    assert {row.rule for row in ROWS} <= set(RULES)


def test_what_is_not_excluded_is_what_the_report_says() -> None:
    said = {row.rule: row.excluded for row in ROWS if row.excluded.startswith(OPEN)}
    assert said == {rule: f"{OPEN}{text}" for rule, text in NOT_EXCLUDED.items()}


def test_every_drill_shows_what_excludes_a_defeater_and_every_row_names_one() -> None:
    assert {drill for row in ROWS for drill in row.drills} == {drill.name for drill in DRILLS}
    shown = [row for row in ROWS if row.drills or row.tests]
    assert shown == [row for row in ROWS if not row.excluded.startswith(OPEN)]


def test_every_test_that_is_named_is_there() -> None:
    places = [PAGE.parents[1] / "tests" / place for place in ("unit/plugins", "integration")]
    texts = [path.read_text("utf-8") for place in places for path in place.rglob("test_*.py")]
    tests = [name for row in ROWS for name in row.tests]
    assert tests
    assert [
        name for name in tests if not any(re.search(rf'(?:def |"){re.escape(name)}', text) for text in texts)
    ] == []


def test_a_rule_without_its_row_is_noticed() -> None:
    text = (
        "| `a` | defeater | excluded | `x`, *a row*, `y` |\n"
        "| `b` | defeater | not excluded: so | |\ntext | `c` |\n"
    )
    assert rows(text) == [
        Row("a", "defeater", "excluded", ("x", "y"), ("a row",)),
        Row("b", "defeater", "not excluded: so", (), ()),
    ]
