# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is in a service's working directory and beside it, and the logs that its process writes."""

from __future__ import annotations

import configparser
import json
import os
import re
import typing as t
from collections import Counter
from functools import cache
from pathlib import Path

from .._clients import process
from .._text import access_log, python_source

Finding = dict[str, t.Any]

_LEFT_OUT = {"node_modules", "site-packages", "__pycache__", "tests", "test", "venv", "dist", "build"}
_MOST_FILES, _MOST_BYTES, _TAIL, _DEPTH = 3000, 500_000, 262_144, 6
_LOCKS = {"yarn.lock": "yarn", "pnpm-lock.yaml": "pnpm", "package-lock.json": "npm"}
_GITHUB = re.compile(r"url\s*=\s*\S*github[^\s:/]*[:/]([\w.-]+/[\w.-]+?)(?:\.git)?\s*$", re.MULTILINE)
_SETTING = re.compile(r"settings\.(\w*ur[il]\w*)", re.IGNORECASE)


@cache
def look(directory: str, root: str, paths: tuple[str, ...] = ()) -> Finding:
    """Return what the project has; paths as the service sees them, which are where it imports from, too."""
    found: Finding = {
        "alembic": [],
        "workers": [],
        "routes": [],
        "unique": {},
        "backfills": [],
        "variables": {},
    }
    found |= {"e2e": [], "workflows": [], "repository": ""}
    if not directory:
        return found
    base = Path(f"{root}{directory}")
    bases = sorted([base, *(base / path for path in paths)], key=lambda one: -len(one.parts))
    models: dict[str, str] = {}
    prefixes: list[str] = []
    for path in _files(base, _DEPTH):
        name = str(path)[len(root) :]
        if path.suffix == ".ini" and path.name.startswith("alembic"):
            found["alembic"].append(_alembic(path, name))
        elif path.suffix == ".py":
            source = python_source.read(_text(path))
            above = next((one for one in bases if one in path.parents), base)
            _add(found, source, ".".join(path.relative_to(above).with_suffix("").parts), name)
            models |= source.models
            prefixes += source.prefixes
    for one in found["backfills"]:
        one["written"] = [[models.get(table, table), column] for table, column in one["written"]]
    # Which router is put under which is not followed: where there is one prefix, it is taken to be all's.
    for route in found["routes"] if len(set(prefixes)) == 1 else ():
        route["path"] = prefixes[0] + route["path"]
    # Beside it: not where that would be all of a system's directories.
    around = base.parent if len(Path(directory).parts) > 2 else base
    found["e2e"] = [
        one for path in _files(around, 2) if path.name == "package.json" if (one := _e2e(path, root))
    ]
    for above in [base, *base.parents][: len(Path(directory).parts) - 1]:
        found["repository"] = found["repository"] or next(
            iter(_GITHUB.findall(_text(above / ".git/config"))), ""
        )
        files = sorted((above / ".github/workflows").glob("*.y*ml"))
        found["workflows"] += [_workflow(path, str(path)[len(root) :]) for path in files]
    return found


def logs(pid: int, root: str, given: str) -> list[Finding]:
    """Return the files that a process writes its logs to, and that of what runs it, with what is in them."""
    names = [given] if given else []
    try:
        entries = sorted((process.PROC / str(pid) / "fd").iterdir())
    except OSError:
        entries = []
    for entry in entries:
        try:
            target = str(entry.readlink())
            flags = re.search(
                r"flags:\s*(\d+)", (process.PROC / str(pid) / "fdinfo" / entry.name).read_text()
            )
            written = flags is not None and int(flags[1], 8) & os.O_ACCMODE != os.O_RDONLY
            if written and target.startswith("/") and Path(f"{root}{target}").is_file():
                names.append(target)
        except OSError:
            continue
    return [
        _log(Path(f"{root}{name}"), name) for name in dict.fromkeys(names) if not name.startswith("/dev/")
    ]


def _log(path: Path, name: str) -> Finding:
    requests: Counter[str] = Counter()
    lines = _text(path, tail=True).splitlines()[1:]
    for line in lines:
        entry = access_log.parse(line)
        if entry and entry.status and entry.path.startswith("/"):
            requests[f"{entry.method} {entry.path}"] += 1
    webhooks = {
        what: count for what, count in requests.most_common() if "webhook" in what and what.startswith("POST")
    }
    return {"file": name, "lines": len(lines), "requests": sum(requests.values()), "webhooks": webhooks}


def _add(found: Finding, source: python_source.Source, module: str, name: str) -> None:
    for settings, interval in source.workers.items():
        found["workers"].append({"target": f"{module}.{settings}", "interval": interval, "file": name})
    found["routes"] += [
        {"method": method, "path": where, "file": name, **source.queries.get((method, where), {})}
        for method, where in source.routes
    ]
    for table, columns in source.unique.items():
        found["unique"][table] = {"columns": columns, "file": name}
    for variable in source.variables:
        found["variables"].setdefault(variable, name)
    stem = module.rpartition(".")[2]
    if "backfill" in stem:
        called = [one for one in source.called if one.endswith(stem)]
        told = {"file": name, "module": module, "called": next(iter(called), ""), "options": source.options}
        found["backfills"].append({**told, "written": [list(pair) for pair in source.written]})


def _alembic(path: Path, name: str) -> Finding:
    read = configparser.RawConfigParser(strict=False)
    try:
        read.read_string(_text(path))
    except configparser.Error:
        return {"file": name, "variables": [], "settings": []}
    location = read.get("alembic", "script_location", fallback="").replace("%(here)s", str(path.parent))
    text = _text(path.parent / location / "env.py")
    guesses = [found.upper() for found in _SETTING.findall(text)]
    return {"file": name, "variables": python_source.read(text).variables, "settings": guesses}


def _e2e(path: Path, root: str) -> Finding | None:
    try:
        package = json.loads(_text(path))
        scripts = package.get("scripts") or {}
    except (ValueError, AttributeError):
        return None
    needs = {**(package.get("dependencies") or {}), **(package.get("devDependencies") or {})}
    if not any("playwright" in name for name in needs):
        return None
    folder = path.parent
    return {
        "directory": str(folder)[len(root) :],
        "manager": next((tool for lock, tool in _LOCKS.items() if (folder / lock).exists()), "npm"),
        "packaged": [tool for tool in ("yarn", "pnpm") if tool in needs],
        "script": next((name for name, text in scripts.items() if "playwright test" in text), ""),
        "specs": sorted(str(one.relative_to(folder)) for one in _files(folder, 4, ".spec.ts", ".spec.js")),
        "env_file": next(
            (str(one)[len(root) :] for one in sorted(folder.glob(".env*")) if one.is_file()), ""
        ),
    }


def _workflow(path: Path, name: str) -> Finding:
    text = _text(path)
    told = re.search(r"^name:\s*[\"']?(.+?)[\"']?\s*$", text, re.MULTILINE)
    jobs = re.findall(r"^  ([\w-]+):\s*$", text.partition("\njobs:")[2], re.MULTILINE)
    return {"file": name, "name": told[1] if told else path.name, "jobs": jobs}


def _files(base: Path, depth: int, *suffixes: str) -> t.Iterator[Path]:
    """Return the files below a directory, in order, without what others made; no more than so many."""
    count = 0
    for folder, inner, names in os.walk(base):
        deep = len(Path(folder).relative_to(base).parts)
        kept = [name for name in inner if name not in _LEFT_OUT or (suffixes and name == "tests")]
        inner[:] = sorted(name for name in kept if not name.startswith(".") and deep < depth)
        if "pyvenv.cfg" in names:
            inner[:] = []
            continue
        for name in sorted(names):
            count += 1
            if count > _MOST_FILES:
                return
            if not suffixes or name.endswith(suffixes):
                yield Path(folder, name)


def _text(path: Path, *, tail: bool = False) -> str:
    """Return what is in a file, or its end; C('') of one that cannot be read."""
    try:
        with path.open("rb") as file:
            if tail:
                file.seek(max(path.stat().st_size - _TAIL, 0))
            return file.read(_TAIL if tail else _MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
