# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checklist's steps as a naive playbook: one host, C(shell) and C(uri), everything registered."""

from __future__ import annotations

import re
import typing as t

import yaml

from tests.bench.checklist import Command, Request, Step

TRIES = 120


def render(steps: t.Sequence[Step]) -> str:
    """Return the playbook, for C(localhost)."""
    kept = {step.keep[0]: step.keep[1] for step in steps if isinstance(step, Request) and step.keep[0]}
    tasks = [_task(step, number, kept) for number, step in enumerate(steps)]
    play = {"name": "Checklist", "hosts": "localhost", "gather_facts": False, "tasks": tasks}
    return yaml.safe_dump([play], sort_keys=False, allow_unicode=True, width=1000)


def _task(step: Step, number: int, kept: t.Mapping[str, str]) -> dict[str, t.Any]:
    if isinstance(step, Command):
        name, task = f"step_{number}", _command(step)
        success = f"{name}.rc == 0"
    else:
        name, task = step.keep[0] or f"step_{number}", _request(step)
        success = f"{name}.json.status | default('') == '{step.until}'"
    if step.until:
        task |= {"until": success, "retries": TRIES, "delay": 2 if "CI" in step.title else 1}
    return {"name": step.title, **_filled(task, kept), "register": name}


def _command(step: Command) -> dict[str, t.Any]:
    return {"ansible.builtin.shell": {"cmd": step.text, "chdir": step.directory}, "changed_when": False}


def _request(step: Request) -> dict[str, t.Any]:
    options: dict[str, t.Any] = {
        "url": step.url,
        "method": step.method,
        "status_code": step.status,
        "return_content": True,
    }
    if step.token:
        bearer = f"Bearer {{{{ lookup('ansible.builtin.file', '{step.token}') }}}}"
        # Not for the other server that a log lies on.
        options |= {"headers": {"Authorization": bearer}, "unredirected_headers": ["Authorization"]}
    if step.body is not None:
        options |= {"body": dict(step.body), "body_format": "json"}
    return {"ansible.builtin.uri": options}


def _filled(value: t.Any, kept: t.Mapping[str, str]) -> t.Any:
    """Put what was registered in the place of C($name)."""
    if isinstance(value, dict):
        return {key: _filled(one, kept) for key, one in value.items()}
    if not isinstance(value, str):
        return value
    for name, path in kept.items():
        value = re.sub(rf"\${name}\b", f"{{{{ {name}.json.{path} }}}}", value)
    return value
