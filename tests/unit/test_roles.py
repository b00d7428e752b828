# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role's defaults, its argument spec and its README say the same, and the roles take few variables."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

from docs import generate

MOST_VARIABLES = 150
ROLES = sorted(path for path in (Path(__file__).parents[2] / "roles").iterdir() if path.is_dir())
PARTS = sorted(ROLES[0].parent.glob("package_*/tasks/*.yml"))


def _read(path: Path) -> dict[str, t.Any]:
    return (yaml.safe_load(path.read_text("utf-8")) or {}) if path.exists() else {}


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_every_default_is_in_the_argument_spec_with_its_value(role: Path) -> None:
    options = generate.options(role)
    for name, value in _read(role / "defaults" / "main.yml").items():
        assert name in options, f"{name} is not in the argument spec"
        assert options[name].get("default") == value, f"{name}: the spec has another default"


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_every_default_of_the_argument_spec_is_in_the_defaults(role: Path) -> None:
    defaults = _read(role / "defaults" / "main.yml")
    for name, spec in generate.options(role).items():
        assert "default" not in spec or name in defaults, f"{name} has a default that no host gets"


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_every_option_is_described_and_the_readme_is_generated(role: Path) -> None:
    for name, spec in generate.options(role).items():
        assert spec.get("description"), f"{name} has no description"
    readme = (role / "README.md").read_text("utf-8")
    assert generate.with_table(role, readme) == readme, "run `make docs`"


def test_there_are_no_more_variables_than_one_can_know() -> None:
    counted = {role.name: len(generate.options(role)) for role in ROLES}
    assert sum(counted.values()) <= MOST_VARIABLES, counted


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.stem)
def test_what_a_part_registers_is_not_imported_under_a_condition(path: Path) -> None:
    """A task that is skipped registers that it was, over what it registered in an earlier part."""
    tasks = list(yaml.safe_load(path.read_text("utf-8")) or [])
    for task in tasks:
        tasks += [inner for section in ("block", "rescue", "always") for inner in task.get(section, [])]
        imported = task.get("ansible.builtin.import_tasks")
        if imported and "when" in task:
            assert "register:" not in (path.parent / imported).read_text("utf-8"), imported
