# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rollout's flags, in every process of the backend, on every host.

A process that answers by HTTP speaks for itself alone, and a command's answer is that of a process of its
own. So the environment of every process has to agree; where the application reads its flags elsewhere, it
shows none. The environment file has to agree, too: it is what the next restart brings.
"""

from __future__ import annotations

import typing as t

from ...module_utils._core import step_names as steps
from ...module_utils._core.evidence import ENDED, HTTP, Evidence, Step
from ...module_utils._text import flags
from . import clocks, running
from .base import MET, Finding, MissingStepError, Policy, ended, last_line, left_out, met, not_met, not_proven

Flags = t.Sequence[t.Mapping[str, str]]
# By variable, the number of each process and the value that it was started with.
Environments = t.Mapping[str, t.Sequence[tuple[int, str | None]]]

_NAMES = (steps.FLAGS_RUNNING, steps.FLAGS_PROCESSES, steps.FLAGS_FILE, steps.FLAGS_CODE)


def shown(evidence: Evidence, policy: Policy) -> Finding:
    """Minimum evidence: "proof that the flags are set (text or log)", out of the running process."""
    for step in _answers(evidence):
        have = flags.values(step, policy["flags"])
        missing = [flag["name"] for flag in policy["flags"] if flag["name"] not in have]
        if missing:
            reason = f"the running process does not report {', '.join(missing)}, or not clearly"
            return not_proven(reason, steps.FLAGS_RUNNING)
    return met("the running process reports each of them", steps.FLAGS_RUNNING)


def are_true(evidence: Evidence, policy: Policy) -> Finding:
    """Flags: "C(ledger_shadow_write), …, C(ledger_enforce_balance), all C(True)"."""
    wanted: Flags = policy["flags"]
    if "flags_shown" in (policy.get("left_out") or {}):
        return _true_in_processes(evidence, wanted)
    off = [*_off_in_answers(evidence, wanted)] or _off_in_processes(evidence, wanted)
    if off:
        return not_met("; ".join([*off, *_failed_before(evidence)]), *_NAMES)
    reported = shown(evidence, policy)
    if reported.result != MET:
        return reported
    doubts = [*_doubts_of_file(evidence, wanted), *_doubts_of_processes(evidence, wanted)]
    if doubts:
        return not_proven(doubts[0], *_NAMES)
    names = ", ".join(flag["name"] for flag in wanted)
    how = f"{_how_shown(evidence, wanted)}{_unread(evidence, wanted)}"
    return met(f"{names} are True in the running process{how}", *_NAMES)


def not_shown(evidence: Evidence, policy: Policy) -> Finding:
    """A backend that has no address to show its flags at, and no command: it was not asked."""
    if evidence.get(steps.FLAGS_RUNNING):
        return shown(evidence, policy)
    return left_out("what its processes were started with is compared instead", steps.FLAGS_PROCESSES)


def none_there(evidence: Evidence, policy: Policy) -> Finding:
    """A backend that has no flags at all."""
    return are_true(evidence, policy) if policy["flags"] else left_out("the policy names no flags")


def _true_in_processes(evidence: Evidence, wanted: Flags) -> Finding:
    """Every process was started with each flag True, and a line of the service's code names it."""
    off = _off_in_processes(evidence, wanted)
    if off:
        return not_met("; ".join(off), *_NAMES)
    environments = _environments(evidence, wanted)
    if not wanted or not all(environments.values()):
        return not_proven("no process of the backend is running where it was looked for", *_NAMES)
    without = _silent(environments)
    doubts = [f"a process was started without {', '.join(without)}"] if without else []
    doubts += [*_doubts_of_file(evidence, wanted), *filter(None, [_unread(evidence, wanted).lstrip("; ")])]
    if doubts:
        return not_proven(doubts[0], *_NAMES)
    count = max(map(len, environments.values()))
    names = ", ".join(flag["name"] for flag in wanted)
    return met(f"{names} are True in the environment of every process ({count})", *_NAMES)


def _answers(evidence: Evidence) -> list[Step]:
    """Return each host's newest answer; one that is none is missing."""
    newest = {step.host: step for step in evidence.steps if step.name == steps.FLAGS_RUNNING}
    for step in newest.values() or [ended(evidence, steps.FLAGS_RUNNING)]:
        if step.outcome != ENDED:
            raise MissingStepError(f"{step.title}: {step.reason}")
        if step.exit_status != (200 if step.kind == HTTP else 0):
            raise MissingStepError(f"{step.title}: status {step.exit_status}{last_line(step.stderr)}")
    return list(newest.values())


def _failed_before(evidence: Evidence) -> t.Iterator[str]:
    """Say what kept the flags from being set: what failed later than the processes were asked did not."""
    failed = evidence.get(steps.QUEUE_ENABLEMENT) or evidence.get(steps.ROLE_FAILED)
    asked = [clocks.Moment(step.host, step.started) for step in _answers(evidence)]
    # What broke down is written down by the controller.
    broke = clocks.Moment(clocks.CONTROLLER, failed.started) if failed else None
    if failed and broke and not all(clocks.is_after(evidence, broke, one) for one in asked):
        yield failed.reason


def _off_in_answers(evidence: Evidence, wanted: Flags) -> t.Iterator[str]:
    """Say which flags an answer has as off, and which of them are on in the file and only there."""
    for have in (flags.values(step, wanted) for step in _answers(evidence)):
        off = [flag for flag in wanted if flag["name"] in have and not flags.is_true(have[flag["name"]])]
        told = ", ".join(f"{flag['name']} is {have[flag['name']]}" for flag in off)
        on = [flag["name"] for flag in off if any(map(flags.is_true, _in_file(evidence, flag["variable"])))]
        if off:
            yield f"{told} in the running process"
        if on:
            yield f"{', '.join(on)} True in the file but not in the process"


def _off_in_processes(evidence: Evidence, wanted: Flags) -> list[str]:
    return [
        f"process {pid} was started with {variable}={value}"
        for variable, values in _environments(evidence, wanted).items()
        for pid, value in values
        if value is not None and not flags.is_true(value)
    ]


def _doubts_of_file(evidence: Evidence, wanted: Flags) -> t.Iterator[str]:
    for variable in (flag["variable"] for flag in wanted):
        values = _in_file(evidence, variable)
        if len(values) > 1:
            yield f"the environment file sets {variable} more than once: {', '.join(values)}"
        elif values and not flags.is_true(values[0]):
            yield f"the environment file sets {variable}={values[0]}, which a restart brings back"


def _doubts_of_processes(evidence: Evidence, wanted: Flags) -> t.Iterator[str]:
    by_command = any(step.kind != HTTP for step in _answers(evidence))
    for variable, values in _environments(evidence, wanted).items():
        without = [pid for pid, value in values if value is None]
        if not values:
            yield "no process of the backend is running where it was looked for"
        elif without and (by_command or len(without) < len(values)):
            yield f"process {without[0]} was started without {variable}"


def _how_shown(evidence: Evidence, wanted: Flags) -> str:
    """Say how far the environment of the processes bears it out."""
    environments = _environments(evidence, wanted)
    count = max((len(values) for values in environments.values()), default=0)
    silent = _silent(environments)
    if silent:
        return f" that answers (the environment of none of {count} processes shows {', '.join(silent)})"
    return f" that answers and in the environment of every process ({count})"


def _unread(evidence: Evidence, wanted: Flags) -> str:
    """Say which flags no line of the service's code names: they cannot have an effect."""
    step = evidence.get(steps.FLAGS_CODE)
    # 1 is what grep ends with where it finds none at all.
    if step is None or step.exit_status not in (0, 1):
        return ""
    named = {line.rpartition(":")[2].lower() for line in step.stdout.splitlines()}
    unread = [flag["name"] for flag in wanted if not named & {flag["name"].lower(), flag["variable"].lower()}]
    return f"; no code below {step.directory} names {', '.join(unread)}" if unread else ""


def _environments(evidence: Evidence, wanted: Flags) -> Environments:
    """Return for each flag's variable what every process was started with.

    Processes of several hosts may have the same number.
    """
    processes = running.processes(evidence, steps.FLAGS_PROCESSES)
    return {
        flag["variable"]: [(one.pid, one.shown.get(flag["variable"])) for one in processes] for flag in wanted
    }


def _silent(environments: Environments) -> list[str]:
    """Return the variables without which a process was started."""
    return [name for name, values in environments.items() if any(value is None for _pid, value in values)]


def _in_file(evidence: Evidence, variable: str) -> list[str]:
    """Return the values that the environment files of all hosts give to a variable."""
    files = [step.stdout for step in evidence.steps if step.name == steps.FLAGS_FILE]
    return list(dict.fromkeys(value for text in files for value in flags.set_in(text, variable)))
