# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot run is reported with its reason and where to look, and no secret is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

ENABLEMENT = "playbooks/queue_enablement.yml"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"staging_worker_process": ["arq", "no_such.Settings"]}, "the worker does not run"),
        ({"staging_redis_url": "redis://:wrong@redis:6379/0"}, "invalid username-password pair"),
    ],
)
def test_a_worker_that_does_not_run(
    staging: Any, wait_until: Callable[..., None], bad: dict[str, Any], reason: str
) -> None:
    """Its probe's words are reported; the next good run makes it good."""
    command = ["arq", "app.queue.reconciliation_worker.WorkerSettings"]
    limited = {"arq_worker_ready_limit": 20, "arq_worker_command": command}
    done = staging.playbook(ENABLEMENT, "--limit=worker,engine", **limited, **bad)
    assert done.returncode != 0
    assert reason in " ".join(done.stdout.split()), done.stdout[-3000:]
    assert f"Look at: docker logs {staging.prefix}-worker" in " ".join(done.stdout.split())
    assert [what for what, secret in staging.secrets().items() if secret in done.stdout] == []
    assert staging.playbook(ENABLEMENT, "--limit=worker,engine").returncode == 0
    wait_until(lambda: staging.health("worker") == "healthy", "the worker is healthy again")
