# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of every collector: run the module, keep its steps, return digests.

C(meta/runtime.yml) routes each collector module to it. Without an attempt, the steps are returned in full and
nothing is kept. What must be done at most once per attempt is done in stages, and the intent is in the locker
before it is carried out: C(plugin_utils/keep/once.py).
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.utils.display import Display

from ..module_utils._core import step_names
from ..module_utils._core.evidence import Step
from ..module_utils._core.steps import Started
from ..plugin_utils.keep import locker, once
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result, progress
from ..plugin_utils.preflight import smoke

Stage = tuple[Result, list[Step]]

display = Display()


class ActionModule(ClosureAction):
    """Run the module that the task names."""

    supports_async = False

    def act(self, args: Options, known: Options) -> Result:
        """Return the module's result, its steps without their streams where they were kept."""
        self._host = str(self._task.delegate_to or known.get("inventory_hostname", ""))
        self._known = known
        # A role hands every variable on: an empty one counts as not given.
        options = {name: value for name, value in args.items() if value not in (None, "", {}, [])}
        attempt, package = options.pop("attempt", None), options.get("package")
        with progress(lambda: f"{self._module} on {self._host}"):
            if not attempt or self._task.check_mode:
                return self._unkept(options)
            if package is None:
                raise locker.LockerError("package is missing: 0, 1, 2 or 3 is required with attempt")
            return self._kept(options, locker.Attempt.from_dict(attempt), int(package))

    @property
    def _module(self) -> str:
        return str(self._task.action).rsplit(".", maxsplit=1)[-1]

    def _unkept(self, args: dict[str, t.Any]) -> Result:
        """Return everything, and keep nothing."""
        # In check mode a collector that breaks down does not end the play, as it does not in a closure.
        carry_out = self._carry_out if self._task.check_mode else self._carry_out_or_fail
        results = list(_stages(carry_out, args))
        return {**_sum(results), "steps": [step.as_dict() for _result, steps in results for step in steps]}

    def _kept(self, args: dict[str, t.Any], attempt: locker.Attempt, package: int) -> Result:
        if "digest" in args:
            args["digest_key"] = locker.digest_key(attempt)
        if self._module == once.COLLECTOR:
            return self._once(args, attempt, package)
        results, kept = [], []
        for result, steps in _stages(self._carry_out, args):
            results.append((result, steps))
            kept += locker.keep(attempt, package, steps)
        return {**_sum(results), "steps": kept}

    def _once(self, args: dict[str, t.Any], attempt: locker.Attempt, package: int) -> Result:
        """Have something done at most once in this attempt, even if several tasks or runs ask for it."""
        before: list[dict[str, t.Any]] = []
        intent = once.intended(locker.load_package(attempt, package).steps)
        if intent is None:
            result, steps = self._carry_out({**args, **once.INTEND})
            intent = once.intended(steps)
            before = locker.keep(attempt, package, steps, unless=once.INTENT if intent else "")
            if intent is None:
                return {**result, "steps": before}
        if before:
            stage = once.send(intent)
        else:
            evidence = locker.load_package(attempt, package)
            stage = once.look(once.intended(evidence.steps) or intent, evidence)
        result, steps = self._carry_out({**args, **stage})
        return {**result, "steps": [*before, *locker.keep(attempt, package, steps)]}

    def _carry_out(self, args: dict[str, t.Any]) -> Stage:
        """Run the module; return its result and its steps, and if it failed, the failure as the last one."""
        result = self._collect(args)
        steps = self._steps(result)
        if result.pop("failed", False):
            steps.append(self._breakdown(result))
        return result, steps

    def _carry_out_or_fail(self, args: dict[str, t.Any]) -> Stage:
        result = self._collect(args)
        return result, self._steps(result)

    def _steps(self, result: Result) -> list[Step]:
        """Take the steps, and name the host as the inventory does, with the machine's own name behind it."""
        steps = [Step.from_dict(step) for step in result.pop("steps", [])]
        own = self._host
        return [replace(one, host=own if one.host == own else f"{own} ({one.host})") for one in steps]

    def _collect(self, args: dict[str, t.Any]) -> Result:
        module, known = self._task.action, self._known
        try:
            return dict(self._execute_module(module_name=module, module_args=args, task_vars=known))
        except AnsibleConnectionFailure as exc:
            return {"failed": True, "msg": f"the host cannot be reached: {exc.message}"}
        except AnsibleError as exc:
            return {"failed": True, "msg": exc.message}

    def _breakdown(self, result: Result) -> Step:
        """Return the failure of a collector as a step: it is evidence, and does not end the play."""
        message = _message(result)
        display.warning(f"{self._host}: {message}")
        started = Started(step_names.breakdown(self._module), self._task.action, host=self._host)
        return started.failed(" ".join(message.split()))


def _stages(carry_out: t.Callable[[dict[str, t.Any]], Stage], args: dict[str, t.Any]) -> t.Iterator[Stage]:
    """Yield what a collector returns, and where SQL is to be read before it goes on, what it returns then."""
    result, steps = carry_out(args)
    pending = result.pop("smoke_pending", False)
    yield result, steps
    if pending:
        yield carry_out({**args, **smoke.stage(steps)})


def _sum(results: t.Sequence[Stage]) -> Result:
    """Return the results of all stages as one: it changed something where one of them did."""
    merged = {name: value for result, _steps in results for name, value in result.items()}
    return {**merged, "changed": any(result.get("changed") for result, _steps in results)}


def _message(result: Result) -> str:
    """Take out of a collector's result why it failed.

    To Ansible, a container or a pod that is down is not a failed connection but a module without output. The
    program that was to run it reports why on its standard error.
    """
    message = str(result.pop("msg", ""))
    if "module_stdout" not in result:
        return message or "the collector returned no result"
    said = [line.strip() for line in str(result.get("module_stderr", "")).splitlines() if line.strip()]
    return f"the host returned no result: {said[-1] if said else 'exit status {}'.format(result.get('rc'))}"
