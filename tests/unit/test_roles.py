# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role's defaults, its argument spec and its README say the same."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

ROLES = sorted(path for path in (Path(__file__).parents[2] / "roles").iterdir() if path.is_dir())


def _read(path: Path) -> dict[str, t.Any]:
    return (yaml.safe_load(path.read_text("utf-8")) or {}) if path.exists() else {}


def _options(role: Path) -> dict[str, dict[str, t.Any]]:
    """Return name → spec of all entry points."""
    entry_points = _read(role / "meta" / "argument_specs.yml")["argument_specs"].values()
    return {name: spec for point in entry_points for name, spec in (point.get("options") or {}).items()}


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_every_default_is_in_the_argument_spec_with_its_value(role: Path) -> None:
    options = _options(role)
    for name, value in _read(role / "defaults" / "main.yml").items():
        assert name in options, f"{name} is not in the argument spec"
        assert options[name].get("default") == value, f"{name}: the spec has another default"


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_every_option_is_described_and_in_the_readme(role: Path) -> None:
    readme = (role / "README.md").read_text("utf-8")
    for name, spec in _options(role).items():
        assert spec.get("description"), f"{name} has no description"
        assert f"`{name}`" in readme, f"{name} is not in the README"
