# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Ansible's own objects, plays and tasks, tell a reader."""

from __future__ import annotations

import re
import typing as t

from ansible.errors import AnsibleError
from ansible.template import Templar

from .board import PACKAGES

_LIMITS = ("limit", "timeout", "healthy_wait_timeout")
_PACKAGE = re.compile(r"\bpackage_[0-3](?=_|\b)")
# They only lead to other tasks, or set what those read.
_SILENT = {
    *(
        "include_tasks",
        "include_role",
        "import_tasks",
        "import_role",
        "include_vars",
        "set_fact",
        "set_stats",
    ),
    *("add_host", "group_by", "validate_argument_spec", "meta"),
}


def action(task: t.Any) -> str:
    """Return a task's module by its last name."""
    return str(task.action).rsplit(".", maxsplit=1)[-1]


def is_silent(task: t.Any) -> bool:
    """Whether nothing needs to be said of a task that went well."""
    return action(task) in _SILENT


def name(task: t.Any) -> str:
    """Return what a task does, without its role's name."""
    own = str(task.get_name()).strip()
    role = f"{task._role.get_name()} : " if getattr(task, "_role", None) else ""
    return own.removeprefix(role) if role else own


def packages(task: t.Any) -> list[str]:
    """Return the packages that a task is of, by its role, or else by its tags."""
    role = getattr(task, "_role", None)
    found = _PACKAGE.search(str(role.get_name())) if role else None
    return [found[0]] if found else sorted(set(task.tags) & set(PACKAGES))


def chosen(tags: t.Collection[str], skipped: t.Collection[str]) -> list[str]:
    """Return the packages that a run with these tags is to collect."""
    wanted = PACKAGES if {"all", "tagged"} & set(tags) or not tags else tuple(set(tags) & set(PACKAGES))
    return sorted(set(wanted) - set(skipped))


def is_rescued(task: t.Any) -> bool:
    """Whether a block around the task has a rescue that takes its failure."""
    inner, outer = task, getattr(task, "_parent", None)
    while outer is not None:
        behind = [*(getattr(outer, "rescue", None) or []), *(getattr(outer, "always", None) or [])]
        if getattr(outer, "rescue", None) and all(one._uuid != inner._uuid for one in behind):
            return True
        inner, outer = outer, getattr(outer, "_parent", None)
    return False


def limit(task: t.Any, host: t.Any, play: t.Any) -> float:
    """Return the seconds that a task has at most, 0 where it names none or they cannot be known yet."""
    if task.async_val and not isinstance(task.async_val, str):
        return float(task.async_val)
    given = next((task.args[one] for one in _LIMITS if one in task.args), None) if task.args else None
    try:
        if isinstance(given, str) and "{{" in given:
            variables = play.get_variable_manager().get_vars(play=play, host=host, task=task)
            given = Templar(loader=play.get_loader(), variables=variables).template(given)
        return max(0.0, float(given or 0))
    except (AnsibleError, AttributeError, TypeError, ValueError):
        return 0
