# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The backend's values of Package-1 and Package-2. Pure."""

from __future__ import annotations

import re
import typing as t
from pathlib import PurePosixPath

from .values import Draft, Finding, Found, group_of

FLAGS = (
    "ledger_shadow_write",
    "ledger_balance_mismatch_log",
    "webhook_signature_enforced",
    "ledger_enforce_balance",
)
_DRY = re.compile(r"dry|simulate|preview|no-?op")
_REAL = re.compile(r"--(apply|commit|execute|write|no-dry-run)$")


def add(draft: Draft, backend: Found) -> None:
    """Add what runs the backend, its table, flags, backfill, E2E project and webhooks."""
    runtime(draft, "backend_env", backend)
    answers = backend.service["answers"]
    ready = [one for one in answers["ready"] if one["status"] == 200]
    if ready:
        url = "{{ staging_backend_url }}" + ready[0]["path"]
        draft.add("backend_env_ready_url", url, f"{backend.where} answers it with 200")
    else:
        draft.missing("backend_env_ready_url", "no usual address is answered with 200")
    told = [(one["path"], one["commits"][0]) for one in answers["version"] if one["commits"]]
    if told:
        value = {"path": told[0][0], "pointer": told[0][1]}
        draft.add(
            "package_2_rollout_commit", value, f"{backend.where} answers it with what looks like a commit"
        )
    _table(draft, backend)
    _flags(draft, answers)
    _backfill(draft, backend)
    _e2e(draft, backend)
    _webhooks(draft, backend)


def runtime(draft: Draft, role: str, found: Found, **more: t.Any) -> None:
    """Add the runtime of a role's service, or C(more) of a new one that is to be run likewise."""
    given = found.runtime
    kind = "none" if given["kind"] == "pod" else str(given["kind"])
    seen = {
        "systemd": f"the control group of its process: {given.get('name', '')}.service",
        "supervisor": f"supervisor runs it by {given.get('conf', '')}",
        "docker": f"the control group of its process: the container {given.get('name', '')}",
        "none": "nothing was seen that could restart it",
    }[kind]
    draft.add(f"{role}_runtime", kind, seen, guess=bool(more))
    value: dict[str, t.Any] = {}
    if kind == "systemd":
        value = {} if more else {"name": given["name"]}
        value |= {"user": given["user"]} if given.get("user") else {}
    elif kind == "supervisor":
        value = {name: given[name] for name in ("supervisorctl", "conf", "include_dir") if given.get(name)}
        value |= more or {"name": given["name"]}
    elif kind == "docker":
        name = draft.groups[group_of(role)][0]
        own = {} if more else {key: given[key] for key in ("image", "mounts") if given.get(key)}
        value = {"host": found.host, "name": name, **own, "networks": given.get("networks", [])}
        draft.notes.append(f"Docker does not say which env_file {name} has: add it to {role}_docker")
    if value:
        draft.add(f"{role}_{kind}", value, seen, guess=bool(more))


def _table(draft: Draft, backend: Found) -> None:
    unique = backend.project["unique"]
    table = next((name for name in unique if "finding" in name), "")
    if table:
        told, columns = unique[table]["file"], unique[table]["columns"]
        draft.add("package_1_migration_table", table, f"{told} makes its UNIQUE constraint")
        draft.add("package_1_migration_columns", columns, told)
    else:
        draft.notes.append(
            "no migration makes a UNIQUE constraint on a table of findings: see package_1_migration_table"
        )


def _flags(draft: Draft, answers: Finding) -> None:
    def pointers(one: Finding) -> dict[str, str]:
        """Return flag → pointer, whatever the answer writes it like."""
        last = {_plain(pointer.rpartition("/")[2]): pointer for pointer in one["switches"]}
        return {flag: last[_plain(flag)] for flag in FLAGS if _plain(flag) in last}

    best = max(answers["flags"], key=lambda one: len(pointers(one)), default=None)
    found = pointers(best) if best else {}
    if best is None or not found:
        draft.notes.append(
            "no address shows the four flags: see package_2_rollout_flags_argv and "
            "package_2_rollout_left_out in the role's README"
        )
        return
    draft.add("package_2_rollout_flags_path", best["path"], f"its answer has {', '.join(found)}")
    draft.notes += [f"{best['path']} does not show the flag {flag}" for flag in FLAGS if flag not in found]
    if any(pointer != f"/{flag}" for flag, pointer in found.items()):
        value = [
            {"name": flag, "variable": flag.upper(), "pointer": found.get(flag, f"/{flag}")} for flag in FLAGS
        ]
        draft.add(
            "package_2_rollout_flags", value, f"the answer of {best['path']}", guess=len(found) < len(FLAGS)
        )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _backfill(draft: Draft, backend: Found) -> None:
    scripts = sorted(
        backend.project["backfills"], key=lambda one: ("wallet" not in one["file"], not one["options"])
    )
    if not scripts:
        draft.missing(
            "package_2_rollout_backfill_dry_run", f"no backfill script below {backend.directory}", []
        )
        draft.missing("package_2_rollout_backfill_real_run", "the same", [])
        draft.missing(
            "package_2_rollout_rows_query", "the same; it counts all rows, then those that are filled"
        )
        return
    script = scripts[0]
    file, module = PurePosixPath(script["file"]), script["called"] or script["module"]
    names = module.split(".")
    as_called = list(file.with_suffix("").parts[-len(names) :]) == names
    directory = str(file.parents[len(names) - 1]) if as_called else backend.directory
    seen = f"{file} says to call it as {module}" if script["called"] else str(file)
    draft.add("package_2_rollout_backfill_directory", directory, seen, guess=not as_called)
    paths = [] if directory == backend.directory else [backend.directory]
    draft.add("package_2_rollout_backfill_pythonpath", paths, "the backend's own modules are there")
    options = script["options"]
    batch = ["--batch-size", "1000"] if "--batch-size" in options else []
    dry = next((one for one in options if _DRY.search(one) and not _REAL.search(one)), "")
    real = next((one for one in options if _REAL.search(one)), "")
    called = ["python", "-m", module]
    said = f"the options in {file.name}: {', '.join(options) or 'none'}"
    guess = not (dry or real)
    dry_run = [*called, *([dry] if dry else []), *batch]
    draft.add("package_2_rollout_backfill_dry_run", dry_run, said, guess=guess)
    real_run = [*called, *([real] if real else []), *batch]
    draft.add("package_2_rollout_backfill_real_run", real_run, said, guess=guess or bool(real))
    if guess:
        draft.notes.append(f"{file} has no option for a dry run: without one, the dry run would write")
    if script["written"]:
        table, column = script["written"][0]
        query = f"SELECT count(*) AS {table}, count({column}) AS with_{column} FROM {table}"
        draft.guess("package_2_rollout_rows_query", query, f"{file.name} updates {table}.{column}")
    else:
        why = f"what {file.name} updates is not seen: count all rows, then those that have what it writes"
        draft.missing("package_2_rollout_rows_query", why)


def _e2e(draft: Draft, backend: Found) -> None:
    projects = sorted(backend.project["e2e"], key=lambda one: (not one["script"], one["directory"]))
    if not projects:
        draft.missing("package_2_rollout_e2e_directory", f"no Playwright project beside {backend.directory}")
        return
    one = projects[0]
    where = one["directory"]
    draft.add("package_2_rollout_e2e_directory", where, f"{where}/package.json requires Playwright")
    files = [
        file["path"] for file in backend.service["env_files"] if re.search(r"e2e|playwright", file["path"])
    ]
    file = one["env_file"] or next(iter(files), "")
    if file:
        draft.guess("package_2_rollout_e2e_env_file", file, "its name")
    path = [f"{where}/node_modules/.bin", *backend.venv_bin]
    draft.add("package_2_rollout_e2e_path", path, "the packages of the project, and the service's programs")
    named = [spec for spec in one["specs"] if "withdraw" in spec and "smoke" in spec]
    spec = next(iter([*named, *(name for name in one["specs"] if "smoke" in name), *one["specs"]]), "")
    # The checklist calls yarn: where the project has it, it is what is called.
    tool = one["manager"] if one["manager"] in ("yarn", "pnpm") else next(iter(one["packaged"]), "npm")
    script = [*(["run"] if tool == "npm" else []), one["script"] or "test:e2e"]
    argv = [tool, *script, *(["--"] if tool != "pnpm" else []), spec]
    seen = f"{where}/package.json, and what manages its packages"
    draft.add("package_2_rollout_e2e_argv", argv, seen, guess=not one["script"])
    draft.add("package_2_rollout_e2e_spec", spec, f"of {len(one['specs'])} in {where}", guess=not named)


def _webhooks(draft: Draft, backend: Found) -> None:
    seen = [(log["file"], list(log["webhooks"])) for log in backend.service["logs"] if log["webhooks"]]
    operations = [*backend.service["answers"]["operations"], *backend.project["routes"]]
    described = [one["path"] for one in operations if one["method"] == "POST" and "webhook" in one["path"]]
    if seen:
        paths = [what.partition(" ")[2] for what in seen[0][1]]
        prefix = next(
            (path.partition("{")[0] for path in described if "{" in path), f"{paths[0].rpartition('/')[0]}/"
        )
        inside = paths[0].startswith(prefix)
        prefix = prefix if inside else f"{paths[0].rpartition('/')[0]}/"
        told = f"{seen[0][0]} has the most requests of it"
        draft.add("package_2_rollout_webhook_prefix", prefix, "the routes, and the log", guess=not inside)
        draft.add("package_2_rollout_webhook_probe_path", paths[0], told)
        return
    if described:
        prefix = described[0].partition("{")[0]
        draft.add("package_2_rollout_webhook_prefix", prefix, f"the route {described[0]}")
    counters = [one for one in backend.service["answers"].get("metrics", []) if one.get("webhooks")]
    if counters:
        url = f"{{{{ staging_backend_url }}}}{counters[0]['path']}"
        told = f"{counters[0]['path']} counts them, and no log of the backend's shows any"
        draft.add("package_2_rollout_access_log", {"metrics": url}, told)
    draft.missing("package_2_rollout_webhook_probe_path", "no log has a webhook's request")
