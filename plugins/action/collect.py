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

import base64
import json
import shlex
import tempfile
import time
import typing as t
from dataclasses import replace
from functools import partial
from pathlib import Path

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.utils.display import Display

from ..module_utils._core import step_names
from ..module_utils._core.evidence import Evidence, Step
from ..module_utils._core.step_names import CI_DISPATCH, CI_DISPATCH_INTENT
from ..module_utils._core.steps import Started
from ..plugin_utils.keep import fetching, intents, locker, recovery, watch
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result, nonempty, progress
from ..plugin_utils.preflight import rehearsal, smoke, table

# The module that does what must be done at most once.
ONCE = "ci_run_dispatch"
# What a module returns of its host's clock, and another host is given.
MOMENTS = {"at"}
# Bytes that are fetched at once where a file cannot be fetched whole, and how many such pieces at most.
_PIECE, _MOST_PIECES = 8 << 20, 1024

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
        options = nonempty(args)
        attempt, package = options.pop("attempt", None), options.get("package")
        # In check mode a collector that breaks down does not end the play, as it does not in a closure.
        self._goes_on = bool(attempt or self._task.check_mode)
        self._attempt: locker.Attempt | None = None
        self._package = 0
        self._spooled: list[str] = []  # folders on the host that are to be removed
        with progress(lambda: f"{self._module} on {self._host}"), tempfile.TemporaryDirectory() as folder:
            self._streams = Path(folder)  # those that are fetched, until they are kept
            if not attempt or self._task.check_mode:
                result = _sum(self._stages(options, lambda steps: [step.as_dict() for step in steps]))
                return self._rehearsed(result) if self._task.check_mode else result
            if package is None:
                raise locker.LockerError("package is missing: 0, 1, 2 or 3 is required with attempt")
            return _sum(self._kept(options, locker.Attempt.from_dict(attempt), int(package)))

    def _rehearsed(self, result: Result) -> Result:
        """Show what would be run, and note what would fail."""
        steps = [Step.from_dict(record) for record in result["steps"]]
        for line in rehearsal.lines(self._host, steps):
            display.display(line)
        problems = rehearsal.problems(self._module, steps)
        if problems:
            earlier = self._known.get("ansible_facts", {}).get(table.REHEARSED) or []
            rehearsed = [*earlier, {"packages": [], "problems": problems}]
            result["ansible_facts"] = {table.REHEARSED: rehearsed}
        return result

    @property
    def _module(self) -> str:
        return str(self._task.action).rsplit(".", maxsplit=1)[-1]

    def _kept(self, args: dict[str, t.Any], attempt: locker.Attempt, package: int) -> Stages:
        watch.check(attempt)
        attempt.check([package])
        self._attempt, self._package = attempt, package
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
            self._clear()

    def _once(self, args: dict[str, t.Any], attempt: locker.Attempt, package: int) -> Stages:
        """Have something done at most once in this attempt, even if several tasks or runs ask for it."""
        evidence, new = locker.load_package(attempt, package), False
        if not evidence.get(CI_DISPATCH_INTENT):
            result, steps = self._carry_out({**args, "stage": "intend"})
            intended = any(step.name == CI_DISPATCH_INTENT for step in steps)
            before = locker.keep(attempt, package, steps, unless=CI_DISPATCH_INTENT if intended else "")
            yield result, before
            self._clear()
            if not intended:
                return
            evidence, new = locker.load_package(attempt, package), bool(before)
        result, steps = self._carry_out({**args, **_stage(evidence, new=new)})
        yield result, locker.keep(attempt, package, steps)
        self._clear()

    def _carry_out(self, args: dict[str, t.Any]) -> tuple[Result, list[Step]]:
        """Run the module; return its result and its steps, and if the play goes on, a failure as the last."""
        attempt = self._attempt
        owner = fetching.owner(attempt, self._package, self._module, self._host) if attempt else {}
        asked = time.time()
        # With the moment, the host knows by how much its own clock is off.
        result = self._collect({**args, "attempt": {**owner, "asked": asked}} if owner else args)
        clock = fetching.Clock.measured(asked, result.pop("clock", []), time.time())
        result |= {name: clock.corrected(result[name]) for name in MOMENTS & result.keys()}
        if owner and "module_stdout" in result:
            result |= self._rescued(args, owner)
        for entry in result.pop("left_behind", []):
            self._recover(entry)
        steps, folder = self._steps(result.pop("steps", []), str(result.pop("spool", "")))
        self._spooled += folder
        if clock.off:
            display.warning(f"{self._host}: {clock.off}")
            said = Started(step_names.HOST_CLOCK, self._task.action, host=self._host)
            steps.append(said.ended(f"{clock.off}\n"))
        steps += self._weak(result.pop("weak", {}))
        if self._goes_on and result.pop("failed", False):
            steps.append(self._breakdown(result))
        return result, steps

    def _weak(self, weak: t.Mapping[str, str]) -> list[Step]:
        """Return the step that names secrets which are masked only by place, unless it is kept already."""
        lines = [
            f"{label}: {why}; it is masked only where its place gives it away\n"
            for label, why in weak.items()
        ]
        step = Started(step_names.WEAK_SECRETS, self._task.action, host=self._host).ended("".join(lines))
        known = not lines or not self._attempt or locker.says(self._attempt, self._package, step)
        return [] if known else [step]

    def _steps(self, records: t.Sequence[Result], folder: str) -> tuple[list[Step], list[str]]:
        """Return the steps that records stand for, and the host's folder if it is not needed any longer."""
        steps = [fetching.step(record, self._fetch, self._streams) for record in records]
        whole = all(map(fetching.is_whole, records, steps))
        # The host is named as the inventory does, with the machine's own name behind it.
        own = self._host
        named = [replace(one, host=own if one.host == own else f"{own} ({one.host})") for one in steps]
        return named, [folder] if folder and whole else []

    def _rescued(self, args: Options, owner: Options) -> Result:
        """Return the steps of a collector that gave no answer, as far as it got, and their folder."""
        asked = self._collect({**args, "attempt": {"fetch": owner["entry"]}})
        entries: list[Result] = asked.get("left_behind") or []
        found = [entry for entry in entries if not entry["running"]]
        folder = found[0]["folder"] if found else ""
        return {"steps": [step for entry in found for step in entry["steps"]], "spool": folder}

    def _recover(self, entry: Result) -> None:
        """Keep what an earlier attempt left on the host, unless its process still runs there."""
        if entry["running"] or self._attempt is None:
            return
        steps, folder = self._steps(entry["steps"], entry["folder"])
        if recovery.keep(self._attempt, self._package, entry, steps, self._host):
            self._spooled += folder

    def _clear(self) -> None:
        """Remove from the host what the locker has now."""
        if self._spooled:
            self.shell(shlex.join(["rm", "-rf", "--", *self._spooled]))
        self._spooled = []

    def _fetch(self, path: str, into: Path) -> None:
        """Fetch a file of the host, which under C(become) the connecting user may not read, in pieces."""
        if not self._connection.become:
            self._connection.fetch_file(path, str(into))
            return
        with into.open("wb") as file:
            for number in range(_MOST_PIECES):
                piece = f"dd bs={_PIECE} skip={number} count=1 if={shlex.quote(path)} | base64"
                answer = self.shell(piece)
                data = base64.b64decode(answer.stdout)
                if answer.status != 0 or not (data or number):
                    raise OSError(answer.stderr or f"{path} cannot be read")
                file.write(data)
                if len(data) < _PIECE:
                    return

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
