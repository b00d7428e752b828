# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Pythons a host has, asked by a real shell, and what is said of those that do not serve."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import interpreters
from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight.interpreters import Interpreter

NEEDS = ["redis", "requests"]
BARE = Interpreter((3, 11), frozenset())
FULL = Interpreter((3, 9), frozenset(NEEDS))
OLD = Interpreter((3, 6), frozenset(NEEDS))


def test_a_shell_asks_the_interpreters_that_are_there() -> None:
    asked = interpreters.command(["/no/such python", sys.executable], ["json", "no_such_library", "requests"])
    done = subprocess.run(["/bin/sh", "-c", asked], capture_output=True, text=True, timeout=30, check=True)
    assert interpreters.read(done.stdout) == {
        sys.executable: Interpreter(sys.version_info[:2], frozenset({"json", "requests"}))
    }


@pytest.mark.parametrize("answer", ["", "Error response from daemon: No such container: psp-backend"])
def test_where_there_is_no_shell_nothing_is_found(answer: str) -> None:
    assert interpreters.read(answer) is None


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({"python3": FULL}, ""),
        ({"python3": BARE, "/venv/python3": FULL}, ""),
        ({"python3": FULL, "/venv/python3": FULL}, ""),
        ({}, "worker has no usable Python at python3: Python 3.9 or later is required"),
        ({"python3": OLD}, "python3 on worker is Python 3.6: Python 3.9 or later is required"),
        ({"python3": BARE}, "no Python on worker has the library redis and requests (asked: python3, /venv/"),
        ({"python3": BARE, "/venv/python3": OLD}, "no Python on worker has the library redis and requests"),
    ],
)
def test_what_a_host_lacks(found: dict[str, Interpreter], told: str) -> None:
    said = interpreters.problem("worker", "python3", ["/venv/python3"], NEEDS, found)
    assert said.startswith(told)
    assert bool(said) == bool(told)
