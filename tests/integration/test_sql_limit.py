# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An answer of Postgres that has too much is cut, and says how much."""

from __future__ import annotations

import typing as t
from contextlib import closing

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._clients import postgres
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import ENDED, FAILED, Step
from ansible_collections.psp.rc_closure.plugins.module_utils._core.step_names import StepName
from ansible_collections.psp.rc_closure.plugins.module_utils._text import psql_text
from tests.integration.conftest import read_env

QUERY = "SELECT n, repeat('x', {width}) AS filler FROM generate_series(1, {rows}) AS n"


def ask(state: t.Mapping[str, t.Any], **size: int) -> Step:
    with closing(postgres.connect(postgres.parameters(read_env(state)))) as connection:
        return postgres.query(connection, QUERY.format(**size), StepName("x", "X"), str)


@pytest.mark.parametrize(
    ("width", "rows", "shown"),
    [(100, 5000, 96), (1, 100_000, 2500), (20_000, 3, 0), (100, 90, 90), (0, 0, 0)],
)
def test_an_answer_is_shown_up_to_its_limit(
    twin: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch, width: int, rows: int, shown: int
) -> None:
    monkeypatch.setattr(postgres, "MOST_CHARACTERS", 10_000)
    step = ask(twin, width=width, rows=rows)
    found = psql_text.rows_of(step.stdout)
    assert found == [[str(number), "x" * width] for number in range(1, len(found) + 1)]
    assert len(found) == pytest.approx(shown, rel=0.2)
    left = rows - len(found)
    why = f"{left} of {rows} rows were cut: at most 10000 characters are shown"
    assert (step.outcome, step.reason) == ((FAILED, why) if left else (ENDED, ""))
    assert (left > 0) == (shown < rows)
