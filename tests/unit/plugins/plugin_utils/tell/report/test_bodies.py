# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""GitHub's answers are shown by the keys that the judge reads: which these are, the judge itself says."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import github_runs
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import bodies
from tests.unit.plugins.plugin_utils.judge import test_package_0 as cases


class _Read(dict[str, t.Any]):
    """A document of GitHub's that notes which of its keys are read."""

    noted: t.ClassVar[set[str]] = set()

    def get(self, key: str, default: t.Any = None) -> t.Any:
        self.noted.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> t.Any:
        found = super().__getitem__(key)
        self.noted.add(key)
        return found


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the keys that are read from now on, of answers and not of what was meant to be sent."""
    read = github_runs.documents

    def noting(text: str) -> list[dict[str, t.Any]]:
        found = read(text)
        answers = [one for one in found if "workflow" not in one]
        return [json.loads(json.dumps(one), object_hook=_Read) for one in answers] or found

    monkeypatch.setattr(github_runs, "documents", noting)
    monkeypatch.setattr(_Read, "noted", set())
    return _Read.noted


def test_the_keys_are_those_that_the_judge_reads(noted: set[str]) -> None:
    for changes, policy in [({}, {}), *(row[1:3] for row in cases.TABLE)]:
        cases.judged(changes, **policy)
    for changes, policy, _reason in cases.OTHER_WAYS.values():
        cases.judged(changes, **policy)
    assert noted == bodies.JUDGED
    assert not bodies.JUDGED & bodies.FOR_PEOPLE


RUN = {"id": 1, "name": "tests", "node_id": "WFR_1", "actor": {"login": "psp", "id": 2}}


@pytest.mark.parametrize(
    ("name", "body", "shown"),
    [
        ("ci_run", json.dumps(RUN), {"id": 1, "name": "tests"}),
        (
            "ci_jobs",
            json.dumps(
                {"total_count": 1, "jobs": [{**RUN, "steps": [{"name": "s", "number": 1, "x": "y"}]}]}
            ),
            {"total_count": 1, "jobs": [{"id": 1, "name": "tests", "steps": [{"name": "s", "number": 1}]}]},
        ),
        ("ci_job_log", json.dumps(RUN), None),
        ("recon_get", json.dumps({"id": "1", "status": "completed", "other": "x" * 99}), None),
        ("ci_run", "<html>bad gateway</html>", None),
        ("ci_run", "", None),
        ("ci_run", "[1]", None),
        # It would be longer than the whole.
        ("ci_runs_before", '{"total_count":0,"workflow_runs":[]}', None),
    ],
)
def test_what_is_shown_of_a_body(name: str, body: str, shown: dict[str, t.Any] | None) -> None:
    found = bodies.by_keys(name, body)
    assert (found and json.loads(found)) == shown


def test_every_page_of_an_answer_is_shown() -> None:
    found = bodies.by_keys("ci_jobs", json.dumps({"total_count": 2, "url": "x" * 99}) * 2)
    assert found == '{\n "total_count": 2\n}\n' * 2
