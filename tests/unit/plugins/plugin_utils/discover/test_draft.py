# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A draft from what was found: as captured on the twin, and as other stagings differ from it."""

from __future__ import annotations

import copy
import json
import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.discover import draft as drafts
from ansible_collections.psp.rc_closure.plugins.plugin_utils.discover.values import Draft
from tests.unit.captured import FIXTURES
from tests.unit.test_staging import known

CAPTURED = json.loads((FIXTURES / "discovery" / "twin.json").read_text("utf-8"))
REDIS = {"kind": "redis", "pid": 9, "listens": ["10.0.0.5:6379"], "runtime": {"kind": "systemd", "name": "r"}}
LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": "/usr/bin/python3"}


PARTS = ["PG_HOST", "PG_PASSWORD", "PG_USER", "QUEUE_HOST", "QUEUE_PORT"]
OTHER_RUNS = [
    {"method": "POST", "path": "/svc/login", "query": [], "headers": [], "body": {}, "answer": {}},
    {
        "method": "POST",
        "path": "/svc/recons",
        "query": ["day"],
        "headers": ["Idempotency-Key"],
        "body": {},
        "answer": {"recon": []},
    },
    {
        "method": "GET",
        "path": "/svc/recons/{recon}/outcome",
        "query": [],
        "headers": [],
        "body": {},
        "answer": {"state": ["done"]},
    },
]


def twin(**changes: t.Any) -> dict[str, t.Any]:
    """Return what was found on the twin, with some things of its backend otherwise."""
    found = copy.deepcopy(CAPTURED)
    found["services"][0].update(changes)
    return dict(found)


def draft(**hosts: t.Any) -> Draft:
    """Return the draft of what was found on hosts; without any, of the twin."""
    given = hosts or {"localhost": twin()}
    return drafts.make(
        {
            name: {
                "variables": LOCAL
                if name == "localhost"
                else {"ansible_user": "deploy", "ansible_password": "x"},
                "findings": found,
                "problem": "" if found else "unreachable",
            }
            for name, found in given.items()
        }
    )


def values(made: Draft) -> dict[str, t.Any]:
    """Return name → value."""
    return {one.name: one.value for one in made.values}


def server(**changes: t.Any) -> dict[str, t.Any]:
    """Return the draft's values of a twin whose backend is otherwise."""
    return values(draft(localhost=twin(**changes)))


def runtime(kind: str, **more: t.Any) -> dict[str, t.Any]:
    """Return what runs a service."""
    return {"runtime": {"kind": kind, "name": "psp-api", **more}}


def project(**changes: t.Any) -> dict[str, t.Any]:
    """Return the twin's project with some things otherwise."""
    return {"project": {**copy.deepcopy(CAPTURED["services"][0]["project"]), **changes}}


def answers(**changes: t.Any) -> dict[str, t.Any]:
    """Return the twin's answers with some things otherwise."""
    return {"answers": {**copy.deepcopy(CAPTURED["services"][0]["answers"]), **changes}}


def test_the_twin_is_drafted_whole() -> None:
    made = draft()
    assert made.groups == {
        "rc_ci": ["controller"],
        "rc_backend": ["localhost"],
        "rc_redis": ["localhost"],
        "rc_worker": ["localhost"],
    }
    found = values(made)
    assert {name: found[name] for name in found if name.startswith("staging_")} == {
        "staging_backend_url": "http://127.0.0.1:8000",
        "staging_backend_directory": "/srv/psp/app/backend",
        "staging_backend_process": ["uvicorn", "app.main:app"],
        "staging_backend_env_file": "/srv/psp/etc/backend.env",
        "staging_backend_log": {"file": "/srv/psp/log/access.log"},
        "staging_path": ["/srv/venv/bin"],
        "staging_variables": {"database": ["SYNC_DATABASE_URL", "DATABASE_URL"]},
        "staging_token": {"variable": "API_TOKEN"},
        "staging_redis_url": (
            "redis://:{{ redis_password | urlencode | replace('/', '%2F') }}@127.0.0.1:{{ redis_port }}/0"
        ),
        "staging_worker_process": ["arq", "app.queue.reconciliation_worker.WorkerSettings"],
        "staging_worker_env_file": "/srv/psp/etc/worker.env",
        "staging_worker_log": {"file": "/srv/psp/log/worker.log"},
    }
    assert found["package_2_rollout_commit"] == {"path": "/version", "pointer": "/commit"}
    assert found["package_2_rollout_backfill_directory"] == "/srv/psp/app"
    assert found["arq_worker_heartbeat"] == {"variable": "WORKER_HEARTBEAT_SECONDS", "interval": 10}
    request = found["package_3_queue_api"]["request"]
    assert request["path"] == "/api/v1/reconciliation/runs"
    assert request["body"] in ({"provider": "acmepay"}, {"provider": "nordbank"})


def test_every_value_is_a_variable_of_a_role_and_says_where_it_was_seen() -> None:
    made = draft()
    assert {one.name for one in made.values} <= known()
    assert all(one.seen for one in made.values)


@pytest.mark.parametrize(
    ("listens", "where"),
    [
        (["10.0.0.5:6379"], {"redis_bind": ["10.0.0.5"]}),
        (["10.0.0.5:6390", "127.0.0.1:6390"], {"redis_port": 6390}),
        (["0.0.0.0:6379"], {}),
    ],
)
def test_a_redis_that_is_there_is_said_where_it_listens(listens: list[str], where: dict[str, t.Any]) -> None:
    there = {**REDIS, "listens": listens}
    services = [{**twin()["services"][0], "connections": listens}, there]
    found = values(draft(localhost={**twin(), "services": services}))
    assert found["redis_runtime"] == "none"
    assert {name: found[name] for name in ("redis_bind", "redis_port") if name in found} == where


def test_a_redis_elsewhere_is_where_the_variable_leads() -> None:
    found = values(draft(localhost=twin(urls={"REDIS_URL": "redis://r.example.com:6380/0"})))
    assert (found["redis_bind"], found["redis_port"]) == (["r.example.com"], 6380)


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        (runtime("systemd"), "backend_env_systemd", {"name": "psp-api"}),
        (runtime("systemd"), "arq_worker_runtime", "systemd"),
        (runtime("systemd"), "staging_worker_log", {"unit": "psp-worker"}),
        ({**runtime("systemd"), "logs": []}, "staging_backend_log", {"unit": "psp-api"}),
        (runtime("none"), "backend_env_runtime", "none"),
        ({"shown": {"ENV": "preprod"}}, "rc_closure_environment", "preprod"),
        ({"program": "gunicorn"}, "staging_backend_process", ["gunicorn", "app.main:app"]),
        (
            {"urls": {"DB": "postgresql://h:5432/p"}, **project(alembic=[])},
            "staging_variables",
            {"database": ["DB"]},
        ),
        ({"urls": {}, **project(alembic=[])}, "staging_variables", {"database": ["DATABASE_URL"]}),
        ({"urls": {"REDIS_URL": "redis://r:6379/0"}}, "redis_runtime", "none"),
        ({"env_files": []}, "staging_backend_env_file", ""),
        (project(repository="acme/psp"), "package_0_ci_repository", "acme/psp"),
        (
            project(workflows=[{"file": "x.yml", "name": "Tests on Postgres", "jobs": ["lint", "postgres"]}]),
            "package_0_ci_job",
            "postgres",
        ),
        (
            project(alembic=[{"file": "/srv/db/alembic-staging.ini", "variables": [], "settings": []}]),
            "package_1_migration_alembic",
            ["alembic", "-c", "alembic-staging.ini"],
        ),
        (
            answers(
                flags=[
                    {
                        "path": "/f",
                        "status": 200,
                        "token": "",
                        "commits": [],
                        "switches": ["/data/ledgerShadow_Write"],
                    }
                ]
            ),
            "package_2_rollout_flags_path",
            "/f",
        ),
        (answers(url=""), "staging_backend_url", ""),
        (answers(ready=[{"path": "/livez", "status": 503, "token": ""}]), "backend_env_ready_url", ""),
        (
            answers(operations=[], described=""),
            "package_3_queue_api",
            {"request": {"path": "/api/v1/reconciliation/runs", "body": {}}},
        ),
        (
            {**answers(operations=[]), **project(routes=[])},
            "package_3_queue_api",
            {"request": {"path": "", "body": {}}},
        ),
        (
            {"urls": {}, "variables": [*PARTS, "OTHER_NAME"], **project(alembic=[])},
            "staging_variables",
            {
                "database": {"host": "PG_HOST", "password": "PG_PASSWORD", "user": "PG_USER"},
                "redis": {"host": "QUEUE_HOST", "port": "QUEUE_PORT"},
            },
        ),
        (
            answers(operations=OTHER_RUNS, tokens=[], flags=[], version=[], ready=[]),
            "package_3_queue_api",
            {
                "request": {
                    "path": "/svc/recons",
                    "query": {"day": ""},
                    "headers": {"Idempotency-Key": "{unique}"},
                },
                "id": "/recon",
                "answer": {"path": "/svc/recons/{id}/outcome"},
                "state": {"pointer": "/state"},
            },
        ),
        (
            answers(operations=OTHER_RUNS, tokens=[], flags=[], version=[], ready=[]),
            "staging_token",
            {
                "login": {
                    "url": "{{ staging_backend_url }}/svc/login",
                    "body": {},
                    "pointer": "/access_token",
                }
            },
        ),
        (project(backfills=[]), "package_2_rollout_backfill_real_run", []),
        (project(e2e=[]), "package_2_rollout_e2e_directory", ""),
    ],
)
def test_another_staging_is_drafted_as_it_is(changes: dict[str, t.Any], name: str, value: t.Any) -> None:
    assert server(**changes)[name] == value


def test_what_a_backfill_calls_its_dry_run() -> None:
    script = {**CAPTURED["services"][0]["project"]["backfills"][0], "options": ["--apply"], "called": ""}
    found = server(**project(backfills=[script]))
    assert found["package_2_rollout_backfill_dry_run"] == ["python", "-m", "scripts.backfill_wallet_balances"]
    assert found["package_2_rollout_backfill_real_run"][-1] == "--apply"
    assert found["package_2_rollout_backfill_directory"] == "/srv/psp/app/backend"


def test_a_container_is_reached_through_its_engine() -> None:
    found = twin(**runtime("docker", id="a1", image="psp:1", networks=[{"name": "psp"}], mounts=[]))
    made = draft(engine=found)
    assert made.groups["rc_backend"] == ["psp-api"]
    assert made.hosts["psp-api"]["ansible_connection"] == "community.docker.docker"
    assert made.hosts["psp-api"]["ansible_docker_docker_host"] == "ssh://deploy@engine"
    assert values(made)["backend_env_docker"] == {
        "host": "engine",
        "name": "psp-api",
        "image": "psp:1",
        "networks": [{"name": "psp"}],
    }
    assert values(made)["staging_backend_env_file"] == ""
    assert values(made)["staging_backend_url"] == "http://psp-api:8000"
    # What does not run yet gets containers of its own.
    assert made.groups["rc_redis"] + made.groups["rc_worker"] == ["psp-redis", "psp-worker"]
    assert values(made)["staging_redis_url"].endswith("@psp-redis:{{ redis_port }}/0")


def test_pods_are_drafted_to_be_looked_into() -> None:
    pod = {
        "kind": "server",
        "target": "a:b",
        "label": "app=api",
        "namespace": "s",
        "container": "c",
        "directory": "",
    }
    made = draft(
        localhost={"services": [], "pods": [pod, {**pod, "label": "app=two"}], "programs": {}, "taken": []}
    )
    assert made.groups["rc_backend"] == ["api"]
    assert "lookup('psp.rc_closure.pod', 'app=api'" in made.hosts["api"]["ansible_kubectl_pod"]
    assert any("app=two" in note for note in made.notes)


def test_redis_and_worker_are_found_on_other_hosts() -> None:
    backend = twin(urls={"REDIS_URL": "redis://10.0.0.5:6379/0"}, listens=["0.0.0.0:8000"])
    worker = {
        **copy.deepcopy(backend["services"][0]),
        "kind": "worker",
        "program": "arq",
        "target": "app.w.Settings",
    }
    there = {**twin(), "services": [worker, REDIS]}
    made = draft(one=backend, two=there, three=None)
    assert made.groups["rc_worker"] == made.groups["rc_redis"] == ["two"]
    assert values(made)["staging_worker_process"] == ["arq", "app.w.Settings"]
    assert values(made)["staging_backend_url"] == "http://one:8000"
    assert "staging_redis_url" not in values(made)
    assert not made.password
    assert any("three could not be looked at: unreachable" in note for note in made.notes)


def test_connection_is_kept_and_its_password_is_not() -> None:
    assert draft(one=twin()).hosts["one"] == {"ansible_user": "deploy"}


def test_the_likeliest_of_several_servers_is_taken_and_the_others_are_named() -> None:
    other = {
        **copy.deepcopy(CAPTURED["services"][0]),
        "target": "admin:app",
        **project(alembic=[], routes=[]),
    }
    found = {**twin(), "services": [other, *twin()["services"]]}
    made = draft(localhost=found)
    assert values(made)["staging_backend_process"] == ["uvicorn", "app.main:app"]
    assert any("admin:app" in note for note in made.notes)


def test_a_port_that_is_taken_is_not_proposed() -> None:
    assert (
        values(draft(localhost={**twin(), "taken": ["0.0.0.0:6379", "127.0.0.1:6380"]}))["redis_port"] == 6381
    )


@pytest.mark.parametrize("found", [None, {"services": [], "pods": [], "programs": {}, "taken": []}])
def test_without_a_backend_there_is_no_draft(found: t.Any) -> None:
    with pytest.raises(ValueError, match="no backend is running"):
        draft(localhost=found)
