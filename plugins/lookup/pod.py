# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lookup: the one pod that a selector matches, the same throughout a run."""

from __future__ import annotations

DOCUMENTATION = r"""
name: pod
short_description: Return the name of the one pod that a label selector matches
version_added: 0.1.0
description:
  - Runs C(kubectl get pod) with a selector and returns the name of the pod. A pod that has ended or is
    being deleted does not count.
  - Fails unless there is exactly one, as during a rollout or with several replicas, since the log of another
    pod than the one that did the work would show nothing.
  - Runs C(kubectl) once for each selector and run of Ansible. If the pod is replaced meanwhile, the
    connection to it fails; no other is used in its place.
author: psp.rc_closure contributors (@psp-rc-closure)
options:
  _terms:
    description: Label selectors, such as V(app=backend).
    type: list
    elements: str
    required: true
  namespace:
    description: Namespace of the pods. Defaults to that of the context.
    type: str
  context:
    description: Context of C(kubectl). Defaults to the current one.
    type: str
  kubeconfig:
    description: Path of a configuration file for C(kubectl).
    type: str
  limit:
    description: Seconds after which C(kubectl) is stopped.
    type: float
    default: 30
seealso:
  - plugin: kubernetes.core.kubectl
    plugin_type: connection
  - name: Labels and selectors
    description: What a label selector matches.
    link: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
"""

EXAMPLES = r"""
# group_vars of the hosts that are pods
ansible_connection: kubernetes.core.kubectl
ansible_kubectl_namespace: staging
ansible_kubectl_pod: "{{ lookup('psp.rc_closure.pod', 'app=backend', namespace=ansible_kubectl_namespace) }}"
"""

RETURN = r"""
_raw:
  description: The name of each selector's pod.
  type: list
  elements: str
  sample: [backend-5d9c7b6f4-x2x7p]
"""

import fcntl
import hashlib
import json
import shlex
import typing as t
from pathlib import Path

from ansible import constants
from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ..module_utils._core import command
from ..module_utils._core.redaction import Redactor

RUNNING = "Running"
# Kubernetes, "Pod Lifecycle": of these two phases a pod's containers have all ended, for good.
OVER = ("Succeeded", "Failed")

Pod = t.Mapping[str, t.Any]


class LookupModule(LookupBase):
    """Selectors in, names of pods out."""

    def run(self, terms: list[str], variables: dict[str, t.Any] | None = None, **kwargs: t.Any) -> list[str]:
        return [_name(selector, **kwargs) for selector in terms]


def _name(
    selector: str, *, namespace: str = "", context: str = "", kubeconfig: str = "", limit: float = 30
) -> str:
    """Return the name that was found first in this run.

    Each task runs in a process of its own, so they share the name in a file. Its directory is this run's, and
    is removed with it.
    """
    options = {"kubeconfig": kubeconfig, "context": context, "namespace": namespace}
    argv = ["kubectl", *(f"--{name}={value}" for name, value in options.items() if value)]
    argv += ["get", "pod", f"--selector={selector}", "--output=json"]
    place = f"the namespace {namespace}" if namespace else "kubectl's own namespace"
    digest = hashlib.sha256(shlex.join(argv).encode()).hexdigest()
    directory = Path(vars(constants)["DEFAULT_LOCAL_TMP"])
    with (directory / f"pod-{digest}").open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        name = file.read()
        if not name:
            name = _ask(argv, f"{selector} in {place}", float(limit))
            file.write(name)
        return name


def _ask(argv: list[str], described: str, limit: float) -> str:
    step = command.run(argv, limit=limit, redact=Redactor({}))
    if not step.ok:
        said = step.reason or step.stderr.strip()
        raise AnsibleLookupError(f"kubectl get pod {described} failed: {said}")
    try:
        return the_only(json.loads(step.stdout)["items"], described)
    except (ValueError, KeyError, TypeError) as exc:
        raise AnsibleLookupError(
            f"kubectl get pod {described} did not return a list of pods: {exc!r}"
        ) from exc


def the_only(pods: t.Sequence[Pod], described: str) -> str:
    """Return the name of the one that has not ended, of the C(items) that C(kubectl get pod) lists.

    A pod that is being deleted still has the phase C(Running): only its C(deletionTimestamp) shows it.

    Raises:
        AnsibleLookupError: there is none, or more than one, or it is not running.
    """
    alive = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp") and _phase(pod) not in OVER]
    if not alive:
        ending = f"; there are {_names(pods)}, which have ended or are being deleted" if pods else ""
        raise AnsibleLookupError(f"there is no pod {described}{ending}")
    if len(alive) > 1:
        raise AnsibleLookupError(
            f"there are {len(alive)} pods {described}, and exactly one is required: {_names(alive)}. "
            "Scale to one replica during the closure, and wait for the end of a rollout"
        )
    phase = _phase(alive[0])
    if phase != RUNNING:
        raise AnsibleLookupError(f"the pod {_names(alive)} ({described}) is {phase}, not {RUNNING}")
    return _names(alive)


def _phase(pod: Pod) -> str:
    return str(pod.get("status", {}).get("phase", "Unknown"))


def _names(pods: t.Sequence[Pod]) -> str:
    return ", ".join(str(pod["metadata"]["name"]) for pod in pods)
