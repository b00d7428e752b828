# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every verdict of these tests is derived twice: the same evidence gives the same."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Evidence
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import Judge, Policy, Verdict


@pytest.fixture(autouse=True)
def _derived_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    derive = Judge.__call__

    def twice(judge: Judge, evidence: Evidence, policy: Policy) -> Verdict:
        verdict = derive(judge, evidence, policy)
        assert derive(judge, evidence, policy) == verdict
        return verdict

    monkeypatch.setattr(Judge, "__call__", twice)
