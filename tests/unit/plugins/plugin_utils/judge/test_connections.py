# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where worker and backend are by their connections, against what they were started with."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import ENDED, FAILED, Step
from ansible_collections.psp.rc_closure.plugins.module_utils._text import environment_report
from ansible_collections.psp.rc_closure.plugins.module_utils._text.connections import Connection
from ansible_collections.psp.rc_closure.plugins.module_utils._text.environment_report import (
    Digest,
    Running,
    Sockets,
)
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge import running
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import (
    MET,
    NOT_MET,
    NOT_PROVEN,
    Criterion,
)
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.package_3 import judge
from tests.unit.captured import FIXTURES, evidence, step

POLICY = {"environment": "staging", "runner": "queue", "require_completed": False}
SAME = Digest(True, "same", "same")
OTHER = Digest(True, "other", "other")
# Who has which number, and where its connections begin.
WORKER, BACKEND = 12, 13
REDIS = "10.0.0.6:6379"
ASKER = "10.0.0.1:9"


def fixture(name: str) -> list[Step]:
    records = json.loads((FIXTURES / "package_3" / f"{name}.json").read_text("utf-8"))
    return [Step.from_dict(record) for record in records]


def criterion(steps: t.Iterable[Step], rule: str) -> Criterion:
    return next(c for c in judge(evidence(3, steps), POLICY).criteria if c.id == rule)


START = "2026-11-24T03:55:00.000Z"


def sight(
    name: str,
    pid: int,
    *locals_: str,
    told: Digest = SAME,
    host: str = "",
    started: str = START,
    **more: t.Any,
) -> Step:
    """Return a step that shows one process with connections from these ends."""
    process = Running(
        pid,
        started,
        "arq",
        "/app",
        {"ENV": "staging"},
        {"REDIS_URL": told, "DATABASE_URL": told},
        Sockets("net:[1]", tuple(Connection(pid, local, REDIS) for local in locals_), **more),
    )
    place = host or ("worker" if pid == WORKER else "backend")
    return step(name, stdout=environment_report.render([process]), host=place)


def redis(
    name: str, *clients: str, run: str = "a1", own: str = "10.0.0.1:9 db=0", host: str = "worker"
) -> Step:
    """Return a step that lists clients, each an address with C(db=)."""
    lines = [f"id={n} addr={client} cmd=zrangebyscore" for n, client in enumerate(clients, 2)]
    text = f"run_id:{run}\n1\nid=1 addr={own} cmd=client|list\n" + "".join(f"{line}\n" for line in lines)
    return step(name, stdout=text, host=host)


def sessions(name: str, *clients: str, server: str = "1.5", own: str = "psp") -> Step:
    """Return a step that lists sessions, each an address and a database."""
    rows = [(ASKER, own, True), *((*client.split(), False) for client in clients)]
    shown = [
        json.dumps(
            {
                "server": server,
                "address": address.rpartition(":")[0],
                "port": int(address.rpartition(":")[2]),
                "database": database,
                "own": asked,
            }
        )
        for address, database, asked in rows
    ]
    return step(name, stdout="\n".join(shown))


WORKER_AT, BACKEND_AT = "10.0.0.1:40", "10.0.0.2:50"
SEEN = (
    sight("worker_environment", WORKER, WORKER_AT),
    sight("backend_environment", BACKEND, BACKEND_AT),
)


def test_what_was_seen_once_counts_though_later_nothing_may_be_seen() -> None:
    blind = sight("recon_connections", WORKER, unseen="Permission denied")
    found = criterion([*SEEN, blind, sessions("recon_sessions", f"{BACKEND_AT} psp")], "same_database")
    assert found.reason.endswith("no more was seen: Postgres lists no connection of worker 12")


@pytest.mark.parametrize(
    ("name", "rule", "result", "reason"),
    [
        ("worker_ignores_database_url", "same_redis_url", MET, "in one database, 0"),
        ("worker_ignores_database_url", "same_database", NOT_MET, ") in database psp_other and backend "),
        ("worker_ignores_redis_database", "same_redis_url", NOT_MET, ") in database 1 and backend "),
        ("worker_ignores_redis_database", "same_database", MET, "no more was seen: Postgres lists no"),
        ("worker_by_parts", "worker_environment", NOT_MET, "without DATABASE_URL"),
        ("worker_by_parts", "same_database", MET, "in one database, psp"),
    ],
)
def test_closures_with_a_fault(name: str, rule: str, result: str, reason: str) -> None:
    found = criterion(fixture(name), rule)
    assert found.result == result
    assert reason in found.reason


# Each: what Redis lists, in whose sight, and what comes of same_redis_url.
@pytest.mark.parametrize(
    ("lists", "result", "reason"),
    [
        (
            [redis("recon_redis_clients", f"{WORKER_AT} db=0", f"{BACKEND_AT} db=0")],
            MET,
            "equal, and Redis lists worker 12 (10.0.0.1:40) and backend 13 (10.0.0.2:50) in one database, 0",
        ),
        (
            [redis("recon_redis_clients", f"{WORKER_AT} db=1", f"{BACKEND_AT} db=0")],
            NOT_MET,
            "worker 12 (10.0.0.1:40) in database 1 and backend 13 (10.0.0.2:50) in database 0.",
        ),
        # Both take another database than the variable's: they are together.
        ([redis("recon_redis_clients", f"{WORKER_AT} db=1", f"{BACKEND_AT} db=1")], MET, "one database, 1"),
        # Each is on the Redis that its own host names so, and these are two.
        (
            [
                redis("recon_redis_clients", f"{WORKER_AT} db=0"),
                redis("backend_redis_clients", f"{BACKEND_AT} db=0", run="b2", host="backend"),
            ],
            NOT_MET,
            "in database 0 of 2 servers",
        ),
        # One is not seen: the digests count, and it is said.
        (
            [redis("recon_redis_clients", f"{WORKER_AT} db=0")],
            MET,
            "are equal; no more was seen: Redis lists no connection of backend 13",
        ),
        (
            [redis("recon_redis_clients", f"{WORKER_AT} db=1")],
            NOT_PROVEN,
            "in database 1, not in 0, which its REDIS_URL names",
        ),
        # Another network: the same port of another address is not the same end.
        (
            [redis("recon_redis_clients", "172.17.0.1:40 db=3", "172.17.0.1:50 db=4")],
            MET,
            "Redis lists no connection of worker 12; Redis lists no connection of backend 13",
        ),
        ([], MET, "no more was seen: Redis lists nobody"),
        (
            [step("recon_redis_clients", stdout="run_id:a1\n", stderr="CLIENT LIST: NoPermissionError: no")],
            MET,
            "Redis lists nobody (CLIENT LIST: NoPermissionError: no)",
        ),
        (
            [step("recon_redis_clients", outcome=FAILED, reason="the environment sets no REDIS_URL")],
            MET,
            "Redis lists nobody (the environment sets no REDIS_URL)",
        ),
    ],
)
def test_redis(lists: list[Step], result: str, reason: str) -> None:
    found = criterion([*SEEN, *lists, step("redis_ping", stdout="PONG\n")], "same_redis_url")
    assert found.result == result
    assert reason in f"{found.reason}."
    listed = {one.name for one in lists if one.outcome == ENDED}
    assert set(found.steps) == {"worker_environment", "backend_environment", *listed}


def test_the_same_connections_do_not_make_the_same_url() -> None:
    lists = redis("recon_redis_clients", f"{WORKER_AT} db=0", f"{BACKEND_AT} db=0")
    other = sight("worker_environment", WORKER, WORKER_AT, told=OTHER)
    found = criterion([other, SEEN[1], lists], "same_redis_url")
    assert found.result == NOT_MET
    assert "different ones; though Redis lists worker 12" in found.reason


def test_a_backend_with_a_cache_beside_the_queue() -> None:
    both = sight("backend_environment", BACKEND, BACKEND_AT, "10.0.0.2:51")
    lists = redis("recon_redis_clients", f"{WORKER_AT} db=0", f"{BACKEND_AT} db=5", "10.0.0.2:51 db=0")
    assert criterion([SEEN[0], both, lists], "same_redis_url").result == MET


def test_a_backend_seen_in_its_cache_alone_counts_as_not_seen_where_the_run_is_proven() -> None:
    lists = redis("recon_redis_clients", f"{WORKER_AT} db=0", f"{BACKEND_AT} db=5")
    assert criterion([*SEEN, lists], "same_redis_url").result == NOT_MET
    run = [one for one in fixture("pass") if one.name.startswith("recon_")]
    found = criterion([*SEEN, lists, *run], "same_redis_url")
    assert found.result == MET
    assert "Redis lists backend 13 (10.0.0.2:50) in database 5 alone" in found.reason
    # A worker that is not where its variable says is no such case.
    lists = redis("recon_redis_clients", f"{WORKER_AT} db=1", f"{BACKEND_AT} db=0")
    assert criterion([*SEEN, lists, *run], "same_redis_url").result == NOT_MET


@pytest.mark.parametrize(
    ("told", "lists", "result", "reason"),
    [
        (SAME, [f"{WORKER_AT} psp", f"{BACKEND_AT} psp"], MET, "in one database, psp"),
        (SAME, [f"{WORKER_AT} other", f"{BACKEND_AT} psp"], NOT_MET, "in database other and backend 13"),
        (OTHER, [f"{WORKER_AT} psp", f"{BACKEND_AT} psp"], MET, "in one database, psp"),
        (Digest(False), [f"{WORKER_AT} psp", f"{BACKEND_AT} psp"], MET, "in one database, psp"),
        (Digest(False), [f"{WORKER_AT} other", f"{BACKEND_AT} psp"], NOT_MET, "in database other"),
        (OTHER, [f"{BACKEND_AT} psp"], NOT_MET, "different databases; no more was seen: Postgres lists no"),
        (Digest(False), [], NOT_PROVEN, "not given everywhere"),
        (SAME, [], MET, "no more was seen: Postgres lists no connection of worker 12"),
        (SAME, [f"{WORKER_AT} other"], NOT_PROVEN, "not in psp, which its DATABASE_URL names"),
    ],
)
def test_postgres(told: Digest, lists: list[str], result: str, reason: str) -> None:
    worker = sight("worker_environment", WORKER, WORKER_AT, told=told)
    found = criterion([worker, SEEN[1], sessions("recon_sessions", *lists)], "same_database")
    assert found.result == result
    assert reason in found.reason


def test_a_pool_that_was_filled_later_and_another_hosts_process_of_the_same_number() -> None:
    idle = sight("worker_environment", WORKER)
    lists = sessions("recon_sessions", f"{WORKER_AT} other", f"{BACKEND_AT} psp")
    later = sight("recon_connections", WORKER, WORKER_AT)
    found = criterion([idle, SEEN[1], lists, later], "same_database")
    assert found.result == NOT_MET
    assert found.steps == ("worker_environment", "backend_environment", "recon_sessions", "recon_connections")
    elsewhere = replace(later, host="worker-2")
    assert criterion([idle, SEEN[1], lists, elsewhere], "same_database").result == MET


@pytest.mark.parametrize(
    ("started", "result"),
    [("2026-11-24T03:55:01.999Z", NOT_MET), ("2026-11-24T03:55:02.000Z", MET)],
)
def test_a_process_of_the_same_number_that_was_started_at_another_time_is_another(
    started: str, result: str
) -> None:
    idle = sight("worker_environment", WORKER)
    lists = sessions("recon_sessions", f"{WORKER_AT} other", f"{BACKEND_AT} psp")
    later = sight("recon_connections", WORKER, WORKER_AT, started=started)
    assert criterion([idle, SEEN[1], lists, later], "same_database").result == result


def test_what_may_not_be_seen_says_so() -> None:
    why = "the sockets of process 12 cannot be seen: Permission denied"
    blind = sight("worker_environment", WORKER, unseen=why)
    lists = sessions("recon_sessions", f"{BACKEND_AT} psp")
    found = criterion([blind, SEEN[1], lists], "same_database")
    assert (found.result, found.reason) == (
        MET,
        f"worker and backend name the same host, port, user and database; no more was seen: {why}",
    )


@pytest.mark.parametrize(
    ("host", "result"), [("worker (vm)", NOT_MET), ("vm", NOT_MET), ("worker (other)", MET)]
)
def test_a_loopback_address_is_one_machines(host: str, result: str) -> None:
    worker = sight("worker_environment", WORKER, "127.0.0.1:40", host="worker (vm)")
    backend = sight("backend_environment", BACKEND, "127.0.0.1:50", host="backend (vm)")
    lists = redis("recon_redis_clients", "127.0.0.1:40 db=1", "127.0.0.1:50 db=0", own="127.0.0.1:9 db=1")
    found = criterion([worker, backend, replace(lists, host=host)], "same_redis_url")
    assert found.result == result


def test_another_worker_on_the_queue_is_named() -> None:
    lists = redis(
        "recon_redis_clients",
        f"{WORKER_AT} db=0",
        f"{BACKEND_AT} db=0",
        "10.0.0.1:41 db=0",
        "10.0.0.9:60 db=0",
        "10.0.0.9:61 db=7",
    )
    own = sight("recon_connections", 99, "10.0.0.1:41", host="worker")
    run = [one for one in fixture("pass") if one.name.startswith("recon_")]
    found = criterion([*SEEN, own, lists, *run], "worker_log")
    assert found.result == MET
    assert found.reason.endswith(
        "; Redis lists others that poll the same database: 10.0.0.1:41 (process 99 in /app), 10.0.0.9:60"
    )
    # A process whose connections were not looked at is nobody's owner.
    unseen = replace(own, stdout=environment_report.render([replace(running.read(own)[0], sockets=None)]))
    reason = criterion([*SEEN, unseen, lists, *run], "worker_log").reason
    assert reason.endswith(" that poll the same database: 10.0.0.1:41, 10.0.0.9:60")
    assert "others" not in criterion([SEEN[1], lists, *run], "worker_log").reason
    before = replace(lists, name="redis_clients")
    assert "others" not in criterion([*SEEN, own, before, *run], "worker_log").reason


@pytest.mark.parametrize(
    "command",
    ["zrangebyscore", "zrange", "bzpopmin", "blpop", "brpop", "blmove", "brpoplpush", "xreadgroup", "get"],
)
def test_another_worker_is_who_waits_for_jobs(command: str) -> None:
    lists = redis("recon_redis_clients", f"{WORKER_AT} db=0", f"{BACKEND_AT} db=0", "10.0.0.9:60 db=0")
    lists = replace(lists, stdout=lists.stdout.replace("zrangebyscore", command))
    run = [one for one in fixture("pass") if one.name.startswith("recon_")]
    assert ("10.0.0.9:60" in criterion([*SEEN, lists, *run], "worker_log").reason) == (command != "get")


@pytest.mark.parametrize(("worker", "backend"), [(True, False), (True, True)])
def test_a_backend_without_a_connection_may_be_on_the_redis_of_its_variable(
    worker: bool, backend: bool
) -> None:
    asked = f"asked from {ASKER} in net:[1]\n"
    lists = redis("recon_redis_clients", *([f"{WORKER_AT} db=0"] * worker))
    of_backend = redis("backend_redis_clients", *([f"{BACKEND_AT} db=0"] * backend), host="backend")
    both = [replace(one, stdout=one.stdout + asked) for one in (lists, of_backend)]
    assert criterion([*SEEN, *both], "same_redis_url").result == MET


@pytest.mark.parametrize(
    ("asked", "host", "more", "result"),
    [
        (f"asked from {ASKER} in net:[1]\n", "worker", [], NOT_PROVEN),
        # Another network, a translated address, another host, a Redis with clients by a socket.
        (f"asked from {ASKER} in net:[2]\n", "worker", [], MET),
        ("asked from 10.0.0.1:8 in net:[1]\n", "worker", [], MET),
        (f"asked from {ASKER} in net:[1]\n", "engine", [], MET),
        (f"asked from {ASKER} in net:[1]\n", "worker", ["/run/redis.sock:0 db=0"], MET),
        ("", "worker", [], MET),
    ],
)
def test_a_worker_on_another_redis_than_its_variables(
    asked: str, host: str, more: list[str], result: str
) -> None:
    lists = redis("recon_redis_clients", f"{BACKEND_AT} db=0", *more, host=host)
    found = criterion([*SEEN, replace(lists, stdout=lists.stdout + asked)], "same_redis_url")
    assert found.result == result
    if result == NOT_PROVEN:
        assert found.reason == f"the Redis of the worker's REDIS_URL lists none of its connections ({REDIS})"
