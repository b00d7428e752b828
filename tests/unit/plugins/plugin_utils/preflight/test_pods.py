# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pod is meant, of those that kubectl tells."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import pods


def pod(name: str, phase: str = "Running", deleted: str = "") -> dict[str, t.Any]:
    metadata = {"name": name, **({"deletionTimestamp": deleted} if deleted else {})}
    return {"metadata": metadata, "status": {"phase": phase}}


OLD = pod("worker-old", deleted="2026-11-24T08:00:00Z")
EVICTED = pod("worker-evicted", "Failed")
DONE = pod("worker-done", "Succeeded")
NEW, OTHER, COMING = pod("worker-new"), pod("worker-other"), pod("worker-coming", "Pending")


@pytest.mark.parametrize(
    "listed", [[NEW], [OLD, NEW], [NEW, OLD], [EVICTED, OLD, NEW, DONE]], ids=lambda listed: str(len(listed))
)
def test_the_one_that_lives(listed: list[dict[str, t.Any]]) -> None:
    assert pods.the_only(listed, "app=worker") == "worker-new"


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ([], "there is no pod app=worker"),
        (
            [OLD, EVICTED],
            "there is no pod app=worker; there are worker-old, worker-evicted, which have ended",
        ),
        ([NEW, OTHER], "there are 2 pods app=worker, and exactly one is required: worker-new, worker-other."),
        ([NEW, COMING, OLD], "there are 2 pods app=worker, and exactly one is required: worker-new"),
        ([COMING], "the pod worker-coming (app=worker) is Pending, not Running"),
        ([{"metadata": {"name": "worker-odd"}}], "the pod worker-odd (app=worker) is Unknown, not Running"),
    ],
)
def test_anything_else_is_refused(listed: list[dict[str, t.Any]], told: str) -> None:
    with pytest.raises(pods.PodError) as refused:
        pods.the_only(listed, "app=worker")
    assert str(refused.value).startswith(told)
