# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The draft of an inventory, from what was found on the hosts. Pure."""

from __future__ import annotations

import re
import typing as t
from pathlib import PurePosixPath

from . import parts, queue, rollout, token
from .values import BACKEND, CI, REDIS, WORKER, Draft, Finding, Found

# What of a host's variables says how it is reached; a password among them stays where it is.
_CONNECTION = re.compile(
    r"ansible_(host|port|user|connection|become|become_user|become_method|python_interpreter|remote_tmp"
    r"|ssh_private_key_file|ssh_common_args|docker_docker_host|kubectl_\w+)"
)
_CONTROLLER = {
    "ansible_connection": "local",
    "ansible_become": False,
    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
}
# Inside a container or a pod: its own Python, and a directory that any user may write to.
_INSIDE = {"ansible_python_interpreter": "python3", "ansible_remote_tmp": "/tmp/.ansible"}
_BUILT_IN = ("uvicorn", "gunicorn", "hypercorn", "daphne", "granian", "fastapi")


def make(hosts: t.Mapping[str, Finding]) -> Draft:
    """Return the draft.

    Args:
        hosts: host → C(variables) and C(findings), which are None where it could not be looked at.

    Raises:
        ValueError: there is no backend, so that there is nothing to describe.
    """
    seen = {name: host["findings"] for name, host in hosts.items() if host["findings"]}
    servers = _all(seen, "server")
    if not servers and any(found["pods"] for found in seen.values()):
        return _of_pods(seen)
    problems = [
        f"{name} could not be looked at: {one['problem']}" for name, one in hosts.items() if one["problem"]
    ]
    if not servers:
        where = ", ".join(seen) or "any host"
        what = f"no backend is running on {where}: start it, or name its hosts by -i"
        raise ValueError("; ".join([what, *problems]))
    backend = max(servers, key=_likeness)
    draft = Draft(hosts={"controller": dict(_CONTROLLER)}, groups={CI: ["controller"]})
    draft.notes += problems + [found["unasked"] for found in seen.values() if found.get("unasked")]
    for other in servers:
        if other.service["target"] != backend.service["target"] or other.directory != backend.directory:
            draft.notes.append(f"another server runs: {_named(other)}")
    if not backend.service["seen"]:
        draft.notes.append("the environment of the backend's process could not be read: look as root")
    worker = _worker(_all(seen, "worker"), backend)
    redis = _redis(_all(seen, "redis"), worker or backend)
    backends = [one for one in servers if one.service["target"] == backend.service["target"]]
    members = {BACKEND: backends, REDIS: [redis or backend], WORKER: [worker or backend]}
    for group, ones in members.items():
        places = {one.inside or one.host: _place(one, hosts[one.host]["variables"]) for one in ones}
        if backend.inside and {REDIS: redis, WORKER: worker}.get(group, backend) is None:
            name = group.replace("rc_", "psp-")
            places = {name: {**places[backend.inside], "ansible_host": name}}
        draft.groups[group] = list(places)
        draft.hosts |= places
    _staging(draft, backend)
    rollout.add(draft, backend)
    queue.add(draft, backend, worker, redis, seen)
    _ci(draft, backend)
    return draft


def _all(seen: t.Mapping[str, Finding], kind: str) -> list[Found]:
    return [
        Found(host, one) for host, found in seen.items() for one in found["services"] if one["kind"] == kind
    ]


def _likeness(one: Found) -> int:
    """Return how much a server looks like the checklist's backend."""
    project, answers = one.project, one.service["answers"]
    own = any(PurePosixPath(ini["file"]).parent == PurePosixPath(one.directory) for ini in project["alembic"])
    paths = [each["path"] for each in (*answers["operations"], *project["routes"])]
    return (
        4 * own
        + 2 * any("recon" in path for path in paths)
        + bool(one.service["urls"])
        + bool(project["workers"])
    )


def _worker(workers: t.Sequence[Found], backend: Found) -> Found | None:
    likely = sorted(
        workers, key=lambda one: (one.directory != backend.directory, "recon" not in one.service["target"])
    )
    return likely[0] if likely else None


def _redis(servers: t.Sequence[Found], service: Found) -> Found | None:
    """Return the Redis that a service's variables lead to, or that it is connected with."""
    led = [
        url.rpartition("@")[2].split("//")[-1].partition("/")[0] for url in service.service["urls"].values()
    ]
    ports = {end.rpartition(":")[2] for end in (*led, *service.service["connections"])}
    return next(
        (one for one in servers if ports & {end.rpartition(":")[2] for end in one.service["listens"]}), None
    )


def _place(one: Found, variables: Finding) -> dict[str, t.Any]:
    """Return how a service's host is reached, or its container through the engine of its host."""
    given = {name: value for name, value in variables.items() if _CONNECTION.fullmatch(name)}
    local = given.get("ansible_connection") == "local"
    if one.host == "localhost":  # Ansible's own, whose interpreter is the controller's
        given["ansible_python_interpreter"] = _CONTROLLER["ansible_python_interpreter"]
    if not one.inside:
        return given
    engine = f"ssh://{given.get('ansible_user', 'root')}@{given.get('ansible_host', one.host)}"
    reached = {} if local else {"ansible_docker_docker_host": engine}
    return {"ansible_connection": "community.docker.docker", "ansible_host": one.inside, **reached, **_INSIDE}


def _of_pods(seen: t.Mapping[str, Finding]) -> Draft:
    """Return a draft of how the pods are reached, by which they are looked into in turn."""
    draft = Draft(hosts={"controller": dict(_CONTROLLER)}, groups={CI: ["controller"]})
    found = {one["label"]: one for finding in seen.values() for one in finding["pods"]}
    for label, one in found.items():
        group = {"server": BACKEND, "worker": WORKER, "redis": REDIS}.get(one["kind"])
        if group is None or group in draft.groups:
            draft.notes.append(f"another {one['kind']} runs in the pods {label}")
            continue
        name = label.partition("=")[2]
        draft.groups[group] = [name]
        draft.hosts[name] = {
            "ansible_connection": "kubernetes.core.kubectl",
            "ansible_kubectl_namespace": one["namespace"],
            "ansible_kubectl_container": one["container"],
            "ansible_kubectl_pod": (
                f"{{{{ lookup('psp.rc_closure.pod', '{label}', namespace=ansible_kubectl_namespace) }}}}"
            ),
            **_INSIDE,
        }
    draft.notes.append(
        "this says how the pods are reached: run discover.yml again with it as -i, to look into them"
    )
    return draft


def _named(one: Found) -> str:
    return f"{one.service['program']} {one.service['target']} in {one.directory} on {one.host}"


def _staging(draft: Draft, backend: Found) -> None:
    service, answers = backend.service, backend.service["answers"]
    for name in ("ENV", "ENVIRONMENT", "APP_ENV"):
        if service["shown"].get(name, "staging") != "staging":
            draft.add("rc_closure_environment", service["shown"][name], f"{name} of {backend.where}")
            break
    if answers["url"]:
        draft.add("staging_backend_url", _reached(draft, backend), f"{backend.where} listens there")
    else:
        draft.missing("staging_backend_url", f"{backend.where} answers no HTTP on its own host")
    draft.add("staging_backend_directory", backend.directory, f"the working directory of {backend.where}")
    words = [service["program"], *([service["target"]] if service["target"] else [])]
    draft.add(
        "staging_backend_process",
        words,
        f"the command line of {backend.where}",
        guess=service["program"] not in _BUILT_IN,
    )
    _env_file(draft, backend)
    _log(draft, backend)
    if backend.venv_bin:
        draft.add("staging_path", backend.venv_bin, f"the virtual environment of {backend.where}")
    _variables(draft, backend)


def _reached(draft: Draft, backend: Found) -> str:
    """Return the backend's address as the worker's host reaches it, too."""
    url = str(backend.service["answers"]["url"])
    if backend.inside:
        return f"http://{backend.inside}:{url.rpartition(':')[2]}"
    if draft.groups[WORKER] == draft.groups[BACKEND]:
        return url
    address = draft.hosts[backend.host].get("ansible_host", backend.host)
    if all(end.startswith("127.") for end in backend.service["listens"]):
        draft.notes.append(f"the backend listens at {url} alone, which the worker's host does not reach")
        return url
    return f"http://{address}:{url.rpartition(':')[2]}"


def _env_file(draft: Draft, backend: Found) -> None:
    file = backend.env_file
    if backend.runtime["kind"] in ("docker", "pod"):
        draft.add("staging_backend_env_file", "", "inside, the environment of the login is the service's")
    elif file:
        seen = (
            f"{file['equal']} of its {file['of']} variables are those of {backend.where}; mode {file['mode']}"
        )
        draft.add("staging_backend_env_file", file["path"], seen, guess=file["equal"] < file["of"])
    else:
        draft.missing("staging_backend_env_file", f"no file has the variables of {backend.where}")
    values = backend.service["shown"].get("RECON_RUNNER", "")
    if not values and "RECON_RUNNER" not in backend.project["variables"]:
        draft.notes.append(
            "nothing in the backend's sources or environment reads RECON_RUNNER, which Package-3 sets: "
            "where it always queues, say so in package_3_queue_left_out"
        )


def _log(draft: Draft, backend: Found) -> None:
    logs = sorted(backend.service["logs"], key=lambda one: -one["requests"])
    kind = backend.runtime["kind"]
    if logs and logs[0]["requests"]:
        count = f"{logs[0]['requests']} of its last {logs[0]['lines']} lines are requests"
        seen = f"{backend.where} writes it: {count}"
        draft.add("staging_backend_log", {"file": logs[0]["file"]}, seen)
    elif kind == "systemd":
        name = backend.runtime["name"]
        draft.guess("staging_backend_log", {"unit": name}, f"{backend.where} is of the unit {name}")
    elif logs:
        seen = f"{backend.where} writes it, but no request was found in it"
        draft.guess("staging_backend_log", {"file": logs[0]["file"]}, seen)
    else:
        draft.missing("staging_backend_log", f"{backend.where} writes no file", {"file": ""})


def _variables(draft: Draft, backend: Found) -> None:
    inis, urls = backend.project["alembic"], backend.service["urls"]
    ini = min(inis, key=lambda one: (len(PurePosixPath(one["file"]).parts), one["file"]), default=None)
    held = [name for name, url in urls.items() if url.startswith("postgres")]
    read = (
        []
        if ini is None
        else [name for name in ini["variables"] or ini["settings"] if "UR" in name or name in held]
    )
    names = list(dict.fromkeys([*read, *held]))
    if names:
        seen = (
            f"the env.py of {ini['file']} reads {read[0]}"
            if read and ini
            else f"the environment of {backend.where}"
        )
        draft.add("staging_variables", {"database": names, **_named_redis(backend)}, seen, guess=not read)
    elif database := parts.found("database", backend.service["variables"]):
        seen = f"the names in the environment of {backend.where}"
        draft.guess("staging_variables", {"database": database, **_named_redis(backend)}, seen)
    else:
        why = "no variable of the backend's has a Postgres URL, and no names are those of its parts"
        draft.missing("staging_variables", why, {"database": ["DATABASE_URL"]})
    for name in read:
        if name not in backend.service["variables"]:
            draft.notes.append(f"Alembic reads {name}, which the backend's environment does not have")
    token.draft_token(draft, backend)
    if ini is None:
        draft.missing("package_1_migration_directory", f"no alembic.ini is below {backend.directory}")
        return
    path = PurePosixPath(ini["file"])
    if str(path.parent) != backend.directory:
        draft.add("package_1_migration_directory", str(path.parent), f"{path} is there")
    if path.name != "alembic.ini":
        draft.add("package_1_migration_alembic", ["alembic", "-c", path.name], f"{path} is the only one")
    draft.notes += [f"another Alembic project is in {one['file']}" for one in inis if one is not ini]


def _named_redis(backend: Found) -> dict[str, t.Any]:
    """Return how Redis is named, where that is otherwise than by a REDIS_URL."""
    urls = [name for name, url in backend.service["urls"].items() if url.startswith("redis")]
    if urls or "REDIS_URL" in backend.service["variables"]:
        return {} if "REDIS_URL" in (urls or ["REDIS_URL"]) else {"redis": urls}
    found = parts.found("redis", backend.service["variables"])
    return {"redis": found} if found else {}


def _ci(draft: Draft, backend: Found) -> None:
    project = backend.project
    if project["repository"]:
        draft.add("package_0_ci_repository", project["repository"], f".git/config above {backend.directory}")
    else:
        draft.missing("package_0_ci_repository", "owner/name at GitHub; no .git/config names it")
    flow = next((one for one in project["workflows"] if "postgres" in one["name"].lower()), None)
    if flow:
        draft.add("package_0_ci_workflow", flow["name"], flow["file"])
    jobs = [name for name in (flow["jobs"] if flow else []) if "postgres" in name] or ["postgres-tests"]
    seen = flow["file"] if flow else "a usual name; no workflow's file is here"
    draft.guess("package_0_ci_job", jobs[0], seen)
    why = "a file of mode 0600 on the controller, with a token that may read and dispatch the workflow"
    draft.missing("package_0_ci_token_file", why)
