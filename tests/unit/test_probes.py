# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probes that roles put onto hosts: readiness with a rate limit, and a Redis that is named in parts."""

from __future__ import annotations

import importlib.util
import typing as t
from pathlib import Path
from types import ModuleType

import pytest
import redis

from tests.unit.plugins.module_utils._clients.fake_github import Reply, serve

ROLES = Path(__file__).parents[2] / "roles"


def probe(path: str) -> ModuleType:
    """Import a probe from its role."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROLES / path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("replies", "waited", "told"),
    [
        ([Reply(429, None, {"Retry-After": "2"}), Reply(200, {})], [2], ""),
        ([Reply(429, None, {"Retry-After": "3600"}), Reply(200, {})], [10], ""),
        ([Reply(429, None), Reply(200, {})], [3], ""),
        ([Reply(429, None), Reply(429, None)], [3], "answers 429"),
        ([Reply(503, None), Reply(200, {})], [], "answers 503"),
    ],
)
def test_a_readiness_under_a_rate_limit(
    replies: list[Reply], waited: list[int], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    http_probe, waits = probe("backend_env/files/http_probe.py"), []
    monkeypatch.setattr(http_probe.time, "sleep", waits.append)
    with serve() as api:
        api.on("GET", "/ready", *replies)
        found = http_probe.problem(f"{api.url}/ready")
    assert waits == waited
    assert told in found
    assert bool(found) is bool(told)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (["REDIS_URL"], {"host": "a", "port": 6379, "db": 1}),
        (["NONE", "REDIS_URL"], {"host": "a", "port": 6379, "db": 1}),
        ({"host": "Q_HOST", "port": "Q_PORT"}, {"host": "q", "port": 6380, "db": 0}),
        ({"host": "=h", "password": "Q_PASSWORD", "name": "=3"}, {"host": "h", "port": 6379, "db": 3}),
    ],
)
def test_the_workers_redis(named: list[str] | dict[str, str], expected: dict[str, t.Any]) -> None:
    env = {"REDIS_URL": "redis://a:6379/1", "Q_HOST": "q", "Q_PORT": "6380", "Q_PASSWORD": "p@s/s"}
    client: redis.Redis = probe("arq_worker/files/arq_probe.py").client(env, named)
    given = client.connection_pool.connection_kwargs
    assert {name: given.get(name) or 0 for name in expected} == expected
    assert given.get("password") == ("p@s/s" if "password" in named else None)


@pytest.mark.parametrize("named", [["NONE"], {"host": "NONE"}])
def test_a_worker_whose_redis_is_not_named(named: list[str] | dict[str, str]) -> None:
    with pytest.raises(ValueError):
        probe("arq_worker/files/arq_probe.py").client({}, named)
