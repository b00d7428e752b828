# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup pod, with a kubectl that answers what a file says."""

from __future__ import annotations

import json
import os
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ansible import constants
from ansible.errors import AnsibleError
from ansible.plugins.loader import lookup_loader

from ansible_collections.psp.rc_closure.plugins.lookup.pod import the_only

KUBECTL = """#!/bin/sh
echo "$*" >>{folder}/calls
cat {folder}/answer
exec >&2
cat {folder}/complaint
exit "$(cat {folder}/status)"
"""
BACKEND = {"metadata": {"name": "backend-5d9c"}, "status": {"phase": "Running"}}
WORKER = {"metadata": {"name": "worker-x2x7"}, "status": {"phase": "Running"}}


class Cluster:
    """What kubectl answers, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        kubectl = folder / "kubectl"
        kubectl.write_text(KUBECTL.format(folder=folder), "utf-8")
        kubectl.chmod(0o755)
        self.answers(BACKEND)

    def answers(self, *pods: object) -> None:
        self.says(json.dumps({"items": pods}))

    def says(self, answer: str, complaint: str = "", status: int = 0) -> None:
        for name, text in (("answer", answer), ("complaint", complaint), ("status", str(status))):
            (self._folder / name).write_text(text, "utf-8")

    @property
    def calls(self) -> list[str]:
        calls = self._folder / "calls"
        return calls.read_text("utf-8").splitlines() if calls.exists() else []


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """In a run of its own."""
    run = tmp_path / "run"
    run.mkdir()
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(run))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return Cluster(tmp_path)


def look_up(*selectors: str, **options: object) -> list[str]:
    found = lookup_loader.get("psp.rc_closure.pod").run(
        list(selectors), {}, **{"namespace": "staging", **options}
    )
    return [str(name) for name in found]


def test_how_kubectl_is_asked(cluster: Cluster) -> None:
    assert look_up("app=backend") == ["backend-5d9c"]
    assert look_up("app=backend", namespace="other", context="blue", kubeconfig="/k") == ["backend-5d9c"]
    assert look_up("app=backend", namespace="") == ["backend-5d9c"]
    asked = "get pod --selector=app=backend --output=json"
    assert cluster.calls == [
        f"--namespace=staging {asked}",
        f"--kubeconfig=/k --context=blue --namespace=other {asked}",
        asked,
    ]


def test_a_run_keeps_to_its_pod(cluster: Cluster) -> None:
    """Asked by many at once, kubectl is asked once; what it would answer later is not taken."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _n: look_up("app=backend"), range(8)))
    cluster.answers(WORKER)
    assert [*found, look_up("app=backend")] == [["backend-5d9c"]] * 9
    assert look_up("app=worker", "app=backend") == ["worker-x2x7", "backend-5d9c"]
    assert len(cluster.calls) == 2


def test_a_failure_is_not_kept(cluster: Cluster) -> None:
    cluster.answers(BACKEND, WORKER)
    with pytest.raises(
        AnsibleError, match="there are 2 pods app=x in the namespace staging, and exactly one is required"
    ):
        look_up("app=x")
    cluster.answers(BACKEND)
    assert look_up("app=x") == ["backend-5d9c"]


@pytest.mark.parametrize(
    ("answer", "complaint", "status", "told"),
    [
        (
            "",
            "error: context was not found: blue",
            1,
            "kubectl get pod app=x .* failed: error: context was not found",
        ),
        ("", "no access: Authorization: Bearer s3cr3t-t0ken", 1, r"Bearer \[masked:authorization\]"),
        ("not JSON", "", 0, "kubectl get pod app=x .* did not return a list of pods"),
        ("[]", "", 0, "kubectl get pod app=x .* did not return a list of pods"),
        ('{"items": [{}]}', "", 0, "kubectl get pod app=x .* did not return a list of pods"),
    ],
)
def test_what_kubectl_says_is_told(
    cluster: Cluster, answer: str, complaint: str, status: int, told: str
) -> None:
    cluster.says(answer, complaint, status)
    with pytest.raises(AnsibleError, match=told) as refused:
        look_up("app=x")
    assert "s3cr3t" not in str(refused.value)


def test_a_kubectl_that_hangs_or_is_not_there(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "kubectl").write_text("#!/bin/sh\nexec sleep 60\n", "utf-8")
    with pytest.raises(AnsibleError, match=r"kubectl get pod app=x .* failed: stopped at its limit of 0.2 s"):
        look_up("app=x", limit=0.2)
    monkeypatch.setenv("PATH", str(tmp_path / "run"))
    with pytest.raises(AnsibleError, match="kubectl get pod app=x .* failed: kubectl was not found"):
        look_up("app=x")
    assert cluster.calls == []


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
    assert the_only(listed, "app=worker") == "worker-new"


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
    with pytest.raises(AnsibleError) as refused:
        the_only(listed, "app=worker")
    assert str(refused.value).startswith(told)
