# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flags are read out of what a process tells, JSON or lines."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text.flags import is_true, values
from tests.unit.captured import step


def _flag(pointer: str = "/a") -> list[dict[str, str]]:
    return [{"name": "a", "variable": "FLAG_A", "pointer": pointer}]


@pytest.mark.parametrize(
    ("text", "pointer", "found"),
    [
        ('{"a": true}', "/a", {"a": True}),
        ('{"flags": [{"on": "True"}]}', "/flags/0/on", {"a": "True"}),
        ('{"x/y": {"~": false}}', "/x~1y/~0", {"a": False}),
        ('{"a": null}', "/a", {"a": None}),
        ('{"b": true}', "/a", {}),
        ('{"a": true}', "/a/b", {}),
        ("[true]", "/a", {}),
        ("FLAG_A=True\nFLAG_B=False\n", "/a", {"a": "True"}),
        ("export FLAG_A='true'", "/a", {"a": "true"}),
        ("<html>", "/a", {}),
        ("", "/a", {}),
    ],
)
def test_values(text: str, pointer: str, found: dict[str, t.Any]) -> None:
    assert values(step("flags_running", stdout=text), _flag(pointer)) == found


@pytest.mark.parametrize(
    ("value", "on"),
    [
        (True, True),
        ("True", True),
        ("true", True),
        (False, False),
        ("False", False),
        (1, False),
        (None, False),
    ],
)
def test_true_is_true_alone(value: t.Any, on: bool) -> None:
    assert is_true(value) is on
