# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong in an action is one sentence; an error of its own is not hidden."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep.closure_action import (
    ClosureAction,
    Options,
    Result,
)
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep.locker import LockerError


def run(problem: Exception | None = None) -> Result:
    """Run an action that fails like this, or else returns what it was given."""

    class Action(ClosureAction):
        failure = "it cannot be done: "

        def act(self, args: Options, known: Options) -> Result:
            if problem:
                raise problem
            return {"args": args, "known": known}

    action = object.__new__(Action)
    action._task = SimpleNamespace(args={"package": 0}, async_val=0, check_mode=False, diff=False)
    action._connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
    return action.run(None, {"inventory_hostname": "ci"})


def test_it_is_given_options_and_variables() -> None:
    assert run() == {"args": {"package": 0}, "known": {"inventory_hostname": "ci"}}


@pytest.mark.parametrize("kind", [LockerError, OSError, ValueError])
def test_what_goes_wrong_is_one_sentence(kind: type[Exception]) -> None:
    assert run(kind("why")) == {"failed": True, "msg": "it cannot be done: why"}


def test_an_error_of_its_own_is_not_hidden() -> None:
    with pytest.raises(AttributeError):
        run(AttributeError("x"))
