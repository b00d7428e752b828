# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A step is named once: collectors, judges and roles use the names of the registry."""

from __future__ import annotations

import ast
import copy
import json
import re
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.psp.rc_closure.plugins.module_utils._core import step_names
from ansible_collections.psp.rc_closure.plugins.module_utils._core.step_names import StepName

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = {path: path.read_text("utf-8") for path in sorted((ROOT / "plugins").rglob("*.py"))}
ROLE_FILES = sorted((ROOT / "roles").glob("*/tasks/*.yml"))
CONSTANTS = {name: value for name, value in vars(step_names).items() if isinstance(value, StepName)}

# Where a judge or a report says which step it looks at.
LOOKUPS = {"ended", "succeeded", "get", "_documents", "_items", "_run_ok", "_counts"}
FINDINGS = {"met", "not_met", "not_proven"}
# Where a role names the step, and where what is run or asked is no evidence.
NAMES_OF_THEIR_OWN = {
    "authorization",
    "base",
    "closure_failure",
    "command",
    "discovered_answers",
    "http_ready",
    "stamping",
}
NAMED_BY_ROLES = {"service_process"}
# The modules to which a role gives a step's name.
TASKS = ("psp.rc_closure.closure_failure", "psp.rc_closure.service_process")


def _calls(text: str) -> t.Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, node


def _literals(nodes: t.Iterable[ast.AST]) -> set[str]:
    """Return the strings among arguments, whether they stand alone or in a tuple."""
    inner = (part for node in nodes for part in (node.elts if isinstance(node, ast.Tuple) else [node]))
    return {part.value for part in inner if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def spelled_out(text: str) -> set[str]:
    """Return the steps that a judge looks up, or shows, by a name of its own spelling."""
    found: set[str] = set()
    for name, call in _calls(text):
        if name in LOOKUPS:
            found |= _literals(call.args) & set(CONSTANTS.values())
        elif name in FINDINGS:
            found |= _literals(call.args[1:])
    return found


def _tasks(tree: t.Any) -> t.Iterator[dict[str, t.Any]]:
    for task in tree or []:
        yield task
        for part in ("block", "rescue", "always"):
            yield from _tasks(task.get(part))


def _named_in(path: Path) -> t.Iterator[str]:
    for task in _tasks(yaml.safe_load(path.read_text("utf-8"))):
        for module in TASKS:
            name = (task.get(module) or {}).get("name")
            if name:
                yield str(name)


def test_each_name_stands_once() -> None:
    assert len(set(CONSTANTS.values())) == len(CONSTANTS)
    assert all(name == value.upper() for name, value in CONSTANTS.items())
    assert all(value.heading for value in CONSTANTS.values())


def test_no_name_is_left_over() -> None:
    used = "".join(text for path, text in PLUGINS.items() if path.stem != "step_names")
    roles = {name for path in ROLE_FILES for name in _named_in(path)}
    assert [
        n for n, value in CONSTANTS.items() if not re.search(rf"\b{n}\b", used) and value not in roles
    ] == []


def test_only_the_collectors_methods_make_steps() -> None:
    making = {path.stem for path, text in PLUGINS.items() for name, _call in _calls(text) if name == "Step"}
    assert making == {"steps"}


def test_names_come_from_the_registry() -> None:
    own = {path.stem for path, text in PLUGINS.items() for name, _call in _calls(text) if name == "StepName"}
    assert own - {"step_names"} <= NAMES_OF_THEIR_OWN | NAMED_BY_ROLES


@pytest.mark.parametrize("path", [p for p in PLUGINS if "plugin_utils" in p.parts], ids=lambda p: p.stem)
def test_what_is_looked_up_is_in_the_registry(path: Path) -> None:
    assert spelled_out(PLUGINS[path]) == set()


def test_a_name_that_is_spelled_out_is_noticed() -> None:
    assert spelled_out("ended(evidence, 'alembic_upgrade')") == {"alembic_upgrade"}
    assert spelled_out("met('reason', 'whatever')") == {"whatever"}
    assert spelled_out("steps.get('alembic_current')") == {"alembic_current"}


def test_roles_name_steps_of_the_registry() -> None:
    named = {name for path in ROLE_FILES for name in _named_in(path)}
    assert named and named <= set(CONSTANTS.values())


def test_a_name_is_text_that_knows_its_heading() -> None:
    step = step_names.CI_RUN.about(run=42)
    assert (step, step.heading, step.kind) == ("ci_run", "Run 42", "http")
    assert step_names.REDIS_HOST_PING == "redis_host_ping"
    assert json.dumps([step]) == '["ci_run"]'
    copied = copy.deepcopy(step)
    assert (copied, copied.heading, copied.kind) == (step, step.heading, step.kind)


def test_every_step_but_the_roles_own_has_its_collector() -> None:
    modules = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
    own = {
        "env_file",
        "role_failed",
        "earlier_attempts",
        "left_behind",
        "host_clock",
        "weak_secrets",
        "queue_enablement",
        "migration_decision",
    }
    for name in sorted(set(CONSTANTS.values()) - own):
        takes = step_names.collectors_of(name)
        assert takes, f"{name} has no collector"
        assert set(takes) <= modules
