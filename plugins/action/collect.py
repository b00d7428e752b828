# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of every collector: run the module, keep its steps in the locker, show a summary.

C(meta/runtime.yml) puts it in front of each collector module. Where no attempt is given, the steps are
returned in full and nothing is kept.
"""

from __future__ import annotations

import threading
import typing as t

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils.evidence import FAILED, FILE, Step, utc_now
from ..plugin_utils import locker

PROGRESS_SECONDS = 15.0

display = Display()


class ActionModule(ActionBase):
    """Run the module that the task names."""

    supports_check_mode = True
    supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the module's result, its steps without their streams where they were kept."""
        super().run(tmp, task_vars)
        host = str(self._task.delegate_to or (task_vars or {}).get("inventory_hostname", ""))
        args = dict(self._task.args)
        given, package = args.pop("attempt", None), args.get("package")
        attempt = locker.Attempt.from_dict(given) if given and not self._task.check_mode else None
        if attempt and "digest" in args:
            args["digest_key"] = locker.digest_key(attempt)
        with _Progress(f"{self._task.action.split('.')[-1]} on {host}"):
            result = self._collect(args, task_vars)
        steps = [_on(host, Step.from_dict(step)) for step in result.pop("steps", [])]
        if attempt is None and not self._task.check_mode:
            return {**result, "steps": [step.as_dict() for step in steps]}
        if result.pop("failed", False):
            steps.append(self._breakdown(result, host))
        if attempt is None:
            return {**result, "steps": [step.as_dict() for step in steps]}
        return self._kept(result, steps, attempt, package)

    def _collect(self, args: dict[str, t.Any], task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        try:
            return dict(
                self._execute_module(module_name=self._task.action, module_args=args, task_vars=task_vars)
            )
        except AnsibleConnectionFailure as exc:
            return {"failed": True, "msg": f"the host cannot be reached: {exc.message}"}
        except AnsibleError as exc:
            return {"failed": True, "msg": exc.message}

    def _breakdown(self, result: dict[str, t.Any], host: str) -> Step:
        """A collector that broke down is evidence too, and does not end the play."""
        message = _message(result)
        display.warning(f"{host}: {message}")
        module, now = self._task.action.rsplit(".", maxsplit=1)[-1], utc_now()
        return Step(
            name=f"{module}_failed",
            title=f"Collector {module}",
            kind=FILE,
            command=self._task.action,
            host=host,
            started=now,
            ended=now,
            outcome=FAILED,
            reason=" ".join(message.split()),
        )

    @staticmethod
    def _kept(
        result: dict[str, t.Any], steps: list[Step], attempt: locker.Attempt, package: t.Any
    ) -> dict[str, t.Any]:
        if package is None:
            return {"failed": True, "msg": "package: missing; evidence is kept by package, 0 to 3"}
        try:
            result["steps"] = locker.keep(attempt, int(package), steps)
        except locker.LockerError as exc:
            return {"failed": True, "msg": str(exc)}
        return result


class _Progress:
    """Say every so often that a long wait is still going on."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._tell, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *exc_info: object) -> None:
        self._done.set()
        self._thread.join()

    def _tell(self) -> None:
        seconds = PROGRESS_SECONDS
        while not self._done.wait(PROGRESS_SECONDS):
            display.display(f"  … {self._what}: {seconds:.0f} s")
            seconds += PROGRESS_SECONDS


def _message(result: dict[str, t.Any]) -> str:
    """Take why a collector broke down out of its result.

    A container or a pod that is down is no broken connection to Ansible, but a module that says nothing:
    what it was to be run by says why on its standard error."""
    message = str(result.pop("msg", ""))
    if "module_stdout" not in result:
        return message or "it gave no result"
    said = [line.strip() for line in str(result.get("module_stderr", "")).splitlines() if line.strip()]
    return f"the host gave no result: {said[-1] if said else 'exit status {}'.format(result.get('rc'))}"


def _on(host: str, step: Step) -> Step:
    """Name the host as the inventory does, with the machine's own name behind it."""
    name = host if host == step.host else f"{host} ({step.host})"
    return Step.from_dict({**step.as_dict(), "host": name})
