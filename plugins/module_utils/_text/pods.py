# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the pods of a cluster run, by C(kubectl get pods --output=json). Pure."""

from __future__ import annotations

import typing as t

from . import command_line

# Of a pod's labels, those that its next one has, too; the first that is there chooses it.
_LABELS = ("app", "app.kubernetes.io/name", "app.kubernetes.io/component", "k8s-app", "component")


def services(answer: t.Mapping[str, t.Any]) -> list[dict[str, str]]:
    """Return kind, target, label, namespace, container and directory of each server, worker and Redis.

    What an image runs by itself, without a command in the manifest, is not known from outside.
    """
    found = []
    for pod in answer.get("items") or []:
        about, labels = pod["metadata"], pod["metadata"].get("labels") or {}
        label = next((f"{name}={labels[name]}" for name in _LABELS if labels.get(name)), "")
        for container in pod["spec"]["containers"]:
            what = command_line.read([*(container.get("command") or []), *(container.get("args") or [])])
            if what is None and container["image"].rpartition("/")[2].startswith(("redis:", "valkey")):
                what = command_line.Command(command_line.REDIS, "redis-server")
            if what and label:
                found.append(
                    {
                        "kind": what.kind,
                        "target": what.target,
                        "label": label,
                        "namespace": about.get("namespace", "default"),
                        "container": container["name"],
                        "directory": container.get("workingDir", ""),
                    }
                )
    return found
