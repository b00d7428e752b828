# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pods run, by what kubectl answers."""

from __future__ import annotations

import typing as t

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


def test_no_pods_are_none() -> None:
    assert pods.services({}) == []
