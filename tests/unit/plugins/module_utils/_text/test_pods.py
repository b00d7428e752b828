# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pods run, by what kubectl answers."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import pods


def pod(image: str, labels: dict[str, str], **container: t.Any) -> dict[str, t.Any]:
    """Return a pod with one container."""
    about = {"namespace": "staging", "labels": labels}
    return {"metadata": about, "spec": {"containers": [{"name": "app", "image": image, **container}]}}


def test_servers_workers_and_redis_are_found_by_their_label() -> None:
    items = [
        pod("r.example/api:1", {"app": "psp-api"}, args=["uvicorn", "app.main:app"], workingDir="/srv"),
        pod(
            "r.example/api:1",
            {"k8s-app": "jobs"},
            command=["/bin/sh", "-c", "exec arq app.w.Settings >>/log"],
        ),
        pod("docker.io/library/redis:7", {"app": "psp-redis"}),
        pod("r.example/other:1", {"app": "other"}),
        pod("r.example/api:1", {}, args=["uvicorn", "app.main:app"]),
    ]
    found = pods.services({"items": items})
    assert [(one["kind"], one["target"], one["label"]) for one in found] == [
        ("server", "app.main:app", "app=psp-api"),
        ("worker", "app.w.Settings", "k8s-app=jobs"),
        ("redis", "", "app=psp-redis"),
    ]
    assert found[0]["directory"] == "/srv"


@pytest.mark.parametrize(
    "label", ["app", "app.kubernetes.io/name", "app.kubernetes.io/component", "k8s-app", "component"]
)
def test_each_label_chooses_a_pod(label: str) -> None:
    (found,) = pods.services({"items": [pod("valkey:8", {"pod-template-hash": "1", label: "x"})]})
    assert found == {
        "kind": "redis",
        "target": "",
        "label": f"{label}=x",
        "namespace": "staging",
        "container": "app",
        "directory": "",
    }


def test_a_pod_without_a_namespace_is_in_the_default_one() -> None:
    item = pod("r.example/valkey:8", {"app": "x"})
    del item["metadata"]["namespace"]
    assert [one["namespace"] for one in pods.services({"items": [item]})] == ["default"]


def test_no_pods_are_none() -> None:
    assert pods.services({}) == []
