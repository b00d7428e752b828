# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One fault at a time while the closure runs: FAIL for the right reason, and all evidence is kept."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CLOSURE = "playbooks/rc_closure.yml"
ENABLEMENT = "playbooks/queue_enablement.yml"
TICKET = "DRILL-1"
LIMIT_SECONDS = 400
# Mounts a small disk over the first argument, runs the rest, and keeps what was written to it in the second.
ON_A_SMALL_DISK = """
mount -t tmpfs -o size=48k tmpfs "$0"
kept=$1; shift
"$@"; status=$?
cp -a "$0/." "$kept"
exit $status
"""


class Closure:
    """One run of the closure, with a fault put in when a certain step has been kept."""

    def __init__(self, staging: Any, wait_until: Callable[..., None], name: str) -> None:
        self._staging = staging
        self._wait_until = wait_until
        self._name = name
        self.output = ""
        self.status = 0

    def run(
        self, packages: list[int], after: str, fault: Callable[[], None], **variables: Any
    ) -> dict[str, Any]:
        """Run these packages; after the step of that name, put the fault in. Return the report."""
        tags = "--tags=" + ",".join(f"package_{number}" for number in packages)
        named = {"rc_closure_ticket": TICKET, "rc_closure_release": self._name, **variables}
        # What an earlier run kept says nothing of how far this one is.
        earlier = set(self._folder.glob("attempts/*"))
        with subprocess.Popen(
            self._staging.command(CLOSURE, tags, **named),
            env=self._staging.playbook_environment(),
            cwd=self._staging.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                self._wait_until(
                    lambda: self._is_kept(after, earlier) or process.poll() is not None, after, LIMIT_SECONDS
                )
                assert process.poll() is None, f"the closure ended before {after} was kept"
                fault()
                self.output, _errors = process.communicate(timeout=LIMIT_SECONDS)
            finally:
                process.kill()
        self.status = process.returncode
        return dict(json.loads((self._folder / "report.json").read_text("utf-8")))

    @property
    def _folder(self) -> Path:
        return Path(self._staging.evidence / TICKET / self._name)

    def _is_kept(self, step: str, earlier: set[Path]) -> bool:
        kept = self._folder.glob(f"attempts/*/package_*/*-{step}.json")
        return any(file.parents[1] not in earlier for file in kept)


@pytest.fixture
def closure(request: pytest.FixtureRequest, staging: Any, wait_until: Any) -> Closure:
    """A closure whose evidence is kept under the drill's name."""
    return Closure(staging, wait_until, request.node.name.removeprefix("test_"))


@pytest.fixture(autouse=True)
def repaired(staging: Any) -> Iterator[None]:
    """What a drill broke is whole again for the next one: the roles bring it back."""
    yield
    for name in ("ci", "redis", "worker"):
        staging.docker("start", f"{staging.prefix}-{name}")
    done = staging.playbook(ENABLEMENT)
    assert done.returncode == 0, done.stdout[-3000:]


def criterion(report: dict[str, Any], package: int, name: str) -> dict[str, Any]:
    """Return one criterion of a package."""
    every = report["packages"][f"package_{package}"]["criteria"]
    return dict(next(one for one in every if one["id"] == name))


def is_queued(staging: Any) -> bool:
    """Whether a job lies in Redis."""
    url = staging.environment("backend")["REDIS_URL"]
    asked = "import sys, redis; print(redis.Redis.from_url(sys.stdin.read()).zcard('arq:queue'))"
    said = subprocess.run(
        ["docker", "exec", "-i", f"{staging.prefix}-backend", "python3", "-c", asked],
        input=url,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return said.stdout.strip() not in ("", "0")


def before_pick_up(staging: Any, wait_until: Any, *command: str) -> Callable[[], None]:
    """Return a fault: once the job is queued, and before the worker takes it, Docker is given the command."""

    def fault() -> None:
        # Stopped, the worker takes nothing; whoever else is in its container goes on.
        staging.docker("kill", "--signal=STOP", f"{staging.prefix}-worker")
        wait_until(lambda: is_queued(staging), "the job is queued", 60)
        staging.docker(*command)
        staging.docker("kill", "--signal=CONT", f"{staging.prefix}-worker")

    return fault


def assert_stays_queued(report: dict[str, Any]) -> None:
    """The API took the run and never saw it start; the worker's log has nothing of it."""
    assert report["packages"]["package_3"]["status"] == "FAIL"
    assert criterion(report, 3, "post_queued")["result"] == "met"
    found = criterion(report, 3, "api_lifecycle")
    assert (found["result"], "queued" in found["reason"]) == ("not_met", True), found
    assert criterion(report, 3, "worker_log")["result"] != "met"


def test_redis_stops_before_pick_up(closure: Closure, staging: Any, wait_until: Any) -> None:
    """Redis goes between the POST and the worker's taking the job."""
    fault = before_pick_up(staging, wait_until, "stop", f"{staging.prefix}-redis")
    report = closure.run([3], "worker_environment", fault, package_3_queue_limit=10)
    assert closure.status != 0
    assert_stays_queued(report)


def test_network_cut(closure: Closure, staging: Any, wait_until: Any) -> None:
    """The worker loses Redis, and nothing else."""
    cut = ("network", "disconnect", f"{staging.prefix}-queue", f"{staging.prefix}-worker")
    report = closure.run(
        [3], "worker_environment", before_pick_up(staging, wait_until, *cut), package_3_queue_limit=10
    )
    assert closure.status != 0
    assert_stays_queued(report)


def test_host_unreachable(closure: Closure, staging: Any) -> None:
    """The CI host goes when its run is under way; the others' evidence is complete."""

    def fault() -> None:
        staging.docker("kill", f"{staging.prefix}-ci")

    report = closure.run([0, 1, 3], "ci_dispatch", fault)
    assert closure.status != 0
    statuses = {name: package["status"] for name, package in report["packages"].items()}
    assert statuses["package_1"] == statuses["package_3"] == "PASS", closure.output[-3000:]
    assert statuses["package_0"] == "FAIL"
    note = report["packages"]["package_0"]["note"]
    assert "the host returned no result: Error response from daemon" in note
    assert report["gate"]["status"] == "FAIL"


def test_disk_full(staging: Any, tmp_path: Path) -> None:
    """The locker's disk has no space for a closure: it is said before anything is touched."""
    locker, kept = tmp_path / "locker", tmp_path / "kept"
    locker.mkdir()
    kept.mkdir()
    alone = ["unshare", "--mount", *(["--map-root-user"] if os.geteuid() != 0 else [])]
    command = staging.command(CLOSURE, "--tags=package_1,package_3", rc_closure_locker=str(locker))
    done = subprocess.run(
        [*alone, "sh", "-c", ON_A_SMALL_DISK, str(locker), str(kept), *command],
        env=staging.playbook_environment(),
        cwd=staging.root,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert done.returncode != 0
    said = " ".join(done.stdout.split())
    assert "has 0 MiB free, and 64 MiB are needed" in said, said[-3000:] + done.stderr
    assert "gate: " not in done.stdout
    assert list(kept.rglob("*")) == []
