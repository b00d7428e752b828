# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which pod a selector matches: the only one that has not ended."""

from __future__ import annotations

import typing as t

RUNNING = "Running"
# Kubernetes, "Pod Lifecycle": of these two phases a pod's containers have all ended, for good.
OVER = {"Succeeded", "Failed"}

Pod = t.Mapping[str, t.Any]


class PodError(Exception):
    """There is not exactly one running pod; the message names what there is."""


def the_only(pods: t.Sequence[Pod], described: str) -> str:
    """Return the name of the one pod that has not ended.

    A pod that is being deleted still has the phase C(Running): only its C(deletionTimestamp) shows it.

    Args:
        pods: C(items) of what C(kubectl get pod --output=json) prints.
        described: the selector and the namespace, for the message.

    Raises:
        PodError: there is none, or more than one, or it is not running.
    """
    alive = [pod for pod in pods if _lives(pod)]
    if not alive:
        ending = f"; there are {_names(pods)}, which have ended or are being deleted" if pods else ""
        raise PodError(f"there is no pod {described}{ending}")
    if len(alive) > 1:
        raise PodError(
            f"there are {len(alive)} pods {described}, and exactly one is required: {_names(alive)}. "
            "Scale to one replica during the closure, and wait for the end of a rollout"
        )
    phase = _phase(alive[0])
    if phase != RUNNING:
        raise PodError(f"the pod {_names(alive)} ({described}) is {phase}, not {RUNNING}")
    return _names(alive)


def _lives(pod: Pod) -> bool:
    return not pod["metadata"].get("deletionTimestamp") and _phase(pod) not in OVER


def _phase(pod: Pod) -> str:
    return str(pod.get("status", {}).get("phase", "Unknown"))


def _names(pods: t.Sequence[Pod]) -> str:
    return ", ".join(str(pod["metadata"]["name"]) for pod in pods)
