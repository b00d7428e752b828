# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the random kills say of a run after a kill that did not come as far as a report."""

from __future__ import annotations

import sys
import typing as t
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import kill_moments

ATTEMPTS = Path("2026.11.0-rc3", "closure", "attempts")
FAILS = "import sys; print('PLAY [Package-1]'); print('fatal: no space', file=sys.stderr); sys.exit(2)"
LAST = ["it ended with status 2", "PLAY [Package-1]", "fatal: no space"]


def _moment(monkeypatch: pytest.MonkeyPatch, root: Path, code: str) -> kill_moments.Moment:
    def closure(*_given: t.Any) -> list[str]:
        return [sys.executable, "-c", code]

    monkeypatch.setattr(kill_moments, "Twin", lambda: SimpleNamespace(text=lambda _query: "0004"))
    monkeypatch.setattr(kill_moments, "_closure", closure)
    return kill_moments.moment(root, [1], 0)


@pytest.mark.parametrize("begun", [True, False])
def test_a_next_run_without_an_attempt_is_quoted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, begun: bool
) -> None:
    if begun:
        (tmp_path / ATTEMPTS / "1").mkdir(parents=True)
    found = _moment(monkeypatch, tmp_path, FAILS)
    assert found.wrong == ["the next run has no attempt", *LAST]


def test_a_next_run_without_a_report_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ATTEMPTS / "1").mkdir(parents=True)
    begins = f"import pathlib; pathlib.Path({str(tmp_path / ATTEMPTS / '2')!r}).mkdir(exist_ok=True); {FAILS}"
    found = _moment(monkeypatch, tmp_path, begins)
    assert found.wrong == ["the next run has no report", *LAST]


def test_of_a_long_output_the_last_lines_are_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = _moment(monkeypatch, tmp_path, "print(*range(1000), sep='\\n')")
    assert found.wrong[1:3] == ["it ended with status 0", str(1000 - kill_moments.LAST_LINES)]
