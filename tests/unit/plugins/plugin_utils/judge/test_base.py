# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a met criterion does not exclude is said with it."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core import streams
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Evidence
from ansible_collections.psp.rc_closure.plugins.module_utils._core.step_names import E2E_SMOKE
from ansible_collections.psp.rc_closure.plugins.module_utils._core.steps import Started
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge import base
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.not_excluded import NOT_EXCLUDED
from tests.unit.reports import RELEASE

LINE = b"10:00 INFO nothing to see\n"


@pytest.mark.parametrize("lines", [3, 100_000, 400_000])
@pytest.mark.parametrize("finding", [base.met, base.not_met])
@pytest.mark.parametrize("rule", ["of a test", "e2e_passes"])
def test_what_was_not_read_of_an_output(lines: int, finding: base.Decide, rule: str) -> None:
    taken = streams.Taken()
    for _n in range(lines // 1000 or lines):
        taken.take(LINE * (1000 if lines >= 1000 else 1))
    step = Started(E2E_SMOKE, "yarn test").ended(taken.stream("x.stdout"), exit_status=0)
    judge = base.Judge(
        (base.Rule(rule, "It passes", lambda _e, _p: finding("so", E2E_SMOKE)),), lambda _e, _p: "x"
    )
    (criterion,) = judge(Evidence(2, RELEASE, (step,)), {}).criteria
    own = NOT_EXCLUDED.get(rule, "") if finding is base.met else ""
    left = lines * len(LINE) - 2 * streams.END
    unread = f"{left} bytes amid the output of {step.title}, but for lines with words such as error"
    said = [own, unread] if lines == 400_000 and finding is base.met else [own]
    assert criterion.not_excluded == "; ".join(filter(None, said))


@pytest.mark.parametrize(
    ("text", "said"),
    [("", ""), ("\n \n", ""), ("a\nb\n", ": b"), ("psql: no server \n \n\n", ": psql: no server")],
)
def test_the_last_line_that_says_something(text: str, said: str) -> None:
    assert base.last_line(text) == said
