# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task is called, which package it is of, who takes its failure, and how long it may take."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleError
from ansible.template import trust_as_template

from ansible_collections.psp.rc_closure.plugins.plugin_utils.show import tasks


def task(role: str = "", **given: t.Any) -> t.Any:
    """Return a task, of a role where one is named."""
    own = SimpleNamespace(get_name=lambda: role) if role else None
    named = f"{role} : Do it" if role else "Do it"
    usual = {"tags": [], "args": {}, "async_val": 0, "_parent": None, "_uuid": "t", "action": "a.b.copy"}
    return SimpleNamespace(get_name=lambda: named, _role=own, **{**usual, **given})


@pytest.mark.parametrize("role", ["", "psp.rc_closure.service"])
def test_a_name_is_without_the_role(role: str) -> None:
    assert tasks.name(task(role)) == "Do it"


@pytest.mark.parametrize(
    ("action", "silent"),
    [
        ("ansible.builtin.include_tasks", True),
        ("set_fact", True),
        ("psp.rc_closure.closure_report", False),
        ("command", False),
    ],
)
def test_what_is_not_told(action: str, silent: bool) -> None:
    assert tasks.is_silent(task(action=action)) is silent


@pytest.mark.parametrize(
    ("role", "tags", "packages"),
    [
        ("psp.rc_closure.package_1_migration", ["package_3"], ["package_1"]),
        ("psp.rc_closure.service", ["package_3", "package_2", "other"], ["package_2", "package_3"]),
        ("mine", ["package_9"], []),
        ("", [], []),
        ("package_10_more", [], []),
    ],
)
def test_the_packages(role: str, tags: list[str], packages: list[str]) -> None:
    assert tasks.packages(task(role, tags=tags)) == packages


@pytest.mark.parametrize(
    ("tags", "skipped", "chosen"),
    [
        (["all"], [], "0123"),
        ([], [], "0123"),
        (["package_1"], [], "1"),
        (["all"], ["package_0", "other"], "123"),
        (["package_1", "package_2"], ["package_1"], "2"),
    ],
)
def test_the_packages_of_a_run(tags: list[str], skipped: list[str], chosen: str) -> None:
    assert tasks.chosen(tags, skipped) == [f"package_{number}" for number in chosen]


def block(parent: t.Any = None, *, rescue: t.Sequence[t.Any] = (), always: t.Sequence[t.Any] = ()) -> t.Any:
    """Return a block, or a role's or file's place in one."""
    return SimpleNamespace(_uuid="b", _parent=parent, rescue=list(rescue), always=list(always))


def test_a_failure_in_a_block_with_a_rescue_is_taken_care_of() -> None:
    rescue = task(_uuid="r")
    assert tasks.is_rescued(task(_parent=block(rescue=[rescue])))
    inner = SimpleNamespace(_uuid="i", _parent=block(rescue=[rescue]))
    assert tasks.is_rescued(task(_parent=inner))
    assert tasks.is_rescued(task(_parent=block(inner)))


def test_a_failure_elsewhere_is_not() -> None:
    rescue, always = task(_uuid="r"), task(_uuid="a")
    outer = block(rescue=[rescue], always=[always])
    assert not tasks.is_rescued(task())
    assert not tasks.is_rescued(task(_parent=block(always=[always])))
    for one in ("r", "a"):
        assert not tasks.is_rescued(task(_uuid=one, _parent=outer))
        assert tasks.is_rescued(task(_uuid=one, _parent=SimpleNamespace(**{**vars(outer), "_parent": outer})))


class Play:
    """One whose variables can be had, or not."""

    def __init__(self, variables: dict[str, t.Any] | None) -> None:
        """Take them."""
        self.variables = variables

    def get_loader(self) -> None:
        """Return none: nothing is read."""

    def get_variable_manager(self) -> t.Any:
        """Return what returns them."""

        def get_vars(**_of: t.Any) -> dict[str, t.Any]:
            if self.variables is None:
                raise AnsibleError("they cannot be had")
            return self.variables

        return SimpleNamespace(get_vars=get_vars)


@pytest.mark.parametrize(
    ("given", "variables", "seconds"),
    [
        ({"args": {"limit": 30}}, None, 30),
        ({"args": {"timeout": "12.5"}}, None, 12.5),
        ({"args": {"limit": trust_as_template("{{ 2 * 3 }}")}}, {}, 6),
        ({"args": {"limit": trust_as_template("{{ mine }}")}}, {}, 0),
        ({"args": {"limit": "{{ mine }}"}}, None, 0),
        ({"args": {"limit": "soon"}}, None, 0),
        ({"args": {"limit": None}}, None, 0),
        ({"args": {"limit": -1}}, None, 0),
        ({"args": {}}, None, 0),
        ({"args": None}, None, 0),
        ({"args": {"limit": 30}, "async_val": 600}, None, 600),
    ],
)
def test_the_limit(given: dict[str, t.Any], variables: dict[str, t.Any] | None, seconds: float) -> None:
    assert tasks.limit(task(**given), None, Play(variables)) == seconds
