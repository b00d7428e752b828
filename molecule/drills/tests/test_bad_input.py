# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot run is told by its reason, and the container that ran before runs again."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

ENABLEMENT = "playbooks/queue_enablement.yml"


@contextmanager
def taken_port() -> Iterator[int]:
    """A port of this machine that somebody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def assert_refused(staging: Any, wait_until: Callable[..., None], name: str, reason: str, **bad: Any) -> None:
    """With these variables the enablement fails with the reason; the container is the one that it was."""
    before = staging.outside(name)["Id"]
    done = staging.playbook(ENABLEMENT, f"--limit={name},engine", **bad)
    assert done.returncode != 0
    assert reason in done.stdout, done.stdout[-3000:]
    assert "the container from before is back" in done.stdout
    assert [what for what, secret in staging.secrets().items() if secret in done.stdout] == []
    assert staging.outside(name)["Id"] == before
    wait_until(lambda: staging.health(name) == "healthy", f"{name} is healthy again")


def test_port_taken(staging: Any, wait_until: Callable[..., None]) -> None:
    """Redis is to publish a port that somebody else has."""
    with taken_port() as port:
        ports = [f"127.0.0.1:{port}:6379"]
        assert_refused(staging, wait_until, "redis", "address already in use", redis_docker_ports=ports)


def test_no_module_in_the_directory(staging: Any, wait_until: Callable[..., None]) -> None:
    """The worker is to run where its application is not."""
    bad = {"arq_worker_directory": "/app/e2e", "arq_worker_ready_limit": 8}
    assert_refused(staging, wait_until, "worker", "ModuleNotFoundError: No module named", **bad)


def test_no_such_image(staging: Any, wait_until: Callable[..., None]) -> None:
    """The worker is to run from an image that no registry has."""
    image = "psp-rc/no-such-image"
    assert_refused(staging, wait_until, "worker", image, arq_worker_docker_image=image)
