# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of every collector: run the module, keep its steps, return digests.

C(meta/runtime.yml) routes each collector module to it. Without an attempt, the steps are returned in full and
nothing is kept.

What must be done at most once per attempt is done in stages. The module returns what it intends to do; that
is written to the locker; only then the module does it. If an intent is there already, since a run was
interrupted or the task is run again, the module looks for its result, and nothing is done again.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace
from functools import partial

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.utils.display import Display

from ..module_utils._core import step_names
from ..module_utils._core.evidence import Evidence, Step
from ..module_utils._core.step_names import CI_DISPATCH, CI_DISPATCH_INTENT
from ..module_utils._core.steps import Started
from ..plugin_utils.keep import intents, locker
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result, progress
from ..plugin_utils.preflight import smoke

# The module that does what must be done at most once.
ONCE = "ci_run_dispatch"

Kept = list[dict[str, t.Any]]
# The result of each stage, and what is to be returned of its steps.
Stages = t.Iterable[tuple[Result, Kept]]

display = Display()


class ActionModule(ClosureAction):
    """Run the module that the task names."""

    supports_async = False

    def act(self, args: Options, known: Options) -> Result:
        """Return the module's result, its steps without their streams where they were kept."""
        self._host = self.host(known)
        self._known = known
        # A role hands every variable on: an empty one counts as not given.
        options = {name: value for name, value in args.items() if value not in (None, "", {}, [])}
        attempt, package = options.pop("attempt", None), options.get("package")
        # In check mode a collector that breaks down does not end the play, as it does not in a closure.
        self._goes_on = bool(attempt or self._task.check_mode)
        with progress(lambda: f"{self._module} on {self._host}"):
            if not attempt or self._task.check_mode:
                return _sum(self._stages(options, lambda steps: [step.as_dict() for step in steps]))
            if package is None:
                raise locker.LockerError("package is missing: 0, 1, 2 or 3 is required with attempt")
            return _sum(self._kept(options, locker.Attempt.from_dict(attempt), int(package)))

    @property
    def _module(self) -> str:
        return str(self._task.action).rsplit(".", maxsplit=1)[-1]

    def _kept(self, args: dict[str, t.Any], attempt: locker.Attempt, package: int) -> Stages:
        if "digest" in args:
            args["digest_key"] = locker.digest_key(attempt)
        if self._module == ONCE:
            return self._once(args, attempt, package)
        return self._stages(args, partial(locker.keep, attempt, package), intends=True)

    def _stages(
        self, args: dict[str, t.Any], keep: t.Callable[[list[Step]], Kept], *, intends: bool = False
    ) -> Stages:
        """Yield what a collector returns, and what it returns once its SQL was read, if it waits for that.

        Where it C(intends), what changes something is kept before it does.
        """
        stages = [args]
        while stages:
            options = stages.pop()
            intent = intents.of(self._module, options, self._host) if intends else []
            if intent:
                yield {}, keep(intent)
            result, steps = self._carry_out(options)
            if result.pop("smoke_pending", False):
                stages.append({**args, **smoke.stage(steps)})
            yield result, keep(steps)

    def _once(self, args: dict[str, t.Any], attempt: locker.Attempt, package: int) -> Stages:
        """Have something done at most once in this attempt, even if several tasks or runs ask for it."""
        evidence, new = locker.load_package(attempt, package), False
        if not evidence.get(CI_DISPATCH_INTENT):
            result, steps = self._carry_out({**args, "stage": "intend"})
            intended = any(step.name == CI_DISPATCH_INTENT for step in steps)
            before = locker.keep(attempt, package, steps, unless=CI_DISPATCH_INTENT if intended else "")
            yield result, before
            if not intended:
                return
            evidence, new = locker.load_package(attempt, package), bool(before)
        result, steps = self._carry_out({**args, **_stage(evidence, new=new)})
        yield result, locker.keep(attempt, package, steps)

    def _carry_out(self, args: dict[str, t.Any]) -> tuple[Result, list[Step]]:
        """Run the module; return its result and its steps, and if the play goes on, a failure as the last."""
        result, own = self._collect(args), self._host
        given = [Step.from_dict(step) for step in result.pop("steps", [])]
        # The host is named as the inventory does, with the machine's own name behind it.
        steps = [replace(one, host=own if one.host == own else f"{own} ({one.host})") for one in given]
        if self._goes_on and result.pop("failed", False):
            steps.append(self._breakdown(result))
        return result, steps

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


def _stage(kept: Evidence, *, new: bool) -> Options:
    """Return the options to carry out the intent that was kept, if it is C(new), or look for its result."""
    intent, answer = kept.get(CI_DISPATCH_INTENT), kept.get(CI_DISPATCH)
    try:
        found = json.loads(intent.stdout if intent else "")
    except ValueError as exc:
        raise locker.LockerError(f"the step {CI_DISPATCH_INTENT} cannot be read: {exc}") from exc
    if new:
        return {"stage": "send", "intent": found}
    return {"stage": "look", "intent": found, "answer": answer.as_dict() if answer else None}


def _sum(stages: Stages) -> Result:
    """Return the results of all stages as one: it changed something where one of them did."""
    found: Result = {}
    kept, changed = [], False
    for result, steps in stages:
        found |= result
        kept += steps
        changed |= bool(result.get("changed"))
    return {**found, "changed": changed, "steps": kept}


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
