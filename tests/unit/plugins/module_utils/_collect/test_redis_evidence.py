# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real server is asked by each kind of URL, and its replies and refusals are kept as it words them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._collect.redis_evidence import clients, collect
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Step
from ansible_collections.psp.rc_closure.plugins.module_utils._core.step_names import REDIS_CLIENTS
from ansible_collections.psp.rc_closure.plugins.module_utils._text.connections import redis_clients
from ansible_collections.psp.rc_closure.plugins.modules.redis_evidence import ARGUMENT_SPEC
from tests.unit.collecting import collector
from tests.unit.redis_server import PASSWORD, Server, behind_a_certificate, free_port, serve

QUOTED = quote(PASSWORD, safe="")
CONFIG = "maxmemory-policy\nnoeviction\nsave\n\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    users = ("--requirepass", PASSWORD, "--user", "reader", "on", ">reader-secret", "~*", "+@all", "-config")
    with serve(tmp_path_factory.mktemp("redis"), *users) as running:
        yield running


def took(url: str, **options: Any) -> dict[str, Step]:
    made = collector(ARGUMENT_SPEC, url=url, **options)
    result = collect(made)
    steps = {step.name: step for step in made.steps}
    assert result == {"pong": steps["redis_ping"].stdout == "PONG\n"}
    return steps


@pytest.mark.parametrize("url", ["redis://:{quoted}@127.0.0.1:{port}/1", "unix://:{quoted}@{path}?db=1"])
def test_a_redis_that_is_well(server: Server, url: str) -> None:
    steps = took(url.format(quoted=QUOTED, port=server.port, path=server.socket))
    assert steps["redis_ping"].stdout == "PONG\n"
    assert "maxmemory_policy:noeviction\n" in steps["redis_info"].stdout
    assert "role:master\n" in steps["redis_info"].stdout
    assert steps["redis_config"].stdout == CONFIG + "default\n"
    own = [client for client in redis_clients(steps["redis_clients"].stdout) if client.own]
    assert [(client.place, client.command) for client in own] == [("1", "client|list")]
    assert [bool(client.network) for client in own] == [url.startswith("redis:")]
    assert all(step.ok and ".password]@" in step.command for step in steps.values())


def test_tls_is_verified(server: Server, tmp_path: Path) -> None:
    with behind_a_certificate(server, tmp_path) as (port, certificate):
        url = f"rediss://:{QUOTED}@127.0.0.1:{port}/0"
        assert "certificate verify failed" in took(url)["redis_ping"].stderr
        assert took(url, ca_file=str(certificate))["redis_config"].stdout == CONFIG + "default\n"


def test_a_user_that_may_not_do_all_is_told_so(server: Server) -> None:
    steps = took(f"redis://reader:reader-secret@127.0.0.1:{server.port}")
    assert steps["redis_config"].exit_status == 1
    assert steps["redis_config"].stdout == "reader\n"
    assert steps["redis_config"].stderr.startswith("CONFIG GET maxmemory-policy: NoPermissionError: ")
    assert "maxmemory_policy:noeviction\n" in steps["redis_info"].stdout


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis://127.0.0.1:{port}/0", "AuthenticationError: Authentication required."),
        ("redis://:wrong-password@127.0.0.1:{port}/0", "AuthenticationError: "),
        ("redis://127.0.0.1:{free}/0", "ConnectionError: "),
        ("redis://no-such-host.invalid/0", "ConnectionError: "),
        ("unix:///no/such.sock", "ConnectionError: "),
        ("http://127.0.0.1/", "the URL: Redis URL must specify"),
    ],
)
def test_a_redis_that_is_not_well_is_evidence(server: Server, url: str, said: str) -> None:
    steps = took(url.format(port=server.port, free=free_port()))
    assert list(steps) == ["redis_ping"]
    ping = steps["redis_ping"]
    assert (ping.stderr + ping.reason).startswith(said)
    assert (ping.ok, ping.stdout) == (False, "")
    assert "wrong-password" not in str(ping)


def test_a_redis_that_does_not_answer_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        ping = took(f"redis://127.0.0.1:{silent.getsockname()[1]}", limit=0.2)["redis_ping"]
    assert ping.stderr.startswith("TimeoutError: ")
    assert ping.seconds < 3


def test_no_url_at_all(tmp_path: Path) -> None:
    env_file = tmp_path / "worker.env"
    env_file.write_text("ENV=staging\n", "utf-8")
    assert took("", env_file=str(env_file))["redis_ping"].reason == f"{env_file} sets no REDIS_URL"


def test_a_redis_that_has_gone_is_asked_once_who_is_connected(tmp_path: Path) -> None:
    env_file = tmp_path / "worker.env"
    env_file.write_text(f"REDIS_URL=redis://127.0.0.1:{free_port()}/0\n", "utf-8")
    made = collector(ARGUMENT_SPEC, env_file=str(env_file))
    step = clients(made, REDIS_CLIENTS, 1)
    assert step.stderr.startswith("INFO server: ConnectionError: ")
    assert (step.stderr.count("Error: "), step.ok) == (1, False)
