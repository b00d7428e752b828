# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The values of Package-3: Redis, the worker, and the request of a run. Pure."""

from __future__ import annotations

import typing as t
from pathlib import PurePosixPath

from ...module_utils._text import service_variables
from . import parts, rollout, run_api
from .values import BACKEND, REDIS, WORKER, Draft, Finding, Found

PASSWORD = "{{ lookup('ansible.builtin.file', inventory_dir ~ '/.redis_password') }}"
_URL = "redis://:{{ redis_password | urlencode | replace('/', '%2F') }}"
_FIRST_PORT = 6379


def add(
    draft: Draft, backend: Found, worker: Found | None, redis: Found | None, seen: t.Mapping[str, Finding]
) -> None:
    """Add what is known of the queue, and what of it the roles would set up."""
    _redis(draft, backend, redis, seen)
    _worker(draft, backend, worker)
    run_api.draft_run(draft, backend)


def _redis(draft: Draft, backend: Found, redis: Found | None, seen: t.Mapping[str, Finding]) -> None:
    held = {name: url for name, url in backend.service["urls"].items() if not url.startswith("postgres")}
    if redis or held:
        led = ", ".join(f"{name} leads to {url}" for name, url in held.items())
        what = led or (redis.where if redis else "")
        draft.add("redis_runtime", "none", f"there is one already ({what}), and it stays as it is")
        _address(draft, redis, held)
        if "REDIS_URL" not in held and not parts.found("redis", backend.service["variables"]):
            draft.missing("staging_redis_url", f"the backend has no REDIS_URL ({what})")
        return
    if backend.runtime["kind"] in ("none", "pod"):
        draft.guess("redis_runtime", "none", "nothing was seen that could run one")
        draft.missing("staging_redis_url", "redis://:password@host:port/0, once there is a Redis")
        return
    host = backend.host
    taken = {end.rpartition(":")[2] for end in seen[host]["taken"]}
    port = next(one for one in range(_FIRST_PORT, _FIRST_PORT + 1000) if str(one) not in taken)
    rollout.runtime(draft, "redis", backend, name="redis")
    programs = seen[host]["programs"]
    server = programs.get("redis-server") or programs.get("valkey-server")
    if server:
        draft.add("redis_server", server, f"found on {host}")
    if backend.runtime["kind"] == "supervisor":
        home = backend.runtime["home"]
        draft.guess("redis_directory", f"{home}/redis", "supervisor's own directory")
    draft.password = True
    made = "made for this draft, beside hosts.yml, mode 0600; a vault may have it instead"
    draft.add("redis_password", PASSWORD, made)
    draft.guess("redis_port", port, f"nothing listens there on {host}")
    together = draft.groups[REDIS] == draft.groups[BACKEND] == draft.groups[WORKER]
    address = "127.0.0.1" if together else draft.groups[REDIS][0]
    url = f"{_URL}@{address}:{{{{ redis_port }}}}/0"
    draft.guess("staging_redis_url", url, "no process has one: this Redis will be set up")


def _address(draft: Draft, redis: Found | None, held: t.Mapping[str, str]) -> None:
    """Add where the Redis that is there listens, if it is not the usual place."""
    ends = (
        redis.service["listens"]
        if redis
        else [led.partition("://")[2].partition("/")[0] for led in held.values()]
    )
    end = next((one for one in sorted(ends) if one.startswith("127.")), next(iter(ends), ""))
    host, _colon, port = end.rpartition(":") if ":" in end else (end, "", str(_FIRST_PORT))
    seen = f"{redis.where} listens there" if redis else f"{', '.join(held)} leads there"
    if host not in ("", "127.0.0.1", "0.0.0.0", "localhost", "*", "[::]"):
        draft.add("redis_bind", [host.strip("[]")], seen)
    if port != str(_FIRST_PORT) and port.isdigit():
        draft.add("redis_port", int(port), seen)


def _worker(draft: Draft, backend: Found, worker: Found | None) -> None:
    known = worker or backend
    likely = sorted(known.project["workers"], key=lambda one: ("recon" not in one["target"], one["target"]))
    source = next(
        (one for one in likely if worker is None or one["target"] == worker.service["target"]), None
    )
    if worker:
        draft.add(
            "staging_worker_process", ["arq", worker.service["target"]], f"the command line of {worker.where}"
        )
    elif source:
        draft.add(
            "staging_worker_process", ["arq", source["target"]], f"{source['file']}; no worker is running"
        )
    else:
        draft.missing(
            "staging_worker_process", "no worker is running, and no class has arq's settings", ["arq", ""]
        )
    if known.directory != backend.directory:
        draft.add("staging_worker_directory", known.directory, f"the working directory of {known.where}")
    draft.notes += [
        f"another class of arq's settings: {one['target']}" for one in likely if one is not source
    ]
    _worker_files(draft, backend, worker)
    if worker:
        rollout.runtime(draft, "arq_worker", worker)
    else:
        _new_worker(draft, backend)
    _heartbeat(draft, known, source)


def _worker_files(draft: Draft, backend: Found, worker: Found | None) -> None:
    file, own = backend.env_file, worker.env_file if worker else None
    if worker and worker.runtime["kind"] in ("docker", "pod"):
        draft.add("staging_worker_env_file", "", "inside, the environment of the login is the service's")
    elif worker and own:
        seen = f"{own['equal']} of its {own['of']} variables are those of {worker.where}"
        draft.add("staging_worker_env_file", own["path"], seen)
    elif file:
        path = str(PurePosixPath(file["path"]).parent / "worker.env")
        draft.guess("staging_worker_env_file", path, "beside the backend's; it is made there")
    logs = worker.service["logs"] if worker else []
    if logs:
        seen = f"{worker.where if worker else ''} writes it"
        draft.add("staging_worker_log", {"file": logs[0]["file"]}, seen)
        return
    runtime = (worker or backend).runtime
    if runtime["kind"] == "systemd":
        name = runtime["name"] if worker else "psp-worker"
        draft.add("staging_worker_log", {"unit": name}, "the journal of its unit", guess=not worker)
        return
    beside = [log["file"] for log in backend.service["logs"]]
    given = str(runtime.get("log") or next(iter(beside), "/var/log/psp/backend.log"))
    path = str(PurePosixPath(given).parent / "worker.log")
    draft.guess("staging_worker_log", {"file": path}, "beside the backend's")


def _new_worker(draft: Draft, backend: Found) -> None:
    """Add what makes a worker of what the backend has."""
    more = {"name": "worker"}
    if backend.runtime["kind"] == "supervisor" and backend.venv_bin:
        more["dotenv"] = f"{backend.venv_bin[0]}/dotenv"
    rollout.runtime(draft, "arq_worker", backend, **more)
    file = backend.env_file
    if not file:
        return
    draft.guess("arq_worker_env_from", file["path"], "the backend's environment file")
    values = {one.name: one.value for one in draft.values}
    token = values.get("staging_token", {}).get("variable", "")
    wanted = [
        name
        for kind in (service_variables.DATABASE, service_variables.REDIS)
        for name in service_variables.names(values.get("staging_variables"), kind)
    ]
    names = [name for name in (*wanted, token) if name in file["names"]]
    draft.guess("arq_worker_env_from_names", names, "of that file; add what its settings require")


def _heartbeat(draft: Draft, known: Found, source: Finding | None) -> None:
    interval = source["interval"] if source else ""
    variables = [name for name in known.project["variables"] if "HEARTBEAT" in name or "HEALTH_CHECK" in name]
    if interval and interval.replace(".", "").isdigit():
        told = source["file"] if source else ""
        draft.add("arq_worker_heartbeat", {"interval": float(interval)}, f"health_check_interval in {told}")
    elif interval and variables:
        value = {"variable": variables[0], "interval": 10}
        reader = known.project["variables"][variables[0]]
        seen = f"health_check_interval is {interval}; {reader} reads the variable"
        draft.add("arq_worker_heartbeat", value, seen, guess=len(variables) > 1)
    else:
        draft.notes.append("the worker's settings set no health_check_interval: arq's own is an hour")
