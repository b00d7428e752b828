# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who ran a closure, from where, with which versions, inventory and options: what C(attempt.json) says of it.

Nothing is asked of a host for it: it is what Ansible, and the preflight before it, know of it by then.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import platform
import typing as t
from pathlib import Path

import yaml
from ansible.errors import AnsibleError
from ansible.parsing.splitter import parse_kv
from ansible.release import __version__ as core

from ...module_utils._core.steps import hostname
from . import kept, texts
from . import versions as installed

Known = t.Mapping[str, t.Any]

# What the command line may hold that a reader has to know; names of context.CLIARGS.
_OPTIONS = (
    "tags",
    "skip_tags",
    "subset",
    "check",
    "diff",
    "start_at_task",
    "vault_ids",
    "extra_vars",
)
_AWX = ("user_name", "job_id", "job_template_name", "project_revision")
# Values of other variables are not the closure's, and may be secret without a name that says so.
_OWN = ("rc_closure_", "staging_", "package_")
_MOST_FILES = 1000
# What the preflight found of a host: a fact with os and clock.
FACT = "__rc_closure_host"


def gather(
    known: Known, options: Known, redact: t.Callable[[str], str], secret: t.Collection[str] = ()
) -> dict[str, t.Any]:
    """Return what is known by the variables of a host and the options of the command line, masked.

    C(secret) names variables whose values are secret though their names do not say so.
    """
    awx = {name: known.get(f"awx_{name}") or known.get(f"tower_{name}") for name in _AWX}
    found = {
        "user": _user(),
        "awx": {name: str(value) for name, value in awx.items() if value},
        "controller": {"name": hostname(), "os": _system()},
        "versions": versions(),
        "inventory": [_source(str(source)) for source in known.get("ansible_inventory_sources") or []],
        "options": dict(_shown(options, secret)),
        "hosts": [_host(name, known) for name in known.get("ansible_play_hosts_all") or []],
    }
    return t.cast("dict[str, t.Any]", texts.each(found, redact))


def _user() -> str:
    """Return the user's name; a container may run as one that it has no name for."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def versions() -> dict[str, str]:
    """Return the versions of what judges and reports; a library that is not there is left out."""
    found = installed.found()
    own = {installed.COLLECTION: found[installed.COLLECTION]}
    return {**own, "ansible-core": core, **found}


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.platform(terse=True)


def _source(source: str) -> dict[str, str]:
    """Return an inventory's path with its SHA-256; a list of hosts has none.

    That of a folder is of one line for each file, as C(locker.digest()) has them.
    """
    path = Path(source)
    try:
        if path.is_file():
            return {"path": source, "sha256": kept.sha256(path)}
        if path.is_dir():
            # What is hidden is not read as an inventory; in a link's folder nobody has to look.
            files = sorted(one for one in path.rglob("[!.]*") if one.is_file())[:_MOST_FILES]
            lines = "".join(f"{kept.sha256(one)}  {one.relative_to(path)}\n" for one in files)
            return {"path": source, "sha256": hashlib.sha256(lines.encode()).hexdigest()}
    except OSError as exc:
        return {"path": source, "problem": str(exc.strerror)}
    return {"path": source}


def _shown(options: Known, secret: t.Collection[str]) -> t.Iterator[tuple[str, t.Any]]:
    for name in _OPTIONS:
        value = options.get(name)
        if name == "extra_vars":
            value = [text for one in value or () for text in _variables(str(one), secret)]
        if value and list(value if isinstance(value, (list, tuple)) else ()) != ["all"]:
            yield name, [str(one) for one in value] if isinstance(value, (list, tuple)) else value


def _variables(given: str, secret: t.Collection[str]) -> list[str]:
    """Return what one C(--extra-vars) sets: a file by its name, values only of variables of the closure."""
    if given.startswith("@"):
        return [given]
    try:
        read = yaml.safe_load(given) if given.lstrip()[:1] in ("{", "[") else parse_kv(given)
    except (AnsibleError, yaml.YAMLError):
        read = None
    if not isinstance(read, dict):
        return ["[cannot be read]"]
    return [_variable(str(name), value, secret) for name, value in read.items()]


def _variable(name: str, value: t.Any, secret: t.Collection[str]) -> str:
    if not name.startswith(_OWN) or name in secret:
        return f"{name}=[not shown]"
    return f"{name}={value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)}"


def _host(name: str, known: Known) -> dict[str, str]:
    """Return a host's name and address, and its system and clock where the preflight looked at it."""
    own = known.get("hostvars", {}).get(name) or {}
    facts = _of(own, "ansible_facts") or {}
    found = {"address": str(_of(own, "ansible_host") or ""), **(_of(facts, FACT) or {})}
    return {"name": str(name), **{key: value for key, value in found.items() if value}}


def _of(variables: Known, name: str) -> t.Any:
    try:
        return variables.get(name)
    except AnsibleError:  # a template of it cannot be rendered: the tasks that use it say so
        return None
