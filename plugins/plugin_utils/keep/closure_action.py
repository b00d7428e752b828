# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the actions of a closure share: what goes wrong is one sentence."""

from __future__ import annotations

import abc
import shlex
import threading
import typing as t
from contextlib import contextmanager

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from . import elsewhere
from .locker import LockerError

Result = dict[str, t.Any]
Options = t.Mapping[str, t.Any]

PROGRESS_SECONDS = 15.0
PROGRESS_MARK = "  … "  # how its lines begin; the checklist shows them beside their task


class Answer(t.NamedTuple):
    """What came of a command of the shell on a host."""

    status: int | None  # None where the host is away
    stdout: str
    stderr: str


display = Display()


def nonempty(options: Options) -> Result:
    """Return the options that are given: a role hands all variables on, and an empty one counts as absent."""
    return {name: value for name, value in options.items() if value not in (None, "", {}, [])}


class ClosureAction(ActionBase):
    """An action that fails with C(failure) and the reason where the locker or a value is wrong."""

    supports_check_mode = True
    failure = ""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        super().run(tmp, task_vars)
        try:
            return self.act(self._task.args, task_vars or {})
        except (LockerError, OSError, ValueError) as exc:
            return {"failed": True, "msg": f"{self.failure}{exc}"}
        finally:
            if elsewhere.used:
                where = ", ".join(sorted({str(path.parent) for path in elsewhere.used}))
                display.warning(
                    f"the locker's disk is full: evidence is kept in {where} until there is space"
                )

    def host(self, known: Options) -> str:
        """Return the name of the host that the task is for."""
        return str(self._task.delegate_to or known.get("inventory_hostname", ""))

    def python(self, known: Options) -> str:
        """Return the interpreter that modules run under on that host."""
        if self._task.delegate_to:
            known = known.get("ansible_delegated_vars", {}).get(self.host(known), {})
        own = str(self._templar.template(known.get("ansible_python_interpreter")) or "")
        return own if own and not own.startswith("auto") else "python3"

    def shell(self, command: str) -> Answer:
        """Run a command of the shell on the host; of one that is away, C(stderr) says why."""
        execute: t.Callable[[str], Result] = self._low_level_execute_command
        try:
            answer = execute(f"/bin/sh -c {shlex.quote(command)}")
        except AnsibleError as exc:
            return Answer(None, "", exc.message)
        return Answer(answer.get("rc"), str(answer.get("stdout", "")), str(answer.get("stderr", "")))

    @abc.abstractmethod
    def act(self, args: Options, known: Options) -> Result:
        """Take the task's options and the variables; return the result."""


@contextmanager
def progress(what: t.Callable[[], str]) -> t.Iterator[None]:
    """Display every so often what a long task is at, and for how many seconds."""
    done = threading.Event()

    def show() -> None:
        seconds = PROGRESS_SECONDS
        while not done.wait(PROGRESS_SECONDS):
            display.display(f"{PROGRESS_MARK}{what()}: {seconds:.0f} s")
            seconds += PROGRESS_SECONDS

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
