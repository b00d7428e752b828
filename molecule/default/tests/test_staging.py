# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""inventories/containers as it is, and a container that is another's."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

INVENTORY = Path(__file__).parent.parent / "containers"
PARTS = ("backend", "redis", "worker")
RELEASE = "containers"


@pytest.fixture(scope="module")
def example(staging: Any) -> Iterator[Any]:
    """The scenario with the example's inventory, and the backend's environment file where that has it.

    The scenario's own backend is off the network as long: both are found by the name C(backend) there.
    """
    files = staging.work / "staging"
    files.mkdir(exist_ok=True)
    shutil.copy2(staging.work / "etc" / "backend.env", files)
    own = (f"{staging.prefix}-front", f"{staging.prefix}-backend")
    staging.docker("network", "disconnect", *own)
    try:
        yield staging.elsewhere(INVENTORY)
    finally:
        staging.docker("network", "connect", "--alias=backend", *own)
        for part in PARTS:
            staging.docker("rm", "--force", f"{staging.prefix}-staging-{part}")
        staging.docker("volume", "rm", "--force", "psp-worker-log", "psp-backend-log")


@pytest.fixture(scope="module")
def report(example: Any) -> dict[str, Any]:
    """Package-3 on it: Redis, the worker, the backend on the queue, and a run that goes through them."""
    done = example.playbook("playbooks/rc_closure.yml", "--tags=package_3", rc_closure_release=RELEASE)
    assert done.returncode == 0, done.stdout[-3000:]
    assert [what for what, secret in example.secrets().items() if secret in done.stdout] == []
    kept = example.evidence / "PSP-3031" / RELEASE / "report.json"
    return dict(json.loads(kept.read_text("utf-8")))


def test_it_is_proven(report: dict[str, Any], example: Any) -> None:
    """By what was asked in the containers that this inventory made; Redis over its network."""
    assert report["packages"]["package_3"]["status"] == "PASS"
    steps = report["packages"]["package_3"]["steps"]
    asked = {f"{part} ({example.prefix}-staging-{part})" for part in ("backend", "worker")}
    assert {step["host"] for step in steps if not step["name"].endswith("_intent")} == asked
    ping = next(step for step in steps if step["name"] == "redis_ping")
    assert (ping["stdout"].strip(), "@redis:6379" in ping["command"]) == ("PONG", True)


@pytest.mark.usefixtures("report")
def test_they_find_each_other_by_name(example: Any) -> None:
    """Redis's is the one in the URL that the worker and the backend were given."""
    for part in ("backend", "worker"):
        found = example.environment(f"staging-{part}")["REDIS_URL"]
        assert found == f"redis://:{example.secrets()['redis, encoded']}@redis:6379/0"
    for part in PARTS:
        assert example.health(f"staging-{part}") == "healthy"
        assert not example.outside(f"staging-{part}")["HostConfig"]["PortBindings"]


@pytest.mark.usefixtures("report")
def test_a_second_time_nothing_changes(example: Any) -> None:
    """As with every inventory."""
    done = example.playbook("playbooks/queue_enablement.yml")
    assert done.returncode == 0, done.stdout[-3000:]
    assert len(re.findall(r"(?:backend|redis|worker) +: ok=\d+ +changed=0 ", done.stdout)) == len(PARTS), (
        done.stdout[-3000:]
    )


@pytest.mark.usefixtures("report")
@pytest.mark.parametrize("runs", ["redis", "worker", "backend"])
def test_anothers_container_is_refused(example: Any, runs: str) -> None:
    """Before anything is touched, and it is left as it is."""
    name = f"{example.prefix}-staging-another"
    example.docker("run", "--detach", "--network=none", f"--name={name}", "psp-rc/base", "sleep", "infinity")
    try:
        before = example.outside("staging-another")["State"]["StartedAt"]
        done = example.playbook(
            "playbooks/queue_enablement.yml", f"--limit={runs},engines", ansible_host=name
        )
        assert done.returncode != 0
        told = f"the container {name} is there and was not made by this role: remove it"
        assert told in " ".join(done.stdout.split()), done.stdout[-3000:]
        assert example.outside("staging-another")["State"]["StartedAt"] == before
    finally:
        example.docker("rm", "--force", name)
